/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 in a large list: a number for each /16, see mfw/list.h. */
#ifndef LIST_FLAT_H
#define LIST_FLAT_H

#include "list/record.h"

/* How many lines the entries (tidy) take, without the numbers. */
size_t flat_lines(const struct entries *entries);
/* The same, with all that is between; rest: those of other things, taken at once. */
size_t flat_plan(size_t lines, size_t rest);
/* Writes them into an empty area. 0 or -ENOSPC. */
int flat_build(struct area *area, const struct entries *entries);

/* Whether this very network of up to 16 bits is there. */
bool flat_has(const struct area *area, struct net4 net);
/* Lets the address's /16 be that. 0 or -ENOSPC. */
int flat_switch(struct area *area, uint32_t address, const struct part *part);
/* Adds what was entered in the address's /16. 0 or -ENOMEM. */
int flat_read_part(const struct area *area, uint32_t address, struct entries *ret);
/* Adds all that was entered. */
int flat_read(const struct area *area, struct entries *ret);

#endif
