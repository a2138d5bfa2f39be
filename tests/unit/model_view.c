/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/view.h"

#include <linux/netfilter.h>

static struct rule *make(const char *ref)
{
	struct rule *rule = rule_alloc();

	rule_set_text(&rule->pub.ref, ref);
	return rule;
}

static struct chain *make_chain(const char *name)
{
	struct mfw_chain pub = {.name = name,
				.table = "mfw",
				.family = "inet",
				.hook = "input",
				.type = "filter",
				.policy = "drop",
				.priority = -3};
	struct chain *chain;

	assert_int_equal(chain_new(&pub, NFPROTO_INET, &chain), 0);
	return chain;
}

static void put(struct chain *chain, size_t index, const char *ref)
{
	cleanup_rule struct rule *rule = make(ref);

	assert_int_equal(chain_insert(chain, index, rule), 0);
}

static void expect_made(const struct chain *chain, const char *ref)
{
	char made[16];

	chain_make_ref(chain, made);
	assert_string_equal(made, ref);
}

static void tables_and_chains(void **state)
{
	cleanup_view struct view *view = view_new();
	struct chain *a = make_chain("a"), *b = make_chain("b"), *c = make_chain("c");

	(void)state;
	assert_int_equal(view_add_table(view, NFPROTO_INET, "mfw"), 0);
	assert_true(view_has_table(view, NFPROTO_INET, "mfw"));
	assert_false(view_has_table(view, NFPROTO_IPV4, "mfw"));
	assert_false(view_has_table(view, NFPROTO_INET, "mf"));
	view_add_chain(view, a);
	view_add_chain(view, b);
	view_add_chain(view, c);
	assert_ptr_equal(view_find(view, "b"), b);
	assert_string_equal(b->pub.policy, "drop");
	assert_int_equal(b->pub.priority, -3);
	view_take_chain(view, b);
	assert_null(view_find(view, "b"));
	assert_ptr_equal(view_find(view, "c"), c);
	assert_int_equal(view->n_chains, 2);
	view_take_chain(view, b);
	assert_int_equal(view->n_chains, 2);
	chain_free(b);
}

static void made_refs(void **state)
{
	cleanup_chain struct chain *chain = make_chain("a");

	(void)state;
	expect_made(chain, "r1");
	put(chain, SIZE_MAX, "r5");
	expect_made(chain, "r6");
	put(chain, 0, "r3");
	put(chain, 0, "r07");
	put(chain, 0, "r9x");
	put(chain, 0, "R99");
	put(chain, 0, "r");
	put(chain, 0, "r0");
	put(chain, 0, "r99999999999999999999");
	put(chain, 0, NULL);
	expect_made(chain, "r6");
	chain_clear(chain);
	expect_made(chain, "r1");
}

/* Somebody chose the last number there is, and those about it. */
static void made_refs_at_the_end(void **state)
{
	cleanup_chain struct chain *chain = make_chain("a");
	char made[16];

	(void)state;
	put(chain, 0, "r4294967294");
	put(chain, 0, "r4294967295");
	put(chain, 0, "r1");
	for (int i = 0; i < 5; i++) {
		chain_make_ref(chain, made);
		assert_null(chain_find(chain, made, NULL));
		put(chain, 0, made);
	}
}

static void counts_references(void **state)
{
	struct chain *chain = make_chain("a");
	struct rule *rule = make("x");

	(void)state;
	chain_insert(chain, 0, rule);
	assert_int_equal(rule->refs, 2);
	chain_remove(chain, 0);
	assert_int_equal(rule->refs, 1);
	chain_insert(chain, 7, rule);
	chain_free(chain);
	assert_int_equal(rule->refs, 1);
	rule_unref(rule);
}

/* Inserts and removals at random places, against a plain array. */
static void random_rules(void **state)
{
	cleanup_chain struct chain *chain = make_chain("a");
	char refs[300][8];
	size_t n = 0;

	(void)state;
	srand(4);
	for (unsigned i = 0; i < 20000; i++) {
		size_t at = n ? rand() % n : 0, found = 0;

		if (n < 300 && (!n || rand() % 2)) {
			memmove(refs[at + 1], refs[at], (n++ - at) * sizeof(refs[0]));
			snprintf(refs[at], sizeof(refs[0]), "x%u", i);
			put(chain, at, refs[at]);
		} else {
			char ref[8];

			strcpy(ref, refs[at]);
			chain_remove(chain, at);
			memmove(refs[at], refs[at + 1], (--n - at) * sizeof(refs[0]));
			assert_null(chain_find(chain, ref, NULL));
		}
		assert_int_equal(chain->n_rules, n);
		if (!n)
			continue;
		at = rand() % n;
		assert_string_equal(chain_find(chain, refs[at], &found)->pub.ref, refs[at]);
		assert_int_equal(found, at);
		assert_string_equal(chain->rules[at]->pub.ref, refs[at]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_and_chains),    cmocka_unit_test(made_refs),
		cmocka_unit_test(made_refs_at_the_end), cmocka_unit_test(counts_references),
		cmocka_unit_test(random_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
