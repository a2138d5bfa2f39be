/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mfw_expr_check() accepts, mfw_expr_compile() does; what it refuses, the latter refuses with
 * the first of the same words. Expressions are random ones, with parts that are too much here and
 * there. MFW_TEST_SEED, MFW_TEST_LENGTH.
 */
#include "random.h"
#include "test.h"

#include <inttypes.h>
#include <mfw/mfw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS       1500
#define ROUNDS_QUICK 150

static struct {
	unsigned sound, refused, unsupported;
} total;

/* ---- texts ---- */

static unsigned some_count(void)
{
	static const unsigned counts[] = {0, 1, 7, 8, 9, 60, 255, 256, 257, 600, 2500, 5200, 13000};

	return counts[random_below(random_one_in(6) ? 13 : 8)];
}

static void add_text(struct buf *out, size_t len)
{
	buf_add_str(out, "\"");
	while (len--)
		buf_printf(out, "%c", 'a' + (int)random_below(26));
	buf_add_str(out, "\"");
}

static void add_search(struct buf *out)
{
	static const char *const begins[] = {"udp contains ", "lower(tcp) contains ",
					     "udp ge ",       "udp strict wildcard ",
					     "tcp == ",       "sip.method lt "};

	buf_add_str(out, begins[random_below(ARRAY_SIZE(begins))]);
	add_text(out, some_count());
}

static void add_item(struct buf *out, unsigned form, unsigned i)
{
	switch (form) {
	case 0: buf_printf(out, "%x::%x ", random_below(9), i * 3); break;
	case 1: buf_printf(out, "10.%u.%u.0/31 ", i / 128, i % 128 * 2); break;
	case 2: buf_printf(out, "%u ", i * 5); break;
	default: add_text(out, random_one_in(20) ? 40 : 1 + random_below(4)); break;
	}
}

static void add_set(struct buf *out)
{
	static const struct {
		const char *begin;
		unsigned form;
	} sets[] = {{"ip.src in {", 0},      {"ip.dst in {", 1},       {"tcp.dstport in {", 2},
		    {"udp in {", 3},         {"lower(tcp) in {", 3},   {"node.name in {", 3},
		    {"sip.call_id in {", 3}, {"ip.src.asnum in {", 2}, {"ip.src.country in {", 3}};
	unsigned which = random_below(ARRAY_SIZE(sets)), n = some_count();

	buf_add_str(out, sets[which].begin);
	for (unsigned i = 0; i < n && i < 13000; i++) {
		add_item(out, sets[which].form, i);
		if (sets[which].form == 3)
			buf_add_str(out, " ");
	}
	buf_add_str(out, "}");
}

static void add_list(struct buf *out)
{
	static const char *const begins[] = {
		"ip.src", "udp", "node.name", "ip.proto", "lower(node.region)", "sip.method"};

	buf_printf(out, "%s in $%sl%u", begins[random_below(ARRAY_SIZE(begins))],
		   random_one_in(3) ? "shared." : "", random_below(6));
}

static void add_tree(struct buf *out)
{
	static const struct random_kinds kinds = {.packets_only = true, .lists = true};
	struct expr *expr = random_tree(&kinds, 2);

	buf_add_str(out, "(");
	expr_print(expr, out);
	buf_add_str(out, ")");
	expr_free(expr);
}

static void add_part(struct buf *out)
{
	static void (*const parts[])(struct buf *) = {add_search, add_set, add_list, add_tree};

	if (random_one_in(4))
		buf_add_str(out, "not ");
	parts[random_below(ARRAY_SIZE(parts))](out);
}

static void make_text(struct buf *out)
{
	static const char *const words[] = {" and ", " or ", " xor "};
	unsigned n = random_one_in(8) ? random_below(30) : random_below(4);

	add_part(out);
	while (n--) {
		buf_add_str(out, words[random_below(3)]);
		add_part(out);
	}
}

/* ---- rounds ---- */

static void assert_same(const struct mfw_err *a, const struct mfw_err *b)
{
	unsigned place[2][3];

	assert_non_null(b);
	assert_string_equal(mfw_err_kind(a), mfw_err_kind(b));
	assert_string_equal(mfw_err_message(a), mfw_err_message(b));
	mfw_err_place(a, &place[0][0], &place[0][1], &place[0][2]);
	mfw_err_place(b, &place[1][0], &place[1][1], &place[1][2]);
	assert_memory_equal(place[0], place[1], sizeof(place[0]));
	assert_true(place[0][0]);
}

static void try_text(struct mfw *mfw, const char *text)
{
	struct mfw_checked *checked = NULL;
	struct mfw_err *err = NULL;
	int r;

	assert_int_equal(mfw_expr_check(mfw, text, &checked, NULL), 0);
	r = mfw_expr_compile(mfw, text, "/dev/null", &err);
	if (mfw_checked_text(checked)) {
		if (r)
			fprintf(stderr, "# %s\n", mfw_err_message(err));
		assert_int_equal(r, 0);
		total.sound++;
	} else {
		assert_true(r < 0);
		assert_same(mfw_checked_error(checked, 0), err);
		total.refused++;
		total.unsupported += !strncmp(mfw_err_kind(err), "codegen.", 8);
	}
	mfw_err_free(err);
	mfw_checked_free(checked);
}

static void check_promises(void **state)
{
	const struct mfw_options options = {MFW_SIZE(struct mfw_options), .matcher_path = TEST_PATH,
					    .node = "sfo06/WNAM"};
	const char *given = getenv("MFW_TEST_SEED"), *length = getenv("MFW_TEST_LENGTH");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 1;
	unsigned rounds = length && !strcmp(length, "quick") ? ROUNDS_QUICK : ROUNDS;
	struct mfw *mfw = NULL;

	(void)state;
	assert_int_equal(mfw_open(&options, &mfw, NULL), 0);
	for (unsigned i = 0; i < rounds; i++) {
		cleanup_buf struct buf text = {};

		random_seed(seed + i * 0x9e3779b97f4a7c15u);
		for (int k = 0; k < 20; k++)
			random_next();
		make_text(&text);
		try_text(mfw, text.data);
	}
	mfw_close(mfw);
	printf("# %u sound, %u refused, %u of them by the code generator\n", total.sound,
	       total.refused, total.unsupported);
	assert_true(total.sound > rounds / 3);
	assert_true(total.unsupported > rounds / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(check_promises)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
