/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as numbers. */
#ifndef GEO_ADDRESS_H
#define GEO_ADDRESS_H

#include <string.h>

#include "geo/geo.h"

static inline int address_order(struct geo_address a, struct geo_address b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

/* The next one; 0 behind the last. */
static inline struct geo_address address_next(struct geo_address a)
{
	a.low++;
	a.high += !a.low;
	return a;
}

/* Text to a number: its family, 4 or 6, or 0: it is none. */
int address_parse(const char *text, size_t len, struct geo_address *ret);
/* As it is written. */
void address_text(int family, struct geo_address address, char ret[48]);
/*
 * Clears the bits behind the prefix in *first, sets them in *last; false when some were set. The
 * prefix is at most the family's bits.
 */
bool address_spread(int family, unsigned prefix, struct geo_address *first,
		    struct geo_address *last);

#endif
