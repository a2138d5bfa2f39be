/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a matcher's map, in words: numbers, addresses and times, by the map's BTF. */
#ifndef CATALOG_DATUM_H
#define CATALOG_DATUM_H

#include "base/buf.h"
#include "catalog/object.h"

enum datum_kind {
	DATUM_NUMBER,
	DATUM_SIGNED,
	DATUM_ADDRESS, /* 16 bytes, IPv4 as ::ffff:a.b.c.d */
	DATUM_TIME,    /* nanoseconds of bpf_ktime_get_ns(); shown as seconds from now */
	DATUM_BYTES,
};

/* A piece of a key or a value that is shown as one. */
struct datum {
	char *name; /* "a.b[1]"; "": the whole is one piece */
	enum datum_kind kind;
	uint32_t offset, len; /* bytes; numbers have 1, 2, 4 or 8 */
};

struct datums {
	struct buf items; /* struct datum */
};

/*
 * The pieces of a type with BTF id `id`, appended; those whose names begin with `pad` are left out.
 * id 0, or a type that does not fit into len bytes: all is bytes. 0 or -ENOMEM.
 */
int datums_read(const struct object *types, uint32_t id, uint32_t len, struct datums *ret);
void datums_clear(struct datums *datums);
size_t datums_count(const struct datums *datums);
const struct datum *datums_get(const struct datums *datums, size_t i);

bool datum_is_number(const struct datum *datum);
/* The piece of what is at `whole`, as text. now: see DATUM_TIME. 0 or -ENOMEM. */
int datum_print(const struct datum *datum, const void *whole, uint64_t now, struct buf *out);

#define cleanup_datums cleanup(datums_clear)

#endif
