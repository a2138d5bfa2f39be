/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/word.h"
#include "base/cleanup.h"
#include "model/field.h"

#include <string.h>

static const char *const words[] = {
	"and", "bitwise_and", "contains", "eq",  "false", "ge",     "gt",   "in",       "le",
	"lt",  "matches",     "ne",       "not", "or",    "strict", "true", "wildcard", "xor",
};
static const char *const functions[] = {
	"bit_slice", "ends_with", "len", "lower", "starts_with", "substring",
};

static bool has(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

/* ip, and node of node.name: `node.` has to stay the field's. */
static bool begins_field(const char *name)
{
	size_t len = strlen(name);
	const struct field *field;

	for (size_t i = 0; (field = field_at(i)); i++)
		if (!strncmp(field->name, name, len) &&
		    (!field->name[len] || field->name[len] == '.'))
			return true;
	return !strcmp(name, "cf");
}

const char *word_meaning(const char *name)
{
	if (has(words, ARRAY_SIZE(words), name))
		return "a word";
	if (has(functions, ARRAY_SIZE(functions), name))
		return "a function";
	return begins_field(name) ? "a field" : NULL;
}
