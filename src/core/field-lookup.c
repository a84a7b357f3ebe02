#include "field-lookup.h"

#include <string.h>

#include "base/spelling.h"
#include "field-synonyms.h"
#include "field-table.h"

#define SUGGESTIONS_KEPT 64

/* What governs chargers is not to be guessed: a slip of one letter alone. */
#define LIMIT_NEAR 1

/* Every item, and every spelling that leads to one. Made once, never freed: the table is const. */
typedef struct
{
  GArray *items;      /* of VbItem */
  GHashTable *names;  /* spelling → item + 1 */
  GHashTable *groups; /* the beginnings of paths, with and without the first slash */
  guint known[VB_N_KNOWN];
} Names;

static void
add_spelling (Names *names, const char *spelling, guint item)
{
  g_hash_table_insert (names->names, (gpointer)spelling, GUINT_TO_POINTER (item + 1));
}

/* A family's pattern holds one %u; a single field has none. Not by printf(): at each start there
   are a thousand of them. */
static char *
fill_in (const char *pattern, const char *member)
{
  const char *at = strstr (pattern, "%u");
  g_autofree char *before = NULL;

  if (at == NULL)
    return g_strdup (pattern);

  before = g_strndup (pattern, (gsize)(at - pattern));

  return g_strconcat (before, member, at + strlen ("%u"), NULL);
}

static void
add_groups (Names *names, const char *path)
{
  for (const char *end = strchr (path + 1, '/'); end != NULL; end = strchr (end + 1, '/')) {
    char *group = g_strndup (path, (gsize)(end - path));

    if (g_hash_table_contains (names->groups, group))
      g_free (group);
    else {
      g_hash_table_add (names->groups, group);
      g_hash_table_add (names->groups, group + 1);
    }
  }
}

static void
add_item (Names *names, const VbField *field, guint member)
{
  const guint item = names->items->len;
  VbItem made = { .field = field, .member = member };
  g_auto (GStrv) aliases = g_strsplit (field->aliases != NULL ? field->aliases : "", " ", -1);
  char number[16];

  g_snprintf (number, sizeof number, "%u", member);
  made.name = fill_in (field->name, number);
  made.path = fill_in (field->path, number);
  g_array_append_val (names->items, made);

  add_spelling (names, made.name, item);
  add_spelling (names, made.path, item);
  add_spelling (names, made.path + 1, item);
  add_groups (names, made.path);
  if (g_str_has_prefix (made.path, "/Dc/0/")) {
    char *nested = g_strconcat ("/Dc/", made.path + strlen ("/Dc/0/"), NULL);

    add_spelling (names, nested, item);
    add_spelling (names, nested + 1, item);
  }
  for (guint i = 0; aliases[i] != NULL; i++)
    if (*aliases[i] != '\0')
      add_spelling (names, fill_in (aliases[i], number), item);
}

static gpointer
make_names (gpointer unused)
{
  Names *names = g_new0 (Names, 1);

  names->items = g_array_new (FALSE, FALSE, sizeof (VbItem));
  names->names = g_hash_table_new (g_str_hash, g_str_equal);
  names->groups = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < vb_n_fields; i++) {
    const VbField *field = &vb_fields[i];

    names->known[field->known] = names->items->len;
    for (guint j = 0; j < MAX (field->count, 1); j++)
      add_item (names, field, field->first + j * field->step);
  }

  return names;
}

static const Names *
get_names (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_names, NULL);
}

guint
vb_item_count (void)
{
  return get_names ()->items->len;
}

const VbItem *
vb_item (guint item)
{
  const Names *names = get_names ();

  g_return_val_if_fail (item < names->items->len, NULL);

  return &g_array_index (names->items, VbItem, item);
}

gboolean
vb_item_is_row (guint item)
{
  return item == 0 || vb_item (item)->field != vb_item (item - 1)->field;
}

guint
vb_item_known (VbKnown known)
{
  g_return_val_if_fail (known > VB_KNOWN_NONE && known < VB_N_KNOWN, 0);

  return get_names ()->known[known];
}

gboolean
vb_item_find (const char *spelling, guint *item)
{
  const guint found = GPOINTER_TO_UINT (g_hash_table_lookup (get_names ()->names, spelling));

  if (found == 0)
    return FALSE;

  *item = found - 1;

  return TRUE;
}

gboolean
vb_item_is_group (const char *spelling)
{
  return g_hash_table_contains (get_names ()->groups, spelling);
}

static const char *
nearest_spelling (const char *spelling)
{
  const gboolean is_path = strchr (spelling, '/') != NULL;
  guint nearest = 1 + (guint)strlen (spelling) / 4;
  const char *meant = NULL;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, get_names ()->names);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const VbItem *item = vb_item (GPOINTER_TO_UINT (value) - 1);
    const char *offered = key;
    guint distance;

    /* Offer what was asked for: a path for a path, with or without its first slash. */
    if (item->field->group == VB_GROUP_IDENTITY || (strchr (offered, '/') != NULL) != is_path
        || (*offered == '/') != (*spelling == '/') || !vb_spelling_same_numbers (spelling, offered))
      continue;

    /* Among equals always the same one, however the hash table is ordered. */
    distance = vb_spelling_distance (spelling, offered, nearest);
    if (item->field->group == VB_GROUP_LIMIT && distance > LIMIT_NEAR)
      continue;
    if (distance < nearest
        || (distance == nearest && (meant == NULL || strcmp (offered, meant) < 0))) {
      nearest = distance;
      meant = offered;
    }
  }

  return meant;
}

/* Returns: (transfer full): NULL where nothing is like it */
static char *
find_meant (const char *spelling)
{
  g_autofree char *synonym = vb_field_synonyms_find (spelling);
  guint item;

  if (synonym != NULL && vb_item_find (synonym, &item))
    return g_steal_pointer (&synonym);

  return g_strdup (nearest_spelling (spelling));
}

char *
vb_item_suggest (const char *spelling)
{
  /* A source sends the same wrong name with every record, and every name there is is looked at for
     it. */
  static GHashTable *found; /* what was asked → what was meant, or NULL */
  gpointer meant;

  if (strlen (spelling) > VB_SPELLING_MAX)
    return NULL;

  if (found == NULL)
    found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_lookup_extended (found, spelling, NULL, &meant))
    return g_strdup (meant);

  if (g_hash_table_size (found) == SUGGESTIONS_KEPT)
    g_hash_table_remove_all (found);
  meant = find_meant (spelling);
  g_hash_table_insert (found, g_strdup (spelling), meant);

  return g_strdup (meant);
}
