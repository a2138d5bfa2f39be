/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What data sets say about addresses: from a text file to an array that programs and we look things
 * up in (mfw/geo.h is its layout). No privilege, no global state.
 *
 * The file
 * --------
 * One range a line, of IPv4 or IPv6, and what is said about it:
 *
 *	192.0.2.0/24,BR
 *	198.51.100.0-198.51.100.255,DE
 *	2001:db8::,2001:db8::ffff,GB
 *	203.0.113.9,FR
 *
 * A range is a network, two addresses (the last one included) with `-` between them or in columns
 * of their own, or one address. Columns end with a comma or a tab; any may stand in double quotes;
 * spaces around them do not count. A country is two capital letters, a number of an autonomous
 * system 0..4294967295, with or without AS before it. Columns behind it, in which databases name
 * the country or the network, are not looked at. Empty lines and lines that begin with # are
 * nothing, as is a # behind the value with what follows. A first line whose first column is one of
 * the words network, range, first, start, start_ip, ip_range_start and ip_from has columns' titles.
 *
 * Ranges may lie within each other: the narrower one counts. Two that overlap otherwise have to say
 * the same.
 */
#ifndef GEO_GEO_H
#define GEO_GEO_H

#include <mfw/geo.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/err.h"

enum geo_kind {
	GEO_COUNTRY,
	GEO_ASNUM,
	GEO_KINDS,
};

#define GEO_COUNTRIES  (26 * 26)
#define GEO_FILE_MAX   (512u << 20) /* bytes */
#define GEO_RANGES_MAX 4000000      /* in one file */
#define GEO_ERRORS_MAX 20           /* that are told at once */

struct geo_range {
	struct address first, last;
	uint32_t value;
	uint32_t line; /* in the file, from 1 */
};

/* What a file says, in its order. {} is empty. */
struct geo_data {
	struct buf ranges4, ranges6; /* struct geo_range */
};

/* From an address on, up to the next segment. */
struct geo_segment {
	struct address first;
	uint64_t said; /* as in mfw/geo.h */
};

/*
 * Reads text; name is the file's. The first error (geo.syntax, geo.value, geo.too_large) is given,
 * with FILE:LINE:COLUMN before its message, and the others, at most GEO_ERRORS_MAX in all, as its
 * detail, one a line.
 */
int geo_parse(enum geo_kind kind, const char *name, const char *text, size_t len,
	      struct geo_data *ret, struct mfw_err **err);
void geo_data_clear(struct geo_data *data);

/*
 * Sorts the ranges and appends what they come to: segments (struct geo_segment) in order, the first
 * one at address 0. Errors as above: geo.overlap.
 */
int geo_flatten(enum geo_kind kind, const char *name, int family, struct buf *ranges,
		struct buf *ret, struct mfw_err **err);

/*
 * The array, appended to ret, 64-bit words. name and loaded (seconds since 1970) go into its head.
 * Errors: geo.overlap, ENOMEM.
 */
int geo_build(enum geo_kind kind, const char *name, uint64_t loaded, struct geo_data *data,
	      struct buf *ret, struct mfw_err **err);
/* The two in one, for a file. Errors: geo.read, geo.*. */
int geo_load(enum geo_kind kind, const char *path, uint64_t loaded, struct buf *ret,
	     struct mfw_err **err);

/* Whether it is such an array, as far as can be seen at its beginning. */
bool geo_is_sound(const uint64_t *words, size_t n);
/* The copy of the head of a sound one. */
struct mfw_geo_head geo_head(const uint64_t *words);
/* What is said about an address, family 4 or 6; 0: nothing. */
uint64_t geo_find(const uint64_t *words, size_t n, int family, struct address address);

/* "BR"; "64500". */
void geo_value_text(enum geo_kind kind, uint32_t value, char ret[16]);
/* "country", "asnum": the last word of the fields. */
const char *geo_kind_name(enum geo_kind kind);

#define cleanup_geo_data cleanup(geo_data_clear)

#endif
