/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes as callers of the library see them, on the fake kernel. */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static struct mfw_target acme = {MFW_SIZE(struct mfw_target), .customer = "acme"};

/* Has the command failed, with this kind of error? */
static void expect_kind(int r, struct mfw_err **err, const char *kind)
{
	assert_true(r < 0);
	assert_non_null(*err);
	assert_int_equal(mfw_err_code(*err), -r);
	assert_string_equal(mfw_err_kind(*err), kind);
	mfw_err_free(*err);
	*err = NULL;
}

static struct mfw_change *begin(struct mfw *mfw)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_change *change;

	world_done(mfw_change_new(mfw, &acme, &change, &err), &err);
	return change;
}

static const struct fake_rule *rule_at(size_t index)
{
	return &fake_chain("acme", "edge")->rules[index];
}

static void expect_refs(const char *refs)
{
	cleanup_buf struct buf there = {};

	for (size_t i = 0; i < fake_chain("acme", "edge")->n_rules; i++)
		buf_printf(&there, "%s ", *rule_at(i)->ref ? rule_at(i)->ref : "-");
	assert_string_equal(there.data, refs);
}

static int add_new(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_EXPR, "true", "drop", err);
}

static int del_new(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "new", err);
}

static int del_r1(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "r1", err);
}

static int add_program(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_EXPR, SUFFIX_TWO, "drop", err);
}

/* ---- what others do in between ---- */

static void plans_again(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_intrude(3);
	world_done(world_change(*state, "acme", add_new, &err), &err);
	expect_refs("s1 t1 b1 o1 p1 - - - new ");
}

/* Others are quicker more often than any count would allow: there is time. */
static void keeps_trying(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_intrude(40);
	world_done(world_change(*state, "acme", add_program, &err), &err);
	assert_int_equal(fake->intrusions, 0);
	assert_string_equal(rule_at(fake_chain("acme", "edge")->n_rules - 1)->ref, "new");
	fake_intrude(40);
	world_done(mfw_customer_del(*state, "acme", &err), &err);
	assert_int_equal(fake->intrusions, 0);
}

static void gives_up(void **state)
{
	struct mfw *hurried = world_open_hurried();
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf before = {}, after = {};

	(void)state;
	fake_intrude(1000);
	expect_kind(world_change(hurried, "acme", add_program, &err), &err, "nft.busy");
	assert_in_range(1000 - fake->intrusions, 8, 20);
	fake_intrude(0);
	fake_dump(&before);
	assert_null(strstr(before.data, "new"));
	fake_intrude(1000);
	expect_kind(mfw_customer_del(hurried, "acme", &err), &err, "nft.busy");
	assert_in_range(1000 - fake->intrusions, 8, 20);
	fake_dump(&after);
	assert_non_null(strstr(after.data, "customer acme"));
	mfw_close(hurried);
}

/* What another process did makes the first look, which is from memory, refuse. */
/* ---- no more programs are freed at once than the kernel can take ---- */

static int add_own(struct mfw_change *c, unsigned n, struct mfw_err **err)
{
	int r = 0;

	while (!r && n--)
		r = world_rule(c, NULL, MATCH_BYTECODE, BYTECODE, "drop", err);
	return r;
}

static int add_most(struct mfw_change *c, struct mfw_err **err)
{
	return add_own(c, FAKE_AT_ONCE, err);
}

static int add_too_many(struct mfw_change *c, struct mfw_err **err)
{
	return add_own(c, FAKE_AT_ONCE + 1, err);
}

static int flush_edge(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_chain_del(c, "edge", true, err);
}

static void refuses_many_programs(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	expect_kind(world_change(*state, "acme", add_too_many, &err), &err, "programs.many");
	expect_refs("s1 t1 b1 o1 p1 ");
	world_done(world_change(*state, "acme", add_most, &err), &err);
	expect_kind(world_change(*state, "acme", flush_edge, &err), &err, "programs.many");
	expect_refs("s1 t1 b1 o1 p1 r1 r2 r3 ");
	world_done(world_change(*state, "acme", del_r1, &err), &err);
	world_done(world_change(*state, "acme", flush_edge, &err), &err);
	assert_in_range(fake->most_freed, 1, FAKE_AT_ONCE);
}

static void deletes_in_portions(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(*state, "acme", add_most, &err), &err);
	world_done(world_change(*state, "acme", add_most, &err), &err);
	world_done(mfw_customer_del(*state, "acme", &err), &err);
	assert_int_equal(fake->most_freed, FAKE_AT_ONCE);
	assert_null(fake_netns("acme"));
}

static int add_programs(struct mfw_change *c, struct mfw_err **err)
{
	char match[32];
	int r = 0;

	for (int i = 0; i < 2 * FAKE_AT_ONCE + 1 && !r; i++) {
		snprintf(match, sizeof(match), "suffix(bytes=\"%d\")", i);
		r = world_rule(c, NULL, MATCH_EXPR, match, "drop", err);
	}
	return r;
}

static void unpins_in_portions(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(*state, "acme", add_programs, &err), &err);
	world_done(world_change(*state, "acme", flush_edge, &err), &err);
	assert_int_equal(fake->most_freed, FAKE_AT_ONCE);
}

static void looks_twice(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *other = world_open();

	world_done(world_change(*state, "acme", add_new, &err), &err);
	world_done(world_change(other, "acme", del_new, &err), &err);
	world_done(world_change(*state, "acme", add_new, &err), &err);
	world_done(world_change(other, "acme", del_new, &err), &err);
	expect_kind(world_change(*state, "acme", del_new, &err), &err, "rule.missing");
	mfw_close(other);
}

static void refuses_flushed(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_chain("acme", "edge")->used = false;
	fake_netns("acme")->genid++;
	expect_kind(world_change(*state, "acme", add_new, &err), &err, "chain.missing");
}

/* The customer goes between the beginning of a change and its commit. */
static void refuses_gone_customer(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_change *change = begin(*state);
	struct mfw *other = world_open();
	struct buf dump = {};
	char *before;

	world_done(add_program(change, &err), &err);
	world_done(mfw_customer_del(other, "acme", &err), &err);
	fake_dump(&dump);
	before = buf_steal(&dump);
	expect_kind(mfw_change_commit(change, &err), &err, "customer.missing");
	fake_dump(&dump);
	assert_string_equal(dump.data, before);
	buf_clear(&dump);
	free(before);
	mfw_change_free(change);
	mfw_close(other);
}

static void sees_replaced_namespace(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_customers *list;

	world_done(world_change(*state, "acme", add_new, &err), &err);
	FAKE_COPY(fake_netns("acme")->path, "");
	fake_netns_add("acme");
	expect_kind(world_change(*state, "acme", del_new, &err), &err, "netns.drift");
	world_done(mfw_customers_list(*state, &list, &err), &err);
	assert_int_equal(mfw_customers_count(list), 2);
	assert_string_equal(mfw_customers_get(list, 0)->name, "acme");
	assert_non_null(strstr(mfw_customers_get(list, 0)->drift, "another namespace"));
	assert_null(mfw_customers_get(list, 1)->drift);
	assert_null(mfw_customers_get(list, 2));
	mfw_customers_free(list);
	/* What is not ours any more stays. */
	world_done(mfw_customer_del(*state, "acme", &err), &err);
	assert_non_null(fake_netns("acme"));
}

/* ---- what was killed ---- */

static void run_killed(int (*run)(struct mfw *mfw), size_t operation)
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct mfw *mfw = world_open();

		fake_arm(FAKE_KILL, operation, 0);
		_exit(run(mfw) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	fake_disarm();
}

static int add_gamma(struct mfw *mfw)
{
	return mfw_customer_add(mfw, "gamma", NULL, NULL);
}

/* Changes of other customers come between the kill and the command that cleans up. */
static void undoes_killed_add(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_customers *list;

	run_killed(add_gamma, 3);
	assert_non_null(fake_netns("gamma"));
	world_done(world_change(*state, "acme", add_new, &err), &err);
	world_done(world_change(*state, "acme", del_new, &err), &err);
	world_done(mfw_customers_list(*state, &list, &err), &err);
	assert_int_equal(mfw_customers_count(list), 2);
	mfw_customers_free(list);
	world_done(mfw_customer_add(*state, "delta", NULL, &err), &err);
	assert_null(fake_netns("gamma"));
	world_done(mfw_customer_add(*state, "gamma", NULL, &err), &err);
}

/* ---- several changes ---- */

static void one_prepared_at_a_time(void **state)
{
	struct mfw_change *first = begin(*state), *second = begin(*state);
	cleanup_err struct mfw_err *err = NULL;

	world_done(add_program(first, &err), &err);
	world_done(add_new(second, &err), &err);
	world_done(mfw_change_prepare(first, &err), &err);
	expect_kind(mfw_change_prepare(second, &err), &err, "lock.busy");
	expect_kind(mfw_change_rule_del(first, "edge", "s1", &err), &err, "change.closed");
	world_done(mfw_change_commit(first, &err), &err);
	expect_kind(mfw_change_commit(first, &err), &err, "change.closed");
	expect_kind(mfw_change_commit(second, &err), &err, "rule.exists");
	mfw_change_free(first);
	mfw_change_free(second);
}

static void freed_prepared_is_undone(void **state)
{
	struct mfw_change *change = begin(*state);
	cleanup_err struct mfw_err *err = NULL;
	struct buf dump = {};
	char *before;

	fake_dump(&dump);
	before = buf_steal(&dump);
	world_done(add_program(change, &err), &err);
	world_done(mfw_change_prepare(change, &err), &err);
	mfw_change_free(change);
	fake_dump(&dump);
	assert_string_equal(dump.data, before);
	buf_clear(&dump);
	free(before);
}

/* ---- steps ---- */

static void names_step_that_failed(void **state)
{
	struct mfw_change *change = begin(*state);
	cleanup_err struct mfw_err *err = NULL;

	world_done(add_new(change, &err), &err);
	world_done(mfw_change_rule_del(change, "edge", "s1", &err), &err);
	world_done(mfw_change_rule_del(change, "edge", "nobody", &err), &err);
	assert_int_equal(mfw_change_count(change), 3);
	assert_int_equal(mfw_change_commit(change, &err), -ENOENT);
	assert_int_equal(mfw_change_failed_step(change), 2);
	assert_string_equal(mfw_err_ref(err), "nobody");
	expect_refs("s1 t1 b1 o1 p1 ");
	mfw_change_free(change);
}

static void refuses_bad_steps(void **state)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge"};
	struct mfw_place place = {MFW_SIZE(struct mfw_place), .kind = 77};
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .ref = "x", .match = "true"};
	struct mfw_change *c = begin(*state);
	cleanup_err struct mfw_err *err = NULL;

	expect_kind(mfw_change_chain_set(c, &chain, 0, &err), &err, "chain.fields");
	expect_kind(mfw_change_chain_set(c, &chain, 8, &err), &err, "chain.fields");
	expect_kind(mfw_change_chain_set(c, &chain, MFW_CHAIN_HOOK, &err), &err, "chain.hook");
	chain.name = NULL;
	expect_kind(mfw_change_chain_add(c, &chain, &err), &err, "name.bad");
	chain.name = "x";
	chain.policy = "drop";
	expect_kind(mfw_change_chain_add(c, &chain, &err), &err, "chain.hook");
	chain.hook = "ingress";
	expect_kind(mfw_change_chain_add(c, &chain, &err), &err, "hook.unsupported");
	chain.hook = "input";
	chain.policy = "reject";
	expect_kind(mfw_change_chain_add(c, &chain, &err), &err, "chain.policy");
	chain.policy = NULL;
	chain.type = "mangle";
	expect_kind(mfw_change_chain_add(c, &chain, &err), &err, "chain.type");
	expect_kind(mfw_change_rule_add(c, "edge", &rule, NULL, &err), &err, "action.syntax");
	rule.action = "drop";
	expect_kind(mfw_change_rule_add(c, NULL, &rule, NULL, &err), &err, "name.bad");
	expect_kind(mfw_change_rule_add(c, "edge", &rule, &place, &err), &err, "rule.place");
	place.kind = MFW_PLACE_BEFORE;
	expect_kind(mfw_change_rule_add(c, "edge", &rule, &place, &err), &err, "name.bad");
	rule.match = "sufix(bytes=\"x\")";
	expect_kind(mfw_change_rule_add(c, "edge", &rule, NULL, &err), &err, "matcher.unknown");
	rule.match = "true";
	rule.mode = 7;
	expect_kind(mfw_change_rule_add(c, "edge", &rule, NULL, &err), &err, "rule.mode");
	expect_kind(mfw_change_rule_del(c, "edge", NULL, &err), &err, "name.bad");
	assert_int_equal(mfw_change_count(c), 0);
	mfw_change_free(c);
}

static int reject_icmp(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "x", MATCH_EXPR, "true", "reject with icmp host-unreachable", err);
}

static int reject_icmpx(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "x", MATCH_EXPR, "true", "reject with icmpx host-unreachable", err);
}

/* In family inet the kernel would send ICMPv6's message of that number too. */
static void refuses_reject_of_other_family(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	expect_kind(world_change(*state, "acme", reject_icmp, &err), &err, "action.family");
	world_done(world_change(*state, "acme", reject_icmpx, &err), &err);
	fake_foreign_chain("", 2, "mine", "edge");
	expect_kind(world_direct(*state, "mine", reject_icmpx, &err), &err, "action.family");
	world_done(world_direct(*state, "mine", reject_icmp, &err), &err);
}

static int null_chain(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, NULL, "x", err);
}

static int direct_chain(struct mfw_change *c, struct mfw_err **err)
{
	return world_chain(c, "x", "input", err);
}

static void refuses_bad_direct(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	expect_kind(world_direct(*state, "mine", null_chain, &err), &err, "name.bad");
	expect_kind(world_direct(*state, "mine", direct_chain, &err), &err, "chain.direct");
	expect_kind(world_direct(*state, "mine", add_new, &err), &err, "table.missing");
	fake_foreign_chain("", 2, "mine", "other");
	expect_kind(world_direct(*state, "mine", add_new, &err), &err, "chain.missing");
}

static int default_policy(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge"};

	return mfw_change_chain_set(c, &chain, MFW_CHAIN_POLICY, err);
}

static void missing_policy_is_accept(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	FAKE_COPY(fake_chain("acme", "edge")->policy, "drop");
	world_done(world_change(*state, "acme", default_policy, &err), &err);
	assert_string_equal(fake_chain("acme", "edge")->policy, "accept");
}

static int rebuild(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge", .priority = 5};

	return mfw_change_chain_set(c, &chain, MFW_CHAIN_PRIORITY, err);
}

/* A rule that cannot be made again exactly is not made again. */
static void rebuild_refuses_foreign(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_foreign_rule("acme", "edge");
	expect_kind(world_change(*state, "acme", rebuild, &err), &err, "chain.foreign");
}

static void rebuild_keeps_counts(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(*state, "acme", rebuild, &err), &err);
	expect_refs("s1 t1 b1 o1 p1 ");
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(rule_at(i)->packets, 10 + i);
	assert_int_equal(fake_chain("acme", "edge")->priority, 5);
}

/* A pin that names another program now: to make the rule again would change what it does. */
static void keeps_off_replaced_pin(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_user_pin(rule_at(0)->pin, true);
	expect_kind(world_change(*state, "acme", rebuild, &err), &err, "bpf.pin_replaced");
}

static int replace_twice(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule comment = {MFW_SIZE(struct mfw_rule), .comment = "c"};
	struct mfw_rule match = {MFW_SIZE(struct mfw_rule), .match = "true", .ref = "s2"};
	struct mfw_place before = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_BEFORE,
				   .ref = "s2"};
	struct mfw_rule more = {MFW_SIZE(struct mfw_rule), .ref = "more", .match = "true",
				.action = "accept"};
	int r = mfw_change_rule_replace(c, "edge", "s1", &comment, NULL, err);

	r = r ? r : mfw_change_rule_replace(c, "edge", "s1", &match, NULL, err);
	r = r ? r : mfw_change_rule_add(c, "edge", &more, &before, err);
	return r ? r : mfw_change_rule_del(c, "edge", "t1", err);
}

static void steps_see_those_before(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(*state, "acme", replace_twice, &err), &err);
	expect_refs("more s2 b1 o1 p1 ");
	assert_string_equal(rule_at(1)->comment, "c");
	assert_int_equal(rule_at(1)->packets, 0);
	assert_string_equal(rule_at(1)->pin, "");
}

static void makes_refs(void **state)
{
	struct mfw_change *change = begin(*state);
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_rule(change, "r7", MATCH_EXPR, "true", "drop", &err), &err);
	world_done(world_rule(change, NULL, MATCH_EXPR, "true", "drop", &err), &err);
	assert_null(mfw_change_ref(change, 1));
	world_done(mfw_change_commit(change, &err), &err);
	assert_string_equal(mfw_change_ref(change, 0), "r7");
	assert_string_equal(mfw_change_ref(change, 1), "r8");
	assert_null(mfw_change_ref(change, 2));
	mfw_change_free(change);
}

static void warns(void **state)
{
	struct mfw_change *c = begin(*state);
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_rule(c, "a", MATCH_EXPR, "true", "limit rate 1/second drop", &err), &err);
	assert_non_null(mfw_change_warning(c, 0));
	assert_null(mfw_change_warning(c, 1));
	mfw_change_free(c);
}

/* ---- lists ---- */

static void lists(void **state)
{
	static const char *const matches[] = {SUFFIX, "true", BYTECODE, world_object, USER_PIN};
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_listing *list;
	const struct mfw_rule *rule;

	fake_user_pin(rule_at(3)->pin, true);
	*fake_file(rule_at(4)->pin) = (struct fake_file){};
	fake_foreign_rule("acme", "edge");
	world_done(mfw_list(*state, &acme, "edge", true, &list, &err), &err);
	assert_int_equal(mfw_listing_chain_count(list), 1);
	assert_int_equal(mfw_listing_chain(list, 0)->n_rules, 6);
	for (size_t i = 0; i < 5; i++) {
		rule = mfw_listing_rule(list, 0, i);
		assert_int_equal(rule->index, i);
		assert_int_equal(rule->packets, 10 + i);
		assert_string_equal(i < 2    ? rule->match
				    : i == 2 ? rule->bytecode
				    : i == 3 ? rule->object
					     : rule->object_pinned,
				    matches[i]);
		assert_int_equal(rule->drift, i < 3    ? MFW_DRIFT_NONE
					      : i == 3 ? MFW_DRIFT_PIN_REPLACED
						       : MFW_DRIFT_PIN_MISSING);
		assert_int_equal(rule_at(i)->packets, 0);
	}
	assert_true(mfw_listing_rule(list, 0, 5)->foreign);
	assert_null(mfw_listing_rule(list, 0, 6));
	assert_null(mfw_listing_rule(list, 1, 0));
	assert_null(mfw_listing_chain(list, 1));
	mfw_listing_free(list);
	expect_kind(mfw_list(*state, &acme, "nowhere", false, &list, &err), &err, "chain.missing");
}

static void refuses_bad_targets(void **state)
{
	struct mfw_target both = {MFW_SIZE(struct mfw_target), .customer = "a", .table = "t"};
	struct mfw_target none = {MFW_SIZE(struct mfw_target)};
	struct mfw_target arp = {MFW_SIZE(struct mfw_target), .family = "arp", .table = "t"};
	struct mfw_target name = {MFW_SIZE(struct mfw_target), .customer = "../x"};
	struct mfw_target gone = {MFW_SIZE(struct mfw_target), .netns = "gone", .table = "t"};
	struct mfw_target dots = {MFW_SIZE(struct mfw_target), .netns = "..", .table = "t"};
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_listing *list;

	expect_kind(mfw_list(*state, &both, NULL, false, &list, &err), &err, "target.bad");
	expect_kind(mfw_list(*state, &none, NULL, false, &list, &err), &err, "target.bad");
	expect_kind(mfw_list(*state, &arp, NULL, false, &list, &err), &err, "family.unsupported");
	expect_kind(mfw_list(*state, &name, NULL, false, &list, &err), &err, "name.bad");
	expect_kind(mfw_list(*state, &gone, NULL, false, &list, &err), &err, "netns.missing");
	expect_kind(mfw_list(*state, &dots, NULL, false, &list, &err), &err, "netns.bad");
}

static void refuses_taken_customers(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	fake_netns_add("old");
	expect_kind(mfw_customer_add(*state, "acme", NULL, &err), &err, "customer.exists");
	expect_kind(mfw_customer_add(*state, "old", NULL, &err), &err, "netns.exists");
	expect_kind(mfw_customer_add(*state, "new", "acme", &err), &err, "netns.busy");
	expect_kind(mfw_customer_add(*state, "new", "gone", &err), &err, "netns.missing");
	expect_kind(mfw_customer_add(*state, "a/b", NULL, &err), &err, "name.bad");
	expect_kind(mfw_customer_del(*state, "gone", &err), &err, "customer.missing");
	assert_null(fake_netns("new"));
}

/* ---- random changes against a plain array ---- */

#define REFS 10

struct model {
	char refs[REFS][8];
	size_t n;
};

static void model_put(struct model *m, size_t at, const char *ref)
{
	memmove(m->refs[at + 1], m->refs[at], (m->n - at) * sizeof(m->refs[0]));
	strcpy(m->refs[at], ref);
	m->n++;
}

static void model_take(struct model *m, size_t at)
{
	m->n--;
	memmove(m->refs[at], m->refs[at + 1], (m->n - at) * sizeof(m->refs[0]));
}

/* A place among the model's rules, and the index that it means. */
static size_t random_place(const struct model *m, struct mfw_place *ret)
{
	size_t i = m->n ? rand() % m->n : 0;

	*ret = (struct mfw_place){MFW_SIZE(struct mfw_place),
				  .kind = m->n ? rand() % 6 : rand() % 2, .ref = m->refs[i],
				  .index = i};
	switch (ret->kind) {
	case MFW_PLACE_LAST: return m->n;
	case MFW_PLACE_FIRST: return 0;
	case MFW_PLACE_BEFORE:
	case MFW_PLACE_BEFORE_INDEX: return i;
	default: return i + 1;
	}
}

static void random_add(struct mfw_change *c, struct model *m, struct mfw_err **err)
{
	static unsigned made;
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .match = rand() % 2 ? "true" : SUFFIX,
				.action = "accept"};
	struct mfw_place place;
	char ref[8];
	size_t at;

	if (m->n == REFS)
		return;
	snprintf(ref, sizeof(ref), "x%u", made++ % 100000);
	rule.ref = ref;
	at = random_place(m, &place);
	world_done(mfw_change_rule_add(c, "edge", &rule, &place, err), err);
	model_put(m, at, ref);
}

static void random_move(struct mfw_change *c, struct model *m, struct mfw_err **err)
{
	char ref[8], beside[8];
	struct mfw_place place;
	size_t at;

	if (m->n < 2)
		return;
	at = rand() % m->n;
	strcpy(ref, m->refs[at]);
	model_take(m, at);
	at = random_place(m, &place);
	strcpy(beside, place.ref);
	place.ref = beside;
	world_done(mfw_change_rule_move(c, "edge", ref, &place, err), err);
	model_put(m, at, ref);
}

static void random_step(struct mfw_change *c, struct model *m, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .comment = rand() % 2 ? "c" : NULL,
				.match = rand() % 2 ? SUFFIX_TWO : NULL};
	size_t at = m->n ? rand() % m->n : 0;

	switch (m->n ? rand() % 4 : 0) {
	case 0: random_add(c, m, err); break;
	case 1: random_move(c, m, err); break;
	case 2:
		world_done(mfw_change_rule_replace(c, "edge", m->refs[at], &rule, NULL, err), err);
		break;
	case 3:
		world_done(mfw_change_rule_del(c, "edge", m->refs[at], err), err);
		model_take(m, at);
		break;
	}
}

static void random_changes(void **state)
{
	struct fake_chain *chain = fake_chain("acme", "edge");
	cleanup_err struct mfw_err *err = NULL;
	struct model m = {.n = chain->n_rules};

	srand(1);
	for (size_t i = 0; i < m.n; i++)
		strcpy(m.refs[i], chain->rules[i].ref);
	for (int i = 0; i < 1500; i++) {
		struct mfw_change *c = begin(*state);

		for (int steps = 1 + rand() % 4; steps; steps--)
			random_step(c, &m, &err);
		fake_intrude(0);
		if (!(rand() % 8)) /* somebody moved on */
			fake_netns("acme")->genid++;
		world_done(mfw_change_commit(c, &err), &err);
		mfw_change_free(c);
		assert_int_equal(chain->n_rules, m.n);
		for (size_t j = 0; j < m.n; j++)
			assert_string_equal(chain->rules[j].ref, m.refs[j]);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(plans_again),
		WORLD_TEST(keeps_trying),
		WORLD_TEST(gives_up),
		WORLD_TEST(refuses_many_programs),
		WORLD_TEST(deletes_in_portions),
		WORLD_TEST(unpins_in_portions),
		WORLD_TEST(looks_twice),
		WORLD_TEST(refuses_flushed),
		WORLD_TEST(refuses_gone_customer),
		WORLD_TEST(sees_replaced_namespace),
		WORLD_TEST(undoes_killed_add),
		WORLD_TEST(one_prepared_at_a_time),
		WORLD_TEST(freed_prepared_is_undone),
		WORLD_TEST(names_step_that_failed),
		WORLD_TEST(refuses_bad_steps),
		WORLD_TEST(refuses_bad_direct),
		WORLD_TEST(refuses_reject_of_other_family),
		WORLD_TEST(missing_policy_is_accept),
		WORLD_TEST(rebuild_refuses_foreign),
		WORLD_TEST(rebuild_keeps_counts),
		WORLD_TEST(keeps_off_replaced_pin),
		WORLD_TEST(steps_see_those_before),
		WORLD_TEST(makes_refs),
		WORLD_TEST(warns),
		WORLD_TEST(lists),
		WORLD_TEST(refuses_bad_targets),
		WORLD_TEST(refuses_taken_customers),
		WORLD_TEST(random_changes),
	};
	int failed;

	(void)argc;
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
