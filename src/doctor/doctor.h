#pragma once

#include "facts.h"

G_BEGIN_DECLS

/**
 * Prints what is right and what is wrong on this machine: a line for each check, fit for a bug
 * report. It changes nothing, and disturbs nobody.
 *
 * Returns: whether all is well, and could be printed
 */
gboolean vb_doctor_run (const VbDoctorOptions *options);

G_END_DECLS
