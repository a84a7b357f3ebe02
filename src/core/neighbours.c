#include "neighbours.h"

typedef struct
{
  gboolean own;
  int instance;  /* -1: not known */
  int preferred; /* of our own ones; -1 */
  gboolean limits;
} Neighbour;

struct _VbNeighbours
{
  GTree *batteries; /* char *, a bus name → Neighbour; the same one is named each time */
};

static int
compare_names (gconstpointer a, gconstpointer b, gpointer unused)
{
  return g_strcmp0 (a, b);
}

VbNeighbours *
vb_neighbours_new (void)
{
  VbNeighbours *neighbours = g_new0 (VbNeighbours, 1);

  neighbours->batteries = g_tree_new_full (compare_names, NULL, g_free, g_free);

  return neighbours;
}

void
vb_neighbours_free (VbNeighbours *neighbours)
{
  g_tree_unref (neighbours->batteries);
  g_free (neighbours);
}

static Neighbour *
find (const VbNeighbours *neighbours, const char *service)
{
  return g_tree_lookup (neighbours->batteries, service);
}

static Neighbour *
enter (VbNeighbours *neighbours, const char *service)
{
  Neighbour *neighbour = find (neighbours, service);

  if (neighbour == NULL) {
    neighbour = g_new0 (Neighbour, 1);
    neighbour->instance = neighbour->preferred = -1;
    g_tree_insert (neighbours->batteries, g_strdup (service), neighbour);
  }

  return neighbour;
}

void
vb_neighbours_add_own (VbNeighbours *neighbours, const char *service, int preferred)
{
  Neighbour *neighbour = enter (neighbours, service);

  neighbour->own = TRUE;
  neighbour->preferred = preferred;
}

gboolean
vb_neighbours_is_own (const VbNeighbours *neighbours, const char *service)
{
  const Neighbour *neighbour = find (neighbours, service);

  return neighbour != NULL && neighbour->own;
}

void
vb_neighbours_set_instance (VbNeighbours *neighbours, const char *service, int instance)
{
  enter (neighbours, service)->instance = instance;
}

void
vb_neighbours_set_limits (VbNeighbours *neighbours, const char *service, gboolean limits)
{
  Neighbour *neighbour = find (neighbours, service);

  g_return_if_fail (neighbour != NULL);

  neighbour->limits = limits;
}

void
vb_neighbours_remove (VbNeighbours *neighbours, const char *service)
{
  g_tree_remove (neighbours->batteries, service);
}

/* What is looked for, and what was found. */
typedef struct
{
  const char *service; /* not this one */
  int instance;
  gboolean asked_for; /* an instance that is only asked for counts, too */
  const char *found;
} Search;

static gboolean
has_instance (gpointer name, gpointer value, gpointer user_data)
{
  const Neighbour *neighbour = value;
  Search *search = user_data;

  if (g_str_equal (name, search->service))
    return FALSE;
  if (neighbour->instance == search->instance
      || (search->asked_for && neighbour->preferred == search->instance))
    search->found = name;

  return search->found != NULL;
}

static const char *
find_instance (const VbNeighbours *neighbours, Search search)
{
  g_tree_foreach (neighbours->batteries, has_instance, &search);

  return search.found;
}

const char *
vb_neighbours_clash (const VbNeighbours *neighbours, const char *service, int instance)
{
  return instance < 0
             ? NULL
             : find_instance (neighbours, (Search){ .service = service, .instance = instance });
}

static gboolean
is_other_bms (gpointer name, gpointer value, gpointer user_data)
{
  const Neighbour *neighbour = value;
  const char **found = user_data;

  if (!neighbour->own && neighbour->limits)
    *found = name;

  return *found != NULL;
}

const char *
vb_neighbours_other_bms (const VbNeighbours *neighbours)
{
  const char *found = NULL;

  g_tree_foreach (neighbours->batteries, is_other_bms, &found);

  return found;
}

int
vb_neighbours_free_instance (const VbNeighbours *neighbours, const char *service, int preferred)
{
  for (int instance = preferred; instance <= VB_INSTANCE_MAX; instance++) {
    const Search search = { .service = service, .instance = instance, .asked_for = TRUE };

    if (find_instance (neighbours, search) == NULL)
      return instance;
  }

  return preferred;
}
