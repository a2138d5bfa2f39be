/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parameter structure of a matcher: members, tags, defaults. */
#include "catalog/read.h"
#include "model/param.h"

#include <mfw/packet.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The parameter structure may not be larger. */
#define PARAMS_LEN_MAX 4096

static int bad_member(const struct param *param, const char *expected, const char *found,
		      struct mfw_err **err)
{
	return err_make(err, EINVAL, OBJECT_BROKEN, "parameter '%s': expected %s, found '%.100s'",
			param->pub.name, expected, found);
}

static uint64_t number_max(uint32_t len)
{
	return len == 8 ? UINT64_MAX : (UINT64_C(1) << (len * 8)) - 1;
}

static bool set_int(const struct btf_type *type, struct param *param)
{
	unsigned encoding = btf_int_encoding(type);

	if (btf_int_offset(type) || btf_int_bits(type) != type->size * 8)
		return false;
	if (encoding == BTF_INT_BOOL && type->size == 1) {
		param->type = PARAM_BOOL;
		param->pub.type = "bool";
		param->pub.max = 1;
		return true;
	}
	if (encoding || (type->size != 1 && type->size != 2 && type->size != 4 && type->size != 8))
		return false;
	param->type = PARAM_INT;
	param->pub.type = "int";
	param->pub.max = number_max(type->size);
	return true;
}

/* struct mfw_bytes_N of the size that N tells. */
static bool set_bytes(const char *name, const struct btf_type *type, struct param *param)
{
	size_t max = param_bytes_max(type->size);
	char expected[48];

	snprintf(expected, sizeof(expected), "mfw_bytes_%zu", max);
	if (!max || max > UINT16_MAX || strcmp(name, expected))
		return false;
	param->type = PARAM_BYTES;
	param->pub.type = "bytes";
	param->pub.max = max;
	return true;
}

/* The structures of packet.h. */
static bool set_struct(const char *name, const struct btf_type *type, struct param *param)
{
	static const struct {
		const char *name, *word;
		size_t size;
		enum param_type type;
		uint64_t max;
	} known[] = {
		{"mfw_duration", "duration", sizeof(struct mfw_duration), PARAM_DURATION,
		 UINT64_MAX},
		{"mfw_rate", "rate", sizeof(struct mfw_rate), PARAM_RATE, UINT64_MAX},
		{"mfw_address", "address", sizeof(struct mfw_address), PARAM_ADDRESS, 0},
		{"mfw_prefix", "prefix", sizeof(struct mfw_prefix), PARAM_PREFIX, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name) || known[i].size != type->size)
			continue;
		param->type = known[i].type;
		param->pub.type = known[i].word;
		param->pub.max = known[i].max;
		return true;
	}
	return set_bytes(name, type, param);
}

/* SIP_LEVEL_STRICT of enum sip_level is "strict". NULL: it does not begin with the enum's name. */
static char *enum_word(const char *name, const char *enumerator)
{
	size_t len = strlen(name);
	char *word;

	if (!len || strncasecmp(name, enumerator, len) || enumerator[len] != '_' ||
	    !enumerator[len + 1])
		return NULL;
	word = strdup(enumerator + len + 1);
	for (char *c = word; c && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c;
	return word;
}

static bool set_enum(const struct object *object, const struct btf_type *type, struct param *param)
{
	const struct btf_enum *items = btf_enum(type);
	size_t n = btf_vlen(type);
	char **words;

	if (!n || n > READ_WORDS_MAX || type->size != sizeof(uint32_t))
		return false;
	words = calloc(n, sizeof(*words));
	param->pub.words = (const char *const *)words;
	param->numbers = calloc(n, sizeof(*param->numbers));
	for (size_t i = 0; words && param->numbers && i < n; i++) {
		words[i] = enum_word(object_name(object, type->name_off),
				     object_name(object, items[i].name_off));
		if (!words[i])
			return false;
		param->pub.n_words++;
		param->numbers[i] = items[i].val;
	}
	param->type = PARAM_ENUM;
	param->pub.type = "enum";
	return param->pub.n_words == n;
}

static int read_type(const struct object *object, uint32_t id, struct param *param,
		     struct mfw_err **err)
{
	const struct btf_type *type = object_type(object, &id);
	bool known = false;

	if (type && btf_is_int(type))
		known = set_int(type, param);
	else if (type && btf_is_struct(type))
		known = set_struct(object_name(object, type->name_off), type, param);
	else if (type && btf_is_enum(type))
		known = set_enum(object, type, param);
	if (!known)
		return bad_member(param,
				  "__u8, __u16, __u32, __u64, bool, an enum NAME of NAME_..., or a "
				  "struct mfw_bytes_N, _duration, _rate, _address or _prefix",
				  type ? object_name(object, type->name_off) : "a damaged type",
				  err);
	param->len = type->size;
	return 0;
}

static int read_range(const char *value, struct param *param, struct mfw_err **err)
{
	uint64_t min, max;
	int n = 0;

	if (!param_has_range(param) || strspn(value, "0123456789.") != strlen(value) ||
	    sscanf(value, "%" SCNu64 "..%" SCNu64 "%n", &min, &max, &n) != 2 || value[n] ||
	    min > max || max > param->pub.max)
		return bad_member(param, "MFW_RANGE(MIN, MAX) within its type", value, err);
	param->pub.min = min;
	param->pub.max = max;
	return 0;
}

static int read_member_tag(const char *tag, struct param *param, bool *required,
			   struct mfw_err **err)
{
	const char *value;

	if ((value = tag_value(tag, "range")))
		return read_range(value, param, err);
	if ((value = tag_value(tag, "required")) && !*value) {
		*required = true;
		return 0;
	}
	if (!(value = tag_value(tag, "doc")) || !*value)
		return bad_member(param, "MFW_DOC, MFW_RANGE or MFW_REQUIRED", tag, err);
	free((char *)param->pub.doc);
	param->pub.doc = strdup(value);
	return param->pub.doc ? 0 : err_nomem(err);
}

static int read_member_tags(const struct object *object, uint32_t type, int component,
			    struct param *param, bool *required, struct mfw_err **err)
{
	const char *tag;
	uint32_t at = 0;

	while ((tag = object_tag(object, type, component, &at))) {
		int r = read_member_tag(tag, param, required, err);

		if (r)
			return r;
	}
	return param->pub.doc ? 0 : bad_member(param, "MFW_DOC(\"...\")", "none", err);
}

/* Whether the bytes of a default are ones that the language could have made. */
static bool is_clean(const struct param *param, const unsigned char *defaults)
{
	cleanup_free unsigned char *copy = calloc(1, (size_t)param->offset + param->len);
	const unsigned char *data;
	struct mfw_prefix prefix;
	struct mfw_rate rate;
	size_t len;

	if (!copy || !param_in_range(param, defaults))
		return false;
	switch (param->type) {
	case PARAM_BYTES:
		data = param_bytes(param, defaults, &len);
		param_set_bytes(param, copy, data, len);
		break;
	case PARAM_RATE:
		memcpy(&rate, defaults + param->offset, sizeof(rate));
		param_set_rate(param, copy, rate.count, rate.ns);
		break;
	case PARAM_ADDRESS:
	case PARAM_PREFIX:
		memcpy(&prefix, defaults + param->offset, sizeof(prefix));
		param_set_address(param, copy, prefix.family, (const uint8_t *)prefix.addr,
				  prefix.bits);
		break;
	default: param_set_number(param, copy, param_number(param, defaults)); break;
	}
	return param_equal(param, copy, defaults);
}

static int set_default(struct param *param, unsigned char *defaults, bool required,
		       struct mfw_err **err)
{
	cleanup_buf struct buf text = {};

	if (!is_clean(param, defaults)) {
		if (param_print(param, defaults, &text))
			return err_nomem(err);
		return bad_member(param, "a default in its range, in MFW_MAIN", text.data, err);
	}
	if (required) {
		memset(defaults + param->offset, 0, param->len);
		return 0;
	}
	if (param_print(param, defaults, &text))
		return err_nomem(err);
	param->pub.default_value = buf_steal(&text);
	return param->pub.default_value ? 0 : err_nomem(err);
}

static int check_place(const struct btf_type *type, int i, const struct matcher *matcher,
		       struct mfw_err **err)
{
	const struct param *param = &matcher->params[i];

	if (btf_member_bitfield_size(type, i) || btf_member_bit_offset(type, i) % 8 ||
	    param->offset > matcher->params_len || param->len > matcher->params_len - param->offset)
		return bad_member(param, "a whole member inside its structure", "another place",
				  err);
	for (int j = 0; j < i; j++)
		if (!strcmp(matcher->params[j].pub.name, param->pub.name))
			return bad_member(param, "one member of that name", "two", err);
	return 0;
}

static int read_member(const struct object *object, uint32_t id, int i, struct matcher *matcher,
		       struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, id);
	const struct btf_member *member = &btf_members(type)[i];
	struct param *param = &matcher->params[i];
	bool required = false;
	int r;

	param->pub.size = sizeof(param->pub);
	param->pub.name = strdup(object_name(object, member->name_off));
	if (!param->pub.name)
		return err_nomem(err);
	if (!is_matcher_name(param->pub.name))
		return bad_member(param, "a name of a-z, 0-9 and _", param->pub.name, err);
	param->offset = btf_member_bit_offset(type, i) / 8;
	r = read_type(object, member->type, param, err);
	if (!r)
		r = check_place(type, i, matcher, err);
	if (!r)
		r = read_member_tags(object, id, i, param, &required, err);
	if (!r)
		r = set_default(param, matcher->defaults, required, err);
	return r;
}

/* Tags on the structure itself mean nothing to us. */
static int check_struct(const struct object *object, uint32_t id, struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, id);
	const char *name = object_name(object, type->name_off);
	const char *tag;
	uint32_t at = 0;

	if (!btf_vlen(type) || btf_vlen(type) > READ_PARAMS_MAX || !type->size ||
	    type->size > PARAMS_LEN_MAX)
		return err_make(
			err, EINVAL, OBJECT_BROKEN,
			"struct %s: expected 1 to %d members in at most %d bytes, found %d in %u",
			name, READ_PARAMS_MAX, PARAMS_LEN_MAX, btf_vlen(type), type->size);
	tag = object_tag(object, id, -1, &at);
	if (tag)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"struct %s: expected no tag on it, found '%.100s'", name, tag);
	return 0;
}

static int read_defaults(const struct object *object, struct matcher *matcher, struct mfw_err **err)
{
	char symbol[MFW_NAME_MAX + sizeof("_defaults")];
	const void *data;

	snprintf(symbol, sizeof(symbol), "%s_defaults", matcher->pub.name);
	data = object_symbol(object, symbol, matcher->params_len);
	if (!data)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected %s of %u bytes, as MFW_MAIN makes it, found none", symbol,
				matcher->params_len);
	matcher->defaults = malloc(matcher->params_len);
	if (!matcher->defaults)
		return err_nomem(err);
	memcpy(matcher->defaults, data, matcher->params_len);
	return 0;
}

int read_params(const struct object *object, uint32_t id, struct matcher *matcher,
		struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, id);
	const struct mfw_param **list;
	size_t n = btf_vlen(type);
	int r;

	r = check_struct(object, id, err);
	if (r)
		return r;
	matcher->params_len = type->size;
	r = read_defaults(object, matcher, err);
	if (r)
		return r;
	list = calloc(n, sizeof(*list));
	matcher->params = calloc(n, sizeof(*matcher->params));
	matcher->pub.params = list;
	if (!list || !matcher->params)
		return err_nomem(err);
	matcher->pub.n_params = n;
	for (size_t i = 0; i < n && !r; i++) {
		list[i] = &matcher->params[i].pub;
		r = read_member(object, id, i, matcher, err);
	}
	return r;
}
