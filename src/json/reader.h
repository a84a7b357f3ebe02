#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VB_JSON_READER_ERROR vb_json_reader_error_quark ()
GQuark vb_json_reader_error_quark (void);

typedef enum
{
  VB_JSON_READER_ERROR_SYNTAX, /* not RFC 8259 */
  VB_JSON_READER_ERROR_DEPTH,  /* nested too deep */
} VbJsonReaderError;

/** How deep objects and arrays may be nested. */
#define VB_JSON_DEPTH_MAX 8

/** What a value is, or that an array or object ends. */
typedef enum
{
  VB_JSON_NULL,
  VB_JSON_FALSE,
  VB_JSON_TRUE,
  VB_JSON_NUMBER,
  VB_JSON_TEXT,
  VB_JSON_ARRAY,
  VB_JSON_OBJECT,
  VB_JSON_END,
} VbJsonKind;

/** What is well-formed and yet no value. */
typedef enum
{
  VB_JSON_FAULT_NONE,
  VB_JSON_FAULT_INTEGER, /* an integer beyond ±2⁵³ */
  VB_JSON_FAULT_REAL,    /* a number that no double holds */
  VB_JSON_FAULT_NUL,     /* a text with \u0000, which stands in it as those six characters */
} VbJsonFault;

/** A value, as it stands in the text. All of it is valid during the call alone. */
typedef struct
{
  VbJsonKind kind;
  const char *path; /* the names that lead to it, joined by '/'; NULL: none does */
  VbJsonFault fault;
  double number;
  const char *text; /* of a number: where it has a fault */
} VbJsonToken;

typedef void (*VbJsonRead) (const VbJsonToken *token, gpointer user_data);

/**
 * VbJsonReader:
 *
 * Reads JSON (RFC 8259) and nothing more: no comments, no second document, no number that would
 * become another one. It is made once and used for every body.
 */
typedef struct _VbJsonReader VbJsonReader;

VbJsonReader *vb_json_reader_new (void);
void vb_json_reader_free (VbJsonReader *check);

/** From now on @read is told of every value in turn. What it was told counts only if the check
    returns TRUE. */
void vb_json_reader_set_read (VbJsonReader *check, VbJsonRead read, gpointer user_data);

/**
 * Reads @length bytes at @text (no terminator needed): one document of RFC 8259, UTF-8 without BOM,
 * nothing before or after it but white space, at most VB_JSON_DEPTH_MAX deep, no lone surrogate. A
 * name may stand twice in one object; who is told of it decides.
 *
 * Returns: FALSE with an error in VB_JSON_READER_ERROR whose message ends in `line L, column C`
 * (both from 1, the column in characters)
 */
gboolean vb_json_reader_read (VbJsonReader *check, const char *text, gsize length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbJsonReader, vb_json_reader_free)

G_END_DECLS
