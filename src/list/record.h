/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a list has of one IPv4 /16: a row or a table, see mfw/list.h. */
#ifndef LIST_RECORD_H
#define LIST_RECORD_H

#include "list/area.h"

/* The entries of one /16, sorted, none twice. nets: of /17 to /31. */
struct part {
	const uint32_t *hosts;
	size_t n_hosts;
	const struct net4 *nets;
	size_t n_nets;
};

/* The most that one takes. */
#define RECORD_LINES_MAX (1 + 2 + 128 + 256)

/* How much it takes, in quarters of a line. */
uint32_t record_quarters(const struct part *part);
/* Writes it into unused lines. ret: the page's number for it, 0 for an empty one. 0 or -ENOSPC. */
int record_write(struct area *area, const struct part *part, uint32_t *ret);
/* Adds what was entered; base: the /16's first address. 0 or -ENOMEM. */
int record_read(const struct area *area, uint32_t number, uint32_t base, struct entries *ret);

#endif
