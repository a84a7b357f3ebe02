#pragma once

/** What the process ends with; promised to supervisors and scripts. */
typedef enum
{
  VB_EXIT_OK = 0,      /* asked to stop */
  VB_EXIT_FAILURE = 1, /* anything not below */
  VB_EXIT_COMMAND_LINE = 2,
  VB_EXIT_CONFIGURATION = 3,
  VB_EXIT_LISTEN = 4,
  VB_EXIT_BUS = 5,        /* not reachable, or lost */
  VB_EXIT_NAME_TAKEN = 6, /* another process owns a battery's name */
  VB_EXIT_HUNG = 7,       /* the loop hung */
} VbExitStatus;
