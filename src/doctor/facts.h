#pragma once

#include "client.h"
#include "config/config.h"
#include "core/selection.h"

G_BEGIN_DECLS

/** Where to look, as the command line says: NULL is what the daemon takes by itself. */
typedef struct
{
  const char *config; /* file */
  const char *bus;
  const char *const *listen; /* addresses */
} VbDoctorOptions;

/** Who is at an address that the daemon is to listen on. */
typedef enum
{
  VB_PORT_FREE,      /* nobody listens */
  VB_PORT_OURS,      /* the daemon answers */
  VB_PORT_LOCKED,    /* somebody answers who wants another token */
  VB_PORT_FOREIGN,   /* another program */
  VB_PORT_SILENT,    /* whoever it is does not answer in time */
  VB_PORT_DENIED,    /* this user may not ask */
  VB_PORT_ELSEWHERE, /* the address is none of this machine's */
  VB_PORT_ANY,       /* port 0: only the log of the daemon knows */
} VbPort;

typedef struct
{
  const char *address; /* of the configuration */
  VbPort port;
} VbListenFacts;

/** Who is at the port of Node-RED. */
typedef enum
{
  VB_NODE_RED_NONE,    /* nobody listens */
  VB_NODE_RED_ANSWERS, /* it does */
  VB_NODE_RED_FOREIGN, /* somebody who does not answer as it does */
} VbNodeRed;

typedef struct
{
  const VbBatteryConfig *config;
  char *service;           /* its name on the bus */
  gboolean owned;          /* somebody has that name: */
  guint pid;               /* 0: not known */
  char *program;           /* NULL: it does not say */
  char *version;           /* the same */
  int kept_instance;       /* in settings; -1: none */
  VbBatteryAnswer *answer; /* of the running daemon; NULL: none */
  guint status;            /* of that answer; 0: none */
  GPtrArray *checklist;    /* of VbChecklistLine: what the running daemon says; NULL: nothing */
} VbBatteryFacts;

/** VbDoctorFacts: what was found, before anybody judges it. */
typedef struct
{
  gboolean venus;     /* this is a Venus device */
  VbConfig *config;   /* NULL: wrong */
  char *config_error; /* then: what is wrong */
  char *bus;          /* its address; NULL: not reached */
  char *bus_error;    /* then: why */
  gboolean settings;  /* com.victronenergy.settings is on the bus */
  gboolean feed_in;   /* DC-coupled feed-in is on in it */
  VbSystem system;
  VbNeighbours *neighbours; /* the batteries on the bus */
  gboolean silent_settings; /* it is there, and does not answer */
  gboolean silent_system;   /* the same */
  GArray *listens;          /* of VbListenFacts */
  GArray *batteries;        /* of VbBatteryFacts; empty where the configuration is wrong */
  VbNodeRed node_red;
} VbDoctorFacts;

/**
 * Looks at everything without changing anything: it claims no name and listens on nothing. An
 * answer is waited for 2 s.
 *
 * Returns: (transfer full)
 */
VbDoctorFacts *vb_doctor_facts_new (const VbDoctorOptions *options);

/** Facts about nothing, to be filled in. */
VbDoctorFacts *vb_doctor_facts_new_empty (void);
void vb_doctor_facts_free (VbDoctorFacts *facts);

/** Whether the running daemon answers at one of the addresses. @address (may be NULL) is set to
    it. */
gboolean vb_doctor_facts_has_daemon (const VbDoctorFacts *facts, const char **address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbDoctorFacts, vb_doctor_facts_free)

G_END_DECLS
