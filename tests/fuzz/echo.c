/* In the place of a fuzz target: says which bytes it was given, for check-corpus.py. */
#include <stdio.h>

#include "fuzz.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  for (size_t i = 0; i < size; i++)
    printf ("%02x", data[i]);
  printf ("\n");

  return 0;
}
