#include "venus/settings-message.h"

#define FIRST "/Settings/Devices/httpbattery_shed/ClassAndVrmInstance"
#define SECOND "/Settings/Devices/httpbattery_shed/CustomName"

static const char *const paths[] = { FIRST, SECOND };

static void
test_arguments (void)
{
  static const char *const defaults[] = { "battery:100", "Shed" };
  g_autoptr (GVariant) arguments
      = g_variant_ref_sink (vb_settings_message_add_arguments (paths, defaults, 2));
  g_autofree char *printed = g_variant_print (arguments, TRUE);

  g_assert_cmpstr (printed, ==,
                   "([{'path': <'" FIRST "'>, 'default': <'battery:100'>}, "
                   "{'path': <'" SECOND "'>, 'default': <'Shed'>}],)");
}

static char **
read_added (const char *reply, GError **error)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (reply));

  return vb_settings_message_read_added (variant, paths, G_N_ELEMENTS (paths), error);
}

/* In whatever order they come, with whatever stands beside them. */
static void
test_added (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) kept = read_added ("([{'path': <'" SECOND "'>, 'error': <0>, 'value': <''>}, "
                                    "{'error': <0>, 'more': <7>, 'path': <'" FIRST
                                    "'>, 'value': <<'battery:7'>>}],)",
                                    &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (kept), ==, 2);
  g_assert_cmpstr (kept[0], ==, "battery:7");
  g_assert_cmpstr (kept[1], ==, "");
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_added ("([{'path': <'" FIRST "'>, 'error': <0>, 'value': <'battery:7'>}, "
                             "{'path': <'" SECOND "'>, 'error': <-5>}],)",
                             &error));
  g_assert_error (error, VB_SETTINGS_ERROR, VB_SETTINGS_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, SECOND " is refused with error -5");
}

static void
test_nonsense (void)
{
  static const char *const replies[] = {
    "(@aa{sv} [],)",
    "(0,)",
    "@() ()",
    "([{'path': <'" FIRST "'>, 'error': <0>, 'value': <'battery:7'>}],)",
    "([{'path': <'" FIRST "'>, 'error': <0>, 'value': <7>}, "
    "{'path': <'" SECOND "'>, 'error': <0>, 'value': <''>}],)",
    "([{'path': <7>, 'error': <'0'>}],)",
    "([{'path': <'" FIRST "'>, 'error': <0>}, {'path': <'" SECOND "'>, 'error': <0>}],)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (read_added (replies[i], &error));
    g_assert_error (error, VB_SETTINGS_ERROR, VB_SETTINGS_ERROR_ANSWER);
  }
}

static void
test_instance (void)
{
  static const char *const wrong[] = { "",           "100",         "battery",
                                       "battery:",   "battery: 7",  "battery:-1",
                                       "battery:7 ", "battery:0x7", "battery:7.0",
                                       "Battery:7",  "tank:7",      "battery:99999999999",
                                       "battery:+7" };
  g_autofree char *text = vb_settings_message_class_and_instance (0);
  int instance;

  g_assert_cmpstr (text, ==, "battery:0");
  g_assert_true (vb_settings_message_parse_instance (text, &instance));
  g_assert_cmpint (instance, ==, 0);
  g_assert_true (vb_settings_message_parse_instance ("battery:255", &instance));
  g_assert_cmpint (instance, ==, 255);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (vb_settings_message_parse_instance (wrong[i], &instance));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/settings-message/arguments", test_arguments);
  g_test_add_func ("/settings-message/added", test_added);
  g_test_add_func ("/settings-message/refused", test_refused);
  g_test_add_func ("/settings-message/nonsense", test_nonsense);
  g_test_add_func ("/settings-message/instance", test_instance);

  return g_test_run ();
}
