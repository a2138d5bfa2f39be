/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs find in the kernel's maps about random addresses, against src/geo, which
 * tests/unit/geo_find.c holds against a plain search. One program for each bit of a number, and one
 * that says whether there is any: together they tell the number.
 */
#include "geo/geo.h"
#include "codegen/codegen.h"
#include "kernel/kernel.h"
#include "run.h"

#include <bpf/bpf.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#define BITS      32
#define ASKED     600 /* of each family, for each data set */
#define NETWORKS  4000
/* For one function and the parser; what Linux 6.1 goes through is more. */
#define INSNS_MAX 9000

static int n_checks;
static bool failed;

static void check(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++n_checks, what);
	failed |= !good;
}

static uint64_t seed = 123456789123456789ULL;

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static const struct field *find_field(void *ctx, const char *name)
{
	(void)ctx;
	return field_find(name);
}

/* Loads the program of an expression, with the slot as its map. */
static int load(const char *text, const char *map, int slot, struct run *ret)
{
	const struct scheme scheme = {.field = find_field};
	struct codegen_input input = {.path = TEST_PATH};
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf object = {};
	struct bpf_map *found;

	*ret = (struct run){.fd = -1};
	if (expr_parse(text, &scheme, &expr, NULL))
		return -1;
	input.expr = expr;
	if (codegen_object(&input, &object, NULL) || run_open(ret, object.data, object.len))
		return -1;
	found = bpf_object__find_map_by_name(ret->object, map);
	return found && !bpf_map__reuse_fd(found, slot) ? run_load(ret) : -1;
}

/* ---- data ---- */

static struct address random_address(int family)
{
	struct address a = {.low = (next() % 4 ? 0xc0000000 : 0) + (next() & 0x1fffff)};

	if (!(next() % 8))
		a.low = next() & UINT32_MAX;
	if (family == 6) {
		a.high = (next() % 4 ? 0x20010db800000000 : 0) + (next() & 0xffff);
		a.low = next() % 4 ? next() & 0xff : next();
	}
	return a;
}

static void add_network(struct buf *ranges, int family, uint32_t line)
{
	unsigned prefix = family == 4 ? 96 + 10 + next() % 23 : 20 + next() % 109;
	struct address a = random_address(family);
	uint64_t high = prefix >= 64 ? 0 : UINT64_MAX >> prefix;
	uint64_t low = prefix <= 64 ? UINT64_MAX : prefix == 128 ? 0 : UINT64_MAX >> (prefix - 64);
	struct geo_range r = {
		{a.high & ~high, a.low & ~low}, {a.high | high, a.low | low}, 0, line};

	r.value = (uint32_t)((r.first.low ^ r.first.high ^ prefix) * 2654435761u);
	buf_add(ranges, &r, sizeof(r));
}

static void make_words(struct buf *words)
{
	cleanup_geo_data struct geo_data data = {};

	for (uint32_t i = 0; i < NETWORKS; i++) {
		add_network(&data.ranges4, 4, i);
		add_network(&data.ranges6, 6, i);
	}
	if (geo_build(GEO_ASNUM, "made", 0, &data, words, NULL))
		abort();
}

/* ---- asking ---- */

static size_t make_packet(int family, struct address a, bool destination, uint8_t ret[40])
{
	uint64_t half[2] = {htobe64(a.high), htobe64(a.low)};
	uint32_t four = htobe32((uint32_t)a.low);

	memset(ret, 0, 40);
	if (family == 6) {
		ret[0] = 0x60;
		ret[6] = 59;
		memcpy(ret + (destination ? 24 : 8), half, sizeof(half));
		return 40;
	}
	ret[0] = 0x45;
	ret[3] = 20;
	memcpy(ret + (destination ? 16 : 12), &four, sizeof(four));
	return 20;
}

/* bits[BITS] says whether there is a number. Below 0: no answer. */
static int64_t ask(const struct run *bits, const uint8_t *packet, size_t len)
{
	int64_t number = 0;

	if (run_packet(&bits[BITS], packet, len, NULL) != 1)
		return 0;
	for (int i = 0; i < BITS; i++) {
		int answer = run_packet(&bits[i], packet, len, NULL);

		if (answer < 0)
			return -1;
		number |= (int64_t)answer << i;
	}
	return number + 1;
}

static void ask_all(const struct run *bits, bool destination, const struct buf *words)
{
	const uint64_t *all = (const void *)words->data;
	size_t wrong = 0, known = 0;
	char what[128];

	for (int i = 0; i < 2 * ASKED; i++) {
		int family = i % 2 ? 4 : 6;
		struct address a = random_address(family);
		uint64_t want = geo_find(all, words->len / 8, family, a);
		uint8_t packet[40];
		size_t len = make_packet(family, a, destination, packet);

		wrong += ask(bits, packet, len) != (int64_t)want;
		known += !!want;
	}
	snprintf(what, sizeof(what), "%d addresses, %zu known, %zu wrong", 2 * ASKED, known, wrong);
	check(!wrong && known > ASKED / 2, what);
}

static void try_programs(const char *field, bool destination, int slot, const struct buf *words,
			 size_t n_words)
{
	struct run bits[BITS + 1];
	char text[64];
	bool loaded = true;

	for (int i = 0; i <= BITS; i++) {
		if (i < BITS)
			snprintf(text, sizeof(text), "%s & %u", field, 1u << i);
		else
			snprintf(text, sizeof(text), "%s >= 0", field);
		loaded &= !load(text, "mfw_asnum", slot, &bits[i]);
	}
	snprintf(text, sizeof(text), "%s: loads, %u instructions processed", field, bits[0].insns);
	check(loaded && bits[0].insns <= INSNS_MAX, text);
	/* The programs stay; what they look into changes. */
	for (size_t i = 0; i < n_words && loaded; i++) {
		cleanup(kernel_array_close) struct kernel_array a = KERNEL_NO_ARRAY;

		if (kernel_array_new(8, words[i].len / 8, &a, NULL))
			abort();
		memcpy(a.data, words[i].data, words[i].len);
		check(!kernel_slot_put(slot, &a), "is put into the slot");
		ask_all(bits, destination, &words[i]);
	}
	for (int i = 0; i <= BITS; i++)
		run_close(&bits[i]);
}

static void try_empty(int slot)
{
	uint8_t packet[40];
	size_t len = make_packet(4, (struct address){}, false, packet);
	struct run is, is_not;

	check(!load("ip.src.asnum >= 0", "mfw_asnum", slot, &is) &&
		      run_packet(&is, packet, len, NULL) == 0,
	      "an empty slot says nothing");
	check(!load("ip.src.asnum ne 5", "mfw_asnum", slot, &is_not) &&
		      run_packet(&is_not, packet, len, NULL) == 1,
	      "what is missing is not equal");
	run_close(&is);
	run_close(&is_not);
}

int main(void)
{
	struct buf words[2] = {};
	cleanup_close int slot = -1;

	run_quiet();
	if (kernel_slot_new(8, &slot, NULL))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		make_words(&words[i]);
	try_empty(slot);
	try_programs("ip.src.asnum", false, slot, words, ARRAY_SIZE(words));
	try_programs("ip.dst.asnum", true, slot, words, ARRAY_SIZE(words));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		buf_clear(&words[i]);
	printf("1..%d\n", n_checks);
	return failed;
}
