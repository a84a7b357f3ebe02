#pragma once

#include <gio/gio.h>

#include "core/selection.h"
#include "core/value.h"

G_BEGIN_DECLS

/** Venus' services: docs/venus.md, "Names and instances" and "What Venus chooses". */
#define VB_DOCTOR_SURVEY_SETTINGS "com.victronenergy.settings"
#define VB_DOCTOR_SURVEY_SYSTEM "com.victronenergy.system"

/**
 * VbDoctorSurvey:
 *
 * Looks at a bus without taking part in it: it has no name, no object, no signal, and its calls
 * only read and start no service. It blocks, for each question a given time at most. A service that
 * has not answered in time is asked no more.
 */
typedef struct _VbDoctorSurvey VbDoctorSurvey;

/**
 * Connects to the bus that @bus means (vb_bus_address()).
 *
 * @patience: how long an answer is waited for, in ms
 *
 * Returns: NULL with @error set. Free with vb_doctor_survey_free().
 */
VbDoctorSurvey *vb_doctor_survey_new (const char *bus, guint patience, GError **error);
void vb_doctor_survey_free (VbDoctorSurvey *survey);

/** The address of the bus. */
const char *vb_doctor_survey_address (const VbDoctorSurvey *survey);

/** Whether @name is owned; FALSE also where the bus does not say. */
gboolean vb_doctor_survey_has (VbDoctorSurvey *survey, const char *name);

/** Whether @name was asked something and did not answer in time. */
gboolean vb_doctor_survey_is_silent (const VbDoctorSurvey *survey, const char *name);

/** The process that owns @name; 0 where the bus does not know. */
guint vb_doctor_survey_pid (VbDoctorSurvey *survey, const char *name);

/**
 * What @name says of its item @path: a number or a text. @value is overwritten; clear it.
 *
 * Returns: FALSE where there is no such item, it is invalid, or nothing is answered
 */
gboolean
vb_doctor_survey_value (VbDoctorSurvey *survey, const char *name, const char *path, VbValue *value);

/** The device instance that settings keeps for the battery @name, or -1. */
int vb_doctor_survey_instance (VbDoctorSurvey *survey, const char *name);

/** The names of all batteries on the bus. Free with g_strfreev(). */
char **vb_doctor_survey_batteries (VbDoctorSurvey *survey);

/** What com.victronenergy.system has chosen; vb_system_clear() it. */
VbSystem vb_doctor_survey_system (VbDoctorSurvey *survey);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbDoctorSurvey, vb_doctor_survey_free)

G_END_DECLS
