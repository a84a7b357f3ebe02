#pragma once

#include "battery-config.h"

G_BEGIN_DECLS

/**
 * VbNeighbours:
 *
 * The batteries on the bus, by their bus names: those of others, and our own. One for all
 * batteries; the bus side keeps it up to date. An instance is what Venus knows a battery by, so two
 * with the same one are taken for each other.
 */
typedef struct _VbNeighbours VbNeighbours;

VbNeighbours *vb_neighbours_new (void);
void vb_neighbours_free (VbNeighbours *neighbours);

/** Enters a battery of our own, which asks for the instance @preferred; it stays. */
void vb_neighbours_add_own (VbNeighbours *neighbours, const char *service, int preferred);

/** Whether @service is the name of a battery of our own. */
gboolean vb_neighbours_is_own (const VbNeighbours *neighbours, const char *service);

/** Says that @service has @instance; -1: it is not known. One that is new is entered. */
void vb_neighbours_set_instance (VbNeighbours *neighbours, const char *service, int instance);

/** Says whether @service, which has been entered, has charge limits now, as only a BMS has. */
void vb_neighbours_set_limits (VbNeighbours *neighbours, const char *service, gboolean limits);

/** Forgets @service. */
void vb_neighbours_remove (VbNeighbours *neighbours, const char *service);

/** Another battery than @service with the instance @instance; NULL: there is none. */
const char *vb_neighbours_clash (const VbNeighbours *neighbours, const char *service, int instance);

/** A battery of others that has charge limits now; NULL: there is none. */
const char *vb_neighbours_other_bms (const VbNeighbours *neighbours);

/**
 * The first instance from @preferred on that no battery but @service has or asks for. Where there
 * is none up to VB_INSTANCE_MAX, @preferred.
 */
int
vb_neighbours_free_instance (const VbNeighbours *neighbours, const char *service, int preferred);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbNeighbours, vb_neighbours_free)

G_END_DECLS
