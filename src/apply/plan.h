/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From steps to the operations of one transaction: each step is checked against the view of the
 * namespace and changes it, so that the next step sees it.
 */
#ifndef APPLY_PLAN_H
#define APPLY_PLAN_H

#include "apply/change.h"

struct plan {
	struct mfw_change *change;
	struct site *site;
	struct view *view; /* the site's */
	struct nft_op *ops;
	size_t n_ops, cap_ops;
	size_t step; /* the one that is being planned */
	uint32_t last_id;
	struct chain **gone; /* chains taken out, which ops still point to */
	size_t n_gone;
	/* Rules as they were before: to be kept while ops point to them. */
	struct rule **old;
	size_t n_old, cap_old;
	bool releases; /* a program may have lost its last rule */
	/* Rules with a program of their own (bytecode) that go; and those that come. */
	size_t own_gone, own_new;
};

/*
 * Plans every step; the view is changed also when it fails. Errors: rule.*, chain.*, table.*, and
 * those of program_stage().
 */
int plan_make(struct mfw_change *change, struct plan **ret, struct mfw_err **err);
void plan_free(struct plan *plan);
/* The programs that were staged may go from now on: they are not planned with again. */
void plan_forget_programs(struct mfw_change *change);

/* ---- between the files of the plan ---- */

int plan_add_op(struct plan *plan, struct nft_op op, struct mfw_err **err);
/* Keeps a rule that leaves the view until the transaction is done. 0 or -ENOMEM. */
int plan_keep(struct plan *plan, struct rule *rule);
/* The chain with its rules; what says which command makes it is in the error. */
int plan_chain(struct plan *plan, const char *name, struct chain **ret, struct mfw_err **err);

int plan_chain_add(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_chain_set(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_chain_flush(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_chain_del(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_rule_add(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_rule_replace(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_rule_move(struct plan *plan, struct step *step, struct mfw_err **err);
int plan_rule_del(struct plan *plan, struct step *step, struct mfw_err **err);

DEFINE_CLEANUP(plan_cleanup, struct plan *, plan_free)
#define cleanup_plan cleanup(plan_cleanup_p)

#endif
