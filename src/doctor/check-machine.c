#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "check-machine.h"
#include "config/keys.h"

#define APP_FOLDER "/data/apps/dbus-virtual-battery"
#define RC_LOCAL "/data/rc.local"
#define SERVICE "/service/dbus-virtual-battery"

#define INSTALL "run " APP_FOLDER "/install.sh"

/* Whether the daemon is installed as on a GX device. Elsewhere there is no boot script to judge. */
static gboolean
is_installed_on_gx (const VbDoctorFacts *facts)
{
  return g_file_test ("/data", G_FILE_TEST_IS_DIR)
         && (facts->venus || g_file_test (APP_FOLDER, G_FILE_TEST_IS_DIR));
}

/* The number of the first line that is not a comment and names our folder; -1: there is none. */
static int
find_call (char **lines)
{
  for (int i = 0; lines[i] != NULL; i++)
    if (lines[i][strspn (lines[i], " \t")] != '#' && strstr (lines[i], APP_FOLDER "/") != NULL)
      return i;

  return -1;
}

/* The number of the first line that ends the script, or -1. An exit that is indented belongs to a
   condition and does not count. */
static int
find_exit (char **lines)
{
  for (int i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "exit") && strchr (" \t;\r", lines[i][4]) != NULL)
      return i;

  return -1;
}

/* Whether the program that the first line names, if it names one, is there to run the script. */
static gboolean
has_shell (const char *text)
{
  g_autofree char *shell = NULL;

  if (!g_str_has_prefix (text, "#!"))
    return TRUE;
  text += 2 + strspn (text + 2, " \t");
  shell = g_strndup (text, strcspn (text, " \t\n"));

  return g_file_test (shell, G_FILE_TEST_IS_EXECUTABLE);
}

static void
check_rc_local_text (const char *path, const char *text, VbReport *report)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const int leaves = find_exit (lines), call = find_call (lines);

  if (!has_shell (text))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s: the shell that its first line names is not there; correct that line", path);
  else if (call < 0)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s does not start the daemon at boot: its block is not there; " INSTALL, path);
  else if (leaves >= 0 && leaves < call)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s ends in line %d, before the block of the daemon; put that exit behind it",
                   path, leaves + 1);
  else
    vb_report_add (report, VB_FINDING_OK, "%s starts the daemon at boot", path);
}

void
vb_check_machine_rc_local_at (const char *path, VbReport *report)
{
  g_autofree char *disabled = g_strconcat (path, ".disabled", NULL);
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  struct stat status;

  if (!g_file_get_contents (path, &text, NULL, NULL) || stat (path, &status) != 0) {
    if (g_file_test (disabled, G_FILE_TEST_EXISTS))
      vb_report_add (
          report, VB_FINDING_FAIL,
          "boot scripts are switched off: %s is now %s; switch modifications on again in "
          "the support page of the GX",
          path, disabled);
    else
      vb_report_add (report, VB_FINDING_FAIL,
                     "%s is not there, so nothing starts at boot; " INSTALL, path);
    return;
  }
  if ((status.st_mode & S_IXUSR) == 0) {
    vb_report_add (report, VB_FINDING_FAIL, "%s is not executable; chmod 755 %s", path, path);
    return;
  }

  valid = g_utf8_make_valid (text, -1);
  check_rc_local_text (path, valid, report);
}

void
vb_check_machine_rc_local (const VbDoctorFacts *facts, VbReport *report)
{
  if (is_installed_on_gx (facts))
    vb_check_machine_rc_local_at (RC_LOCAL, report);
  else
    vb_report_add (report, VB_FINDING_NONE, "not installed as on a GX device");
}

void
vb_check_machine_service_at (const char *link, const char *folder, VbReport *report)
{
  g_autofree char *target = g_file_read_link (link, NULL);
  g_autofree char *run = g_build_filename (link, "run", NULL);

  if (g_strcmp0 (target, folder) == 0 && g_file_test (run, G_FILE_TEST_EXISTS))
    vb_report_add (report, VB_FINDING_OK, "%s is there", link);
  else if (target != NULL && strcmp (target, folder) != 0)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s leads to %s, so another program is started; remove it, then " INSTALL, link,
                   target);
  else if (target == NULL && g_file_test (link, G_FILE_TEST_EXISTS))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is no link to %s, so another program is started; remove it, then " INSTALL,
                   link, folder);
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is not there, so nobody starts the daemon; " INSTALL, link);
}

void
vb_check_machine_service (const VbDoctorFacts *facts, VbReport *report)
{
  if (is_installed_on_gx (facts))
    vb_check_machine_service_at (SERVICE, APP_FOLDER "/service", report);
  else
    vb_report_add (report, VB_FINDING_NONE, "not installed as on a GX device");
}

void
vb_check_machine_node_red (const VbDoctorFacts *facts, VbReport *report)
{
  if (facts->node_red == VB_NODE_RED_ANSWERS)
    vb_report_add (report, VB_FINDING_OK, "answers on this machine");
  else if (facts->node_red == VB_NODE_RED_FOREIGN)
    vb_report_add (report, facts->venus ? VB_FINDING_WARN : VB_FINDING_NONE,
                   "its port, 1880, is taken by somebody who does not answer as Node-RED does");
  else if (facts->venus)
    vb_report_add (report, VB_FINDING_WARN,
                   "is not running on this machine; if a flow is to send the records, switch it on "
                   "in Settings, Venus OS Large");
  else
    vb_report_add (report, VB_FINDING_NONE, "is not running on this machine");
}
