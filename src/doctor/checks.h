#pragma once

#include "facts.h"
#include "report.h"

G_BEGIN_DECLS

/** One check: judges @facts, and says so in @report, in a line or, of several batteries, in some. */
typedef void VbDoctorCheck (const VbDoctorFacts *facts, VbReport *report);

/* doctor-daemon.c: the configuration, the daemon, and what it says. */
VbDoctorCheck vb_check_config;
VbDoctorCheck vb_check_listen;
VbDoctorCheck vb_check_daemon;
VbDoctorCheck vb_check_state;
VbDoctorCheck vb_check_last_push;

/* doctor-bus.c: the bus, and Venus on it. */
VbDoctorCheck vb_check_bus;
VbDoctorCheck vb_check_settings;
VbDoctorCheck vb_check_system;
VbDoctorCheck vb_check_name;
VbDoctorCheck vb_check_instance;
VbDoctorCheck vb_check_monitor;
VbDoctorCheck vb_check_bms;
VbDoctorCheck vb_check_dvcc;
VbDoctorCheck vb_check_feed_in;

/* doctor-machine.c: what is around it. */
VbDoctorCheck vb_check_rc_local;
VbDoctorCheck vb_check_service;
VbDoctorCheck vb_check_node_red;

/** Judges the rc.local at @path: whether it will start the daemon at boot. */
void vb_check_rc_local_at (const char *path, VbReport *report);

/** Judges @link in /service: whether it leads to @folder, the service that was installed. */
void vb_check_service_at (const char *link, const char *folder, VbReport *report);

/**
 * Appends what a reader of a bug report has to know first: program, machine, Venus version, and the
 * configuration without anything that could be a secret.
 *
 * @config_file: NULL: there is none
 */
void vb_doctor_head (const char *config_file, GString *text);

/** Appends the lines of a configuration file that set something; the value of a key that does not
    exist could be anything, and is left out. */
void vb_doctor_show_config (const char *config, GString *text);

G_END_DECLS
