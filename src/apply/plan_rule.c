/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that concern rules. */
#include <errno.h>
#include <linux/netfilter.h>
#include <search.h>
#include <string.h>

#include "apply/plan.h"
#include "apply/program.h"
#include "model/action.h"
#include "model/family.h"

/* ---- programs, once per match and change ---- */

struct staged {
	enum match_kind kind;
	char *match;
	struct program *program;
	char text[];
};

static int by_match(const void *a, const void *b)
{
	const struct staged *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->match, y->match);
}

static void forget(void *staged)
{
	struct staged *s = staged;

	program_unref(s->program);
	free(s);
}

void plan_forget_programs(struct mfw_change *change)
{
	tdestroy(change->staged, forget);
	change->staged = NULL;
}

static int remember(struct plan *plan, const char *text, const struct rule *rule)
{
	struct staged *s = malloc(sizeof(*s) + strlen(text) + 1);

	if (!s)
		return -ENOMEM;
	s->kind = rule->kind;
	s->program = program_ref(rule->program);
	s->match = strcpy(s->text, text);
	if (tsearch(s, &plan->change->staged, by_match))
		return 0;
	forget(s);
	return -ENOMEM;
}

/* old: what the rule replaces; NULL: nothing. */
static int stage(struct plan *plan, const struct chain *chain, struct rule *rule,
		 const struct rule *old, struct mfw_err **err)
{
	const struct state_place place = {plan->site, chain, rule->pub.ref, old};
	const char *text = *rule_match_text(rule, rule->kind);
	struct staged key = {.kind = rule->kind, .match = (char *)text}, **found;
	int r;

	found = tfind(&key, &plan->change->staged, by_match);
	if (found) {
		rule->program = program_ref((*found)->program);
		return 0;
	}
	r = program_stage(plan->change->mfw, &place, rule, err);
	if (!r && rule->program && rule->program->keeps_state)
		return 0;
	if (!r && remember(plan, text, rule))
		return err_nomem(err);
	return r;
}

/* ---- places ---- */

/* A place in a chain as the index at which the rule will stand. */
static int resolve_place(const struct chain *chain, const struct step *step, size_t *ret,
			 struct mfw_err **err)
{
	bool after = step->place == MFW_PLACE_AFTER || step->place == MFW_PLACE_AFTER_INDEX;
	size_t index = step->place_index;

	switch (step->place) {
	case MFW_PLACE_LAST: *ret = chain->n_rules; return 0;
	case MFW_PLACE_FIRST: *ret = 0; return 0;
	case MFW_PLACE_BEFORE:
	case MFW_PLACE_AFTER:
		if (!chain_find(chain, step->place_ref, &index))
			return err_make(err, ENOENT, "rule.missing",
					"the chain %s has no rule '%s' to stand %s",
					chain->pub.name, step->place_ref,
					after ? "after" : "before");
		break;
	case MFW_PLACE_BEFORE_INDEX:
	case MFW_PLACE_AFTER_INDEX:
		if (index >= chain->n_rules && (after || index > chain->n_rules))
			return err_make(err, ERANGE, "rule.index",
					"the chain %s has %zu rules: there is no index %zu (they "
					"count from 0)",
					chain->pub.name, chain->n_rules, index);
		break;
	}
	*ret = index + after;
	return 0;
}

/*
 * Puts the rule into the view at index and adds the operation for it. The kernel is told of a place
 * by a rule that stands beside it, by its handle or, if it is of this transaction, its number.
 */
static int put_rule(struct plan *plan, struct chain *chain, size_t index, struct rule *rule,
		    struct mfw_err **err)
{
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};

	if (index == chain->n_rules) {
		op.place = NFT_LAST;
	} else if (!index) {
		op.place = NFT_FIRST;
	} else {
		op.place = NFT_BEFORE;
		op.anchor = chain->rules[index];
	}
	rule->batch_id = ++plan->last_id;
	rule->pub.handle = 0;
	if (chain_insert(chain, index, rule))
		return err_nomem(err);
	return plan_add_op(plan, op, err);
}

static int take_rule(struct plan *plan, struct chain *chain, size_t index, struct mfw_err **err)
{
	struct rule *rule = chain->rules[index];

	if (plan_keep(plan, rule))
		return err_nomem(err);
	plan->releases |= !!rule->program;
	chain_remove(chain, index);
	return plan_add_op(
		plan, (struct nft_op){.kind = NFT_RULE_DEL, .chain = chain, .rule = rule}, err);
}

/* ---- checks ---- */

static int check_jump(struct plan *plan, const struct chain *chain, const struct rule *rule,
		      struct mfw_err **err)
{
	const struct chain *target;
	struct action action;

	if (action_parse(rule->pub.action, &action, NULL) || !*action.chain)
		return 0;
	target = view_find(plan->view, action.chain);
	if (!target || target->family != chain->family)
		return err_make(err, ENOENT, "chain.missing",
				"there is no chain '%s' of family %s to jump to; make it first, "
				"without a hook",
				action.chain, chain->pub.family);
	if (target->pub.hook)
		return err_make(
			err, EINVAL, "chain.hook",
			"the chain %s has a hook of its own, and only chains without one can "
			"be jumped to",
			action.chain);
	return 0;
}

/*
 * iptables-nft reads every rule of its own tables. It would show one that does nothing as one that
 * acts, and a log to a group not at all; its counts stand behind a limit, ours before; and it gives
 * up on a table with expressions that are not its own.
 */
static bool iptables_reads(const struct action *a)
{
	return !a->log && !a->limit && a->verdict != VERDICT_REJECT &&
	       a->verdict != VERDICT_CONTINUE;
}

static int check_beside_iptables(const struct chain *chain, const struct rule *rule,
				 struct mfw_err **err)
{
	struct action action;

	if (!family_iptables_table(chain->family, chain->pub.table))
		return 0;
	if (rule->pub.mode != MFW_MODE_ENFORCE)
		return err_make(
			err, EOPNOTSUPP, "rule.mode",
			"the table %s %s is one that iptables-nft reads, and it would show "
			"this rule as one that acts: only the mode enforce is possible there",
			chain->pub.family, chain->pub.table);
	if (!action_parse(rule->pub.action, &action, NULL) && !iptables_reads(&action))
		return err_make(
			err, EOPNOTSUPP, "action.iptables",
			"the table %s %s is one that iptables-nft reads, and it cannot read "
			"this action as what it is: use accept, drop, return, jump or goto there, "
			"without log and limit",
			chain->pub.family, chain->pub.table);
	return 0;
}

static bool reject_fits(enum reject_with with, uint8_t family)
{
	switch (with) {
	case REJECT_ICMP: return family == NFPROTO_IPV4;
	case REJECT_ICMPV6: return family == NFPROTO_IPV6;
	case REJECT_ICMPX: return family == NFPROTO_INET || family == NFPROTO_BRIDGE;
	default: return true;
	}
}

/* The kernel would take another family's code for one of its own, or send nothing. */
static int check_reject(const struct chain *chain, const struct rule *rule, struct mfw_err **err)
{
	struct action action;

	if (action_parse(rule->pub.action, &action, NULL) || action.verdict != VERDICT_REJECT ||
	    reject_fits(action.reject_with, chain->family))
		return 0;
	return err_make(err, EINVAL, "action.family",
			"this reject does not fit the chain's family %s: icmp is for ip, icmpv6 "
			"for ip6, icmpx for inet and bridge",
			chain->pub.family);
}

static int check_rule(struct plan *plan, const struct chain *chain, const struct rule *rule,
		      struct mfw_err **err)
{
	int r = check_jump(plan, chain, rule, err);

	r = r ? r : check_reject(chain, rule, err);
	return r ? r : check_beside_iptables(chain, rule, err);
}

static int refuse_no_rule(const struct chain *chain, const char *ref, struct mfw_err **err)
{
	return err_make(err, ENOENT, "rule.missing",
			"the chain %s has no rule '%s'; mfwctl rule list shows those it has",
			chain->pub.name, ref);
}

static int refuse_taken(const struct chain *chain, const char *ref, struct mfw_err **err)
{
	return err_make(err, EEXIST, "rule.exists",
			"the chain %s has a rule '%s' already; mfwctl rule replace changes it",
			chain->pub.name, ref);
}

static int with_ref(int r, const char *ref, struct mfw_err **err)
{
	if (r && ref)
		err_set_ref(err, ref);
	return r;
}

/* ---- the steps ---- */

static int give_ref(const struct chain *chain, struct step *step, struct rule *rule,
		    struct mfw_err **err)
{
	char made[16];

	if (step->ref)
		return chain_find(chain, step->ref, NULL) ? refuse_taken(chain, step->ref, err) : 0;
	chain_make_ref(chain, made);
	return rule_set_text(&rule->pub.ref, made) ? err_nomem(err) : 0;
}

static int add_rule(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct rule *rule = step->rule;
	struct chain *chain;
	size_t index;
	int r = plan_chain(plan, step->chain, &chain, err);

	r = r ? r : give_ref(chain, step, rule, err);
	r = r ? r : resolve_place(chain, step, &index, err);
	r = r ? r : check_rule(plan, chain, rule, err);
	if (r)
		return r;
	program_unref(rule->program);
	rule->program = NULL;
	r = stage(plan, chain, rule, NULL, err);
	if (r)
		return r;
	step->result = rule_ref(rule);
	return put_rule(plan, chain, index, rule, err);
}

int plan_rule_add(struct plan *plan, struct step *step, struct mfw_err **err)
{
	return with_ref(add_rule(plan, step, err), step->ref, err);
}

static int find_rule(struct plan *plan, const struct step *step, struct chain **ret_chain,
		     struct rule **ret, size_t *ret_index, struct mfw_err **err)
{
	int r = plan_chain(plan, step->chain, ret_chain, err);

	if (r)
		return r;
	*ret = chain_find(*ret_chain, step->ref, ret_index);
	return *ret ? 0 : refuse_no_rule(*ret_chain, step->ref, err);
}

/* The old rule with the step's changes, its program staged or checked. */
static int make_replacement(struct plan *plan, const struct chain *chain, const struct step *step,
			    const struct rule *old, struct rule **ret, struct mfw_err **err)
{
	cleanup_rule struct rule *rule = NULL;
	int r = rule_new_with(old, &step->rule->pub, step->set_mode ? &step->mode : NULL, &rule,
			      err);

	if (!r && strcmp(rule->pub.ref, old->pub.ref) && chain_find(chain, rule->pub.ref, NULL))
		r = refuse_taken(chain, rule->pub.ref, err);
	r = r ? r : check_rule(plan, chain, rule, err);
	if (!r && !rule->keep_count)
		r = stage(plan, chain, rule, old, err);
	else if (!r && rule->program)
		r = program_check(rule->program, err);
	if (!r)
		*ret = steal_ptr(rule);
	return r;
}

static int replace_rule(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct nft_op op = {.kind = NFT_RULE_REPLACE};
	cleanup_rule struct rule *rule = NULL;
	struct chain *chain;
	struct rule *old;
	size_t index;
	int r = find_rule(plan, step, &chain, &old, &index, err);

	r = r ? r : make_replacement(plan, chain, step, old, &rule, err);
	if (r)
		return r;
	step->result = rule_ref(rule);
	if (!old->pub.handle) {
		/* One of this same transaction: the kernel replaces by handle only. */
		r = take_rule(plan, chain, index, err);
		return r ? r : put_rule(plan, chain, index, rule, err);
	}
	if (plan_keep(plan, old))
		return err_nomem(err);
	plan->releases |= old->program && !rule->keep_count;
	rule->batch_id = ++plan->last_id;
	op.chain = chain;
	op.rule = rule;
	op.anchor = old;
	chain_remove(chain, index);
	if (chain_insert(chain, index, rule))
		return err_nomem(err);
	return plan_add_op(plan, op, err);
}

int plan_rule_replace(struct plan *plan, struct step *step, struct mfw_err **err)
{
	return with_ref(replace_rule(plan, step, err), step->ref, err);
}

static int move_rule(struct plan *plan, struct step *step, struct mfw_err **err)
{
	static const struct mfw_rule nothing = {MFW_SIZE(struct mfw_rule)};
	cleanup_rule struct rule *rule = NULL;
	size_t from, to;
	struct chain *chain;
	struct rule *old;
	int r = find_rule(plan, step, &chain, &old, &from, err);

	if (!r && step->place_ref && !strcmp(step->place_ref, step->ref))
		r = err_make(err, EINVAL, "rule.place", "a rule cannot stand beside itself");
	r = r ? r : rule_new_with(old, &nothing, NULL, &rule, err);
	if (!r && rule->program)
		r = program_check(rule->program, err);
	/* The old one goes first, so that places are counted without it. */
	r = r ? r : take_rule(plan, chain, from, err);
	r = r ? r : resolve_place(chain, step, &to, err);
	if (r)
		return r;
	step->result = rule_ref(rule);
	return put_rule(plan, chain, to, rule, err);
}

int plan_rule_move(struct plan *plan, struct step *step, struct mfw_err **err)
{
	return with_ref(move_rule(plan, step, err), step->ref, err);
}

/* Somebody else's rule, which has no ref. */
static int find_by_handle(struct plan *plan, const struct step *step, struct chain **ret_chain,
			  size_t *ret_index, struct mfw_err **err)
{
	int r = plan_chain(plan, step->chain, ret_chain, err);

	for (size_t i = 0; !r && i < (*ret_chain)->n_rules; i++) {
		if ((*ret_chain)->rules[i]->pub.handle != step->handle)
			continue;
		*ret_index = i;
		return 0;
	}
	return r ? r
		 : err_make(err, ENOENT, "rule.missing", "the chain %s has no rule of handle %llu",
			    step->chain, (unsigned long long)step->handle);
}

int plan_rule_del(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct chain *chain;
	struct rule *rule;
	size_t index;
	int r = step->ref ? find_rule(plan, step, &chain, &rule, &index, err)
			  : find_by_handle(plan, step, &chain, &index, err);

	return with_ref(r ? r : take_rule(plan, chain, index, err), step->ref, err);
}
