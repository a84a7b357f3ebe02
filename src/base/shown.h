#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Texts from outside, as they are shown: in a log line, in an answer, in a line on the bus. A line
 * break in them would forge a line, an escape sequence would act on the terminal, and a control
 * character of the writing direction would turn around what stands beside it.
 */

/** The first character of @text (UTF-8) that must not be shown as it is: C0 and C1 controls, DEL,
    the separators of lines and paragraphs, the controls of direction. 0: there is none. */
gunichar vb_shown_find_control (const char *text);

/**
 * Appends @raw as one line: what vb_shown_find_control() finds as `\u001b`, a byte that is not
 * UTF-8 as U+FFFD. What is longer than @max bytes then is cut at a character, and ends in an
 * ellipsis that counts; an escape is not cut. @max is at least 3.
 */
void vb_shown_append (GString *text, const char *raw, gsize max);

/** The same as a text of its own. Free with g_free(). */
char *vb_shown (const char *raw, gsize max);

G_END_DECLS
