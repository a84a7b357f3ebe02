// As much of the ESP32's Arduino core as the sketch of docs/recipes uses, on the sockets of this machine.
// Where the sketch connects to HOST, the port of PORT in the environment is taken on this machine.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using std::isnan;

inline void
delay (uint32_t ms)
{
  std::this_thread::sleep_for (std::chrono::milliseconds (ms));
}

inline uint32_t
millis ()
{
  const auto now = std::chrono::steady_clock::now ().time_since_epoch ();
  return (uint32_t)std::chrono::duration_cast<std::chrono::milliseconds> (now).count ();
}

class String {
public:
  String (const char *text = "") : text (text)
  {
  }

  String (float value, unsigned int decimals)
  {
    char digits[64];
    snprintf (digits, sizeof digits, "%.*f", (int)decimals, (double)value);
    text = digits;
  }

  explicit String (int value) : text (std::to_string (value))
  {
  }

  unsigned int
  length () const
  {
    return (unsigned int)text.size ();
  }
  const char *
  c_str () const
  {
    return text.c_str ();
  }
  long
  toInt () const
  {
    return atol (text.c_str ());
  }
  int
  indexOf (const char *part) const
  {
    return (int)(ssize_t)text.find (part);
  }
  bool
  startsWith (const char *part) const
  {
    return text.rfind (part, 0) == 0;
  }

  String
  substring (unsigned int from, unsigned int to = UINT32_MAX) const
  {
    return from > text.size () ? String () : String (text.substr (from, to - from).c_str ());
  }

  void
  toLowerCase ()
  {
    for (char &c : text)
      c = (char)tolower (c);
  }

  String &
  operator+= (const String &more)
  {
    text += more.text;
    return *this;
  }

  String &
  operator+= (char c)
  {
    text += c;
    return *this;
  }

private:
  std::string text;
};

inline String
operator+ (String a, const String &b)
{
  return a += b;
}

inline String
operator+ (String a, unsigned int number)
{
  return a += String (std::to_string (number).c_str ());
}

struct
{
  void
  begin (long)
  {
  }
  void
  println (const String &line)
  {
    puts (line.c_str ());
    fflush (stdout);
  }
} Serial;

struct
{
  void
  begin (const char *, const char *)
  {
  }
  void
  setAutoReconnect (bool)
  {
  }
} WiFi;

class Stream {
public:
  virtual ~Stream () = default;
  virtual size_t readBytes (char *bytes, size_t length) = 0;
  void
  setTimeout (unsigned long ms)
  {
    timeout = ms;
  }

  String
  readStringUntil (char end)
  {
    String line;
    char c;
    while (readBytes (&c, 1) == 1 && c != end)
      line += c;
    return line;
  }

protected:
  unsigned long timeout = 1000;
};

class WiFiClient : public Stream {
public:
  int
  connect (const char *host, uint16_t port, int32_t)
  {
    stop ();
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons ((uint16_t)atoi (getenv ("PORT")));
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    fd = socket (AF_INET, SOCK_STREAM, 0);
    if (strcmp (host, getenv ("HOST")) != 0 || port != 1882
        || ::connect (fd, (sockaddr *)&address, sizeof address) != 0)
      stop ();
    return fd >= 0;
  }

  bool
  connected ()
  {
    char c;
    return fd >= 0 && recv (fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
  }

  void
  stop ()
  {
    if (fd >= 0)
      close (fd);
    fd = -1;
  }

  size_t
  print (const String &text)
  {
    return (size_t)send (fd, text.c_str (), text.length (), MSG_NOSIGNAL);
  }

  size_t
  readBytes (char *bytes, size_t length) override
  {
    pollfd waiting = { fd, POLLIN, 0 };
    size_t got = 0;
    while (got < length && poll (&waiting, 1, (int)timeout) == 1) {
      const ssize_t n = recv (fd, bytes + got, length - got, 0);
      if (n <= 0)
        break;
      got += (size_t)n;
    }
    return got;
  }

  // What a program for core 2 means by it is seconds.
  void setTimeout (uint32_t) = delete;

private:
  int fd = -1;
};
