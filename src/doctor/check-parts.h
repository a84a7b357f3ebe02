#pragma once

#include "check.h"

G_BEGIN_DECLS

/* How each of several sources stands that make a battery together. */
VbDoctorCheck vb_check_parts;

G_END_DECLS
