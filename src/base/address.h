/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as numbers. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In host order; IPv4 in low. */
struct address {
	uint64_t high, low;
};

static inline int address_order(struct address a, struct address b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

/* The next one; 0 behind the last. */
static inline struct address address_next(struct address a)
{
	a.low++;
	a.high += !a.low;
	return a;
}

/* Text to a number: its family, 4 or 6, or 0: it is none. */
int address_parse(const char *text, size_t len, struct address *ret);
/* The address in network order, 4 or 16 bytes. */
struct address address_of_bytes(int family, const uint8_t *bytes);
/* As it is written. */
void address_text(int family, struct address address, char ret[48]);
/*
 * Clears the bits behind the prefix in *first, sets them in *last; false when some were set. The
 * prefix is at most the family's bits.
 */
bool address_spread(int family, unsigned prefix, struct address *first, struct address *last);

#endif
