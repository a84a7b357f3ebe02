#include "cells.h"

#include <math.h>

/* Numbers, counted from vb_item_count(). */
typedef enum
{
  REQUEST,
  ROWS, /* the first row */
} Own;

/* The serial number and the version are the daemon's own: those of the battery are not known. */
static const struct
{
  const char *name; /* below /Battery/<Id> */
  const char *item; /* that it follows */
} rows[] = {
  { "Capacity", "Capacity" },
  { "Voltage", "Voltage" },
  { "Current", "Current" },
  { "Temperature", "Temperature" },
};

/* The bits of Status: each is set where the item is between the two, both included. */
static const struct
{
  const char *item;
  gint64 from, to;
  gint64 bit;
} bits[] = {
  { "Status", 1, 1, 1 },
  { "CellImbalance", 1, 2, 2 },
  { "Status", 3, 3, 2 },
  { "Balancing", 1, 1, 4 },
  { "Status", 2, 2, 4 },
  { "HighVoltage", 1, 2, 8 },
  { "LowVoltage", 1, 2, 16 },
  { "LowChargeTemperature", 1, 2, 32 },
  { "HighChargeTemperature", 1, 2, 64 },
  { "HighTemperature", 1, 2, 256 },
  { "HighCellVoltage", 1, 2, 512 },
  { "HighChargeCurrent", 1, 1, 2048 },
  { "HighChargeCurrent", 2, 2, 4096 },
  { "HighDischargeCurrent", 1, 1, 8192 },
  { "HighDischargeCurrent", 2, 2, 16384 },
  { "LowCellVoltage", 1, 2, 32768 },
  { "LowTemperature", 1, 2, 65536 },
};

/* One of the batteries that can be asked for: all there is, or one of its parts. */
typedef struct
{
  int id;
  const VbPart *part; /* NULL: the battery itself */
  guint first;        /* its rows, of which the first is that of Status */
  guint steps;        /* of the part, when it was last looked at */
  gboolean shows;     /* values, as was told */
  VbValue status;
} Page;

/* A path. */
typedef struct
{
  guint page;
  guint item; /* that it follows; NO_ITEM: it is that of Status */
  char *path;
  gboolean there; /* it has had a value */
  double told;    /* NAN: that it is invalid */
} Row;

#define NO_ITEM G_MAXUINT

struct _VbVenusCells
{
  VbBattery *battery;
  gboolean begun; /* a cell has had a value */
  VbValue request;
  guint bit_items[G_N_ELEMENTS (bits)];
  GArray *pages;    /* of Page; empty where screen-cells is false */
  GArray *rows;     /* of Row */
  guint n_rows;     /* of each page */
  guint16 *of_item; /* of each item: its row in a page; 0: none */
  GArray *numbers;  /* of guint: what vb_venus_cells_follow() returns */
};

static guint
item_named (const char *name)
{
  guint item;

  if (!vb_item_find (name, &item))
    g_error ("the field table has no %s", name);

  return item;
}

static void
add_row (VbVenusCells *cells, char *path, guint item)
{
  const Row row = { .page = cells->pages->len, .item = item, .path = path, .told = NAN };

  g_array_append_val (cells->rows, row);
}

static void
add_page (VbVenusCells *cells, const VbPart *part)
{
  const guint first = vb_item_known (VB_KNOWN_CELL_VOLTAGE);
  const Page page = { .id = (int)cells->pages->len + 1, .part = part, .first = cells->rows->len };

  add_row (cells, g_strdup_printf ("/Battery/%d/Status", page.id), NO_ITEM);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    add_row (cells, g_strdup_printf ("/Battery/%d/%s", page.id, rows[i].name),
             item_named (rows[i].item));
  for (guint i = 0; i < vb_item (first)->field->count; i++)
    add_row (cells,
             g_strdup_printf ("/Battery/%d/Cell/%u/Voltage", page.id, vb_item (first + i)->member),
             first + i);
  g_array_append_val (cells->pages, page);
}

/* Each pack of a battery that is several; one that says some fields alone has no cells. */
static void
add_pages (VbVenusCells *cells)
{
  const VbParts *parts = vb_battery_parts (cells->battery);

  for (guint i = 0; parts != NULL && i < vb_parts_n (parts); i++)
    if (vb_parts_get (parts, i)->is_pack)
      add_page (cells, vb_parts_get (parts, i));
  if (cells->pages->len == 0)
    add_page (cells, NULL);

  cells->n_rows = cells->rows->len / cells->pages->len;
  for (guint i = 1; i < cells->n_rows; i++)
    cells->of_item[g_array_index (cells->rows, Row, i).item] = (guint16)i;
}

VbVenusCells *
vb_venus_cells_new (VbBattery *battery)
{
  VbVenusCells *cells = g_new0 (VbVenusCells, 1);

  cells->battery = battery;
  cells->request = vb_value_integer (1);
  cells->pages = g_array_new (FALSE, FALSE, sizeof (Page));
  cells->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  cells->of_item = g_new0 (guint16, vb_item_count ());
  cells->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    cells->bit_items[i] = item_named (bits[i].item);
  if (vb_battery_config (battery)->fixed.screen_cells)
    add_pages (cells);

  return cells;
}

void
vb_venus_cells_free (VbVenusCells *cells)
{
  for (guint i = 0; i < cells->rows->len; i++)
    g_free (g_array_index (cells->rows, Row, i).path);

  g_array_unref (cells->rows);
  g_array_unref (cells->pages);
  g_array_unref (cells->numbers);
  g_free (cells->of_item);
  g_free (cells);
}

guint
vb_venus_cells_count (const VbVenusCells *cells)
{
  return vb_item_count () + (cells->rows->len > 0 ? ROWS + cells->rows->len : 0);
}

static Page *
page_at (const VbVenusCells *cells, guint index)
{
  return &g_array_index (cells->pages, Page, index);
}

static Row *
row_of (const VbVenusCells *cells, guint number)
{
  return &g_array_index (cells->rows, Row, number - vb_item_count () - ROWS);
}

gboolean
vb_venus_cells_is_request (guint number)
{
  return number == vb_item_count () + REQUEST;
}

gboolean
vb_venus_cells_has_battery (const VbVenusCells *cells, double number)
{
  return number >= 1 && number <= cells->pages->len && number == floor (number);
}

gboolean
vb_venus_cells_is_there (const VbVenusCells *cells, guint number)
{
  if (number < vb_item_count ())
    return TRUE;

  return cells->begun && (vb_venus_cells_is_request (number) || row_of (cells, number)->there);
}

const char *
vb_venus_cells_path (const VbVenusCells *cells, guint number)
{
  if (number < vb_item_count ())
    return vb_item (number)->path;

  return vb_venus_cells_is_request (number) ? "/Battery/Request/Id" : row_of (cells, number)->path;
}

/* What is known of @item of the battery, or part, of @page. */
static const VbValue *
known_value (const VbVenusCells *cells, const Page *page, guint item)
{
  return page->part != NULL ? vb_part_value (page->part, item)
                            : vb_battery_value (cells->battery, item);
}

static gboolean
shows_values (const VbVenusCells *cells, const Page *page)
{
  return vb_state_shows_values (vb_battery_state (cells->battery))
         && (page->part == NULL || vb_state_shows_values (page->part->heard.state));
}

static const VbValue *
row_value (const VbVenusCells *cells, const Row *row)
{
  static const VbValue invalid = VB_VALUE_INIT;
  const Page *page = page_at (cells, row->page);

  if (!shows_values (cells, page))
    return &invalid;

  return row->item != NO_ITEM ? known_value (cells, page, row->item) : &page->status;
}

const VbValue *
vb_venus_cells_value (const VbVenusCells *cells, guint number)
{
  if (number < vb_item_count ())
    return vb_battery_value (cells->battery, number);

  return vb_venus_cells_is_request (number) ? &cells->request
                                            : row_value (cells, row_of (cells, number));
}

void
vb_venus_cells_format (const VbVenusCells *cells, guint number, GString *text)
{
  /* Request and Status are whole numbers, as this item is. */
  guint like = vb_item_known (VB_KNOWN_DEVICE_INSTANCE);

  if (number < vb_item_count ())
    like = number;
  else if (!vb_venus_cells_is_request (number) && row_of (cells, number)->item != NO_ITEM)
    like = row_of (cells, number)->item;

  vb_item_format (like, vb_venus_cells_value (cells, number), text);
}

static void
say (VbVenusCells *cells, guint own)
{
  const guint number = vb_item_count () + own;

  g_array_append_val (cells->numbers, number);
}

static void
follow_row (VbVenusCells *cells, guint index)
{
  Row *row = &g_array_index (cells->rows, Row, index);
  const double number = vb_value_number (row_value (cells, row), NAN);

  if (number == row->told || (isnan (number) && isnan (row->told)))
    return;
  row->told = number;
  row->there = TRUE;
  say (cells, ROWS + index);
}

/* Whether one of the cells of @part balances, where it does not say so of itself. */
static gboolean
balances (const VbPart *part)
{
  const guint first = vb_item_known (VB_KNOWN_BALANCE);

  for (guint i = 0; i < part->n[VB_NUMBERED_CELLS]; i++)
    if (vb_value_number (vb_part_value (part, first + i), 0) > 0)
      return TRUE;

  return FALSE;
}

static void
update_status (const VbVenusCells *cells, Page *page)
{
  gint64 status = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++) {
    const guint item = cells->bit_items[i];
    double number = vb_value_number (known_value (cells, page, item), NAN);

    if (isnan (number) && page->part != NULL && item == vb_item_known (VB_KNOWN_BALANCING))
      number = balances (page->part);
    if (number >= (double)bits[i].from && number <= (double)bits[i].to)
      status |= bits[i].bit;
  }
  page->status = vb_value_integer (status);
}

/* How many rows of @page may have a value, the first of them. */
static guint
rows_in_use (const VbVenusCells *cells, const Page *page)
{
  return page->part != NULL ? 1 + G_N_ELEMENTS (rows) + page->part->n[VB_NUMBERED_CELLS]
                            : cells->n_rows;
}

/* Of the battery itself @items have changed; of a part all may have, if it took a step. */
static void
follow_page (VbVenusCells *cells, Page *page, const guint *items, guint n_items, gboolean all)
{
  const gboolean turned = page->shows != shows_values (cells, page);

  if (page->part != NULL && page->part->steps == page->steps && !turned && !all)
    return;

  page->shows = shows_values (cells, page);
  update_status (cells, page);
  follow_row (cells, page->first);
  if (page->part != NULL || turned || all)
    for (guint i = 1; i < MIN (rows_in_use (cells, page), cells->n_rows); i++)
      follow_row (cells, page->first + i);
  else
    for (guint i = 0; i < n_items; i++)
      if (cells->of_item[items[i]] > 0)
        follow_row (cells, page->first + cells->of_item[items[i]]);
  if (page->part != NULL)
    page->steps = page->part->steps;
}

/* Returns: whether the page begins with this change */
static gboolean
begins (const VbVenusCells *cells, const guint *items, guint n_items)
{
  for (guint i = 0; i < n_items; i++)
    if (vb_item (items[i])->field->known == VB_KNOWN_CELL_VOLTAGE
        && vb_value_is_valid (vb_battery_value (cells->battery, items[i])))
      return TRUE;

  return FALSE;
}

const GArray *
vb_venus_cells_follow (VbVenusCells *cells, const guint *items, guint n_items)
{
  const gboolean begun = cells->begun;

  g_array_set_size (cells->numbers, 0);
  g_array_append_vals (cells->numbers, items, n_items);
  if (cells->rows->len == 0 || (!begun && !begins (cells, items, n_items)))
    return cells->numbers;

  cells->begun = TRUE;
  if (!begun)
    say (cells, REQUEST);
  for (guint i = 0; i < cells->pages->len; i++)
    follow_page (cells, page_at (cells, i), items, n_items, !begun);

  return cells->numbers;
}

const GArray *
vb_venus_cells_ask (VbVenusCells *cells, double number)
{
  const VbValue asked = vb_value_integer ((gint64)number);

  g_array_set_size (cells->numbers, 0);
  if (!vb_value_equal (&cells->request, &asked))
    say (cells, REQUEST);
  cells->request = asked;

  return cells->numbers;
}
