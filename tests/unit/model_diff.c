/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences between generated customers, done step by step on a model of the kernel: the old one
 * becomes the new one, no step breaks what the kernel asks for, and no fewer moves would do.
 */
#include "check.h"

#include <errno.h>

#include "model/action.h"
#include "model/diff.h"

#define CHAINS 5
#define RULES  7
#define REFS   9

static uint64_t seed;

static unsigned below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* ---- customers to compare ---- */

static struct rule *make_rule(const char *ref, const char *jump)
{
	static const char *const matches[] = {"true", "ip.ttl == 1", "ip.ttl == 2"};
	static const char *const comments[] = {NULL, "one", "two"};
	char action[80] = "drop";
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule),
				.ref = ref,
				.action = action,
				.match = matches[below(3)],
				.comment = comments[below(3)],
				.mode = below(3)};
	struct mfw_err *err = NULL;
	struct rule *rule;

	if (jump)
		snprintf(action, sizeof(action), "jump %s", jump);
	else if (below(2))
		snprintf(action, sizeof(action), "accept");
	assert_int_equal(rule_new(&spec, &rule, &err), 0);
	return rule;
}

/* Now and then somebody else's, which has no ref. */
static void add_rule(struct ruleset_chain *chain, const char *ref, const char *jump, bool foreign)
{
	struct rule *rule = make_rule(ref, jump);

	if (foreign)
		rule_set_text(&rule->pub.ref, NULL);
	assert_non_null(ruleset_add_rule(chain, rule));
}

/* Chains jump to those behind them only, so that nothing goes round. */
static const char *jump_target(const struct ruleset_customer *c, size_t from)
{
	for (size_t i = from + 1; i < c->n_chains; i++)
		if (!c->chains[i].chain->pub.hook &&
		    c->chains[i].chain->family == c->chains[from].chain->family && below(3) == 0)
			return c->chains[i].chain->pub.name;
	return NULL;
}

static void fill_chain(struct ruleset_customer *c, size_t i, bool foreign)
{
	unsigned n = below(RULES + 1), first = below(REFS);
	char refs[REFS][4];
	unsigned order[REFS];

	for (unsigned k = 0; k < REFS; k++) {
		snprintf(refs[k], sizeof(refs[k]), "r%u", k);
		order[k] = (first + k) % REFS;
	}
	for (unsigned k = 0; below(2) && k < REFS; k++) {
		unsigned other = below(REFS), kept = order[k];

		order[k] = order[other];
		order[other] = kept;
	}
	for (unsigned k = 0; k < n; k++)
		add_rule(&c->chains[i], refs[order[k]], jump_target(c, i), foreign && !below(8));
}

static void add_chain(struct ruleset_customer *c, unsigned number)
{
	static const char *const families[] = {"inet", "inet", "ip"};
	static const char *const hooks[] = {NULL, NULL, "input", "forward"};
	char name[8];
	struct mfw_chain pub = {MFW_SIZE(struct mfw_chain), .name = name,
				.family = families[below(3)], .hook = hooks[below(4)]};
	struct mfw_err *err = NULL;
	struct chain *chain;

	snprintf(name, sizeof(name), "c%u", number);
	if (pub.hook) {
		pub.priority = (int32_t)below(2);
		pub.policy = below(2) ? "drop" : "accept";
		pub.type = below(4) ? "filter" : "route";
	}
	assert_int_equal(chain_of_customer(&pub, &chain, &err), 0);
	assert_non_null(ruleset_add_chain(c, chain));
}

static struct ruleset_customer *make_customer(struct ruleset *rs, const char *name, bool foreign)
{
	struct ruleset_customer *c = ruleset_add_customer(rs, name);

	for (unsigned i = 0; i < CHAINS; i++)
		if (below(3))
			add_chain(c, i);
	for (size_t i = 0; i < c->n_chains; i++)
		fill_chain(c, i, foreign);
	return c;
}

/* ---- a model of what the kernel does ---- */

struct held {
	const struct ruleset_chain *made; /* as it was last added or set */
	struct mfw_chain pub;
	const struct rule *rules[2 * RULES];
	size_t n;
};

struct model {
	struct held chains[4 * CHAINS];
	size_t n, moves;
};

static struct held *find(struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->chains[i].pub.name, name))
			return &m->chains[i];
	return NULL;
}

static struct held *held_of(struct model *m, const struct diff_step *step)
{
	const struct ruleset_chain *chain = step->to ? step->to : step->from;
	struct held *held = find(m, chain->chain->pub.name);

	assert_non_null(held);
	return held;
}

static void check_jump(struct model *m, const struct held *from, const struct rule *rule)
{
	struct action action;
	struct held *to;

	assert_int_equal(action_parse(rule->pub.action, &action, NULL), 0);
	if (!*action.chain)
		return;
	to = find(m, action.chain);
	assert_non_null(to);
	assert_null(to->pub.hook);
	assert_string_equal(to->pub.family, from->pub.family);
}

static void check_no_jump(const struct model *m, const char *name)
{
	struct action action;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->chains[i].n; k++) {
			action_parse(m->chains[i].rules[k]->pub.action, &action, NULL);
			assert_string_not_equal(action.chain, name);
		}
}

static size_t place_of(const struct held *held, const char *ref)
{
	for (size_t i = 0; i < held->n; i++)
		if (held->rules[i]->pub.ref && !strcmp(held->rules[i]->pub.ref, ref))
			return i;
	fail_msg("no rule %s", ref);
	return 0;
}

static void insert(struct model *m, struct held *held, const struct diff_step *step)
{
	size_t at = 0;

	check_jump(m, held, step->rule->rule);
	if (step->place == MFW_PLACE_LAST)
		at = held->n;
	else if (step->place == MFW_PLACE_AFTER)
		at = place_of(held, step->after) + 1;
	memmove(&held->rules[at + 1], &held->rules[at], (held->n++ - at) * sizeof(*held->rules));
	held->rules[at] = step->rule->rule;
}

static void take(struct held *held, size_t at)
{
	held->n--;
	memmove(&held->rules[at], &held->rules[at + 1], (held->n - at) * sizeof(*held->rules));
}

static void delete_rule(struct held *held, const struct rule *rule)
{
	size_t i = 0;

	while (i < held->n && held->rules[i] != rule)
		i++;
	assert_true(i < held->n);
	take(held, i);
}

static void hold_chain(struct model *m, const struct ruleset_chain *chain)
{
	assert_null(find(m, chain->chain->pub.name));
	m->chains[m->n++] = (struct held){.made = chain, .pub = chain->chain->pub};
}

static void drop_chain(struct model *m, struct held *held)
{
	assert_int_equal(held->n, 0);
	check_no_jump(m, held->pub.name);
	*held = m->chains[--m->n];
}

static void set_chain(struct held *held, const struct diff_step *step)
{
	const struct mfw_chain *to = &step->to->chain->pub;

	assert_int_not_equal(step->fields, 0);
	assert_non_null(held->pub.hook);
	if (step->fields & MFW_CHAIN_POLICY)
		held->pub.policy = to->policy;
	if (step->fields & MFW_CHAIN_PRIORITY)
		held->pub.priority = to->priority;
	if (step->fields & MFW_CHAIN_HOOK)
		held->pub.hook = to->hook;
}

static void replace(struct model *m, struct held *held, const struct diff_step *step)
{
	assert_int_not_equal(step->fields, 0);
	check_jump(m, held, step->rule->rule);
	held->rules[place_of(held, step->rule->rule->pub.ref)] = step->rule->rule;
}

static void move(struct model *m, struct held *held, const struct diff_step *step)
{
	take(held, place_of(held, step->rule->rule->pub.ref));
	insert(m, held, step);
	m->moves++;
}

static void do_step(struct model *m, const struct diff_step *step)
{
	struct held *held;

	if (step->kind == DIFF_CHAIN_ADD) {
		hold_chain(m, step->to);
		return;
	}
	held = held_of(m, step);
	switch (step->kind) {
	case DIFF_CHAIN_SET: set_chain(held, step); break;
	case DIFF_CHAIN_FLUSH: held->n = 0; break;
	case DIFF_CHAIN_DEL: drop_chain(m, held); break;
	case DIFF_RULE_ADD: insert(m, held, step); break;
	case DIFF_RULE_REPLACE: replace(m, held, step); break;
	case DIFF_RULE_MOVE: move(m, held, step); break;
	default: delete_rule(held, step->old->rule); break;
	}
}

static void load(struct model *m, const struct ruleset_customer *c)
{
	*m = (struct model){};
	for (size_t i = 0; i < c->n_chains; i++) {
		hold_chain(m, &c->chains[i]);
		for (size_t k = 0; k < c->chains[i].n_rules; k++)
			m->chains[i].rules[m->chains[i].n++] = c->chains[i].rules[k].rule;
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void compare(struct model *m, const struct ruleset_customer *c)
{
	assert_int_equal(m->n, c->n_chains);
	for (size_t i = 0; i < c->n_chains; i++) {
		const struct mfw_chain *pub = &c->chains[i].chain->pub;
		struct held *held = find(m, pub->name);

		assert_non_null(held);
		assert_string_equal(held->pub.family, pub->family);
		assert_true(same_text(held->pub.hook, pub->hook));
		assert_true(same_text(held->pub.policy, pub->policy));
		assert_true(same_text(held->pub.type, pub->type));
		assert_int_equal(held->pub.priority, pub->priority);
		assert_int_equal(held->n, c->chains[i].n_rules);
		for (size_t k = 0; k < held->n; k++) {
			const struct rule *rule = c->chains[i].rules[k].rule;

			assert_string_equal(held->rules[k]->pub.ref, rule->pub.ref);
			assert_int_equal(diff_rules(held->rules[k], rule), 0);
		}
	}
}

/* ---- no more steps than needed ---- */

/* How many rules of both chains can stay, by trying every choice of them. */
static size_t most_that_stay(const struct ruleset_chain *from, const struct ruleset_chain *to,
			     size_t *ret_common)
{
	size_t at[RULES], n = 0, best = 0;

	for (size_t i = 0; i < to->n_rules; i++)
		for (size_t k = 0; k < from->n_rules; k++)
			if (same_text(from->rules[k].rule->pub.ref, to->rules[i].rule->pub.ref))
				at[n++] = k;
	for (unsigned choice = 0; choice < 1u << n; choice++) {
		size_t last = 0, length = 0;
		bool ordered = true;

		for (size_t i = 0; i < n; i++) {
			if (!(choice & 1u << i))
				continue;
			ordered &= !length++ || at[i] > last;
			last = at[i];
		}
		if (ordered && length > best)
			best = length;
	}
	*ret_common = n;
	return best;
}

static size_t count(const struct diff *diff, enum diff_kind kind, const char *chain)
{
	size_t n = 0;

	for (size_t i = 0; i < diff->n; i++)
		n += diff->steps[i].kind == kind &&
		     !strcmp((diff->steps[i].to ? diff->steps[i].to : diff->steps[i].from)
				     ->chain->pub.name,
			     chain);
	return n;
}

static bool any_remade(const struct diff *diff)
{
	for (size_t i = 0; i < diff->n; i++)
		if (diff->steps[i].kind == DIFF_CHAIN_DEL && i + 1 < diff->n &&
		    diff->steps[i + 1].kind == DIFF_CHAIN_ADD)
			return true;
	return false;
}

static void check_fewest(const struct diff *diff, const struct ruleset_customer *from,
			 const struct ruleset_customer *to)
{
	if (any_remade(diff))
		return;
	for (size_t i = 0; i < to->n_chains; i++) {
		const char *name = to->chains[i].chain->pub.name;
		struct ruleset_chain *old = ruleset_find_chain(from, name);
		size_t common, stay;

		if (!old)
			continue;
		stay = most_that_stay(old, &to->chains[i], &common);
		assert_int_equal(count(diff, DIFF_RULE_MOVE, name), common - stay);
		assert_int_equal(count(diff, DIFF_RULE_DEL, name), old->n_rules - common);
		assert_int_equal(count(diff, DIFF_RULE_ADD, name), to->chains[i].n_rules - common);
	}
}

/* ---- the tests ---- */

static void becomes_the_other(void **state)
{
	size_t moves = 0, remakes = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		cleanup_ruleset struct ruleset rs = {};
		cleanup_diff struct diff diff = {};
		struct ruleset_customer *from, *to;
		static struct model model;

		seed = i;
		from = make_customer(&rs, "from", true);
		to = make_customer(&rs, "to", false);
		assert_int_equal(diff_make(from, to, &diff), 0);
		load(&model, from);
		for (size_t k = 0; k < diff.n; k++)
			do_step(&model, &diff.steps[k]);
		compare(&model, to);
		check_fewest(&diff, from, to);
		moves += model.moves;
		remakes += any_remade(&diff);
	}
	assert_true(moves > 1000 && remakes > 1000);
}

static void is_nothing_when_equal(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		cleanup_ruleset struct ruleset rs = {};
		cleanup_diff struct diff diff = {};
		struct ruleset_customer *from, *to;

		seed = i;
		from = make_customer(&rs, "from", false);
		seed = i;
		to = make_customer(&rs, "to", false);
		assert_int_equal(diff_make(from, to, &diff), 0);
		assert_int_equal(diff.n, 0);
	}
}

static void begins_with_nothing(void **state)
{
	cleanup_ruleset struct ruleset rs = {};
	cleanup_diff struct diff diff = {};
	static struct model model;
	struct ruleset_customer *to;

	(void)state;
	seed = 7;
	to = make_customer(&rs, "to", false);
	assert_int_equal(diff_make(NULL, to, &diff), 0);
	for (size_t k = 0; k < diff.n; k++) {
		do_step(&model, &diff.steps[k]);
		assert_true(diff.steps[k].kind != DIFF_RULE_ADD ||
			    diff.steps[k].place == MFW_PLACE_LAST);
	}
	compare(&model, to);
}

static const char *hash_a = "aa", *hash_b = "bb";

static void goes_by_the_program(void **state)
{
	struct rule *a, *b;

	(void)state;
	seed = 1;
	a = make_rule("r", NULL);
	seed = 1;
	b = make_rule("r", NULL);
	assert_int_equal(diff_rules(a, b), 0);
	a->pub.drift = MFW_DRIFT_PIN_MISSING;
	assert_int_equal(diff_rules(a, b), MFW_RULE_PIN);
	rule_set_text(&a->pub.hash, hash_a);
	assert_int_equal(diff_rules(a, b), MFW_RULE_PIN);
	rule_set_text(&b->pub.hash, hash_b);
	assert_int_equal(diff_rules(a, b), MFW_RULE_MATCH);
	rule_set_text(&b->pub.hash, hash_a);
	rule_set_text(&b->pub.match, "another text for the same");
	a->pub.drift = MFW_DRIFT_NONE;
	assert_int_equal(diff_rules(a, b), 0);
	rule_unref(a);
	rule_unref(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_the_other),
		cmocka_unit_test(is_nothing_when_equal),
		cmocka_unit_test(begins_with_nothing),
		cmocka_unit_test(goes_by_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
