#include "names.h"

#include <string.h>

typedef struct
{
  guint hash;
  gsize offset; /* in names */
} Member;

typedef struct
{
  guint first_member;
  gsize first_name;
  gsize path_length; /* of the path to the object itself */
} Object;

struct _VbJsonNames
{
  GArray *objects; /* of Object, from the outermost to the innermost */
  GArray *members; /* of Member, those of all objects in the order of the text */
  GString *names;  /* those of the members, each with its terminator */
  GString *path;
};

VbJsonNames *
vb_json_names_new (void)
{
  VbJsonNames *names = g_new0 (VbJsonNames, 1);

  names->objects = g_array_new (FALSE, FALSE, sizeof (Object));
  names->members = g_array_new (FALSE, FALSE, sizeof (Member));
  names->names = g_string_new (NULL);
  names->path = g_string_new (NULL);

  return names;
}

void
vb_json_names_free (VbJsonNames *names)
{
  g_array_unref (names->objects);
  g_array_unref (names->members);
  g_string_free (names->names, TRUE);
  g_string_free (names->path, TRUE);
  g_free (names);
}

void
vb_json_names_open (VbJsonNames *names)
{
  const Object object = {
    .first_member = names->members->len,
    .first_name = names->names->len,
    .path_length = names->path->len,
  };

  g_array_append_val (names->objects, object);
}

gboolean
vb_json_names_enter (VbJsonNames *names, const char *name)
{
  const Object *object;
  const Member member = { .hash = g_str_hash (name), .offset = names->names->len };
  gboolean is_new = TRUE;

  g_return_val_if_fail (names->objects->len > 0, FALSE);

  object = &g_array_index (names->objects, Object, names->objects->len - 1);
  for (guint i = object->first_member; i < names->members->len && is_new; i++) {
    const Member *other = &g_array_index (names->members, Member, i);

    is_new = other->hash != member.hash || !g_str_equal (names->names->str + other->offset, name);
  }

  g_array_append_val (names->members, member);
  g_string_append_len (names->names, name, (gssize)strlen (name) + 1);

  g_string_truncate (names->path, object->path_length);
  if (names->objects->len > 1)
    g_string_append_c (names->path, '/');
  g_string_append (names->path, name);

  return is_new;
}

void
vb_json_names_close (VbJsonNames *names)
{
  const Object *object;

  g_return_if_fail (names->objects->len > 0);

  object = &g_array_index (names->objects, Object, names->objects->len - 1);
  g_array_set_size (names->members, object->first_member);
  g_string_truncate (names->names, object->first_name);
  g_string_truncate (names->path, object->path_length);
  g_array_set_size (names->objects, names->objects->len - 1);
}

const char *
vb_json_names_path (VbJsonNames *names)
{
  return names->objects->len > 0 ? names->path->str : NULL;
}
