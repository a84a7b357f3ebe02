// As much of ESPHome as the lambdas of docs/recipes use. A number goes into the JSON as ArduinoJson
// writes it: NaN as null.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#define id(name) name

struct Sensor
{
  float state;
};

struct HttpContainer
{
  int status_code;
};

class JsonObject {
public:
  class Member {
  public:
    Member (std::string &text, const char *name) : text (text), name (name)
    {
    }

    void
    operator= (double value)
    {
      char digits[64];
      snprintf (digits, sizeof digits, std::isnan (value) ? "null" : "%.9g", value);
      text += (text.empty () ? "{\"" : ",\"") + name + "\":" + digits;
    }

  private:
    std::string &text;
    std::string name;
  };

  Member
  operator[] (const char *name)
  {
    return Member (text, name);
  }
  std::string
  json () const
  {
    return text + "}";
  }

private:
  std::string text;
};
