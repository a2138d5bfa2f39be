/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What matchers remember: which rule has which maps, through every change. */
#include "world.h"

#include <string.h>

/* ---- what is asked of the library ---- */

static const struct mfw_target acme = {MFW_SIZE(struct mfw_target), .customer = "acme"};

/* Which map the rule has: the fake kernel's map holds its own number. */
static unsigned map_of(struct mfw *mfw, const char *ref)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_state *state;
	unsigned id;

	world_done(mfw_rule_state(mfw, &acme, "edge", ref, false, &state, &err), &err);
	assert_string_equal(mfw_state_map(state, 0)->name, "visits_seen");
	assert_string_equal(mfw_state_map(state, 1)->name, "visits_total");
	assert_null(mfw_state_map(state, 2));
	assert_int_equal(mfw_state_map(state, 0)->n_entries, 1);
	assert_int_equal(mfw_state_map(state, 0)->n_columns, 2);
	assert_null(mfw_state_text(state, 0, 1, 0));
	assert_null(mfw_state_text(state, 0, 0, 2));
	assert_null(mfw_state_text(state, 2, 0, 0));
	/* Without types: bytes, in the machine's order. */
	assert_int_equal(sscanf(mfw_state_text(state, 0, 0, 1), "%4x", &id), 1);
	mfw_state_free(state);
	return id;
}

static void expect_no_state(struct mfw *mfw, const char *ref, const char *kind)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_state *state = NULL;

	assert_true(mfw_rule_state(mfw, &acme, "edge", ref, false, &state, &err) < 0);
	assert_string_equal(mfw_err_kind(err), kind);
	assert_null(state);
}

static size_t n_states(void)
{
	cleanup_buf struct buf text = {};
	size_t n = 0;

	fake_dump(&text);
	for (const char *at = text.data; (at = strstr(at, "/state-")); at++)
		n++;
	return n;
}

/* ---- steps ---- */

static int add_v1(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "v1", MATCH_EXPR, VISITS, "drop", err);
}

static int add_v2(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "v2", MATCH_EXPR, VISITS, "drop", err);
}

static int add_both(struct mfw_change *c, struct mfw_err **err)
{
	int r = add_v1(c, err);

	return r ? r : add_v2(c, err);
}

static int replace(struct mfw_change *c, const struct mfw_rule *rule, struct mfw_err **err)
{
	return mfw_change_rule_replace(c, "edge", "v1", rule, NULL, err);
}

static int new_params(struct mfw_change *c, struct mfw_err **err)
{
	return replace(c, &(struct mfw_rule){MFW_SIZE(struct mfw_rule), .match = VISITS_TWO}, err);
}

static int old_params(struct mfw_change *c, struct mfw_err **err)
{
	return replace(c, &(struct mfw_rule){MFW_SIZE(struct mfw_rule), .match = VISITS}, err);
}

static int no_matcher(struct mfw_change *c, struct mfw_err **err)
{
	return replace(c, &(struct mfw_rule){MFW_SIZE(struct mfw_rule), .match = SUFFIX}, err);
}

static int new_comment(struct mfw_change *c, struct mfw_err **err)
{
	return replace(c, &(struct mfw_rule){MFW_SIZE(struct mfw_rule), .comment = "new"}, err);
}

static int new_ref(struct mfw_change *c, struct mfw_err **err)
{
	return replace(c, &(struct mfw_rule){MFW_SIZE(struct mfw_rule), .ref = "v3"}, err);
}

static int new_ref_and_v1(struct mfw_change *c, struct mfw_err **err)
{
	int r = new_ref(c, err);

	return r ? r : add_v1(c, err);
}

static int new_ref_params(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .match = VISITS_TWO};

	return mfw_change_rule_replace(c, "edge", "v3", &rule, NULL, err);
}

static int monitor(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule)};
	enum mfw_mode mode = MFW_MODE_MONITOR;

	return mfw_change_rule_replace(c, "edge", "v1", &rule, &mode, err);
}

static int move(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_place first = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_FIRST};

	return mfw_change_rule_move(c, "edge", "v1", &first, err);
}

static int rebuild(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge", .hook = "output"};

	return mfw_change_chain_set(c, &chain, MFW_CHAIN_HOOK, err);
}

static int del(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "v1", err);
}

static int del_and_add(struct mfw_change *c, struct mfw_err **err)
{
	int r = del(c, err);

	return r ? r : add_v1(c, err);
}

static int add_twice(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "v1", MATCH_EXPR, VISITS " or visits(max=9)", "drop", err);
}

static void change(struct mfw *mfw, world_steps steps)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(mfw, "acme", steps, &err), &err);
}

/* ---- the tests ---- */

static void each_rule_has_its_own(void **state)
{
	change(*state, add_both);
	assert_int_not_equal(map_of(*state, "v1"), map_of(*state, "v2"));
	assert_int_equal(n_states(), 4);
	expect_no_state(*state, "s1", "rule.no_state");
	expect_no_state(*state, "t1", "rule.no_state");
	expect_no_state(*state, "b1", "rule.no_state");
	expect_no_state(*state, "nosuch", "rule.missing");
}

static void stays_through_changes(void **state)
{
	static const world_steps changes[] = {new_params, add_v2,  new_comment, monitor,
					      move,       rebuild, old_params,  new_params};
	unsigned before;

	change(*state, add_v1);
	before = map_of(*state, "v1");
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		change(*state, changes[i]);
		assert_int_equal(map_of(*state, "v1"), before);
	}
	assert_int_equal(n_states(), 4);
}

static void follows_a_new_ref(void **state)
{
	unsigned before;

	change(*state, add_v1);
	before = map_of(*state, "v1");
	change(*state, new_ref);
	assert_int_equal(map_of(*state, "v3"), before);
	change(*state, add_v1);
	assert_int_not_equal(map_of(*state, "v1"), before);
	change(*state, new_ref_params);
	assert_int_equal(map_of(*state, "v3"), before);
	assert_int_equal(n_states(), 4);
}

static void old_ref_is_taken_at_once(void **state)
{
	unsigned before;

	change(*state, add_v1);
	before = map_of(*state, "v1");
	change(*state, new_ref_and_v1);
	assert_int_equal(map_of(*state, "v3"), before);
	assert_int_not_equal(map_of(*state, "v1"), before);
}

static void goes_with_the_rule(void **state)
{
	unsigned before;

	change(*state, add_v1);
	before = map_of(*state, "v1");
	change(*state, del_and_add);
	assert_int_equal(map_of(*state, "v1"), before);
	change(*state, del);
	assert_int_equal(n_states(), 0);
	change(*state, add_v1);
	assert_int_not_equal(map_of(*state, "v1"), before);
	change(*state, no_matcher);
	assert_int_equal(n_states(), 0);
	expect_no_state(*state, "v1", "rule.no_state");
}

static void goes_with_the_customer(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	change(*state, add_both);
	world_done(mfw_customer_del(*state, "acme", &err), &err);
	assert_int_equal(n_states(), 0);
}

static void is_asked_once(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	assert_true(world_change(*state, "acme", add_twice, &err) < 0);
	assert_string_equal(mfw_err_kind(err), "codegen.unsupported");
	assert_int_equal(n_states(), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_rule_has_its_own), WORLD_TEST(stays_through_changes),
		WORLD_TEST(follows_a_new_ref),     WORLD_TEST(old_ref_is_taken_at_once),
		WORLD_TEST(goes_with_the_rule),    WORLD_TEST(goes_with_the_customer),
		WORLD_TEST(is_asked_once),
	};
	int r;

	(void)argc;
	world_start(argv);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return r;
}
