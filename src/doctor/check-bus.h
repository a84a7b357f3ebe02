#pragma once

#include "check.h"

G_BEGIN_DECLS

/* The bus, and Venus on it. */
VbDoctorCheck vb_check_bus_reached;
VbDoctorCheck vb_check_bus_settings;
VbDoctorCheck vb_check_bus_system;
VbDoctorCheck vb_check_bus_name;
VbDoctorCheck vb_check_bus_instance;
VbDoctorCheck vb_check_bus_monitor;
VbDoctorCheck vb_check_bus_bms;
VbDoctorCheck vb_check_bus_dvcc;
VbDoctorCheck vb_check_bus_feed_in;

G_END_DECLS
