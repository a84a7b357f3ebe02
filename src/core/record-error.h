#pragma once

#include "item.h"

G_BEGIN_DECLS

/** So many errors of one record are told, at most; of the others, how many they were. */
#define VB_RECORD_ERRORS_MAX 20

/** Longest spelling and longest detail of an error, in bytes. */
#define VB_RECORD_FIELD_MAX 64
#define VB_RECORD_DETAIL_MAX 256

/** One thing that is wrong with a record. */
typedef struct
{
  char *field; /* the spelling that was sent, nested names joined by '/'; NULL: the whole record */
  const char *path; /* D-Bus path of the field meant, or NULL where there is none */
  VbFieldError code;
  char *detail; /* one sentence that names the value and the limit */
} VbRecordError;

/** Makes an error; @field and @path may be NULL, @path is kept as it is. What it says is one line
    each, without control characters, and cut where it is too long. */
VbRecordError *vb_record_error_new (const char *field,
                                    const char *path,
                                    VbFieldError code,
                                    const char *format,
                                    va_list arguments) G_GNUC_PRINTF (4, 0);

/** Makes an empty list of errors, which owns them. */
GPtrArray *vb_record_error_list_new (void);

/** Whether one of the errors of @list has @code. */
gboolean vb_record_error_list_has (const GPtrArray *list, VbFieldError code);

/** Takes all errors about @path out of @list. */
void vb_record_error_list_remove (GPtrArray *list, const char *path);

/** Leaves VB_RECORD_ERRORS_MAX errors at most: those of unknown names go first. Returns: how many
    went */
guint vb_record_error_list_cut (GPtrArray *list);

/** Shortens an error to what fits a line on the GX: `Soc is 101 %`. Free with g_free(). */
char *vb_record_error_brief (const VbRecordError *error);

G_END_DECLS
