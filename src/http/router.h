#pragma once

#include "route.h"

G_BEGIN_DECLS

/** VbHttpRouter: the routing table: method and path to handler. */
typedef struct _VbHttpRouter VbHttpRouter;

VbHttpRouter *vb_http_router_new (void);
void vb_http_router_free (VbHttpRouter *router);

/** Adds @n_routes rows, which must stay, with the data that their handlers get. */
void vb_http_router_add (VbHttpRouter *router,
                         const VbHttpRoute *routes,
                         guint n_routes,
                         gpointer user_data);

/**
 * Finds the row for @method on @path.
 *
 * @user_data: set to the data of the row
 * @wildcard: cleared, then given what stands in place of `*`, as the row says
 * @allow: cleared, then given the methods of @path where @method is none of them; left empty where
 * there is no such path
 *
 * Returns: the row, or NULL
 */
const VbHttpRoute *vb_http_router_find (const VbHttpRouter *router,
                                        const char *method,
                                        const char *path,
                                        gpointer *user_data,
                                        GString *wildcard,
                                        GString *allow);

/** The path that was probably meant by one that there is not: one that is longer or misspelt, or
    has one of those that there are in it. NULL: none. Free with g_free(). */
char *vb_http_router_meant (const VbHttpRouter *router, const char *path);

/** Whether there are paths with one element more than @path. */
gboolean vb_http_router_has_below (const VbHttpRouter *router, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpRouter, vb_http_router_free)

G_END_DECLS
