#include "state/capture-file.h"

#include <glib/gstdio.h>
#include <string.h>

#include "json/intake.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define REQUIRED                                      \
  "{\"Soc\":63.5,\"Voltage\":52.7,\"Current\":-12.3," \
  "\"MaxChargeVoltage\":55.2,\"MaxChargeCurrent\":100,\"MaxDischargeCurrent\":150}"

typedef struct
{
  GPtrArray *batteries;
  VbBattery *battery;
  VbIntake *intake;
  VbCapture *capture;
  GString *text;
} Fixture;

static void
add_battery (Fixture *fixture, const char *name)
{
  g_auto (VbBatteryConfig) config;

  vb_battery_config_init (&config, name);
  g_ptr_array_add (fixture->batteries, vb_battery_new (&config, START));
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  add_battery (fixture, "virtual");
  add_battery (fixture, "shed");
  fixture->battery = fixture->batteries->pdata[0];
  fixture->intake = vb_intake_new ();
  fixture->capture = vb_capture_new (fixture->batteries, "[battery]\n");
  fixture->text = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_capture_free (fixture->capture);
  vb_intake_free (fixture->intake);
  g_ptr_array_unref (fixture->batteries);
  g_string_free (fixture->text, TRUE);
}

static void
push_bytes (Fixture *fixture, const char *source, gint64 time, const char *body, gsize length)
{
  const VbDelivery delivery = { .source = source, .now = START + time };

  vb_intake_read (fixture->intake, fixture->battery, &delivery, body, length);
}

static void
push (Fixture *fixture, const char *source, gint64 time, const char *body)
{
  push_bytes (fixture, source, time, body, strlen (body));
}

static gint64
write_all (Fixture *fixture, gint64 time)
{
  g_string_truncate (fixture->text, 0);

  return vb_capture_write (fixture->capture, START + time, fixture->text);
}

/* Asserts that the line @number has @part. */
static void
assert_line (const Fixture *fixture, guint number, const char *part)
{
  g_auto (GStrv) lines = g_strsplit (fixture->text->str, "\n", -1);

  g_assert_cmpuint (number, <, g_strv_length (lines) - 1);
  if (strstr (lines[number], part) == NULL)
    g_error ("no %s in line %u of:\n%s", part, number, fixture->text->str);
}

static void
assert_n_lines (const Fixture *fixture, guint n)
{
  g_auto (GStrv) lines = g_strsplit (fixture->text->str, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines) - 1, ==, n);
}

static void
test_lines (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (write_all (fixture, 0), ==, 0);
  assert_n_lines (fixture, 1);

  push (fixture, "192.0.2.7", SECOND, REQUIRED);
  push (fixture, "192.0.2.8", 2 * SECOND, "{\"Soc\":\"high\"}");
  push (fixture, "192.0.2.7", 3 * SECOND, "nothing");
  vb_battery_tick (fixture->battery, START + 11 * SECOND);
  vb_battery_delete (fixture->battery, START + 12 * SECOND);
  g_assert_cmpint (write_all (fixture, 13 * SECOND), ==, 12 * SECOND);

  assert_line (fixture, 0, "{\"capture\":1,\"version\":\"");
  assert_line (fixture, 0, "\"t\":1001000000,");
  assert_line (fixture, 0, "\"batteries\":[\"virtual\",\"shed\"]");
  assert_line (fixture, 0, "\"configuration\":\"[battery]\\n\"}");
  assert_line (fixture, 1, "{\"t\":1001000000,\"battery\":\"virtual\",\"entered\":\"live\"}");
  assert_line (fixture, 2, "\"sender\":1,\"method\":\"POST\",\"body\":\"{\\\"Soc\\\":63.5,");
  assert_line (fixture, 2, "\"status\":202,\"state\":\"live\"}");
  assert_line (fixture, 3, "\"sender\":2,");
  assert_line (fixture, 3, "\"status\":422,\"state\":\"live\",\"errors\":[{\"field\":\"Soc\"");
  assert_line (fixture, 4, "\"body\":\"nothing\",\"status\":400");
  assert_line (fixture, 5, "\"entered\":\"late\",\"reason\":\"");
  assert_line (fixture, 6, "\"method\":\"DELETE\"}");
  assert_line (fixture, 7, "\"entered\":\"gone\"");
  assert_n_lines (fixture, 8);

  /* Neither of the two addresses. */
  g_assert_null (strstr (fixture->text->str, "192.0.2"));
}

/* A check changes nothing, and is not part of what came. */
static void
test_check (Fixture *fixture, gconstpointer unused)
{
  const VbDelivery delivery = { .source = "192.0.2.7", .now = START, .check = TRUE };

  vb_intake_read (fixture->intake, fixture->battery, &delivery, REQUIRED, strlen (REQUIRED));
  write_all (fixture, 0);
  assert_n_lines (fixture, 1);
}

/* SetValue brings no body. */
static void
test_written (Fixture *fixture, gconstpointer unused)
{
  const VbDelivery delivery = { .source = ":1.5", .now = START + SECOND };
  VbRecord *record = vb_intake_begin (fixture->intake);

  vb_record_add_number (record, "/Soc", 63.25);
  vb_record_add_text (record, "/Info/ChargeMode", "Bulk");
  vb_intake_take (fixture->intake, fixture->battery, &delivery);
  write_all (fixture, SECOND);
  assert_line (fixture, 1,
               "\"body\":\"{\\\"/Soc\\\":63.25,\\\"/Info/ChargeMode\\\":\\\"Bulk\\\"}\"");
}

/* Bytes that are no text, and a NUL, stay what they were. */
static void
test_bytes (Fixture *fixture, gconstpointer unused)
{
  static const char body[] = "{\"Soc\":\"\xff\"}";

  push (fixture, "192.0.2.7", SECOND, body);
  push_bytes (fixture, "192.0.2.7", SECOND, "{\0}", 3);
  write_all (fixture, SECOND);
  assert_line (fixture, 1, "\"base64\":\"eyJTb2MiOiL/In0=\",\"status\":400");
  assert_line (fixture, 2, "\"base64\":\"ewB9\",\"status\":400");
}

static void
test_secrets (Fixture *fixture, gconstpointer unused)
{
  vb_capture_hide (fixture->capture, NULL);
  vb_capture_hide (fixture->capture, "");
  vb_capture_hide (fixture->capture, "first-token-of-mine");
  push (fixture, "192.0.2.7", SECOND,
        "{\"Soc\":50,\"note\":\"first-token-of-mine and second-token-of-mine\"}");
  vb_capture_hide (fixture->capture, "second-token-of-mine");
  write_all (fixture, SECOND);
  assert_line (fixture, 1, "\\\"note\\\":\\\"*** and ***\\\"");
  g_assert_null (strstr (fixture->text->str, "token-of-mine"));
}

/* Neither in what is said of the record, nor in bytes that are no text. */
static void
test_secrets_that_are_quoted (Fixture *fixture, gconstpointer unused)
{
  vb_capture_hide (fixture->capture, "token-of-mine");
  push (fixture, "192.0.2.7", SECOND, "{\"Soc\":\"token-of-mine\",\"token-of-mine\":1}");
  push (fixture, "192.0.2.7", SECOND, "token-of-mine\xff");
  write_all (fixture, SECOND);
  assert_line (fixture, 1, "Soc is the text \\\"***\\\"");
  g_assert_null (strstr (fixture->text->str, "token-of-mine"));
  assert_line (fixture, 2, "\"base64\":\"Kioq/w==\"");
}

/* What is written is bounded as what is kept is, whatever the bodies are. */
static void
test_bounded (Fixture *fixture, gconstpointer unused)
{
  static const char *const kinds[] = { "\x01", "\t", "{\"Soc\":50}" };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    g_autoptr (GString) body = g_string_new (kinds[kind]);

    while (body->len < 16000)
      g_string_append (body, kind < 2 ? kinds[kind] : " ");
    for (gint64 i = 0; i < 1000; i++)
      push (fixture, "192.0.2.7", i * SECOND, body->str);
    write_all (fixture, 1000 * SECOND);
    g_assert_cmpuint (fixture->text->len, <, 5 * VB_CAPTURE_SIZE);
  }
}

/* The head has what was in force with the first line, and what came since stands where it came. */
static void
test_configurations (Fixture *fixture, gconstpointer unused)
{
  vb_capture_configured (fixture->capture, "[battery]\nwarn-after=1\n", START + SECOND);
  push (fixture, "192.0.2.7", 2 * SECOND, REQUIRED);
  vb_capture_configured (fixture->capture, "[battery]\nwarn-after=2\n", START + 3 * SECOND);
  push (fixture, "192.0.2.7", 4 * SECOND, "{\"Soc\":50}");
  write_all (fixture, 5 * SECOND);
  assert_line (fixture, 0, "warn-after=1");
  assert_line (fixture, 3, "\"t\":1003000000,\"digest\":\"");
  assert_line (fixture, 3, "warn-after=2");
  assert_line (fixture, 4, "\\\"Soc\\\":50");
  assert_n_lines (fixture, 5);
}

/* As long as the ring is, of what it forgot nothing is left. */
static void
test_forgotten (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *name = g_strnfill (2000, 'n');
  gint64 i = 0;

  for (; i < 1500; i++) {
    g_autofree char *body = g_strdup_printf ("{\"%s%d\":1}", name, (int)i);

    push (fixture, "192.0.2.7", i * SECOND, body);
    if (i == 100)
      vb_capture_configured (fixture->capture, "[battery]\nwarn-after=3\n", START + i * SECOND);
  }
  vb_capture_configured (fixture->capture, "[battery]\nwarn-after=4\n", START + i * SECOND);
  g_assert_cmpint (write_all (fixture, i * SECOND), <, 1250 * SECOND);
  assert_line (fixture, 0, "warn-after=3");
  g_assert_null (strstr (fixture->text->str, "n100\\\""));
  g_assert_nonnull (strstr (fixture->text->str, "n1499\\\""));
}

/* More senders than have a number. */
static void
test_senders (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 300; i++) {
    g_autofree char *address = g_strdup_printf ("192.0.2.7.%u", i);

    push (fixture, address, SECOND, "{\"Soc\":50}");
  }
  write_all (fixture, SECOND);
  assert_line (fixture, 1, "\"sender\":1,");
  assert_line (fixture, 255, "\"sender\":255,");
  assert_line (fixture, 256, "\"sender\":0,");
}

static char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* The file has what the ring has, and what has become long is set aside, a capture by itself. */
static void
test_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("test-capture-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "capture.jsonl", NULL);
  g_autofree char *first = g_strconcat (path, ".1", NULL);
  g_autofree char *last = NULL, *before = NULL;
  VbCaptureFile *file;

  g_assert_no_error (error);
  g_file_set_contents (path, "of an earlier run\n", -1, &error);
  g_assert_no_error (error);
  file = vb_capture_file_new (fixture->capture, path, 2000, &error);
  g_assert_no_error (error);
  before = read_file (first);
  g_assert_cmpstr (before, ==, "of an earlier run\n");
  for (gint64 i = 0; i < 12; i++)
    push (fixture, "192.0.2.7", i * SECOND, REQUIRED);
  vb_capture_file_free (file);

  /* Nothing more comes after it. */
  push (fixture, "192.0.2.7", 20 * SECOND, REQUIRED);
  last = read_file (path);
  g_assert_cmpuint (strlen (last), <=, 2000);
  g_assert_true (g_str_has_prefix (last, "{\"capture\":1,"));
  g_assert_nonnull (strstr (last, "{\"t\":1011000000,"));
  g_assert_null (strstr (last, "{\"t\":1020000000,"));
  g_free (g_steal_pointer (&before));
  before = read_file (first);
  g_assert_true (g_str_has_prefix (before, "{\"capture\":1,"));
  g_assert_null (strstr (before, "{\"t\":1011000000,"));
  for (guint i = 0; i <= 7; i++) {
    g_autofree char *old = i > 0 ? g_strdup_printf ("%s.%u", path, i) : g_strdup (path);

    g_unlink (old);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_no_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vb_capture_file_new (fixture->capture, "/nowhere/at/all", 2000, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_true (g_str_has_prefix (error->message, "/nowhere/at/all: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, test_) g_test_add ("/capture/" path_, Fixture, NULL, set_up, test_, tear_down)
  ADD ("lines", test_lines);
  ADD ("check", test_check);
  ADD ("written", test_written);
  ADD ("bytes", test_bytes);
  ADD ("secrets", test_secrets);
  ADD ("secrets-that-are-quoted", test_secrets_that_are_quoted);
  ADD ("bounded", test_bounded);
  ADD ("configurations", test_configurations);
  ADD ("forgotten", test_forgotten);
  ADD ("senders", test_senders);
  ADD ("file", test_file);
  ADD ("no-file", test_no_file);

  return g_test_run ();
}
