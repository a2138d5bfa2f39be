/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a struct matcher. Its strings are its own. */
#include "catalog/read.h"
#include "model/field.h"

#include <string.h>

bool is_matcher_name(const char *name)
{
	return *name >= 'a' && *name <= 'z' && strlen(name) <= MFW_NAME_MAX &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

const char *tag_value(const char *tag, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(tag, "mfw:", 4) || strncmp(tag + 4, key, len) || tag[4 + len] != ':')
		return NULL;
	return tag + 5 + len;
}

struct matcher *matcher_new(const char *name, const char *path)
{
	cleanup_matcher struct matcher *matcher = calloc(1, sizeof(*matcher));

	if (!matcher)
		return NULL;
	matcher->pub.size = sizeof(matcher->pub);
	matcher->pub.name = strdup(name);
	matcher->pub.path = strdup(path);
	if (!matcher->pub.name || !matcher->pub.path)
		return NULL;
	return steal_ptr(matcher);
}

static void clear_param(struct param *param)
{
	free((char *)param->pub.name);
	free((char *)param->pub.doc);
	free((char *)param->pub.default_value);
	for (size_t i = 0; i < param->pub.n_words; i++)
		free((char *)param->pub.words[i]);
	free((void *)param->pub.words);
	free(param->numbers);
}

static void clear_field(struct field *field)
{
	free((char *)field->name);
	free((char *)field->doc);
	free((char *)field->function);
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	for (size_t i = 0; matcher->params && i < matcher->pub.n_params; i++)
		clear_param(&matcher->params[i]);
	for (size_t i = 0; matcher->fields && i < matcher->pub.n_fields; i++)
		clear_field(&matcher->fields[i]);
	free(matcher->fields);
	free(matcher->pub_fields);
	free((void *)matcher->pub.fields);
	for (size_t i = 0; i < matcher->n_maps; i++)
		free(matcher->maps[i].name);
	free(matcher->maps);
	free(matcher->params);
	free((void *)matcher->pub.params);
	free(matcher->defaults);
	free((char *)matcher->pub.name);
	free((char *)matcher->pub.path);
	free((char *)matcher->pub.summary);
	free((char *)matcher->pub.doc);
	free((char *)matcher->pub.broken);
	free(matcher);
}
