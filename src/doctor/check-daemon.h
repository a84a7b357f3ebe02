#pragma once

#include "check.h"

G_BEGIN_DECLS

/* The configuration, the daemon, and what it says. */
VbDoctorCheck vb_check_daemon_config;
VbDoctorCheck vb_check_daemon_listen;
VbDoctorCheck vb_check_daemon_answers;
VbDoctorCheck vb_check_daemon_state;
VbDoctorCheck vb_check_daemon_last_push;
VbDoctorCheck vb_check_daemon_checklist;

G_END_DECLS
