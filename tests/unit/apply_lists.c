/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists: what is in them, who looks into them, and what expressions may name. */
#include "check.h"
#include "world.h"

#include <errno.h>
#include <string.h>

/* ---- what is asked of the library ---- */

typedef int (*change_function)(struct mfw *mfw, const struct mfw_list_id *id,
			       const struct mfw_list_input *input, struct mfw_list_change *ret,
			       struct mfw_err **err);

static struct mfw_list_id id_of(const char *customer, const char *name)
{
	return (struct mfw_list_id){MFW_SIZE(struct mfw_list_id), customer, name};
}

/* Entries with blanks between them. */
static struct mfw_list_input input_of(char *text, const char *words[16])
{
	struct mfw_list_input input = {MFW_SIZE(struct mfw_list_input), .entries = words};

	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		words[input.n_entries++] = word;
	return input;
}

static int try_set(struct mfw *mfw, const char *customer, const char *name, enum mfw_list_type type,
		   const char *entries, struct mfw_err **err)
{
	cleanup_free char *text = strdup(entries);
	struct mfw_list_id id = id_of(customer, name);
	const char *words[16];
	struct mfw_list_input input = input_of(text, words);

	return mfw_list_set(mfw, &id, type, &input, NULL, err);
}

static void set(struct mfw *mfw, const char *customer, const char *name, const char *entries)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(try_set(mfw, customer, name, 0, entries, &err), &err);
}

static void change(struct mfw *mfw, change_function function, const char *entries, unsigned changed,
		   unsigned unchanged, unsigned count)
{
	struct mfw_list_change done = {MFW_SIZE(struct mfw_list_change)};
	struct mfw_list_id id = id_of("acme", "bad");
	cleanup_free char *text = strdup(entries);
	cleanup_err struct mfw_err *err = NULL;
	const char *words[16];
	struct mfw_list_input input = input_of(text, words);

	world_done(function(mfw, &id, &input, &done, &err), &err);
	assert_int_equal(done.changed, changed);
	assert_int_equal(done.unchanged, unchanged);
	assert_int_equal(done.entries, count);
}

/* What is in it, blanks between. */
static void expect(struct mfw *mfw, const char *customer, const char *name, const char *entries)
{
	struct mfw_list_id id = id_of(customer, name);
	struct mfw_list_content *list = NULL;
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf all = {};
	const char *entry;
	uint64_t n = 0;

	world_done(mfw_list_read(mfw, &id, &list, &err), &err);
	for (; (entry = mfw_list_entry(list, n)); n++)
		buf_printf(&all, "%s%s", n ? " " : "", entry);
	assert_string_equal(all.data ? all.data : "", entries);
	assert_int_equal(mfw_list_get(list)->entries, n);
	mfw_list_free(list);
}

static int drop(struct mfw *mfw, const char *customer, const char *name, struct mfw_err **err)
{
	struct mfw_list_id id = id_of(customer, name);

	return mfw_list_drop(mfw, &id, err);
}

/* ---- rules ---- */

static const char *match;

static int add_rule(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, "list", MATCH_EXPR, match, "drop", err);
}

static int del_rule(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", "list", err);
}

static int try_rule(struct mfw *mfw, const char *customer, const char *text, struct mfw_err **err)
{
	match = text;
	return world_change(mfw, customer, add_rule, err);
}

static void rule(struct mfw *mfw, const char *customer, const char *text)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(try_rule(mfw, customer, text, &err), &err);
}

static void no_rule(struct mfw *mfw, const char *customer)
{
	cleanup_err struct mfw_err *err = NULL;

	world_done(world_change(mfw, customer, del_rule, &err), &err);
}

static uint32_t program_of(const char *customer)
{
	struct fake_chain *chain = fake_chain(customer, "edge");

	for (size_t i = 0; i < chain->n_rules; i++)
		if (!strcmp(chain->rules[i].ref, "list"))
			return chain->rules[i].runs_id;
	fail_msg("%s has no such rule", customer);
	return 0;
}

/* ---- the tests ---- */

static void entries(void **state)
{
	struct mfw *mfw = *state;

	set(mfw, "acme", "bad", "192.0.2.1 10.0.0.0/8 10.1.1.1 2001:db8::/32 192.0.2.1");
	expect(mfw, "acme", "bad", "10.0.0.0/8 10.1.1.1 192.0.2.1 2001:db8::/32");
	change(mfw, mfw_list_add, "192.0.2.2", 1, 0, 5);
	change(mfw, mfw_list_add, "192.0.2.2", 0, 1, 5);
	change(mfw, mfw_list_add, "192.0.2.2 192.0.2.3 ::1 ::1", 2, 2, 7);
	change(mfw, mfw_list_del, "10.0.0.0/8", 1, 0, 6);
	change(mfw, mfw_list_del, "10.0.0.0/8 10.1.1.1 9.9.9.9", 1, 2, 5);
	change(mfw, mfw_list_del, "9.9.9.9", 0, 1, 5);
	expect(mfw, "acme", "bad", "192.0.2.1 192.0.2.2 192.0.2.3 ::1 2001:db8::/32");
	set(mfw, "acme", "bad", "");
	expect(mfw, "acme", "bad", "");
	/* One entry after the other, until the list is built anew, and again. */
	for (unsigned i = 0; i < 3000; i++) {
		char entry[32];

		snprintf(entry, sizeof(entry), "10.%u.%u.1", i & 255, i >> 8);
		change(mfw, mfw_list_add, entry, 1, 0, i + 1);
	}
}

/* Nothing is written when the list is so already. */
static void same_again(void **state)
{
	struct mfw *mfw = *state;
	uint32_t before;

	set(mfw, "acme", "bad", "192.0.2.1 ::1");
	before = fake->n_maps;
	set(mfw, "acme", "bad", "::1 192.0.2.1");
	assert_int_equal(fake->n_maps, before);
	set(mfw, "acme", "bad", "::1 192.0.2.2");
	assert_true(fake->n_maps > before);
}

static void types(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = *state;

	world_done(try_set(mfw, "acme", "n", MFW_LIST_TYPE_NAME, "a b.example", &err), &err);
	expect(mfw, "acme", "n", "a b.example");
	set(mfw, "acme", "n", "c");
	check_refused(try_set(mfw, "acme", "n", MFW_LIST_TYPE_IP, "::1", &err), &err, "list.type",
		      "list drop acme n");
	check_refused(try_set(mfw, "acme", "bad", 0, "c", &err), &err, "list.entry", "'c'");
	check_refused(try_set(mfw, "acme", "Bad", 0, "::1", &err), &err, "name.bad", "a-z");
	check_refused(try_set(mfw, "acme", "..", 0, "::1", &err), &err, "name.bad", NULL);
	check_refused(try_set(mfw, "../x", "bad", 0, "::1", &err), &err, "name.bad", NULL);
	check_refused(try_set(mfw, "nobody", "bad", 0, "::1", &err), &err, "customer.missing",
		      NULL);
	check_refused(drop(mfw, "acme", "bad", &err), &err, "list.missing",
		      "mfwctl list set acme bad");
	check_refused(drop(mfw, NULL, "bad", &err), &err, "list.missing",
		      "mfwctl list set --shared bad");
}

/* A program belongs to the lists that it looks into. */
static void programs(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = *state;
	uint32_t first;

	set(mfw, "acme", "bad", "::1");
	set(mfw, "beta", "bad", "::1");
	set(mfw, NULL, "bad", "::1");
	rule(mfw, "acme", "ip.src in $bad");
	rule(mfw, "beta", "ip.src in $bad");
	assert_int_not_equal(program_of("acme"), program_of("beta"));
	assert_int_not_equal(fake->programs[program_of("acme")].maps[0], 0);
	first = program_of("acme");
	set(mfw, "acme", "bad", "::2");
	no_rule(mfw, "acme");
	no_rule(mfw, "beta");
	rule(mfw, "acme", "ip.src in $shared.bad");
	rule(mfw, "beta", "ip.src in $shared.bad");
	assert_int_equal(program_of("acme"), program_of("beta"));
	no_rule(mfw, "acme");
	check_refused(drop(mfw, NULL, "bad", &err), &err, "list.busy", "ip.src in $shared.bad");
	no_rule(mfw, "beta");
	world_done(drop(mfw, NULL, "bad", &err), &err);
	/* The list's slot is another one now. */
	world_done(drop(mfw, "acme", "bad", &err), &err);
	set(mfw, "acme", "bad", "::2");
	rule(mfw, "acme", "ip.src in $bad");
	assert_int_not_equal(program_of("acme"), first);
}

/* Programs that keep state are pinned in their holder's directory only. */
static void busy_with_state(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = *state;

	set(mfw, "acme", "bad", "::1");
	rule(mfw, "acme", "ip.src in $bad and visits(max=1)");
	check_refused(drop(mfw, "acme", "bad", &err), &err, "list.busy", "1 program");
	no_rule(mfw, "acme");
	world_done(drop(mfw, "acme", "bad", &err), &err);
}

static void refused_rules(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = *state;
	unsigned line, column, length;

	assert_true(try_rule(mfw, "acme", "ip.ttl == 1 or ip.src in $bad", &err) < 0);
	assert_string_equal(mfw_err_kind(err), "list.missing");
	mfw_err_place(err, &line, &column, &length);
	assert_int_equal(column, 26);
	assert_int_equal(length, 4);
	assert_string_equal(mfw_err_ref(err), "list");
	mfw_err_free(err);
	err = NULL;
	set(mfw, "acme", "bad", "::1");
	check_refused(try_rule(mfw, "acme", "udp in $bad", &err), &err, "list.type", "addresses");
	check_refused(try_rule(mfw, "beta", "ip.src in $bad", &err), &err, "list.missing", "beta");
	check_refused(try_rule(mfw, "acme", "ip.src in $shared.bad", &err), &err, "list.missing",
		      "--shared");
	fake_foreign_chain("", 2 /* NFPROTO_IPV4 */, "mine", "edge");
	match = "ip.src in $bad";
	check_refused(world_direct(mfw, "mine", add_rule, &err), &err, "list.nobody",
		      "$shared.bad");
}

/* His lists go with a customer, and only his. */
static void customer_goes(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_lists *lists = NULL;
	struct mfw *mfw = *state;

	set(mfw, "acme", "a", "::1");
	set(mfw, "acme", "b", "::1");
	set(mfw, "beta", "a", "::1");
	set(mfw, NULL, "c", "::1");
	rule(mfw, "acme", "ip.src in $a");
	world_done(mfw_customer_del(mfw, "acme", &err), &err);
	world_done(mfw_lists_read(mfw, NULL, &lists, &err), &err);
	assert_null(mfw_lists_get(lists, 0)->customer);
	assert_string_equal(mfw_lists_get(lists, 1)->customer, "beta");
	assert_null(mfw_lists_get(lists, 2));
	mfw_lists_free(lists);
	world_done(mfw_customer_add(mfw, "acme", NULL, &err), &err);
	world_done(mfw_lists_read(mfw, "acme", &lists, &err), &err);
	assert_null(mfw_lists_get(lists, 0));
	mfw_lists_free(lists);
}

static void asked(void **state)
{
	struct mfw_list_id id = id_of("acme", "bad");
	struct mfw_list_content *list = NULL;
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = *state;
	bool found = false;

	set(mfw, "acme", "bad", "10.0.0.0/8");
	world_done(mfw_list_read(mfw, &id, &list, &err), &err);
	world_done(mfw_list_has(list, "10.1.2.3", &found, &err), &err);
	assert_true(found);
	world_done(mfw_list_has(list, "11.1.2.3", &found, &err), &err);
	assert_false(found);
	check_refused(mfw_list_has(list, "10.0.0.0/9", &found, &err), &err, "list.entry", NULL);
	check_refused(mfw_list_has(list, "x", &found, &err), &err, "list.entry", NULL);
	mfw_list_free(list);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(entries),       WORLD_TEST(same_again),      WORLD_TEST(types),
		WORLD_TEST(programs),      WORLD_TEST(busy_with_state), WORLD_TEST(refused_rules),
		WORLD_TEST(customer_goes), WORLD_TEST(asked),
	};
	int failed;

	(void)argc;
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
