/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names in a list. */
#ifndef LIST_NAMES_H
#define LIST_NAMES_H

#include "list/area.h"

/* How many lines (a power of two of buckets) n names take, without their text. */
size_t names_lines(size_t n);
/* How many lines the text of the names takes. */
size_t names_cell_lines(const struct entries *entries);
/* Writes the names (tidy) into an empty area, with so many buckets. 0 or -ENOSPC: take twice. */
int names_build(struct area *area, const struct entries *entries, size_t lines, size_t cell_lines);
/* -EEXIST, -ENOSPC. */
int names_add(struct area *area, const char *name, size_t len);
/* -ENOENT. */
int names_del(struct area *area, const char *name, size_t len);
bool names_find(const struct area *area, const char *name, size_t len);
/* Adds all names, in no order. 0 or -ENOMEM. */
int names_read(const struct area *area, struct entries *ret);
/* Counts anew, after a change that was cut off. */
void names_mend(struct area *area);

#endif
