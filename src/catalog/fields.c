/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a matcher: functions with the tags of MFW_FIELD_*. */
#include "catalog/read.h"
#include "model/field.h"

#include <mfw/packet.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int bad_field(const struct field *field, const char *expected, const char *found,
		     struct mfw_err **err)
{
	return err_make(err, EINVAL, OBJECT_BROKEN, "field '%s': expected %s, found '%.100s'",
			field->name, expected, found);
}

/* ---- tags ---- */

static int set_range(struct field *field, const char *value, struct mfw_err **err)
{
	int n = 0;

	if (field->type != FIELD_INT || strspn(value, "0123456789.") != strlen(value) ||
	    sscanf(value, "%" SCNu64 "..%" SCNu64 "%n", &field->min, &field->max, &n) != 2 ||
	    value[n] || field->min > field->max || field->max > UINT32_MAX)
		return bad_field(field, "a range of MFW_FIELD_INT, at most 4294967295", value, err);
	return 0;
}

static int set_tag(struct field *field, const char *tag, struct mfw_err **err)
{
	const char *value;

	if (tag_value(tag, "field"))
		return 0;
	if ((value = tag_value(tag, "range")))
		return set_range(field, value, err);
	if (!(value = tag_value(tag, "doc")) || !*value || field->doc)
		return bad_field(field, "the tags of MFW_FIELD_*", tag, err);
	field->doc = strdup(value);
	return field->doc ? 0 : err_nomem(err);
}

static int set_tags(const struct object *object, uint32_t func, struct field *field,
		    struct mfw_err **err)
{
	const char *tag;
	uint32_t at = 0;

	while ((tag = object_tag(object, func, -1, &at))) {
		int r = set_tag(field, tag, err);

		if (r)
			return r;
	}
	if (!field->doc)
		return bad_field(field, "a doc", "none", err);
	return field->type != FIELD_INT || field->max
		       ? 0
		       : bad_field(field, "a range, as MFW_FIELD_INT gives it", "none", err);
}

/* ---- the function ---- */

static bool is_number(const struct object *object, uint32_t id)
{
	const struct btf_type *type = object_type(object, &id);

	if (!type || !btf_is_ptr(type))
		return false;
	id = type->type;
	type = object_type(object, &id);
	return type && btf_is_int(type) && type->size == sizeof(uint64_t);
}

static bool is_struct(const struct object *object, uint32_t id, const char *name, size_t size)
{
	uint32_t found;

	return object_points_to(object, id, name, &found) &&
	       btf__type_by_id(object->btf, found)->size == size;
}

/* What the third argument says about the field. */
static bool set_type(const struct object *object, uint32_t result, struct field *field)
{
	field->type = FIELD_BYTES;
	field->made = is_struct(object, result, "mfw_value", sizeof(struct mfw_value));
	if (field->made || is_struct(object, result, "mfw_view", sizeof(struct mfw_view)))
		return true;
	field->type = FIELD_INT;
	return is_number(object, result);
}

static int read_function(const struct object *object, uint32_t func, struct field *field,
			 struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, func), *proto = NULL;
	const struct btf_param *args;
	uint32_t skb;

	if (btf_is_func(type))
		proto = btf__type_by_id(object->btf, type->type);
	if (!proto || !btf_is_func_proto(proto) || btf_vlen(type) != BTF_FUNC_GLOBAL)
		return bad_field(field, "a global function", "something else", err);
	args = btf_params(proto);
	field->type = FIELD_BOOL;
	if ((btf_vlen(proto) == 2 || btf_vlen(proto) == 3) && object_returns_int(object, proto) &&
	    object_points_to(object, args[0].type, "__sk_buff", &skb) &&
	    is_struct(object, args[1].type, "mfw_pkt", sizeof(struct mfw_pkt)) &&
	    (btf_vlen(proto) == 2 || set_type(object, args[2].type, field)))
		return 0;
	return bad_field(field, "a function as MFW_FIELD_* declares it", "other arguments", err);
}

/* ---- names ---- */

/* The symbol is a name among all that are linked, so it has to begin with the matcher's. */
static int set_names(const struct object *object, uint32_t func, const char *name,
		     const struct matcher *matcher, struct field *field, struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, func);
	char *full, *function;

	if (asprintf(&full, "%s.%s", matcher->pub.name, name) < 0)
		return err_nomem(err);
	field->name = full;
	if (asprintf(&function, "%s_%s", matcher->pub.name, name) < 0)
		return err_nomem(err);
	field->function = function;
	if (!is_matcher_name(name))
		return bad_field(field, "a name of a-z, 0-9 and _", name, err);
	if (strcmp(object_name(object, type->name_off), function))
		return bad_field(field, function, object_name(object, type->name_off), err);
	if (field_find(full))
		return bad_field(field, "a name that is no field of all packets", full, err);
	for (const struct field *other = matcher->fields; other < field; other++)
		if (!strcmp(other->name, full))
			return bad_field(field, "one field of that name", "two", err);
	return 0;
}

/* ---- all of them ---- */

/* The name of the field that decl tag number `at` declares; NULL: it is another tag. */
static const char *field_name(const struct object *object, uint32_t at, uint32_t *ret_func)
{
	const struct btf_type *tag = btf__type_by_id(object->btf, at);

	if (!btf_is_decl_tag(tag) || btf_decl_tag(tag)->component_idx != -1)
		return NULL;
	*ret_func = tag->type;
	return tag_value(object_name(object, tag->name_off), "field");
}

static int read_field(const struct object *object, uint32_t func, const char *name,
		      struct matcher *matcher, struct mfw_err **err)
{
	struct field *field = &matcher->fields[matcher->pub.n_fields++];
	int r;

	field->kind = FIELD_OF_MATCHER;
	field->id = FIELD_OTHER;
	field->matcher = matcher;
	r = set_names(object, func, name, matcher, field, err);
	if (!r)
		r = read_function(object, func, field, err);
	return r ? r : set_tags(object, func, field, err);
}

/* What callers of the library get of them. */
static int publish(struct matcher *matcher)
{
	size_t n = matcher->pub.n_fields;
	const struct mfw_field **list = calloc(n + 1, sizeof(*list));

	matcher->pub_fields = calloc(n + 1, sizeof(*matcher->pub_fields));
	matcher->pub.fields = list;
	if (!list || !matcher->pub_fields)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct field *field = &matcher->fields[i];

		matcher->pub_fields[i] = (struct mfw_field){
			.size = sizeof(struct mfw_field),
			.name = field->name,
			.type = field_type_name(field->type),
			.doc = field->doc,
			.min = field->min,
			.max = field->max,
		};
		list[i] = &matcher->pub_fields[i];
	}
	return 0;
}

int read_fields(const struct object *object, struct matcher *matcher, struct mfw_err **err)
{
	uint32_t n = btf__type_cnt(object->btf), func;
	const char *name;
	int r = 0;

	matcher->fields = calloc(READ_FIELDS_MAX, sizeof(*matcher->fields));
	if (!matcher->fields)
		return err_nomem(err);
	for (uint32_t at = 1; at < n && !r; at++) {
		name = field_name(object, at, &func);
		if (name && matcher->pub.n_fields == READ_FIELDS_MAX)
			return err_make(err, E2BIG, OBJECT_BROKEN,
					"expected at most %d fields, found more", READ_FIELDS_MAX);
		if (name)
			r = read_field(object, func, name, matcher, err);
	}
	return r || !publish(matcher) ? r : err_nomem(err);
}
