/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an apply is about to do to each customer, and has done. */
#ifndef APPLY_APPLIED_H
#define APPLY_APPLIED_H

#include "apply/change.h"
#include "apply/current.h"
#include "apply/others.h"
#include "apply/workers.h"
#include "model/diff.h"

struct applied_customer {
	struct mfw_applied_customer pub;
	char *name;
	struct worker *by;
	const struct ruleset_customer *to; /* NULL: it is to be deleted */
	struct ruleset_customer *from;     /* NULL: it is not there yet */
	bool made;                         /* it was made for this */
	bool sent;                         /* its rules are as they are to be */
	bool touched;                      /* it may be in part */
	bool had;                          /* it was there, and something of it changes */
	struct site *site;
	struct diff diff;
	struct others others;
	struct mfw_change *change; /* while it is under way */
	struct mfw_err *error;
};

struct mfw_ruleset;

struct mfw_applied {
	struct applied_customer *all;
	size_t n, cap;
	struct worker *workers;
	size_t n_workers;
	struct ruleset before;             /* everybody's lists, as they were */
	struct mfw_delta delta;            /* what was asked for last */
	struct mfw_ruleset *of;            /* that was applied */
	struct mfw_ruleset *own;           /* that it was made of; NULL: the caller's */
	struct mfw_err *error;             /* of what is kept, and everybody's lists */
	size_t lists_added, lists_changed; /* everybody's */
	struct others others;
};

/* to NULL: to be deleted. NULL without memory. */
struct applied_customer *applied_add(struct mfw_applied *applied, const char *name,
				     const struct ruleset_customer *to);
/* Counts what the difference is. */
void applied_count(struct applied_customer *c);
void applied_free(struct mfw_applied *applied);

DEFINE_CLEANUP(applied_cleanup, struct mfw_applied *, applied_free)
#define cleanup_applied cleanup(applied_cleanup_p)

#endif
