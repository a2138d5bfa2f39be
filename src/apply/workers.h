/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who looks at customers and changes them: the caller alone, or several threads. Each has a struct
 * mfw of its own, and always the same customers: what belongs to one of them is no other's
 * business.
 */
#ifndef APPLY_WORKERS_H
#define APPLY_WORKERS_H

#include "apply/said.h"
#include "model/ruleset.h"

#define WORKERS_MAX 256

struct worker {
	struct mfw *mfw; /* the caller's, if he is alone */
	struct said said;
	struct ruleset before; /* what its customers had */
};

struct applying;
struct applied_customer;

/* Gives each of the customers there are a worker. Errors: apply.jobs, ENOMEM. */
int workers_begin(struct applying *a, struct mfw_err **err);
/* Has each customer worked on; after a failure no further one, and that is the result. */
int workers_each(struct applying *a,
		 int (*work)(struct applying *a, struct applied_customer *c, struct mfw_err **err),
		 struct mfw_err **err);
/* They are needed no more; what their customers had stays. */
void workers_end(struct applying *a);

#endif
