/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that a seed repeats, and random trees of the language made without the parser. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include "expr/expr.h"

void random_seed(uint64_t seed);
uint64_t random_next(void);
/* 0..n-1 */
unsigned random_below(unsigned n);
bool random_one_in(unsigned n);

/*
 * What trees are made of. {}: all that can be printed and parsed, with the matchers of
 * tests/unit/scheme.c.
 */
struct random_kinds {
	/* No matchers, no lists, no data about addresses: what packets alone answer. */
	bool packets_only;
	/* But with lists: $bad and $shared.bad of addresses, $names and $shared.names. */
	bool lists;
	/*
	 * Literals that packets have, most times; NULL: any. Each adds one to the literal, whose
	 * value it has.
	 */
	uint64_t (*number)(const struct value *value);
	void (*ip)(struct ip *ret, unsigned family);
	void (*text)(struct buf *ret);
};

/* Freed by expr_free(). */
struct expr *random_tree(const struct random_kinds *kinds, unsigned depth);

#endif
