#include "bus-signal.h"

#include <string.h>

#include "bus-compat.h"

/* Where the two numbers stand in a header that change from message to message. */
#define BODY_LENGTH_AT 4
#define SERIAL_AT 8

struct _VbBusSignal
{
  const VbBattery *battery;
  gsize header; /* bytes of it, which stay; the body begins behind them */
  GByteArray *message;
  GString *text;
};

/* GDBus writes the header, once: that of a signal without items. */
static void
make_header (VbBusSignal *signal)
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
  g_byte_array_append (signal->message, blob, (guint)signal->header);
}

VbBusSignal *
vb_bus_signal_new (const VbBattery *battery)
{
  VbBusSignal *signal = g_new0 (VbBusSignal, 1);

  signal->battery = battery;
  signal->message = g_byte_array_new ();
  signal->text = g_string_new (NULL);
  make_header (signal);

  return signal;
}

void
vb_bus_signal_free (VbBusSignal *signal)
{
  g_byte_array_unref (signal->message);
  g_string_free (signal->text, TRUE);
  g_free (signal);
}

/* The header is a multiple of eight bytes long, so that the message can be aligned as the body. */
static void
align (GByteArray *message, guint boundary)
{
  static const guint8 zeros[8] = { 0 };

  g_byte_array_append (message, zeros, (boundary - message->len % boundary) % boundary);
}

static void
put_uint32 (GByteArray *message, guint32 value)
{
  align (message, sizeof value);
  g_byte_array_append (message, (const guint8 *)&value, sizeof value);
}

static void
put_string (GByteArray *message, const char *text)
{
  const gsize length = strlen (text);

  put_uint32 (message, (guint32)length);
  g_byte_array_append (message, (const guint8 *)text, (guint)length + 1);
}

/* Its length is known at its end only. Returns: what end_array() needs */
static guint
begin_array (GByteArray *message, guint boundary)
{
  put_uint32 (message, 0);
  align (message, boundary);

  return message->len;
}

static void
end_array (GByteArray *message, guint begin, guint length_at)
{
  const guint32 length = message->len - begin;

  memcpy (message->data + length_at, &length, sizeof length);
}

/* The type of a variant: one letter, or `ai`. */
static void
put_type (GByteArray *message, const char *type)
{
  const guint8 length = (guint8)strlen (type);

  g_byte_array_append (message, &length, 1);
  g_byte_array_append (message, (const guint8 *)type, length + 1u);
}

/* As vb_bus_value_new() has it. */
static void
put_value (GByteArray *message, const VbValue *value)
{
  const gint64 integer = value->as.integer;

  switch (value->kind) {
  case VB_VALUE_INTEGER:
    if (integer >= G_MININT32 && integer <= G_MAXINT32) {
      put_type (message, "i");
      put_uint32 (message, (guint32)integer);
      break;
    }
    put_type (message, "x");
    align (message, sizeof integer);
    g_byte_array_append (message, (const guint8 *)&integer, sizeof integer);
    break;
  case VB_VALUE_REAL:
    put_type (message, "d");
    align (message, sizeof value->as.real);
    g_byte_array_append (message, (const guint8 *)&value->as.real, sizeof value->as.real);
    break;
  case VB_VALUE_TEXT:
    put_type (message, "s");
    put_string (message, value->as.text);
    break;
  case VB_VALUE_INVALID:
  default:
    put_type (message, "ai");
    put_uint32 (message, 0);
    break;
  }
}

static void
put_item (VbBusSignal *signal, guint item)
{
  const VbValue *value = vb_battery_value (signal->battery, item);
  GByteArray *message = signal->message;
  guint length_at, begin;

  g_string_truncate (signal->text, 0);
  vb_item_format (item, value, signal->text);

  align (message, 8);
  put_string (message, vb_item (item)->path);
  align (message, 4);
  length_at = message->len;
  begin = begin_array (message, 8);
  put_string (message, "Value");
  put_value (message, value);
  align (message, 8);
  put_string (message, "Text");
  put_type (message, "s");
  put_string (message, signal->text->str);
  end_array (message, begin, length_at);
}

const guint8 *
vb_bus_signal_make (
    VbBusSignal *signal, const guint *numbers, guint n, guint32 serial, gsize *length)
{
  GByteArray *message = signal->message;
  guint32 body;
  guint begin;

  g_byte_array_set_size (message, (guint)signal->header);
  begin = begin_array (message, 8);
  for (guint i = 0; i < n; i++)
    put_item (signal, numbers[i]);
  end_array (message, begin, (guint)signal->header);

  body = message->len - (guint)signal->header;
  memcpy (message->data + BODY_LENGTH_AT, &body, sizeof body);
  memcpy (message->data + SERIAL_AT, &serial, sizeof serial);
  *length = message->len;

  return message->data;
}
