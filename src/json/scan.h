#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbJsonScan:
 *
 * Reads the tokens of one JSON text, for json/reader. The text is UTF-8 without NUL bytes. Every
 * function leaves @at behind what it has read, or returns FALSE with @problem and @problem_at set;
 * nothing may be read after that.
 */
typedef struct
{
  const char *text;
  const char *end; /* behind the last byte; nothing there is read */
  const char *at;
  const char *problem; /* NULL: none so far; a sentence without its full stop */
  const char *problem_at;
  gboolean problem_is_end; /* the text ends where @problem expects something */
} VbJsonScan;

void vb_json_scan_init (VbJsonScan *scan, const char *text, gsize length);

/** The byte that comes next, '\0' at the end. */
static inline char
vb_json_scan_peek (const VbJsonScan *scan)
{
  return scan->at < scan->end ? *scan->at : '\0';
}

/** Skips the four characters that are white space in JSON. */
void vb_json_scan_space (VbJsonScan *scan);

/**
 * Reads the string whose opening quote comes next and appends its meaning to @decoded, unless that
 * is NULL; \u0000 is appended as those six characters, so that the rest is not lost.
 *
 * @nul: set to the first \u0000 in the text, or to NULL
 */
gboolean vb_json_scan_string (VbJsonScan *scan, GString *decoded, const char **nul);

/**
 * Reads the number whose sign or first digit comes next; its value is not looked at.
 *
 * @integer: whether it has neither point nor exponent
 */
gboolean vb_json_scan_number (VbJsonScan *scan, gboolean *integer);

/** Reads true, false or null. */
gboolean vb_json_scan_literal (VbJsonScan *scan);

/** Where @at is in the text; both count from 1, the column in characters. */
void vb_json_scan_position (const VbJsonScan *scan, const char *at, gsize *line, glong *column);

/** Sets the problem. Returns: FALSE */
gboolean vb_json_scan_fail (VbJsonScan *scan, const char *at, const char *problem);

/**
 * Sets a problem with what comes next: what is said of a habit of other languages found there, else
 * @expected. Returns: FALSE
 */
gboolean vb_json_scan_unexpected (VbJsonScan *scan, const char *expected);

G_END_DECLS
