/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of an apply. */
#ifndef APPLY_APPLYING_H
#define APPLY_APPLYING_H

#include <pthread.h>
#include <stdatomic.h>

#include "apply/applied.h"
#include "apply/customer.h"
#include "apply/declared.h"
#include "apply/history.h"

/* Each customer is looked at, prepared, and sent to. */
#define APPLYING_PARTS 3

/* So many descriptors are kept back: to undo what was done when others have run out takes some. */
#define APPLYING_SPARE 4

struct applying {
	struct mfw *mfw; /* the caller's; customers are worked on with those of their workers */
	struct mfw_ruleset *ruleset;
	struct mfw_apply_options options;
	struct mfw_applied *applied;
	struct lock lock;
	atomic_bool new_lists; /* the ruleset has some that are not there */
	/* What is gone back to; NULL: it is a ruleset of files. */
	const struct history_entry *back;
	uint64_t entry; /* of the history; 0: none */
	int spare[APPLYING_SPARE];

	atomic_bool stop; /* one has failed */
	pthread_mutex_t mutex;
	/* Under the mutex. */
	struct customers_taken taken;
	size_t at_work;      /* threads */
	uint64_t done;       /* parts */
	pthread_cond_t news; /* of the two */
};

#define APPLYING_INIT                                                                              \
	.lock = LOCK_NONE, .mutex = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER

/* All of it, with what a->ruleset and a->back say. See mfw_apply(). */
int applying_run(struct applying *a, const struct mfw_apply_options *options,
		 struct mfw_applied **ret, struct mfw_err **err);
/* One of a customer's parts is done: it is looked at, prepared, and sent to. */
void applying_tell(struct applying *a);

/* Whether it has to be known what rules match now. */
bool applying_wants_texts(const struct applying *a);

/*
 * Whether the customer's namespace is gone, or none or another than it was: the others can have
 * what they are to have all the same.
 */
bool applying_is_left_out(const struct mfw_err *err);

/* Puts *err at the customer, chain (NULL: none) and rule (NULL) of the ruleset's files. */
void applying_place(struct mfw_err **err, const struct applied_customer *c,
		    const struct ruleset_chain *chain, const struct ruleset_rule *rule);
/* The same for a step of the difference (-1: none). Returns r. */
int applying_place_step(struct mfw_err **err, const struct applied_customer *c, long step, int r);

/*
 * Finds out what the customer has and what differs. One that is not there is no error: it will be.
 * Errors: customer.netns, netns.*, nft.*, and those of program_identify().
 */
int applying_look(struct applying *a, struct applied_customer *c, struct mfw_err **err);
/*
 * What differs of the lists of a customer (NULL: of everybody's), whose new ones are made, unless
 * this is only a look. Errors: list.*, lock.*, bpf.*.
 */
int applying_look_at_lists(struct applying *a, struct applied_customer *c, struct mfw_err **err);
int applying_make_lists(struct applying *a, const struct applied_customer *c, struct mfw_err **err);
/*
 * Finds those that there are and the ruleset does not have; and, when its rules are there, deletes
 * those that go. Errors: list.*, lock.*.
 */
int applying_look_at_others(struct applying *a, struct applied_customer *c, struct mfw_err **err);
int applying_drop_others(struct applying *a, const struct applied_customer *c,
			 struct mfw_err **err);
/* Adds a warning to the ruleset's if some stay that it ought to have. Errors: ENOMEM. */
int applying_warn_of_others(struct applying *a, struct mfw_err **err);
/* Whether any are made, changed or deleted. */
bool applying_changes_lists(const struct applying *a, const struct applied_customer *c);
/* Puts what differs in place. */
int applying_send_lists(struct applying *a, const struct applied_customer *c, struct mfw_err **err);
/* Takes away those that were made; c: the customer's only. */
void applying_drop_lists(struct applying *a, const struct applied_customer *c);
void applying_count_lists(const struct applying *a, const struct applied_customer *c,
			  size_t *ret_new, size_t *ret_changed);
/* Whether an error comes only of a list that a look does not make. */
bool applying_lacks_list(const struct applying *a, const struct mfw_err *err);

/* Looks afresh, and prepares what differs. -ERESTART: others were quicker. */
int applying_look_again(struct applying *a, struct applied_customer *c, struct mfw_err **err);
/* Prepares what differs: c->change is NULL after it when nothing does. */
int applying_prepare(struct applying *a, struct applied_customer *c, struct mfw_err **err);
/* That the lists which its rules name are there, or in the ruleset. Errors: list.missing. */
int applying_check_named(const struct applying *a, const struct applied_customer *c,
			 struct mfw_err **err);
/* Has the kernel judge what would be done to all customers, and changes nothing. */
int applying_try(struct applying *a, struct mfw_err **err);

#endif
