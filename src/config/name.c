#include "name.h"

#include <string.h>

#define CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

gboolean
vb_config_name_is_valid (const char *name)
{
  const gsize length = strspn (name, CHARACTERS);

  return g_ascii_islower (name[0]) && name[length] == '\0' && length <= VB_CONFIG_NAME_MAX;
}
