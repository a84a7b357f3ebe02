#include "retired.h"

#include "error.h"

static const char *const wrong_optional[] = { "drop", "refuse", NULL };
static const char *const wrong_fields[] = { "take", "refuse", NULL };

static const VbRetiredKey retired_keys[] = {
  { VB_KEY_GROUP_BATTERY, "wrong-optional", "wrong-fields", wrong_optional, wrong_fields },
};

const VbRetiredKey *
vb_config_retired_find (VbKeyGroup group, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (retired_keys); i++)
    if (retired_keys[i].group == group && g_str_equal (retired_keys[i].key, key))
      return &retired_keys[i];

  return NULL;
}

const char *
vb_config_retired_value (const VbRetiredKey *retired, const char *text, GError **error)
{
  g_autofree char *allowed = NULL;

  for (guint i = 0; retired->words[i] != NULL; i++)
    if (g_str_equal (retired->words[i], text))
      return retired->now[i];

  allowed = g_strjoinv (" or ", (char **)retired->words);
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE, "allowed is %s", allowed);

  return NULL;
}
