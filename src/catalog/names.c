/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parameters of a matcher that are lists: tags of its function, MFW_NAMES. */
#include "catalog/read.h"
#include "model/field.h"

#include <errno.h>
#include <string.h>

static int bad_names(const char *tag, const char *expected, struct mfw_err **err)
{
	return err_make(err, EINVAL, OBJECT_BROKEN,
			"MFW_NAMES: expected a parameter of its own name, a field of "
			"MFW_FIELD_TEXT and a doc, found '%.100s': %s",
			tag, expected);
}

static const struct field *find_field(const struct matcher *matcher, const char *name, size_t len)
{
	size_t skip = strlen(matcher->pub.name) + 1;

	for (size_t i = 0; i < matcher->pub.n_fields; i++) {
		const struct field *field = &matcher->fields[i];

		if (field->made && strlen(field->name + skip) == len &&
		    !strncmp(field->name + skip, name, len))
			return field;
	}
	return NULL;
}

/* Room for one more; what callers of the library get points to where they are now. */
static struct param *grow(struct matcher *matcher)
{
	size_t n = matcher->pub.n_params;
	struct param *params = reallocarray(matcher->params, n + 1, sizeof(*params));
	const struct mfw_param **list;

	if (!params)
		return NULL;
	matcher->params = params;
	list = reallocarray((void *)matcher->pub.params, n + 1, sizeof(*list));
	if (!list)
		return NULL;
	matcher->pub.params = list;
	for (size_t i = 0; i <= n; i++)
		list[i] = &params[i].pub;
	params[n] = (struct param){.type = PARAM_NAMES, .pub.size = sizeof(params[n].pub)};
	params[n].pub.type = "names";
	matcher->pub.n_params = n + 1;
	return &params[n];
}

/* PARAM=FIELD:DOC */
static int add_names(const char *tag, struct matcher *matcher, struct mfw_err **err)
{
	const char *equals = strchr(tag, '='), *colon = equals ? strchr(equals, ':') : NULL;
	const struct field *field;
	struct param *param;

	if (!colon || !colon[1])
		return bad_names(tag, "it has not all of them", err);
	field = find_field(matcher, equals + 1, (size_t)(colon - equals - 1));
	if (!field)
		return bad_names(tag, "there is no such field", err);
	param = grow(matcher);
	if (!param)
		return err_nomem(err);
	param->names_of = field;
	param->pub.name = strndup(tag, (size_t)(equals - tag));
	param->pub.doc = strdup(colon + 1);
	param->pub.default_value = strdup("none");
	if (!param->pub.name || !param->pub.doc || !param->pub.default_value)
		return err_nomem(err);
	for (size_t i = 0; i + 1 < matcher->pub.n_params; i++)
		if (matcher->params[i].type == PARAM_NAMES ||
		    !strcmp(matcher->params[i].pub.name, param->pub.name))
			return bad_names(tag, "one list is all that a matcher can have", err);
	return is_matcher_name(param->pub.name) ? 0 : bad_names(tag, "its name", err);
}

int read_names(const struct object *object, uint32_t func, struct matcher *matcher,
	       struct mfw_err **err)
{
	const char *tag, *value;
	uint32_t at = 0;
	int r = 0;

	while (!r && (tag = object_tag(object, func, -1, &at))) {
		value = tag_value(tag, "names");
		if (value)
			r = add_names(value, matcher, err);
	}
	return r;
}
