#include "items-changed.h"

#include <string.h>

#include "bus/filter.h"
#include "bus/value.h"

/* Where the two numbers stand in a header that change from message to message. */
#define BODY_LENGTH_AT 4
#define SERIAL_AT 8

/* What an item takes beside its texts, at most. */
#define ITEM_SIZE 128

struct _VbItemsChanged
{
  const VbVenusCells *cells;
  gsize header; /* bytes of it, which stay; the body begins behind them */
  guint8 *message;
  gsize length;
  gsize size; /* that there is room for */
  GString *text;
};

static void
make_room (VbItemsChanged *signal, gsize length)
{
  if (signal->length + length <= signal->size)
    return;

  signal->size = MAX (signal->length + length, signal->size * 2);
  signal->message = g_realloc (signal->message, signal->size);
}

/* GDBus writes the header, once: that of a signal without items. */
static void
make_header (VbItemsChanged *signal)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal ("/", VB_BUS_ITEM, "ItemsChanged");
  g_autofree guint8 *blob = NULL;
  guint32 body;
  gsize length;

  g_dbus_message_set_body (message, g_variant_new ("(a{sa{sv}})", NULL));
  g_dbus_message_set_serial (message, 1);
  blob = g_dbus_message_to_blob (message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  memcpy (&body, blob + BODY_LENGTH_AT, sizeof body);

  signal->header = length - body;
  signal->message = g_steal_pointer (&blob);
  signal->size = length;
}

VbItemsChanged *
vb_items_changed_new (const VbVenusCells *cells)
{
  VbItemsChanged *signal = g_new0 (VbItemsChanged, 1);

  signal->cells = cells;
  signal->text = g_string_new (NULL);
  make_header (signal);

  return signal;
}

void
vb_items_changed_free (VbItemsChanged *signal)
{
  g_free (signal->message);
  g_string_free (signal->text, TRUE);
  g_free (signal);
}

static void
put (VbItemsChanged *signal, const void *bytes, gsize length)
{
  memcpy (signal->message + signal->length, bytes, length);
  signal->length += length;
}

/* The header is a multiple of eight bytes long, so that the message can be aligned as the body. */
static void
align (VbItemsChanged *signal, gsize boundary)
{
  while (signal->length % boundary != 0)
    signal->message[signal->length++] = 0;
}

static void
put_uint32 (VbItemsChanged *signal, guint32 value)
{
  align (signal, sizeof value);
  put (signal, &value, sizeof value);
}

static void
put_string (VbItemsChanged *signal, const char *text)
{
  const gsize length = strlen (text);

  put_uint32 (signal, (guint32)length);
  put (signal, text, length + 1);
}

/* Its length is known at its end only. Returns: what end_array() needs */
static gsize
begin_array (VbItemsChanged *signal, gsize boundary)
{
  put_uint32 (signal, 0);
  align (signal, boundary);

  return signal->length;
}

static void
end_array (VbItemsChanged *signal, gsize begin, gsize length_at)
{
  const guint32 length = (guint32)(signal->length - begin);

  memcpy (signal->message + length_at, &length, sizeof length);
}

/* The type of a variant: one letter, or `ai`. */
static void
put_type (VbItemsChanged *signal, const char *type)
{
  const guint8 length = (guint8)strlen (type);

  put (signal, &length, 1);
  put (signal, type, length + 1u);
}

static void
put_value (VbItemsChanged *signal, const VbValue *value)
{
  switch (vb_bus_value_type (value)) {
  case VB_BUS_INT32:
    put_type (signal, "i");
    put_uint32 (signal, (guint32)value->as.integer);
    break;
  case VB_BUS_INT64:
    put_type (signal, "x");
    align (signal, sizeof value->as.integer);
    put (signal, &value->as.integer, sizeof value->as.integer);
    break;
  case VB_BUS_DOUBLE:
    put_type (signal, "d");
    align (signal, sizeof value->as.real);
    put (signal, &value->as.real, sizeof value->as.real);
    break;
  case VB_BUS_STRING:
    put_type (signal, "s");
    put_string (signal, value->as.text);
    break;
  case VB_BUS_NOTHING:
  default:
    put_type (signal, "ai");
    put_uint32 (signal, 0);
    break;
  }
}

static void
put_item (VbItemsChanged *signal, guint item)
{
  const VbValue *value = vb_venus_cells_value (signal->cells, item);
  const char *path = vb_venus_cells_path (signal->cells, item);
  gsize length_at, begin;

  g_string_truncate (signal->text, 0);
  vb_venus_cells_format (signal->cells, item, signal->text);

  /* A value that is a text is its own text. */
  make_room (signal, strlen (path) + 2 * signal->text->len + ITEM_SIZE);
  align (signal, 8);
  put_string (signal, path);
  align (signal, 4);
  length_at = signal->length;
  begin = begin_array (signal, 8);
  put_string (signal, "Value");
  put_value (signal, value);
  align (signal, 8);
  put_string (signal, "Text");
  put_type (signal, "s");
  put_string (signal, signal->text->str);
  end_array (signal, begin, length_at);
}

const guint8 *
vb_items_changed_make (
    VbItemsChanged *signal, const guint *numbers, guint n, guint32 serial, gsize *length)
{
  guint32 body;
  gsize begin;

  signal->length = signal->header;
  make_room (signal, ITEM_SIZE);
  begin = begin_array (signal, 8);
  for (guint i = 0; i < n; i++)
    put_item (signal, numbers[i]);
  end_array (signal, begin, signal->header);

  body = (guint32)(signal->length - signal->header);
  memcpy (signal->message + BODY_LENGTH_AT, &body, sizeof body);
  memcpy (signal->message + SERIAL_AT, &serial, sizeof serial);
  *length = signal->length;

  return signal->message;
}

GVariant *
vb_items_changed_pack (VbItemsChanged *signal, const guint *numbers, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusMessage) message = NULL;
  gsize length;
  const guint8 *bytes = vb_items_changed_make (signal, numbers, n, 1, &length);

  message = g_dbus_message_new_from_blob ((guchar *)bytes, length, G_DBUS_CAPABILITY_FLAGS_NONE,
                                          &error);
  if (message == NULL)
    g_error ("a message that was made here cannot be read: %s", error->message);

  return g_variant_ref (g_dbus_message_get_body (message));
}
