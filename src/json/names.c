#include "names.h"

struct _VbJsonNames
{
  GArray *objects; /* of gsize: the length of the path to each, from the outermost on */
  GString *path;
};

VbJsonNames *
vb_json_names_new (void)
{
  VbJsonNames *names = g_new0 (VbJsonNames, 1);

  names->objects = g_array_new (FALSE, FALSE, sizeof (gsize));
  names->path = g_string_new (NULL);

  return names;
}

void
vb_json_names_free (VbJsonNames *names)
{
  g_array_unref (names->objects);
  g_string_free (names->path, TRUE);
  g_free (names);
}

void
vb_json_names_open (VbJsonNames *names)
{
  const gsize length = names->path->len;

  g_array_append_val (names->objects, length);
}

static gsize
innermost (const VbJsonNames *names)
{
  return g_array_index (names->objects, gsize, names->objects->len - 1);
}

void
vb_json_names_enter (VbJsonNames *names, const char *name)
{
  g_return_if_fail (names->objects->len > 0);

  g_string_truncate (names->path, innermost (names));
  if (names->objects->len > 1)
    g_string_append_c (names->path, '/');
  g_string_append (names->path, name);
}

void
vb_json_names_close (VbJsonNames *names)
{
  g_return_if_fail (names->objects->len > 0);

  g_string_truncate (names->path, innermost (names));
  g_array_set_size (names->objects, names->objects->len - 1);
}

const char *
vb_json_names_path (VbJsonNames *names)
{
  return names->objects->len > 0 ? names->path->str : NULL;
}
