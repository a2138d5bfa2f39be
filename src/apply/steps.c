/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/steps.h"

#include <errno.h>
#include <string.h>

static int set_text(char **member, const char *text)
{
	*member = text ? strdup(text) : NULL;
	return text && !*member ? -ENOMEM : 0;
}

static int fill_chain(struct step *step, const struct diff_step *from)
{
	const struct chain *chain = from->to->chain;
	int r = chain_new(&chain->pub, chain->family, &step->spec);

	if (r)
		return r;
	step->spec->hooknum = chain->hooknum;
	step->fields = from->fields;
	return 0;
}

static int fill_place(struct step *step, const struct diff_step *from)
{
	step->place = from->place;
	return set_text(&step->place_ref, from->after);
}

static int fill_added(struct step *step, const struct diff_step *from)
{
	step->rule = rule_ref(from->rule->rule);
	return set_text(&step->ref, step->rule->pub.ref) ? -ENOMEM : fill_place(step, from);
}

/* What is put over the old rule; the match only if it has changed, since the count depends on it.
 */
static int fill_replaced(struct step *step, const struct diff_step *from)
{
	const struct rule *to = from->rule->rule;
	struct rule *over = rule_alloc();

	if (!over)
		return -ENOMEM;
	step->rule = over;
	step->set_mode = true;
	step->mode = to->pub.mode;
	if (from->fields & (MFW_RULE_MATCH | MFW_RULE_PIN)) {
		over->kind = to->kind;
		if (rule_set_text(rule_match_text(over, to->kind),
				  *rule_match_text((struct rule *)to, to->kind)))
			return -ENOMEM;
	}
	if (rule_set_text(&over->pub.action, to->pub.action) ||
	    rule_set_text(&over->pub.comment, to->pub.comment ? to->pub.comment : ""))
		return -ENOMEM;
	return set_text(&step->ref, to->pub.ref);
}

static int fill_moved(struct step *step, const struct diff_step *from)
{
	return set_text(&step->ref, from->rule->rule->pub.ref) ? -ENOMEM : fill_place(step, from);
}

static int fill_deleted(struct step *step, const struct diff_step *from)
{
	step->handle = from->old->rule->pub.handle;
	return set_text(&step->ref, from->old->rule->pub.ref);
}

static int fill_nothing(struct step *step, const struct diff_step *from)
{
	(void)step;
	(void)from;
	return 0;
}

static const struct {
	enum step_kind kind;
	int (*fill)(struct step *step, const struct diff_step *from);
} kinds[] = {
	[DIFF_CHAIN_ADD] = {STEP_CHAIN_ADD, fill_chain},
	[DIFF_CHAIN_SET] = {STEP_CHAIN_SET, fill_chain},
	[DIFF_CHAIN_FLUSH] = {STEP_CHAIN_FLUSH, fill_nothing},
	[DIFF_CHAIN_DEL] = {STEP_CHAIN_DEL, fill_nothing},
	[DIFF_RULE_ADD] = {STEP_RULE_ADD, fill_added},
	[DIFF_RULE_REPLACE] = {STEP_RULE_REPLACE, fill_replaced},
	[DIFF_RULE_MOVE] = {STEP_RULE_MOVE, fill_moved},
	[DIFF_RULE_DEL] = {STEP_RULE_DEL, fill_deleted},
};

int steps_add(struct mfw_change *change, const struct diff *diff)
{
	int r = 0;

	for (size_t i = 0; i < diff->n && !r; i++) {
		const struct diff_step *from = &diff->steps[i];
		const struct ruleset_chain *chain = from->to ? from->to : from->from;
		struct step *step =
			change_step(change, kinds[from->kind].kind, chain->chain->pub.name);

		r = step ? kinds[from->kind].fill(step, from) : -ENOMEM;
	}
	return r;
}
