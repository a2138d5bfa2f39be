/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where in the files of a ruleset an error is. */
#include <string.h>

#include "apply/applying.h"

static bool begins_with(const char *kind, const char *const *beginnings)
{
	for (; *beginnings; beginnings++)
		if (!strncmp(kind, *beginnings, strlen(*beginnings)))
			return true;
	return false;
}

void applying_place(struct mfw_err **err, const struct applied_customer *c,
		    const struct ruleset_chain *chain, const struct ruleset_rule *rule)
{
	static const char *const of_match[] = {"expr.",    "matcher.", "object.", "bpf.",
					       "codegen.", "list.",    "geo.",    NULL};
	static const char *const match_keys[] = {
		[MATCH_EXPR] = "match",
		[MATCH_OBJECT_PINNED] = "object_pinned",
		[MATCH_OBJECT] = "object",
		[MATCH_BYTECODE] = "bytecode",
	};
	static const char *const of_action[] = {"action.", "chain.", NULL};
	struct ruleset_where where = {c->to, chain, rule, NULL};
	struct place place = c->to->place;

	if (!err || !*err)
		return;
	if (chain)
		place = chain->place;
	if (rule) {
		place = rule->place;
		if (begins_with(mfw_err_kind(*err), of_match)) {
			where.key = match_keys[rule->rule->kind];
			place = rule->match;
		} else if (begins_with(mfw_err_kind(*err), of_action)) {
			where.key = "action";
			place = rule->action;
		}
	}
	ruleset_place_in(err, &where, place);
}

int applying_place_step(struct mfw_err **err, const struct applied_customer *c, long step, int r)
{
	const struct diff_step *s = step >= 0 ? &c->diff.steps[step] : NULL;

	if (s && s->to)
		applying_place(err, c, s->to, s->rule);
	else
		err_prefix(err, r, "customer %s", c->name);
	return r;
}
