/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const objects[RUNTIME_OBJECTS] = {
	[RUNTIME_OBJECT_PARSE] = "parse",     [RUNTIME_OBJECT_BYTES] = "bytes",
	[RUNTIME_OBJECT_COUNTRY] = "country", [RUNTIME_OBJECT_ASNUM] = "asnum",
	[RUNTIME_OBJECT_VALUE] = "value",     [RUNTIME_OBJECT_LIST] = "list",
	[RUNTIME_OBJECT_NAME] = "name",       [RUNTIME_OBJECT_VALUE_NAME] = "value_name",
};

static const struct runtime functions[RUNTIME_N] = {
	[RUNTIME_PARSE] = {"mfw_parse", RUNTIME_OBJECT_PARSE, "sP"},
	[RUNTIME_TEXT_AT] = {"mfw_text_at", RUNTIME_OBJECT_BYTES, "suut"},
	[RUNTIME_BYTES_ORDER] = {"mfw_bytes_order", RUNTIME_OBJECT_BYTES, "svt"},
	[RUNTIME_BYTES_FIND] = {"mfw_bytes_find", RUNTIME_OBJECT_BYTES, "sVt"},
	[RUNTIME_BYTES_HASH] = {"mfw_bytes_hash", RUNTIME_OBJECT_BYTES, "svuu"},
	[RUNTIME_VIEW_CUT] = {"mfw_view_cut", RUNTIME_OBJECT_BYTES, "Vii"},
	[RUNTIME_COUNTRY] = {"mfw_country_of", RUNTIME_OBJECT_COUNTRY, "Pu", .wide = true},
	[RUNTIME_ASNUM] = {"mfw_asnum_of", RUNTIME_OBJECT_ASNUM, "Pu", .wide = true},
	[RUNTIME_VALUE_AT] = {"mfw_value_at", RUNTIME_OBJECT_VALUE, "muut"},
	[RUNTIME_VALUE_ORDER] = {"mfw_value_order", RUNTIME_OBJECT_VALUE, "mvt"},
	[RUNTIME_VALUE_FIND] = {"mfw_value_find", RUNTIME_OBJECT_VALUE, "mVt"},
	[RUNTIME_VALUE_HASH] = {"mfw_value_hash", RUNTIME_OBJECT_VALUE, "mvu"},
	[RUNTIME_VALUE_FOLD] = {"mfw_value_fold", RUNTIME_OBJECT_VALUE, "M"},
	[RUNTIME_LIST_HAS] = {"mfw_list_has", RUNTIME_OBJECT_LIST, "lau"},
	[RUNTIME_NAME_HAS] = {"mfw_name_has", RUNTIME_OBJECT_NAME, "lsvu"},
	[RUNTIME_VALUE_NAME_HAS] = {"mfw_value_name_has", RUNTIME_OBJECT_VALUE_NAME, "lmuu"},
	[RUNTIME_VALUE_DOMAIN_HAS] = {"mfw_value_domain_has", RUNTIME_OBJECT_VALUE_NAME, "lmuu"},
};

const struct runtime *runtime_at(enum runtime_function function)
{
	return &functions[function];
}

const char *runtime_object_name(enum runtime_object object)
{
	return objects[object];
}

int runtime_path(const char *path, enum runtime_object object, char ret[PATH_MAX],
		 struct stat *ret_stat)
{
	for (size_t len; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		snprintf(ret, PATH_MAX, "%.*s/lib/%s.bpf.o", (int)len, path, objects[object]);
		if (len && !stat(ret, ret_stat))
			return 0;
	}
	return -ENOENT;
}
