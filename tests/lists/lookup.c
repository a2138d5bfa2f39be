/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs find in lists, against a plain set: in lists that were built and in lists that are
 * changed while they are looked into.
 */
#include "look.h"
#include "model.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEYS  60
#define CROWD 24
#define LARGE (MFW_LIST_FLAT_LINE + MFW_LIST_FLAT_LINES + 2000)

static int n_checks;
static bool failed;

static void check(bool good, const char *what, size_t n)
{
	printf("%s %d - %s, %zu entries\n", good ? "ok" : "not ok", ++n_checks, what, n);
	failed |= !good;
}

static int ask_address(const struct look *look, const struct list_entry *key)
{
	uint8_t bytes[17] = {key->family};
	uint32_t four = htobe32(key->four.address);
	uint64_t six[2] = {htobe64(key->six.high), htobe64(key->six.low)};

	if (key->family == 4)
		memcpy(bytes + 1, &four, sizeof(four));
	else
		memcpy(bytes + 1, six, sizeof(six));
	return look_ask(look, "has_address", bytes, sizeof(bytes));
}

static int ask_name(const struct look *look, const char *program, const char *text, size_t len,
		    bool fold)
{
	uint8_t bytes[2 + MFW_LIST_NAME_MAX] = {fold, len};

	memcpy(bytes + 2, text, len);
	return look_ask(look, program, bytes, 2 + len);
}

static bool same(const struct look *look, const struct model *model, uint8_t family)
{
	struct list_entry key = model_random_key(family);
	int wanted = model_find(model, &key);

	if (family)
		return ask_address(look, &key) == wanted;
	return ask_name(look, "has_name", key.name.text, key.name.len, false) == wanted &&
	       (!wanted || ask_name(look, "has_domain", key.name.text, key.name.len, false) == 1);
}

static bool same_many(const struct look *look, const struct model *model, enum mfw_list_kind kind)
{
	bool good = true;

	for (int i = 0; i < KEYS && good; i++)
		good = kind == MFW_LIST_NAME ? same(look, model, 0)
					     : same(look, model, 4) && same(look, model, 6);
	return good;
}

static uint8_t some_family(enum mfw_list_kind kind)
{
	if (kind == MFW_LIST_NAME)
		return 0;
	return random() % 3 ? 4 : 6;
}

/* Lists are of so many lines at least: large ones are laid out in another way. */
static size_t lines_min;

static bool put(const struct look *look, const struct model *model, enum mfw_list_kind kind,
		struct area *area)
{
	cleanup_entries struct entries entries = {};
	struct list_plan plan;

	model_entries(model, &entries);
	if (!lines_min)
		return !look_list(look, kind, &entries, area);
	plan = list_plan(kind, &entries, 42, 0);
	if (plan.lines < lines_min)
		plan.lines = lines_min;
	return !look_plan(look, &plan, &entries, area);
}

static bool change(const struct look *look, struct model *model, enum mfw_list_kind kind,
		   struct area *area)
{
	struct list_entry entry = model_random(some_family(kind));
	bool del = random() % 3 == 0;
	int r;

	if (del && model->n)
		entry = model->entries[(size_t)random() % model->n];
	r = del ? list_del(area, &entry) : list_add(area, &entry);
	if (del)
		model_del(model, &entry);
	else
		model_add(model, &entry);
	if (r != -ENOSPC)
		return !r || r == -EEXIST || r == -ENOENT;
	look_unmap(area);
	return put(look, model, kind, area);
}

static void check_kind(const struct look *look, enum mfw_list_kind kind, const char *what)
{
	static const size_t sizes[] = {0, 1, 40, 700};
	static struct model model;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct area area;
		bool good;

		model.n = 0;
		for (size_t k = 0; k < sizes[i]; k++) {
			struct list_entry entry = model_random(some_family(kind));

			model_add(&model, &entry);
		}
		good = put(look, &model, kind, &area) && same_many(look, &model, kind);
		for (int k = 0; k < 300 && good; k++)
			good = change(look, &model, kind, &area) &&
			       (k % 10 || same_many(look, &model, kind));
		check(good, what, model.n);
		look_unmap(&area);
	}
}

/* Every one of few addresses, and none beside them. */
static void check_few(const struct look *look)
{
	static struct model model;
	struct area area;
	bool good;

	model.n = 0;
	for (uint32_t n = 1; n < 6; n++)
		for (uint32_t i = 0; i < n; i++)
			model_add(&model,
				  &(struct list_entry){4, .four = {n << 16 | (i * 9000 + 7), 32}});
	good = put(look, &model, MFW_LIST_IP, &area);
	for (size_t i = 0; i < model.n && good; i++) {
		struct list_entry key = model.entries[i], beside = key;

		beside.four.address++;
		good = ask_address(look, &key) == 1 && ask_address(look, &beside) == 0;
		/* What a number has beside them. */
		beside.four.address = (key.four.address & 0xffff0000) | MFW_LIST_FEW << 1;
		good = good && ask_address(look, &beside) == 0;
	}
	check(good, "few addresses in each /16", model.n);
	look_unmap(&area);
}

/* IPv6 entries that are not in their own bucket. */
static void check_crowded(const struct look *look)
{
	cleanup_entries struct entries entries = {};
	static struct model model;
	struct list_plan plan;
	struct area area;
	bool good = true;
	int r = -ENOSPC;

	model.n = 0;
	for (uint64_t i = 0; i < CROWD; i++)
		model_add(&model, &(struct list_entry){6, .six = {~i, i * 2, 127 + i % 2}});
	model_entries(&model, &entries);
	plan = list_plan(MFW_LIST_IP, &entries, 0, 0);
	plan.buckets = CROWD / MFW_LIST_SIX_SLOTS;
	for (plan.seed = 1; plan.seed < 100 && r == -ENOSPC; plan.seed++)
		r = look_plan(look, &plan, &entries, &area);
	for (size_t i = 0; i < model.n && good && !r; i++)
		good = ask_address(look, &model.entries[i]) == 1;
	good = good && !r && same_many(look, &model, MFW_LIST_IP);
	check(good, "addresses in full buckets", model.n);
	if (!r)
		look_unmap(&area);
}

static void check_domains(const struct look *look)
{
	static const struct {
		const char *name;
		int exact, below, folded;
	} cases[] = {
		{"example.com", 1, 1, 1},
		{"www.example.com", 0, 1, 0},
		{"a.b.c.d.e.f.g.h.i.example.com", 0, 1, 0},
		{"notexample.com", 0, 0, 0},
		{"example.com.", 0, 0, 0},
		{"xample.com", 0, 0, 0},
		{"EXAMPLE.com", 0, 0, 1},
		{"com", 0, 0, 0},
		{"a.longer-name-that-takes-more-than-one-cell.example.org", 0, 1, 0},
	};
	cleanup_entries struct entries entries = {};
	struct area area;

	entries_add_name(&entries, "example.com", 11);
	entries_add_name(&entries, "longer-name-that-takes-more-than-one-cell.example.org", 53);
	if (entries_tidy(&entries, NULL) || look_list(look, MFW_LIST_NAME, &entries, &area)) {
		check(false, "a list of domains", 2);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name = cases[i].name;
		size_t len = strlen(name);

		check(ask_name(look, "has_name", name, len, false) == cases[i].exact &&
			      ask_name(look, "has_name", name, len, true) == cases[i].folded &&
			      ask_name(look, "has_domain", name, len, false) == cases[i].below,
		      name, 2);
	}
	look_unmap(&area);
}

/* What loading the programs takes: a branch more in a look-up can be ten times as much. */
static void check_cost(const struct look *look)
{
	static const struct {
		const char *program;
		unsigned most;
	} costs[] = {{"has_address", 2000}, {"has_name", 5000}, {"has_domain", 10000}};

	for (size_t i = 0; i < ARRAY_SIZE(costs); i++) {
		unsigned cost = look_cost(look, costs[i].program);

		printf("# the verifier went through %u instructions of %s\n", cost,
		       costs[i].program);
		check(cost && cost <= costs[i].most, costs[i].program, 0);
	}
}

int main(int argc, char **argv)
{
	struct look look;
	int r;

	if (argc < 3)
		return 2;
	srandom(getenv("MFW_TEST_SEED") ? (unsigned)atoi(getenv("MFW_TEST_SEED")) : 1);
	r = look_open(&look, argv[1], argv[2], false);
	if (r) {
		printf("Bail out! the programs are not loaded: %s\n", strerror(-r));
		return 1;
	}
	check_cost(&look);
	check_kind(&look, MFW_LIST_IP, "addresses");
	lines_min = LARGE;
	check_kind(&look, MFW_LIST_IP, "addresses of a large list");
	check_few(&look);
	lines_min = 0;
	check_kind(&look, MFW_LIST_NAME, "names");
	check_crowded(&look);
	check_domains(&look);
	look_close(&look);
	printf("1..%d\n", n_checks);
	return failed;
}
