#pragma once

#include "battery-fixture.h"
#include "config/keys.h"

/* Sets the keys of [limits] that @description names, as in the file; what it does not name is as by
   default. */
static void G_GNUC_UNUSED
set_limits (Fixture *fixture, const char *description)
{
  g_auto (GStrv) words = split_words (description);

  vb_rules_config_init (&fixture->config.live.rules);
  for (guint i = 0; words[i] != NULL; i++) {
    char *value = strchr (words[i], '=');
    const VbKey *key;
    g_autoptr (GError) error = NULL;

    g_assert_nonnull (value);
    *value++ = '\0';
    key = vb_key_find (VB_KEY_GROUP_LIMITS, words[i]);
    g_assert_nonnull (key);
    vb_key_read (key, value, &fixture->config, &error);
    g_assert_no_error (error);
  }
}

/* A battery with the [limits] of @description. */
static void G_GNUC_UNUSED
restart_with (Fixture *fixture, const char *description)
{
  set_limits (fixture, description);
  restart (fixture);
}
