/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The function of a matcher: its tags and its prototype. */
#include "catalog/read.h"
#include "model/word.h"

#include <mfw/packet.h>

#include <errno.h>
#include <string.h>

static int find_function(const struct object *object, const char *name, uint32_t *ret,
			 struct mfw_err **err)
{
	const struct btf_type *type;
	int id = btf__find_by_name_kind(object->btf, name, BTF_KIND_FUNC);

	type = id > 0 ? btf__type_by_id(object->btf, id) : NULL;
	if (!type)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected a function '%s', as the file is named, found none", name);
	if (btf_vlen(type) != BTF_FUNC_GLOBAL)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected %s() to be global, found it static or extern", name);
	*ret = id;
	return 0;
}

static int set_string(const char **member, const char *value, struct mfw_err **err)
{
	free((char *)*member);
	*member = strdup(value);
	return *member ? 0 : err_nomem(err);
}

static int check_abi(const char *value, bool *ret_seen, struct mfw_err **err)
{
	char expected[16];

	snprintf(expected, sizeof(expected), "%d", MFW_ABI);
	if (strcmp(value, expected))
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected matcher.h's version %s, found %s: compile it anew",
				expected, value);
	*ret_seen = true;
	return 0;
}

static int read_tag(const char *tag, struct matcher *matcher, bool *ret_seen, struct mfw_err **err)
{
	const char *value;

	if ((value = tag_value(tag, "matcher")))
		return check_abi(value, ret_seen, err);
	if ((value = tag_value(tag, "summary")))
		return set_string(&matcher->pub.summary, value, err);
	if ((value = tag_value(tag, "doc")))
		return set_string(&matcher->pub.doc, value, err);
	if (tag_value(tag, "insns") || tag_value(tag, "names"))
		return 0; /* for the tests; for read_names() */
	return err_make(err, EINVAL, OBJECT_BROKEN,
			"%s(): expected the tags of MFW_MATCHER, found '%.100s'", matcher->pub.name,
			tag);
}

static int read_tags(const struct object *object, uint32_t id, struct matcher *matcher,
		     struct mfw_err **err)
{
	bool seen = false;
	const char *tag;
	uint32_t at = 0;

	while ((tag = object_tag(object, id, -1, &at))) {
		int r = read_tag(tag, matcher, &seen, err);

		if (r)
			return r;
	}
	if (!seen)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected MFW_MATCHER(%s, ...) in front of %s(), found none",
				matcher->pub.name, matcher->pub.name);
	if (!matcher->pub.summary || !*matcher->pub.summary || !matcher->pub.doc ||
	    !*matcher->pub.doc)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected a summary and a doc in MFW_MATCHER, found an empty one");
	return 0;
}

/* The layout that the generated program fills is this library's. */
static bool has_our_packet(const struct object *object, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(object->btf, id);

	return type->size == sizeof(struct mfw_pkt);
}

static int read_prototype(const struct object *object, uint32_t func, struct matcher *matcher,
			  uint32_t *ret_params, struct mfw_err **err)
{
	const char *name = matcher->pub.name;
	uint32_t id = btf__type_by_id(object->btf, func)->type, found;
	const struct btf_type *proto = btf__type_by_id(object->btf, id);
	const struct btf_param *args;
	char params[MFW_NAME_MAX + sizeof("_params")];
	size_t n;

	snprintf(params, sizeof(params), "%s_params", name);
	*ret_params = 0;
	if (!proto || !btf_is_func_proto(proto))
		return err_make(err, EINVAL, OBJECT_BROKEN, "%s(): its prototype is damaged", name);
	args = btf_params(proto);
	n = btf_vlen(proto);
	if ((n == 2 || n == 3) && object_returns_int(object, proto) &&
	    object_points_to(object, args[0].type, "__sk_buff", &found) &&
	    object_points_to(object, args[1].type, "mfw_pkt", &found) &&
	    has_our_packet(object, found) &&
	    (n == 2 || object_points_to(object, args[2].type, params, ret_params)))
		return 0;
	return err_make(
		err, EINVAL, OBJECT_BROKEN,
		"expected int %s(struct __sk_buff *, const struct mfw_pkt *[, const struct %s "
		"*]), found other arguments or another struct mfw_pkt",
		name, params);
}

static int read_object(const struct object *object, struct matcher *matcher, struct mfw_err **err)
{
	uint32_t func = 0, params = 0;
	int r;

	r = find_function(object, matcher->pub.name, &func, err);
	if (!r)
		r = read_tags(object, func, matcher, err);
	if (!r)
		r = read_prototype(object, func, matcher, &params, err);
	if (!r && params)
		r = read_params(object, params, matcher, err);
	if (!r)
		r = read_fields(object, matcher, err);
	if (!r)
		r = read_names(object, func, matcher, err);
	return r ? r : read_maps(object, matcher, err);
}

int read_matcher(const char *name, const char *path, char *data, size_t len, struct matcher **ret,
		 struct mfw_err **err)
{
	cleanup_matcher struct matcher *matcher = matcher_new(name, path);
	cleanup_object struct object object = {};
	int r;

	if (!matcher)
		return err_nomem(err);
	if (!is_matcher_name(name))
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected a file name of a-z, 0-9 and _ before .bpf.o, found '%s'",
				name);
	if (word_meaning(name))
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"'%s' is %s of the expression language: give the matcher another "
				"name",
				name, word_meaning(name));
	r = object_open(&object, data, len, err);
	if (!r)
		r = read_object(&object, matcher, err);
	if (r)
		return r;
	object_digest(data, len, matcher->digest);
	*ret = steal_ptr(matcher);
	return 0;
}
