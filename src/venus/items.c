#include "items.h"

#include "bus/value.h"

struct _VbVenusItems
{
  const VbVenusCells *cells;
  GPtrArray *entries; /* of the message being packed, which takes them */
  GString *text;
};

VbVenusItems *
vb_venus_items_new (const VbVenusCells *cells)
{
  VbVenusItems *items = g_new0 (VbVenusItems, 1);

  items->cells = cells;
  items->entries = g_ptr_array_new ();
  items->text = g_string_new (NULL);

  return items;
}

void
vb_venus_items_free (VbVenusItems *items)
{

  g_ptr_array_unref (items->entries);
  g_string_free (items->text, TRUE);
  g_free (items);
}

GVariant *
vb_venus_items_value (const VbVenusItems *items, guint item)
{
  return vb_bus_value_new (vb_venus_cells_value (items->cells, item));
}

const char *
vb_venus_items_text (VbVenusItems *items, guint item)
{
  g_string_truncate (items->text, 0);
  vb_venus_cells_format (items->cells, item, items->text);

  return items->text->str;
}

static GVariant *
steal_entries (VbVenusItems *items, const char *type)
{
  GVariant *array = g_variant_new_array (
      G_VARIANT_TYPE (type), (GVariant *const *)items->entries->pdata, items->entries->len);

  g_ptr_array_set_size (items->entries, 0);

  return array;
}

GVariant *
vb_venus_items_pack_values (VbVenusItems *items, const guint *numbers, guint n, gsize skip)
{
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (
        items->entries,
        g_variant_new_dict_entry (
            g_variant_new_string (vb_venus_cells_path (items->cells, numbers[i]) + skip),
            g_variant_new_variant (vb_venus_items_value (items, numbers[i]))));

  return steal_entries (items, "{sv}");
}

GVariant *
vb_venus_items_pack_texts (VbVenusItems *items, const guint *numbers, guint n, gsize skip)
{
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (
        items->entries,
        g_variant_new_dict_entry (
            g_variant_new_string (vb_venus_cells_path (items->cells, numbers[i]) + skip),
            g_variant_new_string (vb_venus_items_text (items, numbers[i]))));

  return steal_entries (items, "{ss}");
}
