/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists against a plain set: built, changed entry by entry, read back, asked. */
#include "check.h"

#include <errno.h>
#include <stdio.h>

#include "lists/model.h"

#define KEYS  200
#define LARGE (MFW_LIST_FLAT_LINE + MFW_LIST_FLAT_LINES + 2000)

/* Lists are of so many lines at least: large ones are laid out in another way. */
static size_t lines_min;

static bool is_quick(void)
{
	const char *length = getenv("MFW_TEST_LENGTH");

	return length && !strcmp(length, "quick");
}

static struct area build(enum mfw_list_kind kind, const struct entries *entries)
{
	struct list_plan plan;
	struct area area;
	unsigned attempt = 0;

	do {
		plan = list_plan(kind, entries, 42, attempt);
		if (plan.lines < lines_min)
			plan.lines = lines_min;
		area = (struct area){calloc(plan.lines, MFW_LIST_LINE), plan.lines};
		assert_non_null(area.lines);
		if (!list_build(&plan, entries, &area))
			return area;
		free(area.lines);
	} while (attempt++ < 8);
	fail_msg("the list is not built");
	return area;
}

static struct area build_model(enum mfw_list_kind kind, const struct model *model)
{
	cleanup_entries struct entries entries = {};

	model_entries(model, &entries);
	return build(kind, &entries);
}

/* ---- the same entries ---- */

static void check_names(const struct entries *a, const struct entries *b)
{
	assert_int_equal(a->names.len, b->names.len);
	for (size_t i = 0; i < ENTRIES_N(a->names, struct name); i++) {
		const struct name *x = ENTRIES_AT(a->names, struct name, i);
		const struct name *y = ENTRIES_AT(b->names, struct name, i);

		assert_int_equal(x->len, y->len);
		assert_memory_equal(entries_name(a, x), entries_name(b, y), x->len);
	}
}

static void check_nets(const struct entries *a, const struct entries *b)
{
	assert_int_equal(a->nets.len, b->nets.len);
	for (size_t i = 0; i < ENTRIES_N(a->nets, struct net4); i++) {
		assert_int_equal(ENTRIES_AT(a->nets, struct net4, i)->address,
				 ENTRIES_AT(b->nets, struct net4, i)->address);
		assert_int_equal(ENTRIES_AT(a->nets, struct net4, i)->length,
				 ENTRIES_AT(b->nets, struct net4, i)->length);
	}
	assert_int_equal(a->six.len, b->six.len);
	for (size_t i = 0; i < ENTRIES_N(a->six, struct net6); i++) {
		const struct net6 *x = ENTRIES_AT(a->six, struct net6, i);
		const struct net6 *y = ENTRIES_AT(b->six, struct net6, i);

		assert_true(x->high == y->high && x->low == y->low && x->length == y->length);
	}
}

static void check_entries(const struct area *area, const struct model *model)
{
	cleanup_entries struct entries wanted = {}, got = {};
	size_t n = model->n;

	model_entries(model, &wanted);
	assert_int_equal(list_read(area, &got), 0);
	assert_int_equal(entries_count(&got), n);
	assert_int_equal(list_count(area), n);
	assert_int_equal(entries_tidy(&got, NULL), 0);
	assert_int_equal(got.hosts.len, wanted.hosts.len);
	if (wanted.hosts.len)
		assert_memory_equal(got.hosts.data, wanted.hosts.data, wanted.hosts.len);
	check_nets(&got, &wanted);
	check_names(&got, &wanted);
}

static void check_answers(const struct area *area, const struct model *model, uint8_t family)
{
	for (int i = 0; i < KEYS; i++) {
		struct list_entry key = model_random_key(family);

		if (list_find(area, &key) != model_find(model, &key))
			fail_msg("family %u, key %08x: %d", family, key.four.address,
				 list_find(area, &key));
	}
}

static void check_all(const struct area *area, const struct model *model, enum mfw_list_kind kind)
{
	assert_true(list_is_sound(area));
	check_entries(area, model);
	if (kind == MFW_LIST_NAME) {
		check_answers(area, model, 0);
		return;
	}
	check_answers(area, model, 4);
	check_answers(area, model, 6);
}

/* ---- built and changed ---- */

static uint8_t some_family(enum mfw_list_kind kind)
{
	if (kind == MFW_LIST_NAME)
		return 0;
	return random() % 3 ? 4 : 6;
}

static void check_built(enum mfw_list_kind kind)
{
	static const size_t sizes[] = {0, 1, 2, 9, 33, 60, 200, 900};
	static struct model model;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct area area;

		model.n = 0;
		for (size_t k = 0; k < sizes[i]; k++) {
			struct list_entry entry = model_random(some_family(kind));

			model_add(&model, &entry);
		}
		area = build_model(kind, &model);
		check_all(&area, &model, kind);
		free(area.lines);
	}
}

static void built_addresses(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		check_built(MFW_LIST_IP);
}

static void built_large(void **state)
{
	lines_min = LARGE;
	built_addresses(state);
	lines_min = 0;
}

static void built_names(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		check_built(MFW_LIST_NAME);
}

/* One random change of both; the list is built anew when it is out of room. */
static void change(struct area *area, struct model *model, enum mfw_list_kind kind, unsigned n_del)
{
	bool del = (unsigned)random() % 100 < n_del;
	struct list_entry entry = model_random(some_family(kind));
	bool wanted;
	int r;

	if (del && model->n && random() % 4)
		entry = model->entries[(size_t)random() % model->n];
	r = del ? list_del(area, &entry) : list_add(area, &entry);
	wanted = del ? model_del(model, &entry) : model_add(model, &entry);
	if (r == -ENOSPC) {
		assert_true(wanted);
		free(area->lines);
		*area = build_model(kind, model);
		return;
	}
	assert_int_equal(r, wanted ? 0 : del ? -ENOENT : -EEXIST);
}

static void check_changed(enum mfw_list_kind kind)
{
	static struct model model;
	struct area area;

	model.n = 0;
	area = build_model(kind, &model);
	for (int i = 0; i < (is_quick() ? 2000 : 6000); i++) {
		change(&area, &model, kind, i % 2000 < 1200 ? 25 : 75);
		if (i % 60 == 0)
			check_all(&area, &model, kind);
	}
	free(area.lines);
}

static void changed_addresses(void **state)
{
	(void)state;
	check_changed(MFW_LIST_IP);
}

static void changed_large(void **state)
{
	lines_min = LARGE;
	changed_addresses(state);
	lines_min = 0;
}

static void changed_names(void **state)
{
	(void)state;
	check_changed(MFW_LIST_NAME);
}

/* ---- what is entered below others ---- */

static struct list_entry four(uint32_t address, unsigned length)
{
	return (struct list_entry){.family = 4, .four = {address, length}};
}

static void keeps_what_is_below(void **state)
{
	static struct model model;
	const struct list_entry host = four(0x0a010203, 32), beside = four(0x0a010204, 32);
	struct area area;

	(void)state;
	model_add(&model, &host);
	for (unsigned length = 0; length < 32; length++) {
		struct list_entry wide = four(0x0a010203 & bits_first32(length), length);

		area = build_model(MFW_LIST_IP, &model);
		assert_int_equal(list_add(&area, &wide), 0);
		assert_int_equal(list_find(&area, &beside), length < 30);
		assert_int_equal(list_del(&area, &wide), 0);
		assert_false(list_find(&area, &beside));
		assert_true(list_find(&area, &host));
		assert_int_equal(list_count(&area), 1);
		free(area.lines);
	}
}

static void counts_what_is_twice(void **state)
{
	cleanup_entries struct entries entries = {};
	struct entries_noted noted;

	(void)state;
	for (int i = 0; i < 3; i++) {
		entries_add4(&entries, 0x0a010203, 32);
		entries_add4(&entries, 0x0a000000, 8);
		entries_add4(&entries, 0x0a000000, 9);
		entries_add4(&entries, 0x0b000000, 32);
		entries_add6(&entries, 1, 2, 128);
		entries_add6(&entries, 1, 0, 64);
		entries_add_name(&entries, "x.example", 9);
	}
	assert_int_equal(entries_tidy(&entries, &noted), 0);
	assert_int_equal(entries_count(&entries), 7);
	assert_int_equal(noted.twice, 14);
	assert_int_equal(noted.covered, 3);
}

/* ---- a writer who was killed ---- */

static void counts_again(void **state)
{
	static struct model model;
	struct mfw_list_book *book;
	struct area area;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct list_entry entry = model_random(i % 2 ? 4 : 6);

		model_add(&model, &entry);
	}
	area = build_model(MFW_LIST_IP, &model);
	book = area_book(&area);
	book->n_hosts = book->n_nets = book->n_six = 7;
	memset(book->by_length, 0, sizeof(book->by_length));
	area_head(&area)->lengths[0] = area_head(&area)->lengths[1] = 0;
	list_mend(&area);
	assert_int_equal(book->n_hosts, 7);
	book->busy = 1;
	list_mend(&area);
	assert_int_equal(book->busy, 0);
	check_all(&area, &model, MFW_LIST_IP);
	free(area.lines);
}

/* A million at random: what each row can take was chosen for them. */
static void holds_many(void **state)
{
	cleanup_entries struct entries entries = {}, got = {};
	struct area area;

	(void)state;
	for (int i = 0; i < (is_quick() ? 100000 : 1000000); i++)
		entries_add4(&entries, (uint32_t)random() << 1 ^ (uint32_t)random(), 32);
	assert_int_equal(entries_tidy(&entries, NULL), 0);
	area = build(MFW_LIST_IP, &entries);
	assert_int_equal(list_read(&area, &got), 0);
	assert_int_equal(entries_tidy(&got, NULL), 0);
	assert_int_equal(got.hosts.len, entries.hosts.len);
	assert_memory_equal(got.hosts.data, entries.hosts.data, got.hosts.len);
	free(area.lines);
}

/* Around the size where a list is laid out as a large one, of either family for the most part. */
static void holds_any_number(void **state)
{
	static const unsigned sizes[] = {3000, 8000, 12000, 17000, 30000, 100000};
	const size_t n_sizes = is_quick() ? 4 : ARRAY_SIZE(sizes);

	(void)state;
	for (size_t i = 0; i < 3 * n_sizes; i++) {
		cleanup_entries struct entries entries = {}, got = {};
		const struct list_entry more = four(0x0a010203, 32);
		struct area area;

		for (unsigned k = 0; k < sizes[i / 3]; k++)
			if (k % 4 < i % 3 * 2)
				entries_add6(&entries, (uint64_t)random() << 33, k, 128);
			else
				entries_add4(&entries, (uint32_t)random() << 1, 32);
		assert_int_equal(entries_tidy(&entries, NULL), 0);
		area = build(MFW_LIST_IP, &entries);
		assert_true(list_is_sound(&area));
		assert_int_equal(list_add(&area, &more), 0);
		assert_true(list_find(&area, &more));
		assert_int_equal(list_read(&area, &got), 0);
		assert_int_equal(entries_tidy(&got, NULL), 0);
		assert_int_equal(got.hosts.len, entries.hosts.len + sizeof(uint32_t));
		check_nets(&got, &entries);
		free(area.lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_addresses),     cmocka_unit_test(built_large),
		cmocka_unit_test(built_names),         cmocka_unit_test(changed_addresses),
		cmocka_unit_test(changed_large),       cmocka_unit_test(changed_names),
		cmocka_unit_test(keeps_what_is_below), cmocka_unit_test(counts_what_is_twice),
		cmocka_unit_test(counts_again),        cmocka_unit_test(holds_many),
		cmocka_unit_test(holds_any_number),
	};
	const char *seed = getenv("MFW_TEST_SEED");

	srandom(seed ? (unsigned)atoi(seed) : 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
