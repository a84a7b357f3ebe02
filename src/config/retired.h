#pragma once

#include "keys.h"

G_BEGIN_DECLS

/** A key of an earlier version. It is still read, with a warning. */
typedef struct
{
  VbKeyGroup group;
  const char *key;
  const char *successor;    /* the key that took its place */
  const char *const *words; /* what it allowed, NULL-terminated */
  const char *const *now;   /* what each of them is called today */
} VbRetiredKey;

/** The retired key of @group, or NULL. */
const VbRetiredKey *vb_config_retired_find (VbKeyGroup group, const char *key);

/**
 * What @text, a value of @retired, is as a value of its successor.
 *
 * Returns: NULL with an error in VB_CONFIG_ERROR that says what is allowed
 */
const char *vb_config_retired_value (const VbRetiredKey *retired, const char *text, GError **error);

G_END_DECLS
