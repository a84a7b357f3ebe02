#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What kind of value a key takes. */
typedef enum
{
  VB_KEY_TEXT,
  VB_KEY_LIST,    /* texts separated by `;` */
  VB_KEY_BOOLEAN, /* true or false */
  VB_KEY_SECONDS, /* decimal seconds, kept in µs */
  VB_KEY_INTEGER, /* decimal, or hexadecimal with 0x */
  VB_KEY_REAL,    /* NAN while it is not set */
  VB_KEY_WORD,    /* one of @words, kept as its place among them */
  VB_KEY_POINTS,  /* a curve, `3.45:100;3.55:0`; @minimum, @maximum and @unit are of the inputs */
} VbKeyKind;

/** The groups of the file. */
typedef enum
{
  VB_KEY_GROUP_HTTP,
  VB_KEY_GROUP_BUS,
  VB_KEY_GROUP_BATTERY, /* [battery] and [battery NAME] */
  VB_KEY_GROUP_PART,    /* [part NAME] and [part BATTERY/NAME] */
  VB_KEY_GROUP_LIMITS,  /* [limits] and [limits NAME], of the same battery */
  VB_KEY_GROUP_STATE,
} VbKeyGroup;

/** One row of the key table: the only place that knows a key, and what it is by default. */
typedef struct
{
  VbKeyGroup group;
  const char *key;
  VbKeyKind kind;
  gsize offset; /* in VbConfig, VbBatteryConfig or VbPartConfig */
  double minimum;
  double maximum;
  const char *unit;
  gboolean not_empty;       /* of VB_KEY_TEXT */
  const char *const *words; /* of VB_KEY_WORD, NULL-terminated */
  const char *by_default;   /* as it would be written in the file; NULL: not set */
  const char *description;
} VbKey;

extern const VbKey vb_keys[];
extern const guint vb_n_keys;

/** The group's name in the file: `http`, `bus`, `battery`, `part`, `limits`, `state`. */
const char *vb_key_group_name (VbKeyGroup group);

/** The key of @group, or NULL. */
const VbKey *vb_key_find (VbKeyGroup group, const char *key);

/** The key of @group that was probably meant, or NULL. */
const VbKey *vb_key_suggest (VbKeyGroup group, const char *key);

/**
 * Reads @text as @key's value into @target (a VbConfig, VbBatteryConfig or VbPartConfig).
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR that says what is allowed
 */
gboolean vb_key_read (const VbKey *key, const char *text, gpointer target, GError **error);

/** Whether @group is one of a single battery or part, of which there may be several. */
gboolean vb_key_group_is_several (VbKeyGroup group);

/** Reads what the keys of @group are by default, where the table says so, into @target. */
void vb_key_read_defaults (VbKeyGroup group, gpointer target);

/** Whether @key can change while the daemon runs: it is a member of VbBatteryLive. */
gboolean vb_key_is_live (const VbKey *key);

/** Whether @key has the same value in both targets. */
gboolean vb_key_equal (const VbKey *key, gconstpointer a, gconstpointer b);

/** Appends what @key allows, in words: `0.1 to 300 s`, `bms or monitor`. */
void vb_key_append_allowed (const VbKey *key, GString *text);

G_END_DECLS
