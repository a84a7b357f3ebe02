#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What the battery waits for on its way to the bus. */
typedef enum
{
  VB_JOINING_NOTHING,
  VB_JOINING_SETTINGS,
  VB_JOINING_SYSTEM,
  VB_JOINING_NAME,
} VbJoining;

/** The word for @joining, or NULL for VB_JOINING_NOTHING. */
const char *vb_joining_name (VbJoining joining);

/** Where the battery stands on the bus: told by the bus side, shown by the HTTP side. */
typedef struct
{
  gboolean on_bus;
  VbJoining joining;
  char *service; /* bus name */
  int instance;  /* -1 while it is not known */
} VbPresence;

/** A battery that is not on the bus, of which nothing is known yet. */
#define VB_PRESENCE_INIT \
  {                      \
    .instance = -1       \
  }

/** Says where the battery stands; @service is copied. */
void vb_presence_set (
    VbPresence *presence, gboolean on_bus, VbJoining joining, const char *service, int instance);

/** Frees what @presence owns. */
void vb_presence_clear (VbPresence *presence);

G_END_DECLS
