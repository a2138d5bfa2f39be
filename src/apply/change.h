/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change: the steps that were asked for, in order; the plan that they make of what the namespace
 * holds; and its commit. Steps are kept as they were asked: when another program changes the
 * namespace in between, they are planned again from what is there then.
 */
#ifndef APPLY_CHANGE_H
#define APPLY_CHANGE_H

#include "apply/context.h"
#include "apply/lock.h"

enum step_kind {
	STEP_CHAIN_ADD,
	STEP_CHAIN_SET,
	STEP_CHAIN_FLUSH,
	STEP_CHAIN_DEL,
	STEP_RULE_ADD,
	STEP_RULE_REPLACE,
	STEP_RULE_MOVE,
	STEP_RULE_DEL,
};

struct step {
	enum step_kind kind;
	char *chain;
	char *ref;         /* of the rule concerned; STEP_RULE_ADD: NULL if one is to be made up */
	uint64_t handle;   /* STEP_RULE_DEL: instead of a ref */
	struct rule *rule; /* STEP_RULE_ADD: as given; STEP_RULE_REPLACE: what is to be put over */
	struct rule *result; /* the rule that the plan made of it */
	enum mfw_place_kind place;
	char *place_ref;
	uint32_t place_index;
	bool set_mode; /* STEP_RULE_REPLACE */
	enum mfw_mode mode;
	struct chain *spec; /* STEP_CHAIN_ADD, STEP_CHAIN_SET */
	unsigned fields;    /* STEP_CHAIN_SET */
	bool flush;         /* STEP_CHAIN_DEL */
};

struct mfw_change {
	struct mfw *mfw;
	char *customer, *netns, *family, *table; /* the target */
	struct step *steps;
	size_t n_steps, cap_steps;
	long failed_step;
	char **warnings;
	size_t n_warnings;
	/* The expression checked last, which is a rule's of a step: batches repeat themselves. */
	const char *last_match;

	/*
	 * Its steps fit what the site's view holds and nothing else, and its caller has the global
	 * lock alone. When the namespace is no longer so, prepare and commit return -ERESTART
	 * without an error.
	 */
	bool exact;
	bool prepared, spent;
	struct site *given; /* NULL: the target's is looked for */
	struct site *site;
	struct lock global, own;
	struct plan *plan;
	/* Programs already staged, by match: for this plan, and for those after it. */
	void *staged;
};

/* See mfw_change_new() and mfw_change_free(). */
int change_new(struct mfw *mfw, const struct mfw_target *target, struct mfw_change **ret,
	       struct mfw_err **err);
/* The same for a site that its caller keeps. Errors: ENOMEM. */
int change_new_at(struct mfw *mfw, struct site *site, struct mfw_change **ret,
		  struct mfw_err **err);
void change_free(struct mfw_change *change);
/* Appends an empty step of that kind for the chain; NULL without memory. */
struct step *change_step(struct mfw_change *change, enum step_kind kind, const char *chain);
/* Takes the last step away again. */
void change_drop_step(struct mfw_change *change);
int change_prepare(struct mfw_change *change, struct mfw_err **err);
/* Lets go of what preparing took. */
void change_cancel(struct mfw_change *change);
int change_commit(struct mfw_change *change, struct mfw_err **err);
/* Cleans up for a holder of the site's lock who was killed. The global lock is the caller's. */
int change_recover(struct mfw *mfw, struct site *site, struct mfw_err **err);
/* Has the kernel judge a prepared change, and changes nothing. Errors: nft.*. */
int change_try(struct mfw_change *change, struct mfw_err **err);

#endif
