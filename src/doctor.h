#pragma once

#include "options.h"

G_BEGIN_DECLS

/**
 * Prints what is right and what is wrong on this machine, a line for each check, in the form in which
 * it goes into a bug report. Nothing is changed, and nobody disturbed.
 *
 * Returns: VB_EXIT_OK where all is well
 */
VbExitStatus vb_doctor_run (const VbOptions *options);

G_END_DECLS
