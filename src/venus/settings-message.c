#include "settings-message.h"

#include <string.h>

#include "bus/value.h"

#define CLASS "battery:"

G_DEFINE_QUARK (vb_settings_error, vb_settings_error)

GVariant *
vb_settings_message_add_arguments (const char *const *paths, const char *const *defaults, guint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < n; i++) {
    g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add (&builder, "{sv}", "path", g_variant_new_string (paths[i]));
    g_variant_builder_add (&builder, "{sv}", "default", g_variant_new_string (defaults[i]));
    g_variant_builder_close (&builder);
  }

  return g_variant_new ("(aa{sv})", &builder);
}

char *
vb_settings_message_text (GVariant *boxed)
{
  g_autoptr (GVariant) value = vb_bus_value_unbox (boxed);

  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : NULL;
}

/* The result for @path among @results, or NULL. */
static GVariant *
find_result (GVariant *results, const char *path)
{
  for (gsize i = 0; i < g_variant_n_children (results); i++) {
    g_autoptr (GVariant) result = g_variant_get_child_value (results, i);
    const char *about;

    if (g_variant_lookup (result, "path", "&s", &about) && g_str_equal (about, path))
      return g_steal_pointer (&result);
  }

  return NULL;
}

static char *
read_result (GVariant *results, const char *path, GError **error)
{
  g_autoptr (GVariant) result = find_result (results, path);
  g_autoptr (GVariant) boxed = NULL;
  char *text = NULL;
  gint32 code = 0;

  if (result != NULL && g_variant_lookup (result, "error", "i", &code) && code != 0) {
    g_set_error (error, VB_SETTINGS_ERROR, VB_SETTINGS_ERROR_REFUSED, "%s is refused with error %d",
                 path, code);
    return NULL;
  }

  if (result != NULL)
    boxed = g_variant_lookup_value (result, "value", NULL);
  if (boxed != NULL)
    text = vb_settings_message_text (boxed);
  if (text == NULL)
    g_set_error (error, VB_SETTINGS_ERROR, VB_SETTINGS_ERROR_ANSWER, "no text was answered for %s",
                 path);

  return text;
}

char **
vb_settings_message_read_added (GVariant *reply, const char *const *paths, guint n, GError **error)
{
  g_autoptr (GVariant) results = NULL;
  g_auto (GStrv) texts = NULL;

  if (!g_variant_is_of_type (reply, G_VARIANT_TYPE ("(aa{sv})"))) {
    g_set_error (error, VB_SETTINGS_ERROR, VB_SETTINGS_ERROR_ANSWER,
                 "AddSettings answered %s, needed is (aa{sv})", g_variant_get_type_string (reply));
    return NULL;
  }

  results = g_variant_get_child_value (reply, 0);
  texts = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++) {
    texts[i] = read_result (results, paths[i], error);
    if (texts[i] == NULL)
      return NULL;
  }

  return g_steal_pointer (&texts);
}

char *
vb_settings_message_class_and_instance (int instance)
{
  return g_strdup_printf (CLASS "%d", instance);
}

gboolean
vb_settings_message_parse_instance (const char *text, int *instance)
{
  guint64 number;

  if (!g_str_has_prefix (text, CLASS)
      || !g_ascii_string_to_unsigned (text + strlen (CLASS), 10, 0, G_MAXINT32, &number, NULL))
    return FALSE;

  *instance = (int)number;

  return TRUE;
}
