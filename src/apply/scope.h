/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that expressions name: whether they may, and what is in them. */
#ifndef APPLY_SCOPE_H
#define APPLY_SCOPE_H

#include "apply/context.h"

/*
 * For expr_parse() and expr_check(): the names that there are, with lists checked. Errors of lists:
 * list.missing, list.type, list.nobody (a customer's own, and there is none), list.entry,
 * list.read, list.denied, list.broken, customer.missing; a warning: list.unknown. scope lives as
 * long.
 */
struct scheme scope_scheme(struct scope *scope);

/* A list as it is when an expression is looked at. {.array = KERNEL_NO_ARRAY} is none. */
struct scope_list {
	char *name;
	bool shared;
	int slot; /* what rules' programs are bound to; -1 with trial */
	/* The generation that is there now, and where it is from: */
	struct area area;
	struct kernel_array array; /* the kernel */
	union mfw_line *own;       /* made here; otherwise it was given to the library */
};

struct scope_lists {
	struct scope_list *all;
	size_t n;
};

/* Opens all lists that the expression names, which was parsed in the scope. Errors: as above. */
int scope_open(const struct scope *scope, const struct expr *expr, struct scope_lists *ret,
	       struct mfw_err **err);
void scope_lists_clear(struct scope_lists *lists);
/* NULL: the expression does not name it. */
const struct scope_list *scope_find(const struct scope_lists *lists, const char *name, bool shared);
/*
 * A slot for a program to be bound to: the list's own, or (trial) one with what the list has now.
 * Errors: bpf.*.
 */
int scope_slot(const struct scope *scope, const struct scope_list *list, int *ret_fd,
	       struct mfw_err **err);

#endif
