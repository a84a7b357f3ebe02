#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbJsonNames:
 *
 * The path of names that leads through the objects that the reader is inside of to the member being
 * read. It is used for one text after the other and keeps what it has grown to.
 */
typedef struct _VbJsonNames VbJsonNames;

VbJsonNames *vb_json_names_new (void);
void vb_json_names_free (VbJsonNames *names);

/** An object begins, as a value of the member entered last. */
void vb_json_names_open (VbJsonNames *names);

/** Enters the next member of the innermost object. */
void vb_json_names_enter (VbJsonNames *names, const char *name);

/** The innermost object ends, or its reading; each one that was opened must be closed. */
void vb_json_names_close (VbJsonNames *names);

/**
 * The names of the members entered last, from the outermost object to the innermost, joined by '/'.
 *
 * Returns: (transfer none): NULL outside of all objects; valid until the next call
 */
const char *vb_json_names_path (VbJsonNames *names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbJsonNames, vb_json_names_free)

G_END_DECLS
