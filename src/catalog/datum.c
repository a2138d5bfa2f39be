/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/datum.h"
#include "catalog/read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Structures in structures; damaged types may go round in circles. */
#define DEPTH_MAX  16
/* Longer arrays are shown as bytes. */
#define ARRAY_MAX  32
#define PIECES_MAX 256

struct reader {
	const struct object *types;
	uint32_t len;
	struct datums *out;
	struct buf name; /* of the place where the reader is */
	unsigned depth;
};

/* ---- pieces ---- */

static int add(struct reader *r, enum datum_kind kind, uint32_t offset, uint32_t len)
{
	struct datum datum = {.kind = kind, .offset = offset, .len = len};

	if (offset > r->len || len > r->len - offset || datums_count(r->out) >= PIECES_MAX)
		return -ERANGE;
	datum.name = strdup(r->name.len ? r->name.data : "");
	if (datum.name && !buf_add(&r->out->items, &datum, sizeof(datum)))
		return 0;
	free(datum.name);
	return -ENOMEM;
}

static bool is_number_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static int read_type(struct reader *r, uint32_t id, uint32_t offset);

static int add_array(struct reader *r, const struct btf_array *array, uint32_t offset,
		     uint32_t size)
{
	uint32_t id = array->type, each = array->nelems ? size / array->nelems : 0;
	const struct btf_type *type = object_type(r->types, &id);
	size_t named = r->name.len;
	int ret = 0;

	if (!type || each <= 1 || array->nelems > ARRAY_MAX)
		return add(r, DATUM_BYTES, offset, size);
	for (uint32_t i = 0; i < array->nelems && !ret; i++) {
		ret = buf_printf(&r->name, "[%u]", i);
		ret = ret ? ret : read_type(r, id, offset + i * each);
		r->name.len = named;
		r->name.data[named] = 0;
	}
	return ret;
}

/* What the author says of a member; DATUM_NUMBER: nothing. */
static enum datum_kind said(const struct reader *r, uint32_t type, int member)
{
	const char *tag;
	uint32_t at = 0;

	while ((tag = object_tag(r->types, type, member, &at))) {
		if (tag_value(tag, "address"))
			return DATUM_ADDRESS;
		if (tag_value(tag, "time"))
			return DATUM_TIME;
	}
	return DATUM_NUMBER;
}

static int add_member(struct reader *r, uint32_t id, int i, uint32_t offset)
{
	const struct btf_type *type = btf__type_by_id(r->types->btf, id);
	const struct btf_member *member = &btf_members(type)[i];
	uint32_t at = offset + btf_member_bit_offset(type, i) / 8;
	enum datum_kind kind = said(r, id, i);
	int64_t size = btf__resolve_size(r->types->btf, member->type);

	if (btf_member_bitfield_size(type, i) || size < 0)
		return -ERANGE;
	if ((kind == DATUM_ADDRESS && size == 16) || (kind == DATUM_TIME && size == 8))
		return add(r, kind, at, size);
	return read_type(r, member->type, at);
}

static int add_members(struct reader *r, uint32_t id, uint32_t offset)
{
	const struct btf_type *type = btf__type_by_id(r->types->btf, id);
	size_t named = r->name.len;
	int ret = 0;

	for (int i = 0; i < btf_vlen(type) && !ret; i++) {
		const char *name = object_name(r->types, btf_members(type)[i].name_off);

		if (!strncmp(name, "pad", 3))
			continue;
		ret = buf_printf(&r->name, "%s%s", named && *name ? "." : "", name);
		ret = ret ? ret : add_member(r, id, i, offset);
		r->name.len = named;
		r->name.data[named] = 0;
	}
	return ret;
}

static int read_type(struct reader *r, uint32_t id, uint32_t offset)
{
	const struct btf_type *type = object_type(r->types, &id);
	int64_t size = btf__resolve_size(r->types->btf, id);
	int ret = -ERANGE;

	if (!type || size < 0 || size > r->len || ++r->depth > DEPTH_MAX)
		return -ERANGE;
	if ((btf_is_int(type) || btf_is_any_enum(type)) && is_number_size(size))
		ret = add(r,
			  btf_is_int(type) && btf_int_encoding(type) & BTF_INT_SIGNED
				  ? DATUM_SIGNED
				  : DATUM_NUMBER,
			  offset, size);
	else if (btf_is_struct(type))
		ret = add_members(r, id, offset);
	else if (btf_is_array(type))
		ret = add_array(r, btf_array(type), offset, size);
	else
		ret = add(r, DATUM_BYTES, offset, size);
	r->depth--;
	return ret;
}

int datums_read(const struct object *types, uint32_t id, uint32_t len, struct datums *ret)
{
	struct reader reader = {.types = types, .len = len, .out = ret};
	size_t before = datums_count(ret);
	int r = id && types->btf ? read_type(&reader, id, 0) : -ERANGE;

	if (r == -ERANGE) {
		while (datums_count(ret) > before) {
			ret->items.len -= sizeof(struct datum);
			free(((struct datum *)(void *)(ret->items.data + ret->items.len))->name);
		}
		buf_clear(&reader.name);
		r = add(&reader, DATUM_BYTES, 0, len);
	}
	buf_clear(&reader.name);
	return r;
}

void datums_clear(struct datums *datums)
{
	for (size_t i = 0; i < datums_count(datums); i++)
		free(datums_get(datums, i)->name);
	buf_clear(&datums->items);
}

size_t datums_count(const struct datums *datums)
{
	return datums->items.len / sizeof(struct datum);
}

const struct datum *datums_get(const struct datums *datums, size_t i)
{
	return (const struct datum *)(const void *)datums->items.data + i;
}

/* ---- words ---- */

bool datum_is_number(const struct datum *datum)
{
	return datum->kind == DATUM_NUMBER || datum->kind == DATUM_SIGNED ||
	       datum->kind == DATUM_TIME;
}

static uint64_t number(const unsigned char *at, uint32_t len)
{
	uint64_t value = 0;

	for (uint32_t i = len; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

static int print_signed(uint64_t value, uint32_t len, struct buf *out)
{
	unsigned unused = 64 - len * 8;

	return buf_printf(out, "%" PRId64, (int64_t)(value << unused) >> unused);
}

static int print_time(uint64_t value, uint64_t now, struct buf *out)
{
	bool past = value < now;
	uint64_t us = (past ? now - value : value - now) / 1000;

	return buf_printf(out, "%s%" PRIu64 ".%06" PRIu64, past && us ? "-" : "", us / 1000000,
			  us % 1000000);
}

static int print_address(const unsigned char *at, struct buf *out)
{
	static const unsigned char mapped[12] = {[10] = 255, [11] = 255};
	bool four = !memcmp(at, mapped, sizeof(mapped));
	char text[INET6_ADDRSTRLEN];

	inet_ntop(four ? AF_INET : AF_INET6, four ? at + sizeof(mapped) : at, text, sizeof(text));
	return buf_add_str(out, text);
}

static int print_bytes(const unsigned char *at, uint32_t len, struct buf *out)
{
	int r = 0;

	for (uint32_t i = 0; i < len && !r; i++)
		r = buf_printf(out, "%02x", at[i]);
	return r;
}

int datum_print(const struct datum *datum, const void *whole, uint64_t now, struct buf *out)
{
	const unsigned char *at = (const unsigned char *)whole + datum->offset;

	switch (datum->kind) {
	case DATUM_NUMBER: return buf_printf(out, "%" PRIu64, number(at, datum->len));
	case DATUM_SIGNED: return print_signed(number(at, datum->len), datum->len, out);
	case DATUM_TIME: return print_time(number(at, datum->len), now, out);
	case DATUM_ADDRESS: return print_address(at, out);
	default: return print_bytes(at, datum->len, out);
	}
}
