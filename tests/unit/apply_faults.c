/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command with a fault at every operation: after a failure nothing has changed and the same
 * command succeeds; after a kill each namespace has the old rules or the new ones, and the next
 * command that succeeds leaves nothing that nobody names.
 */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct scenario {
	const char *name;
	void (*setup)(void);
	/* Either a change of this customer, or a command. */
	const char *customer;
	world_steps steps;
	int (*run)(struct mfw *mfw, struct mfw_err **err);
	/* Its parts are done one after the other: a failure in between may leave the first done. */
	bool in_parts;
	/* Done again it changes nothing, and cleans up. */
	bool repeats;
};

/* ---- the scenarios ---- */

static void nothing(void)
{
	fake_netns_add("old");
}

static int add_made(struct mfw *mfw, struct mfw_err **err)
{
	return mfw_customer_add(mfw, "acme", NULL, err);
}

static int add_adopted(struct mfw *mfw, struct mfw_err **err)
{
	return mfw_customer_add(mfw, "acme", "old", err);
}

static int del_made(struct mfw *mfw, struct mfw_err **err)
{
	return mfw_customer_del(mfw, "acme", err);
}

/* More programs than may be freed at once. */
static int add_three(struct mfw_change *c, struct mfw_err **err)
{
	int r = world_rule(c, NULL, MATCH_BYTECODE, BYTECODE, "drop", err);

	r = r ? r : world_rule(c, NULL, MATCH_BYTECODE, BYTECODE, "drop", err);
	return r ? r : world_rule(c, NULL, MATCH_BYTECODE, BYTECODE, "drop", err);
}

static void fill_many(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	world_fill();
	world_done(world_change(mfw, "acme", add_three, &err), &err);
	world_done(world_change(mfw, "acme", add_three, &err), &err);
	mfw_close(mfw);
}

static int fill_edge(struct mfw_change *c, struct mfw_err **err)
{
	int r = world_chain(c, "edge", "input", err);

	return r ? r : world_rule(c, "s1", MATCH_EXPR, SUFFIX, "drop", err);
}

static void fill_adopted(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	nothing();
	world_done(add_adopted(mfw, &err), &err);
	world_done(world_change(mfw, "acme", fill_edge, &err), &err);
	mfw_close(mfw);
}

static int chain_add(struct mfw_change *c, struct mfw_err **err)
{
	return world_chain(c, "other", "output", err);
}

static int add_expr(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_EXPR, SUFFIX_TWO, "drop", err);
}

static int add_shared(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_EXPR, SUFFIX, "accept", err);
}

static int add_true(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_EXPR, "true", "drop", err);
}

static int add_bytecode(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_BYTECODE, BYTECODE, "drop", err);
}

static int add_object(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_OBJECT, world_object, "drop", err);
}

static int add_pinned(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "new", MATCH_OBJECT_PINNED, USER_PIN, "drop", err);
}

static int add_many(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_place before = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_BEFORE,
				   .ref = "b1"};
	int r = add_expr(c, err);

	r = r ? r : world_rule(c, "n2", MATCH_OBJECT, world_object, "drop", err);
	r = r ? r : world_rule(c, "n3", MATCH_OBJECT_PINNED, USER_PIN, "drop", err);
	r = r ? r : mfw_change_rule_move(c, "edge", "n2", &before, err);
	r = r ? r : mfw_change_rule_del(c, "edge", "s1", err);
	return r ? r : mfw_change_rule_del(c, "edge", "n3", err);
}

static int replace_match(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .match = SUFFIX_TWO};

	return mfw_change_rule_replace(c, "edge", "o1", &rule, NULL, err);
}

static int replace_comment(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .comment = "why", .ref = "s2"};

	return mfw_change_rule_replace(c, "edge", "s1", &rule, NULL, err);
}

static int set_mode(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule)};
	enum mfw_mode mode = MFW_MODE_MONITOR;

	return mfw_change_rule_replace(c, "edge", "p1", &rule, &mode, err);
}

static int move(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_place first = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_FIRST};

	return mfw_change_rule_move(c, "edge", "p1", &first, err);
}

static int del_shared(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "s1", err);
}

static int del_pinned(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "p1", err);
}

static int rebuild(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge", .hook = "output",
				  .priority = -7, .policy = "drop"};

	return mfw_change_chain_set(c, &chain,
				    MFW_CHAIN_HOOK | MFW_CHAIN_PRIORITY | MFW_CHAIN_POLICY, err);
}

static int set_policy(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = "edge", .policy = "drop"};

	return mfw_change_chain_set(c, &chain, MFW_CHAIN_POLICY, err);
}

static int chain_flush(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_chain_del(c, "edge", true, err);
}

/* ---- with matchers that remember ---- */

static int add_visits(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "v1", MATCH_EXPR, VISITS, "drop", err);
}

static int add_two_visits(struct mfw_change *c, struct mfw_err **err)
{
	int r = add_visits(c, err);

	return r ? r : world_rule(c, "v2", MATCH_EXPR, VISITS, "drop", err);
}

static void fill_visits(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	world_fill();
	world_done(world_change(mfw, "acme", add_two_visits, &err), &err);
	mfw_close(mfw);
}

static int replace_visits(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .match = VISITS_TWO};

	return mfw_change_rule_replace(c, "edge", "v1", &rule, NULL, err);
}

static int rename_visits(struct mfw_change *c, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .ref = "v3"};
	int r = mfw_change_rule_replace(c, "edge", "v1", &rule, NULL, err);

	return r ? r : add_visits(c, err);
}

static int del_visits(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "v2", err);
}

static void fill_direct(void)
{
	fake_foreign_chain("", 2 /* NFPROTO_IPV4 */, "mine", "edge");
	fake_foreign_rule("", "edge");
}

static int add_direct(struct mfw *mfw, struct mfw_err **err)
{
	return world_direct(mfw, "mine", add_expr, err);
}

/* ---- lists ---- */

static int input_list(struct mfw *mfw, const char *customer, const char *name, const char *verb,
		      const char *entries, struct mfw_err **err)
{
	struct mfw_list_id id = {MFW_SIZE(struct mfw_list_id), customer, name};
	cleanup_free char *text = strdup(entries);
	const char *words[8];
	struct mfw_list_input input = {MFW_SIZE(struct mfw_list_input), .entries = words};

	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		words[input.n_entries++] = word;
	if (*verb == 'a')
		return mfw_list_add(mfw, &id, &input, NULL, err);
	if (*verb == 'd')
		return mfw_list_del(mfw, &id, &input, NULL, err);
	return mfw_list_set(mfw, &id, 0, &input, NULL, err);
}

#define LIST_OLD "192.0.2.1 198.51.100.0/24 2001:db8::/32"

static void fill_lists(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	world_fill();
	world_done(input_list(mfw, "acme", "bad", "set", LIST_OLD, &err), &err);
	world_done(input_list(mfw, NULL, "malware", "set", LIST_OLD, &err), &err);
	mfw_close(mfw);
}

static int list_new(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, "acme", "bad", "set", LIST_OLD, err);
}

static int list_new_shared(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, NULL, "bad", "set", LIST_OLD, err);
}

static int list_replace(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, "acme", "bad", "set", "192.0.2.1 203.0.113.0/24", err);
}

static int list_add_one(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, "acme", "bad", "add", "203.0.113.9", err);
}

static int list_add_two(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, NULL, "malware", "add", "203.0.113.9 2001:db8::9", err);
}

static int list_del_one(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, "acme", "bad", "del", "2001:db8::/32", err);
}

static int list_del_two(struct mfw *mfw, struct mfw_err **err)
{
	return input_list(mfw, "acme", "bad", "del", "192.0.2.1 2001:db8::/32", err);
}

static int list_drop_own(struct mfw *mfw, struct mfw_err **err)
{
	struct mfw_list_id id = {MFW_SIZE(struct mfw_list_id), "acme", "bad"};

	return mfw_list_drop(mfw, &id, err);
}

static int list_drop_shared(struct mfw *mfw, struct mfw_err **err)
{
	struct mfw_list_id id = {MFW_SIZE(struct mfw_list_id), NULL, "malware"};

	return mfw_list_drop(mfw, &id, err);
}

/* ---- rulesets ---- */

#define CHAIN_ACME                                                                                 \
	"{\"version\": 1, \"customers\": [{\"name\": \"acme\", \"chains\": ["                      \
	"{\"name\": \"side\"}, {\"name\": \"edge\", \"hook\": \"forward\", \"rules\": ["
#define RULE_NEW(ref, match)                                                                       \
	"{\"ref\": \"" ref "\", \"match\": \"" match "\", \"action\": \"drop\"}"
#define END "]}]}]}"

static int apply(struct mfw *mfw, const char *text, bool prune, struct mfw_err **err)
{
	struct mfw_apply_options options = {MFW_SIZE(struct mfw_apply_options), .prune = prune};
	const struct mfw_applied_customer *c;
	struct mfw_applied *applied = NULL;
	struct mfw_ruleset *ruleset;
	int r = mfw_ruleset_new(mfw, &ruleset, err);

	if (r)
		return r;
	r = mfw_ruleset_read_text(ruleset, "text", text, strlen(text), err);
	r = r ? r : mfw_apply(mfw, ruleset, &options, &applied, err);
	for (size_t i = 0; !r && (c = mfw_applied_get(applied, i)); i++) {
		if (!c->error)
			continue;
		r = -mfw_err_code(c->error);
		err_copy(err, c->error);
	}
	mfw_applied_free(applied);
	mfw_ruleset_free(ruleset);
	return r;
}

#define MATCH_TWO "suffix(bytes=\\\"plugh\\\")"

/* One customer: rules that go, stay, come and are moved, a chain that is made anew. */
static int apply_one(struct mfw *mfw, struct mfw_err **err)
{
	return apply(mfw,
		     CHAIN_ACME RULE_NEW("n1", MATCH_TWO) "," RULE_NEW("t1", "true") "," RULE_NEW(
			     "s1", MATCH_TWO) "," RULE_NEW("v1", "visits(max=1)") END,
		     false, err);
}

static int apply_same(struct mfw *mfw, struct mfw_err **err)
{
	return apply(
		mfw,
		"{\"version\": 1, \"customers\": [{\"name\": \"beta\", \"chains\": [{\"name\": "
		"\"edge\", \"hook\": \"input\", \"policy\": \"drop\"}]}]}",
		false, err);
}

/* A list that is changed, new ones of a customer and of all; programs are known by lists' numbers.
 */
static int apply_lists(struct mfw *mfw, struct mfw_err **err)
{
	return apply(
		mfw,
		"{\"version\": 1, \"lists\": {\"fresh\": [\"192.0.2.1\"]}, \"customers\": "
		"[{\"name\": \"acme\", \"lists\": {\"bad\": [\"203.0.113.0/24\"], \"own\": "
		"[\"2001:db8::/32\"]}, \"chains\": [{\"name\": \"side\"}, {\"name\": \"edge\", "
		"\"hook\": \"forward\", \"rules\": [" RULE_NEW(
			"s1", "ip.src in $bad or ip.src in $shared.malware") END,
		false, err);
}

/* One is changed, one is made, one is deleted. */
static int apply_three(struct mfw *mfw, struct mfw_err **err)
{
	return apply(mfw,
		     "{\"version\": 1, \"customers\": [{\"name\": \"new\", \"chains\": [{\"name\": "
		     "\"edge\", \"hook\": \"input\", \"rules\": [" RULE_NEW(
			     "n1", MATCH_TWO) "]}]}, {\"name\": \"beta\", \"chains\": [{\"name\": "
					      "\"edge\", \"hook\": \"input\", \"rules\": "
					      "[" RULE_NEW("s2", MATCH_TWO) "]}]}]}",
		     true, err);
}

static int add_listed(struct mfw_change *c, struct mfw_err **err)
{
	int r = world_rule(c, "l1", MATCH_EXPR, "ip.src in $bad or ip.dst in $shared.malware",
			   "drop", err);

	return r ? r
		 : world_rule(c, "l2", MATCH_EXPR, "ip.dst in $bad and visits(max=1)", "drop", err);
}

static void fill_listed(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	fill_lists();
	world_done(world_change(mfw, "acme", add_listed, &err), &err);
	mfw_close(mfw);
}

static const struct scenario scenarios[] = {
	{"customer add, made", nothing, .run = add_made},
	{"customer add, adopted", nothing, .run = add_adopted},
	{"customer del, made", world_fill, .run = del_made, .in_parts = true},
	{"customer del, many programs", fill_many, .run = del_made, .in_parts = true},
	{"customer del, adopted", fill_adopted, .run = del_made, .in_parts = true},
	{"chain add", world_fill, "acme", chain_add},
	{"rule add, expression", world_fill, "acme", add_expr},
	{"rule add, program of another rule", world_fill, "acme", add_shared},
	{"rule add, program of another customer", world_fill, "beta", add_shared},
	{"rule add, true", world_fill, "acme", add_true},
	{"rule add, bytecode", world_fill, "acme", add_bytecode},
	{"rule add, object", world_fill, "beta", add_object},
	{"rule add, pinned", world_fill, "beta", add_pinned},
	{"rule add, direct", fill_direct, .run = add_direct},
	{"many steps", world_fill, "acme", add_many},
	{"rule replace, match", world_fill, "acme", replace_match},
	{"rule replace, comment and ref", world_fill, "acme", replace_comment},
	{"rule mode", world_fill, "acme", set_mode},
	{"rule move", world_fill, "acme", move},
	{"rule del, program of another customer", world_fill, "acme", del_shared},
	{"rule del, program of nobody else", world_fill, "acme", del_pinned},
	{"chain set, hook", world_fill, "acme", rebuild},
	{"chain set, policy", world_fill, "acme", set_policy},
	{"chain del, flush", world_fill, "acme", chain_flush},
	{"rule add, state", world_fill, "acme", add_two_visits},
	{"rule replace, state", fill_visits, "acme", replace_visits},
	{"rule replace, ref of a state", fill_visits, "acme", rename_visits},
	{"rule del, state", fill_visits, "acme", del_visits},
	{"customer del, state", fill_visits, .run = del_made, .in_parts = true},
	{"list set, new", world_fill, .run = list_new},
	{"list set, shared", world_fill, .run = list_new_shared},
	{"list set, replaced", fill_lists, .run = list_replace},
	{"list add, one", fill_lists, .run = list_add_one},
	{"list add, two", fill_lists, .run = list_add_two},
	{"list del, one", fill_lists, .run = list_del_one},
	{"list del, two", fill_lists, .run = list_del_two},
	{"list drop", fill_lists, .run = list_drop_own},
	{"list drop, shared", fill_lists, .run = list_drop_shared},
	{"rule add, lists", fill_lists, "acme", add_listed},
	{"list set, looked into", fill_listed, .run = list_replace},
	{"customer del, lists", fill_listed, .run = del_made, .in_parts = true},
	{"apply, one customer", world_fill, .run = apply_one, .repeats = true},
	{"apply, of state", fill_visits, .run = apply_one, .repeats = true},
	{"apply, policy", world_fill, .run = apply_same, .repeats = true},
	{"apply, lists", fill_lists, .run = apply_lists, .in_parts = true, .repeats = true},
	{"apply, three customers", world_fill, .run = apply_three, .in_parts = true,
	 .repeats = true},
};

/* ---- running them ---- */

struct run {
	const struct scenario *s;
	struct world_point *point;
	char *start, *end; /* fake_dump() before and after */
	char *start_rules[FAKE_NAMESPACES], *end_rules[FAKE_NAMESPACES];
	const char *how;
	size_t n; /* where the fault is */
};

static char *dump(void)
{
	struct buf text = {};

	fake_dump(&text);
	return buf_steal(&text);
}

static char *dump_rules(size_t ns)
{
	struct buf text = {};

	if (fake->namespaces[ns].used)
		fake_dump_rules(&fake->namespaces[ns], &text);
	return buf_steal(&text);
}

static int perform(const struct scenario *s, struct mfw *mfw, struct mfw_err **err)
{
	return s->run ? s->run(mfw, err) : world_change(mfw, s->customer, s->steps, err);
}

static int touch(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "touch", MATCH_BYTECODE, BYTECODE, "accept", err);
}

static int untouch(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "touch", err);
}

static int touch_chain(struct mfw_change *c, struct mfw_err **err)
{
	return world_chain(c, "touched", NULL, err);
}

static int untouch_chain(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_chain_del(c, "touched", false, err);
}

/* Another command of the same customer, which leaves no trace of its own. */
static void neutral(const struct scenario *s, struct mfw *mfw)
{
	cleanup_err struct mfw_err *err = NULL;

	if (s->repeats)
		world_done(perform(s, mfw, &err), &err);
	if (!s->customer)
		return;
	world_done(world_change(mfw, s->customer, touch_chain, &err), &err);
	world_done(world_change(mfw, s->customer, untouch_chain, &err), &err);
}

/* Makes mfw know the customer's chain and its rules already. */
static void warm_up(const struct scenario *s, struct mfw *mfw)
{
	cleanup_err struct mfw_err *err = NULL;

	if (!s->customer)
		return;
	world_done(world_change(mfw, s->customer, touch, &err), &err);
	world_done(world_change(mfw, s->customer, untouch, &err), &err);
}

/* The first line that is not in the other text; "" if there is none. */
static void odd_line(const char *text, const char *other, char ret[256])
{
	for (*ret = 0; *text && !*ret; text += strcspn(text, "\n") + 1) {
		snprintf(ret, 256, "%.*s", (int)strcspn(text, "\n"), text);
		if (strstr(other, ret))
			*ret = 0;
	}
}

static void expect(const struct run *run, const char *what, const char *text)
{
	cleanup_free char *now = dump();
	char more[256], less[256];

	if (!strcmp(now, text))
		return;
	odd_line(now, text, more);
	odd_line(text, now, less);
	fail_msg("%s, %s at operation %zu, %s:\nis there:    %s\nis missing:  %s", run->s->name,
		 run->how, run->n, what, more, less);
}

static void learn(struct run *run)
{
	struct mfw *mfw = world_open();
	cleanup_err struct mfw_err *err = NULL;

	run->start = dump();
	for (size_t i = 0; i < FAKE_NAMESPACES; i++)
		run->start_rules[i] = dump_rules(i);
	world_done(perform(run->s, mfw, &err), &err);
	run->end = dump();
	for (size_t i = 0; i < FAKE_NAMESPACES; i++)
		run->end_rules[i] = dump_rules(i);
	assert_string_not_equal(run->start, run->end);
	mfw_close(mfw);
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < FAKE_NAMESPACES; i++) {
		free(run->start_rules[i]);
		free(run->end_rules[i]);
	}
	free(run->start);
	free(run->end);
	world_point_free(run->point);
}

/* After a failure: as before, but for what in_parts allows; and the command can be repeated. */
static void after_failure(struct run *run, struct mfw *mfw, const struct mfw_err *err)
{
	cleanup_err struct mfw_err *again = NULL;

	if (!err || !*mfw_err_message(err))
		fail_msg("%s, %s at %zu: no error", run->s->name, run->how, run->n);
	if (!run->s->in_parts && fake->fault_code)
		expect(run, "after the failure", run->start);
	world_done(perform(run->s, mfw, &again), &again);
	expect(run, "repeated", run->end);
}

/* The command succeeded although an operation failed: it was one that the next command does. */
static void after_success(struct run *run, struct mfw *mfw)
{
	cleanup_free char *now = dump();

	if (strcmp(now, run->end))
		neutral(run->s, mfw);
	expect(run, "after the next command", run->end);
}

/* Fails operation n; false when the command has fewer. */
static bool fail_at(struct run *run, enum fake_fault fault, bool warm, size_t n)
{
	cleanup_err struct mfw_err *err = NULL;
	size_t descriptors;
	struct mfw *mfw;
	bool came;
	int r;

	run->n = n;
	world_return(run->point);
	descriptors = world_descriptors();
	mfw = world_open();
	if (warm)
		warm_up(run->s, mfw);
	fake_arm(fault, n, EIO);
	r = perform(run->s, mfw, &err);
	came = fake_disarm();
	/* What fails to be undone because everything fails is undone by the next command. */
	if (fault == FAKE_FAIL_ALL)
		fake->fault_code = 0;
	if (r)
		after_failure(run, mfw, err);
	else if (err)
		fail_msg("%s: success with an error", run->s->name);
	else
		after_success(run, mfw);
	assert_true(came || !r);
	mfw_close(mfw);
	if (world_descriptors() != descriptors)
		fail_msg("%s, %s at %zu: descriptors are left", run->s->name, run->how, n);
	return came;
}

/* Runs the command in a child that is killed at operation n; false when it lived. */
static bool kill_child(struct run *run, size_t n)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		struct mfw *mfw = world_open();

		fake_arm(FAKE_KILL, n, 0);
		_exit(perform(run->s, mfw, NULL) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	fake_disarm();
	assert_true(WIFSIGNALED(status) || !WEXITSTATUS(status));
	return WIFSIGNALED(status);
}

static void expect_whole(const struct run *run)
{
	for (size_t i = 0; i < FAKE_NAMESPACES; i++) {
		cleanup_free char *now = dump_rules(i);

		if (!strcmp(now, run->start_rules[i]) || !strcmp(now, run->end_rules[i]))
			continue;
		/* All out of force, in the middle of being removed. */
		if (strstr(now, ", stopped"))
			continue;
		/* One that was made, and is not yet anybody's, has no rules. */
		if (!*run->start_rules[i] || !strstr(now, "  "))
			continue;
		fail_msg("%s, killed at operation %zu: neither old nor new:\n%s", run->s->name,
			 run->n, now);
	}
}

/* Each list is the old one, or the new one, or gone. */
static void expect_whole_lists(const struct run *run)
{
	cleanup_buf struct buf now = {};

	fake_dump_lists(&now);
	for (char *line = now.data ? strtok(now.data, "\n") : NULL; line; line = strtok(NULL, "\n"))
		if (!strstr(run->start, line) && !strstr(run->end, line))
			fail_msg("%s, killed at operation %zu: %s", run->s->name, run->n, line);
}

static bool kill_at(struct run *run, size_t n)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw;
	bool killed;

	run->n = n;
	world_return(run->point);
	killed = kill_child(run, n);
	expect_whole(run);
	expect_whole_lists(run);
	mfw = world_open();
	/* Either it was not done yet, or it was and something is left to be cleaned up. */
	if (perform(run->s, mfw, &err))
		neutral(run->s, mfw);
	expect(run, "after the next command", run->end);
	mfw_close(mfw);
	return killed;
}

/* Every operation in a long run; else one of so many, another one for each scenario. */
static size_t choose_step(void)
{
	const char *length = getenv("MFW_TEST_LENGTH");

	if (length && !strcmp(length, "quick"))
		return 20;
	return length && !strcmp(length, "full") ? 2 : 1;
}

static void each_operation(struct run *run, bool (*fault)(struct run *run, size_t n))
{
	size_t step = choose_step();

	for (size_t n = 1 + (run->s - scenarios) % step; fault(run, n); n += step)
		assert_in_range(n, 1, 500);
}

static bool fail_cold(struct run *run, size_t n)
{
	return fail_at(run, FAKE_FAIL, false, n);
}

static bool fail_warm(struct run *run, size_t n)
{
	return fail_at(run, FAKE_FAIL, true, n);
}

static bool fail_all(struct run *run, size_t n)
{
	return fail_at(run, FAKE_FAIL_ALL, false, n);
}

static void scenario(void **state)
{
	struct run run = {.s = *state};
	static const struct {
		const char *how;
		bool (*fault)(struct run *, size_t);
	} faults[] = {
		{"fails", fail_cold},
		{"fails warm", fail_warm},
		{"all fails", fail_all},
		{"killed", kill_at},
	};

	world_clear();
	run.s->setup();
	run.point = world_save();
	learn(&run);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		run.how = faults[i].how;
		each_operation(&run, faults[i].fault);
	}
	run_free(&run);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios)];
	int failed;

	(void)argc;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
					       .test_func = scenario,
					       .initial_state = (void *)&scenarios[i]};
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
