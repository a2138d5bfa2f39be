/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 in a list. */
#ifndef LIST_SIX_H
#define LIST_SIX_H

#include "list/area.h"

/* How many lines (a power of two of buckets) n entries take. */
size_t six_lines(size_t n);
/* Writes the entries (tidy) into an empty area. 0 or -ENOSPC: take twice the lines. */
int six_build(struct area *area, const struct entries *entries, size_t lines);
/* -EEXIST, -ENOSPC. */
int six_add(struct area *area, struct net6 net);
/* -ENOENT. */
int six_del(struct area *area, struct net6 net);
/* As a packet is answered. */
bool six_find(const struct area *area, uint64_t high, uint64_t low);
/* Adds what was entered, in no order. 0 or -ENOMEM. */
int six_read(const struct area *area, struct entries *ret);
/* Counts anew, after a change that was cut off. */
void six_mend(struct area *area);

#endif
