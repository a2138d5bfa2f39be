/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that are there, of a customer or everybody's, and that a ruleset does not have. */
#ifndef APPLY_OTHERS_H
#define APPLY_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

struct other_list {
	char *name;
	bool stays; /* a rule of the ruleset looks into it, or it is not the ruleset's business */
};

struct others {
	struct other_list *all;
	size_t n;
};

/* How many go. */
size_t others_going(const struct others *others);
/* Number i of those that go; NULL: there are no more. */
const struct other_list *others_goes(const struct others *others, size_t i);
void others_clear(struct others *others);

#endif
