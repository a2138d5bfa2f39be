/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli/applied.h"
#include "cli/out.h"

struct applied_match applied_match(const struct mfw_rule *rule)
{
	const struct applied_match all[] = {
		{"match", rule->match},
		{"object_pinned", rule->object_pinned},
		{"object", rule->object},
		{"bytecode", rule->bytecode},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].text)
			return all[i];
	return (struct applied_match){NULL, NULL};
}

static void put(const char *text)
{
	out_plain(stdout, text, strlen(text));
}

static void put_match(const struct mfw_rule *rule)
{
	struct applied_match match = applied_match(rule);

	if (match.key && strcmp(match.key, "match") != 0)
		printf("%s ", match.key);
	put(match.key ? match.text : "(cannot be read)");
}

static void put_name(const struct mfw_delta *d)
{
	const struct mfw_chain *chain = d->chain ? d->chain : d->chain_before;
	const struct mfw_rule *rule = d->rule ? d->rule : d->before;

	if (d->list)
		printf("list %s", d->list);
	else if (!rule)
		printf("chain %s", chain->name);
	else if (rule->ref)
		printf("rule %s/%s", chain->name, rule->ref);
	else
		printf("rule of another tool in %s, handle %" PRIu64, chain->name, rule->handle);
}

/* One value that differs. */
static void put_change(const char *name, const char *from, const char *to)
{
	printf("      %s: ", name);
	put(from ? from : "none");
	fputs(" -> ", stdout);
	put(to ? to : "none");
	putchar('\n');
}

static void put_matches(const struct mfw_rule *before, const struct mfw_rule *rule)
{
	fputs("      match: ", stdout);
	put_match(before);
	fputs("\n          -> ", stdout);
	put_match(rule);
	putchar('\n');
}

static void put_rule_changes(const struct mfw_delta *d)
{
	if (d->fields & MFW_RULE_MATCH)
		put_matches(d->before, d->rule);
	if (d->fields & MFW_RULE_PIN)
		printf("      pin: %s -> the rule's own\n",
		       d->before->drift == MFW_DRIFT_PIN_MISSING ? "gone" : "another program");
	if (d->fields & MFW_RULE_ACTION)
		put_change("action", d->before->action, d->rule->action);
	if (d->fields & MFW_RULE_MODE)
		put_change("mode", mode_words[d->before->mode], mode_words[d->rule->mode]);
	if (d->fields & MFW_RULE_COMMENT)
		put_change("comment", d->before->comment, d->rule->comment);
}

static void put_chain_changes(const struct mfw_delta *d)
{
	if (d->fields & MFW_CHAIN_HOOK)
		put_change("hook", d->chain_before->hook, d->chain->hook);
	if (d->fields & MFW_CHAIN_PRIORITY)
		printf("      priority: %d -> %d\n", d->chain_before->priority, d->chain->priority);
	if (d->fields & MFW_CHAIN_POLICY)
		put_change("policy", d->chain_before->policy, d->chain->policy);
}

static void put_chain(const struct mfw_chain *chain)
{
	if (strcmp(chain->family, "inet") != 0)
		printf(", family %s", chain->family);
	if (chain->hook)
		printf(", %s hook %s priority %d policy %s", chain->type, chain->hook,
		       chain->priority, chain->policy);
}

static void put_rule(const struct mfw_rule *rule)
{
	fputs(": ", stdout);
	put_match(rule);
	fputs("  ", stdout);
	put(rule->action ? rule->action : "");
	if (rule->mode != MFW_MODE_ENFORCE)
		printf("  (%s)", mode_words[rule->mode]);
	if (rule->comment) {
		fputs("  # ", stdout);
		put(rule->comment);
	}
}

static const struct {
	char sign;
	enum out_style style;
} kinds[] = {
	[MFW_DELTA_CHAIN_ADD] = {'+', OUT_GREEN},     [MFW_DELTA_CHAIN_SET] = {'~', OUT_YELLOW},
	[MFW_DELTA_CHAIN_DELETE] = {'-', OUT_RED},    [MFW_DELTA_RULE_ADD] = {'+', OUT_GREEN},
	[MFW_DELTA_RULE_REPLACE] = {'~', OUT_YELLOW}, [MFW_DELTA_RULE_MOVE] = {'>', OUT_YELLOW},
	[MFW_DELTA_RULE_DELETE] = {'-', OUT_RED},     [MFW_DELTA_LIST_ADD] = {'+', OUT_GREEN},
	[MFW_DELTA_LIST_CHANGE] = {'~', OUT_YELLOW},  [MFW_DELTA_LIST_DELETE] = {'-', OUT_RED},
};

static void put_delta(const struct mfw_delta *d)
{
	printf("  %s%c ", out_color(stdout, kinds[d->kind].style), kinds[d->kind].sign);
	put_name(d);
	fputs(out_color(stdout, OUT_NORMAL), stdout);
	if (d->kind == MFW_DELTA_CHAIN_ADD)
		put_chain(d->chain);
	if (d->kind == MFW_DELTA_RULE_ADD)
		put_rule(d->rule);
	if (d->kind == MFW_DELTA_RULE_DELETE && d->before->ref)
		put_rule(d->before);
	if (d->kind == MFW_DELTA_LIST_CHANGE)
		fputs(": other entries", stdout);
	if (d->kind == MFW_DELTA_RULE_MOVE)
		printf(": %s%s", d->after ? "behind " : "to the start", d->after ? d->after : "");
	putchar('\n');
	if (d->kind == MFW_DELTA_RULE_REPLACE)
		put_rule_changes(d);
	if (d->kind == MFW_DELTA_CHAIN_SET)
		put_chain_changes(d);
}

/* ---- counts ---- */

/* "2 rules added, 1 replaced": a number with its noun where that is new. */
struct phrase {
	const char *noun;
	bool begun;
};

static void add_count(struct phrase *p, const char *noun, size_t n, const char *done)
{
	bool said = p->noun && !strcmp(p->noun, noun);

	if (!n)
		return;
	fputs(p->begun ? ", " : " ", stdout);
	if (said)
		printf("%zu %s", n, done);
	else
		printf("%zu %s%s %s", n, noun, n == 1 ? "" : "s", done);
	p->begun = true;
	p->noun = noun;
}

static void put_counts(const struct mfw_applied_customer *c)
{
	struct phrase p = {};

	if (c->deleted || c->made) {
		fputs(c->deleted ? " deleted" : " new", stdout);
		p.begun = true;
	}
	add_count(&p, "list", c->lists_added, "added");
	add_count(&p, "list", c->lists_changed, "changed");
	add_count(&p, "list", c->lists_deleted, "removed");
	add_count(&p, "chain", c->chains_added, "added");
	add_count(&p, "chain", c->chains_changed, "changed");
	add_count(&p, "chain", c->chains_deleted, "removed");
	add_count(&p, "rule", c->rules_added, "added");
	add_count(&p, "rule", c->rules_replaced, "replaced");
	add_count(&p, "rule", c->rules_moved, "moved");
	add_count(&p, "rule", c->rules_deleted, "removed");
}

static void put_customer(struct mfw_applied *applied, size_t i, const struct config *config)
{
	const struct mfw_applied_customer *c = mfw_applied_get(applied, i);
	const struct mfw_delta *d;

	printf("%s%s%s:", out_color(stdout, OUT_BOLD), c->name, out_color(stdout, OUT_NORMAL));
	if (c->error)
		fputs(c->changed ? " failed in part" : " failed, and is as it was", stdout);
	else
		put_counts(c);
	putchar('\n');
	for (size_t k = 0; config->diff && !c->error && (d = mfw_applied_delta(applied, i, k)); k++)
		put_delta(d);
}

static bool put_shared(struct mfw_applied *applied, const struct config *config)
{
	const struct mfw_delta *d;
	struct phrase p = {};
	size_t added, changed, removed;

	mfw_applied_lists(applied, &added, &changed, &removed);
	if (!added && !changed && !removed)
		return false;
	fputs("for all:", stdout);
	add_count(&p, "list", added, "added");
	add_count(&p, "list", changed, "changed");
	add_count(&p, "list", removed, "removed");
	putchar('\n');
	for (size_t k = 0; config->diff && (d = mfw_applied_delta(applied, MFW_APPLIED_SHARED, k));
	     k++)
		put_delta(d);
	return true;
}

void applied_text(struct mfw_applied *applied, const struct config *config)
{
	const struct mfw_applied_customer *c;
	bool shared = put_shared(applied, config);
	size_t changed = 0, n = 0;
	bool any = shared;

	for (; (c = mfw_applied_get(applied, n)); n++) {
		changed += c->changed && !c->error;
		any |= c->changed;
		if (c->changed || c->error)
			put_customer(applied, n, config);
	}
	if (!any)
		puts(config->check ? "nothing would change" : "nothing has changed");
	else if (n)
		printf("%zu of %zu customer%s %s\n", changed, n, n == 1 ? "" : "s",
		       config->check ? "would change" : "changed");
}
