/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes the one of two customers' chains and rules into the other: steps, to be done in this
 * order in one transaction. They are as few as can be: rules that keep their order among each other
 * are not moved. Chains are known again by name, rules by chain and ref.
 */
#ifndef MODEL_DIFF_H
#define MODEL_DIFF_H

#include "model/ruleset.h"

enum diff_kind {
	DIFF_CHAIN_ADD,
	DIFF_CHAIN_SET,   /* fields: enum mfw_chain_field */
	DIFF_CHAIN_FLUSH, /* it is going to be deleted: of its rules nothing more is said */
	DIFF_CHAIN_DEL,   /* also one that is added again at once, since it cannot be changed so */
	DIFF_RULE_ADD,
	DIFF_RULE_REPLACE, /* fields: enum mfw_rule_field */
	DIFF_RULE_MOVE,
	DIFF_RULE_DEL,
};

struct diff_step {
	enum diff_kind kind;
	unsigned fields;
	/* The chain as it was and as it is to be: NULL where there is none. */
	const struct ruleset_chain *from, *to;
	/* The rule likewise; one that was there without a ref is known by its handle. */
	const struct ruleset_rule *old, *rule;
	/* Where it is put: MFW_PLACE_FIRST, MFW_PLACE_LAST, or MFW_PLACE_AFTER with a ref. */
	enum mfw_place_kind place;
	const char *after;
};

/* {} has no steps. What it points to is the customers'. */
struct diff {
	struct diff_step *steps;
	size_t n, cap;
};

/* from NULL: there is nothing yet. Both are whole and without contradictions. 0 or -ENOMEM. */
int diff_make(const struct ruleset_customer *from, const struct ruleset_customer *to,
	      struct diff *ret);
void diff_clear(struct diff *diff);

/* What differs between two rules of a ref: a sum of enum mfw_rule_field. */
unsigned diff_rules(const struct rule *old, const struct rule *rule);

#define cleanup_diff cleanup(diff_clear)

#endif
