#pragma once

#include "check.h"

G_BEGIN_DECLS

/* The machine around the daemon: what starts it, and who may send. */
VbDoctorCheck vb_check_machine_rc_local;
VbDoctorCheck vb_check_machine_service;
VbDoctorCheck vb_check_machine_node_red;

/** Judges the rc.local at @path: whether it will start the daemon at boot. */
void vb_check_machine_rc_local_at (const char *path, VbReport *report);

/** Judges @link in /service: whether it leads to @folder, the service that was installed. */
void vb_check_machine_service_at (const char *link, const char *folder, VbReport *report);

G_END_DECLS
