/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets applied to a kernel in memory: what is sent, what stays, and who is told what. */
#include "world.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#define CUSTOMERS(c) "{\"version\": 1, \"customers\": [" c "]}"
#define ACME(rules)                                                                                \
	CUSTOMERS("{\"name\": \"acme\", \"chains\": [{\"name\": \"side\"}, {\"name\": \"edge\", "  \
		  "\"hook\": \"forward\", \"rules\": [" rules "]}]}")
#define RULE(ref, match, action)                                                                   \
	"{\"ref\": \"" ref "\", \"match\": \"" match "\", \"action\": \"" action "\"}"
#define EDGE(name, rules)                                                                          \
	"{\"name\": \"" name "\", \"chains\": [{\"name\": \"edge\", \"hook\": \"input\", "         \
	"\"rules\": [" rules "]}]}"
#define S1  "not suffix(bytes=\\\"xyzzy\\\")"
#define TWO "suffix(bytes=\\\"plugh\\\")"

struct done {
	struct mfw *mfw;
	struct mfw_ruleset *ruleset;
	struct mfw_applied *applied;
	struct mfw_err *err;
	int r;
};

static struct done apply_with(const char *text, struct mfw_apply_options options)
{
	struct done d = {.mfw = world_open()};

	options.size = sizeof(options);
	world_done(mfw_ruleset_new(d.mfw, &d.ruleset, &d.err), &d.err);
	world_done(mfw_ruleset_read_text(d.ruleset, "text", text, strlen(text), &d.err), &d.err);
	d.r = mfw_apply(d.mfw, d.ruleset, &options, &d.applied, &d.err);
	return d;
}

static struct done apply(const char *text)
{
	return apply_with(text, (struct mfw_apply_options){});
}

static void finish(struct done *d)
{
	mfw_applied_free(d->applied);
	mfw_ruleset_free(d->ruleset);
	mfw_err_free(d->err);
	mfw_close(d->mfw);
}

/* What was done to customer i: rules added, replaced, moved, deleted, and batches. */
static void check_counts(const struct done *d, size_t i, const char *expected)
{
	const struct mfw_applied_customer *c;
	char text[64];

	if (d->r)
		fail_msg("%s", mfw_err_message(d->err));
	c = mfw_applied_get(d->applied, i);
	assert_non_null(c);
	snprintf(text, sizeof(text), "+%zu ~%zu >%zu -%zu %zu", c->rules_added, c->rules_replaced,
		 c->rules_moved, c->rules_deleted, c->batches);
	assert_string_equal(text, expected);
	assert_true(!c->error);
}

static void check_rules(const char *netns, const char *refs)
{
	const struct fake_chain *chain = fake_chain(netns, "edge");
	char text[256] = "";

	for (size_t i = 0; i < chain->n_rules; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 chain->rules[i].ref);
	assert_string_equal(text, refs);
}

static char *dump(void)
{
	struct buf text = {};

	fake_dump(&text);
	return buf_steal(&text);
}

static void check_refusal(struct done *d, const char *kind, const char *words)
{
	assert_int_not_equal(d->r, 0);
	assert_string_equal(mfw_err_kind(d->err), kind);
	if (!strstr(mfw_err_message(d->err), words))
		fail_msg("'%s' is not in: %s", words, mfw_err_message(d->err));
	finish(d);
}

static void fill(void)
{
	world_clear();
	world_fill();
}

/* ---- the tests ---- */

static void sends_nothing_when_equal(void **state)
{
	static const char text[] = CUSTOMERS(
		"{\"name\": \"acme\", \"chains\": [{\"name\": \"side\"}, {\"name\": \"edge\", "
		"\"hook\": \"forward\", \"rules\": [" RULE("s1", S1, "drop") "," RULE(
			"t1", "true or ip.ttl == 1",
			"jump side") ", {\"ref\": \"b1\", \"bytecode\": \"1,6 0 0 65535\", "
				     "\"action\": \"accept\"},"
				     "{\"ref\": \"o1\", \"object\": \"%s\", \"action\": "
				     "\"accept\"},"
				     "{\"ref\": \"p1\", \"object_pinned\": \"" USER_PIN
				     "\", \"action\": \"accept\"}]}]}");
	char whole[2048];
	struct done d;
	uint32_t genid;

	(void)state;
	fill();
	snprintf(whole, sizeof(whole), text, world_object);
	genid = fake_netns("acme")->genid;
	d = apply(whole);
	check_counts(&d, 0, "+0 ~0 >0 -0 0");
	assert_false(mfw_applied_get(d.applied, 0)->changed);
	assert_null(mfw_applied_get(d.applied, 1));
	finish(&d);
	assert_int_equal(fake_netns("acme")->genid, genid);
}

static void keeps_counts(void **state)
{
	const struct fake_rule *rules;
	struct done d;

	(void)state;
	fill();
	d = apply(ACME(RULE("t1", "true", "accept") "," RULE("s1", S1, "drop") "," RULE("b1", TWO,
											"drop")));
	check_counts(&d, 0, "+0 ~2 >1 -2 1");
	finish(&d);
	check_rules("acme", "t1 s1 b1");
	rules = fake_chain("acme", "edge")->rules;
	assert_int_equal(rules[0].packets, 11); /* another action, and moved or not */
	assert_int_equal(rules[1].packets, 10);
	assert_int_equal(rules[2].packets, 0); /* another match */
}

/* In one change a rule gets another match and is moved: what it counted is gone. */
static void begins_to_count(void **state)
{
	struct done d;

	(void)state;
	fill();
	d = apply(ACME(RULE("t1", "true", "jump side") "," RULE("s1", TWO, "drop")));
	finish(&d);
	check_rules("acme", "t1 s1");
	assert_int_equal(fake_chain("acme", "edge")->rules[1].packets, 0);
}

static void leaves_others_alone(void **state)
{
	struct mfw_apply_options only = {.only = "acme"};
	struct done d;

	(void)state;
	fill();
	d = apply_with(CUSTOMERS(EDGE("beta", "") "," EDGE("acme", "")), only);
	check_counts(&d, 0, "+0 ~0 >0 -5 1");
	assert_null(mfw_applied_get(d.applied, 1));
	finish(&d);
	check_rules("beta", "s1");
	only.only = "nobody";
	d = apply_with(CUSTOMERS(EDGE("beta", "")), only);
	check_refusal(&d, "ruleset.customer", "nobody");
}

static void only_looks(void **state)
{
	struct mfw_apply_options check = {.check = true};
	cleanup_free char *before = NULL, *after = NULL;
	struct done d;

	(void)state;
	fill();
	before = dump();
	d = apply_with(CUSTOMERS(EDGE("acme", RULE("n", TWO, "drop")) "," EDGE(
			       "new", RULE("v", "visits(max=1)", "drop"))),
		       check);
	check_counts(&d, 0, "+1 ~0 >0 -5 0");
	check_counts(&d, 1, "+1 ~0 >0 -0 0");
	assert_true(mfw_applied_get(d.applied, 1)->made);
	finish(&d);
	after = dump();
	assert_string_equal(after, before);
}

/* What the kernel would refuse is found out by a look. */
static void looks_with_the_kernel(void **state)
{
	struct mfw_apply_options check = {.check = true};
	struct done d;

	(void)state;
	fill();
	fake_foreign_rule("acme", "side");
	fake_arm(FAKE_SOUND, 0, 0);
	d = apply_with(CUSTOMERS(EDGE("acme", "")), check);
	check_counts(&d, 0, "+0 ~0 >0 -6 0");
	finish(&d);
	assert_non_null(fake_chain("acme", "side"));
}

static void removes_foreign_rules(void **state)
{
	struct done d;

	(void)state;
	fill();
	fake_foreign_rule("beta", "edge");
	d = apply(CUSTOMERS(EDGE("beta", RULE("s1", S1, "drop"))));
	check_counts(&d, 0, "+0 ~0 >0 -1 1");
	assert_null(mfw_applied_delta(d.applied, 0, 0)->before->ref);
	assert_true(mfw_applied_delta(d.applied, 0, 0)->before->foreign);
	finish(&d);
	check_rules("beta", "s1");
}

/* Another program is quicker: what it added is seen by the second look, and goes too. */
static void looks_again(void **state)
{
	struct done d;

	(void)state;
	fill();
	fake_intrude(2);
	d = apply(CUSTOMERS(EDGE("beta", RULE("n", TWO, "drop"))));
	check_counts(&d, 0, "+1 ~0 >0 -3 3");
	finish(&d);
	check_rules("beta", "n");
}

static void mends_pins(void **state)
{
	struct fake_chain *chain;
	struct done d;

	(void)state;
	fill();
	chain = fake_chain("beta", "edge");
	assert_int_equal(kernel_pin_remove(chain->rules[0].pin), 0);
	d = apply(CUSTOMERS(EDGE("beta", RULE("s1", S1, "drop"))));
	check_counts(&d, 0, "+0 ~1 >0 -0 1");
	assert_int_equal(mfw_applied_delta(d.applied, 0, 0)->fields, MFW_RULE_PIN);
	finish(&d);
	d = apply(CUSTOMERS(EDGE("beta", RULE("s1", S1, "drop"))));
	check_counts(&d, 0, "+0 ~0 >0 -0 0");
	finish(&d);
}

/*
 * The first transaction fails: both customers are looked at, and both prepared, by then; what comes
 * first is whether the namespace is still there.
 */
static void spoil(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	assert_int_equal(all, 6);
	if (done == 4)
		fake_arm(FAKE_FAIL, 2, EIO);
}

static void refuses_before_anything(void **state)
{
	cleanup_free char *before = NULL, *after = NULL;
	struct done d;

	(void)state;
	fill();
	before = dump();
	d = apply(CUSTOMERS(EDGE("new", "") "," EDGE("acme", RULE("n", TWO, "drop")) ",\n" EDGE(
		"beta", "{\"ref\": \"o\", \"object\": \"/nowhere\", \"action\": "
			"\"drop\"}")));
	assert_string_equal(mfw_err_file(d.err), "text");
	assert_string_equal(mfw_err_pointer(d.err), "/customers/2/chains/0/rules/0/object");
	check_refusal(&d, "object.read", "/nowhere");
	after = dump();
	assert_string_equal(after, before);
}

static void finds_every_mistake(void **state)
{
	static const char text[] = CUSTOMERS(
		EDGE("acme",
		     RULE("a", "ip.ttl ==", "drop") ",\n" RULE("b", "nosuch", "drop") ",\n" RULE(
			     "c", "true",
			     "limit rate 5/second drop") ",\n" RULE("d", "ip.ttl == 300", "drp")));
	struct mfw *mfw = world_open();
	struct mfw_ruleset *ruleset;
	struct mfw_err *err = NULL;
	unsigned line;

	(void)state;
	world_done(mfw_ruleset_new(mfw, &ruleset, &err), &err);
	world_done(mfw_ruleset_read_text(ruleset, "text", text, strlen(text), &err), &err);
	world_done(mfw_ruleset_check(ruleset, &err), &err);
	assert_string_equal(mfw_err_kind(mfw_ruleset_error(ruleset, 0)), "expr.syntax");
	mfw_err_place(mfw_ruleset_error(ruleset, 1), &line, NULL, NULL);
	assert_int_equal(line, 2);
	assert_string_equal(mfw_err_kind(mfw_ruleset_error(ruleset, 1)), "matcher.unknown");
	assert_string_equal(mfw_err_pointer(mfw_ruleset_error(ruleset, 1)),
			    "/customers/0/chains/0/rules/1/match");
	assert_string_equal(mfw_err_kind(mfw_ruleset_error(ruleset, 2)), "expr.value");
	assert_string_equal(mfw_err_pointer(mfw_ruleset_error(ruleset, 2)),
			    "/customers/0/chains/0/rules/3/match");
	assert_string_equal(mfw_err_ref(mfw_ruleset_error(ruleset, 2)), "d");
	assert_string_equal(mfw_err_kind(mfw_ruleset_error(ruleset, 3)), "action.syntax");
	assert_null(mfw_ruleset_error(ruleset, 4));
	assert_string_equal(mfw_err_kind(mfw_ruleset_warning(ruleset, 0)), "action.limit");
	mfw_ruleset_free(ruleset);
	mfw_close(mfw);
}

static void says_whose_namespace(void **state)
{
	struct done d;

	(void)state;
	fill();
	fake_netns_add("other");
	d = apply(CUSTOMERS("{\"name\": \"acme\", \"netns\": \"other\"}"));
	check_refusal(&d, "customer.netns", "/run/netns/acme");
}

static void goes_on_after_a_failure(void **state)
{
	struct mfw_apply_options watched = {.progress = spoil};
	const struct mfw_applied_customer *acme, *beta;
	struct done d;

	(void)state;
	fill();
	d = apply_with(CUSTOMERS(EDGE("acme", RULE("n", TWO, "drop")) "," EDGE(
			       "beta", RULE("n", TWO, "drop"))),
		       watched);
	assert_true(fake_disarm());
	assert_int_equal(d.r, 0);
	acme = mfw_applied_get(d.applied, 0);
	beta = mfw_applied_get(d.applied, 1);
	assert_int_equal(mfw_err_code(acme->error), EIO);
	assert_null(beta->error);
	finish(&d);
	check_rules("acme", "s1 t1 b1 o1 p1");
	check_rules("beta", "n");
}

/* Both customers have been looked at: then a namespace goes. */
static void vanish(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	(void)all;
	if (done == 2)
		*fake_netns("acme")->path = '\0';
}

static void goes_on_without_a_namespace(void **state)
{
	struct mfw_apply_options watched = {.progress = vanish};
	struct done d;

	(void)state;
	fill();
	d = apply_with(CUSTOMERS(EDGE("acme", RULE("n", TWO, "drop")) "," EDGE(
			       "beta", RULE("n", TWO, "drop"))),
		       watched);
	assert_int_equal(d.r, 0);
	assert_non_null(mfw_applied_get(d.applied, 0)->error);
	assert_null(mfw_applied_get(d.applied, 1)->error);
	finish(&d);
	check_rules("beta", "n");
	d = apply(CUSTOMERS(EDGE("acme", "") "," EDGE("beta", "")));
	assert_int_equal(d.r, 0);
	assert_string_equal(mfw_err_kind(mfw_applied_get(d.applied, 0)->error), "netns.drift");
	assert_null(mfw_applied_get(d.applied, 1)->error);
	finish(&d);
	check_rules("beta", "");
	d = apply(CUSTOMERS("{\"name\": \"new\", \"netns\": \"nowhere\"}," EDGE(
		"beta", RULE("n", TWO, "drop"))));
	assert_int_equal(d.r, 0);
	assert_string_equal(mfw_err_pointer(mfw_applied_get(d.applied, 0)->error), "/customers/0");
	finish(&d);
	check_rules("beta", "n");
	d = apply(CUSTOMERS("{\"name\": \"new\", \"netns\": \"..\"}," EDGE("beta", "")));
	check_refusal(&d, "netns.bad", "..");
	check_rules("beta", "n");
}

#define MANY 9

/* Many customers, one of which does not change. Programs of lists would be called by maps. */
static char *many(const char *action)
{
	struct buf text = {};

	assert_int_equal(buf_add_str(&text, "{\"version\": 1, \"customers\": ["), 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(
			buf_printf(&text,
				   "%s{\"name\": \"m%d\", \"lists\": {\"bad\": [\"192.0.2.%d\"]}, "
				   "\"chains\": [{\"name\": \"edge\", \"hook\": \"input\", "
				   "\"rules\": [" RULE("s", S1, "%s") "," RULE("t", TWO,
									       "drop") "]}]}",
				   i ? "," : "", i, i, i == 4 ? "drop" : action),
			0);
	assert_int_equal(buf_add_str(&text, "]}"), 0);
	return buf_steal(&text);
}

struct told {
	uint64_t done, all;
};

static void tell(void *ctx, uint64_t done, uint64_t all)
{
	struct told *told = ctx;

	assert_true(done > told->done && done <= all);
	*told = (struct told){done, all};
}

static char *apply_many(unsigned jobs)
{
	static const char *const actions[] = {"drop", "accept"};
	struct told told = {};
	struct mfw_apply_options options = {.jobs = jobs, .progress = tell, .progress_ctx = &told};

	world_clear();
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		cleanup_free char *text = many(actions[i]);
		struct done d = apply_with(text, options);

		check_counts(&d, 3, i ? "+0 ~1 >0 -0 1" : "+2 ~0 >0 -0 1");
		check_counts(&d, 4, i ? "+0 ~0 >0 -0 0" : "+2 ~0 >0 -0 1");
		finish(&d);
		assert_int_equal(told.all, 3 * MANY);
		told.done = 0;
	}
	return dump();
}

static void works_with_several(void **state)
{
	cleanup_free char *alone = apply_many(1), *few = apply_many(3), *each = apply_many(MANY);

	(void)state;
	assert_string_equal(few, alone);
	assert_string_equal(each, alone);
}

/* What one of them finds wrong keeps all from being done, and is said with its place. */
static void fails_with_several(void **state)
{
	struct mfw_apply_options options = {.jobs = 2};
	cleanup_free char *before = NULL, *after = NULL;
	struct done d;

	(void)state;
	fill();
	before = dump();
	d = apply_with(CUSTOMERS(EDGE("new", RULE("n", TWO, "drop")) "," EDGE(
			       "acme", "{\"ref\": \"o\", \"object\": \"/nowhere\", "
				       "\"action\": \"drop\"}")),
		       options);
	check_refusal(&d, "object.read", "/nowhere");
	after = dump();
	assert_string_equal(after, before);
	options.jobs = 1000;
	d = apply_with(CUSTOMERS(EDGE("acme", "")), options);
	check_refusal(&d, "apply.jobs", "256");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_nothing_when_equal),
		cmocka_unit_test(keeps_counts),
		cmocka_unit_test(begins_to_count),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(only_looks),
		cmocka_unit_test(looks_with_the_kernel),
		cmocka_unit_test(removes_foreign_rules),
		cmocka_unit_test(looks_again),
		cmocka_unit_test(mends_pins),
		cmocka_unit_test(refuses_before_anything),
		cmocka_unit_test(finds_every_mistake),
		cmocka_unit_test(says_whose_namespace),
		cmocka_unit_test(goes_on_after_a_failure),
		cmocka_unit_test(goes_on_without_a_namespace),
		cmocka_unit_test(works_with_several),
		cmocka_unit_test(fails_with_several),
	};
	int failed;

	(void)argc;
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
