/*
 * Preloaded into the daemon, it puts the wall clock forward (or back) by as many seconds as the file
 * STEPPED_CLOCK holds, a binary int64. The monotonic clock is left alone. It is what `date -s` does,
 * for one process.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *step;

__attribute__ ((constructor)) static void
map_step (void)
{
  const int fd = open (getenv ("STEPPED_CLOCK"), O_RDONLY);
  void *page = mmap (NULL, sizeof *step, PROT_READ, MAP_SHARED, fd, 0);

  if (page == MAP_FAILED)
    abort ();
  step = page;
}

/* The system call itself: libc's function is the one replaced here. */
int
clock_gettime (clockid_t clock, struct timespec *now)
{
  const int result = (int)syscall (SYS_clock_gettime, clock, now);

  if (result == 0 && step != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += *step;

  return result;
}

int
gettimeofday (struct timeval *now, void *zone)
{
  struct timespec precise;

  clock_gettime (CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;

  return 0;
}

time_t
time (time_t *now)
{
  struct timespec precise;

  clock_gettime (CLOCK_REALTIME, &precise);
  if (now != NULL)
    *now = precise.tv_sec;

  return precise.tv_sec;
}
