#pragma once

#include "facts.h"
#include "report.h"

G_BEGIN_DECLS

/** One check: judges @facts and says so in @report, in one line, or in one for each battery. */
typedef void VbDoctorCheck (const VbDoctorFacts *facts, VbReport *report);

G_END_DECLS
