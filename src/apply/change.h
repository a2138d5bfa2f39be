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

	bool prepared, spent;
	struct site *site;
	struct lock global, own;
	struct plan *plan;
	/* Programs already staged, by match: for this plan, and for those after it. */
	void *staged;
};

/* Appends an empty step of that kind for the chain; NULL without memory. */
struct step *change_step(struct mfw_change *change, enum step_kind kind, const char *chain);
/* Takes the last step away again. */
void change_drop_step(struct mfw_change *change);
int change_prepare(struct mfw_change *change, struct mfw_err **err);
/* Lets go of what preparing took. */
void change_cancel(struct mfw_change *change);
int change_commit(struct mfw_change *change, struct mfw_err **err);

#endif
