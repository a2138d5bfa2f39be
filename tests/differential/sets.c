/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets MATCHERS [SEED]: sets that are so large that programs have them as tables, in the kernel:
 * what is in them, what is beside what is in them, and what is neither. TAP.
 */
#include "../unit/random.h"
#include "../unit/test.h"
#include "catalog/catalog.h"
#include "expr/eval.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_MAX 512
#define ASKED_MAX  150 /* members of a set */

static struct catalog *catalog;
static unsigned tests, failed;

static const struct field *find_field(void *ctx, const char *name)
{
	const struct field *field = field_find(name);

	return field ? field : catalog_field(ctx, name);
}

static const struct matcher *find_matcher(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static struct expr *parse(const char *text)
{
	const struct scheme scheme = {.ctx = catalog, .field = find_field, .matcher = find_matcher};
	cleanup_err struct mfw_err *err = NULL;
	struct expr *expr = NULL;

	if (expr_parse(text, &scheme, &expr, &err)) {
		printf("# %.200s: %s\n", text, mfw_err_message(err));
		exit(1);
	}
	return expr;
}

struct set {
	struct buf text; /* the expression */
	struct expr *expr;
	struct run run;
	unsigned asked, wrong, matched;
};

static bool set_open(struct set *set)
{
	set->expr = parse(set->text.data);
	return !run_expr(&set->run, set->expr);
}

static void set_close(struct set *set, bool good, const char *what, unsigned n)
{
	good &= set->asked > 0 && !set->wrong && set->matched && set->matched < set->asked;
	failed += !good;
	printf("%s %u - %s, %u members: %u asked, %u match, %u wrong; %u verified\n",
	       good ? "ok" : "not ok", ++tests, what, n, set->asked, set->matched, set->wrong,
	       set->run.insns);
	run_close(&set->run);
	expr_free(set->expr);
	buf_clear(&set->text);
}

static void ask(struct set *set, const uint8_t *packet, size_t len, bool right)
{
	int answer = run_packet(&set->run, packet, len, NULL);

	set->asked++;
	set->matched += right;
	if (answer == right)
		return;
	if (!set->wrong++) {
		printf("# %d rather than %d:", answer, right);
		for (size_t i = 0; i < len; i++)
			printf("%s%02x", i % 4 ? "" : " ", packet[i]);
		putchar('\n');
	}
}

static void ask_as_evaluated(struct set *set, const uint8_t *packet, size_t len)
{
	const struct eval_hooks hooks = {};
	bool right = false;

	if (eval(set->expr, packet, len, &hooks, &right, NULL))
		exit(1);
	ask(set, packet, len, right);
}

/* ---- addresses ---- */

static void random_address(uint8_t *ret)
{
	static const uint8_t starts[][2] = {{0x20, 1}, {0, 0}, {0xff, 0xff}, {0x20, 2}};

	for (int i = 0; i < 16; i++)
		ret[i] = random_one_in(3) ? random_below(256) : random_one_in(2) ? 0 : 255;
	memcpy(ret, starts[random_below(4)], 2);
}

static void add_address(struct buf *text, const uint8_t *address)
{
	for (int i = 0; i < 16; i += 2)
		buf_printf(text, "%s%x", i ? ":" : "", address[i] << 8 | address[i + 1]);
}

/* A single one, some in a row, or a network. */
static void add_member(struct buf *text, uint8_t *address)
{
	static const unsigned lengths[] = {40, 64, 72, 120};
	unsigned form = random_below(4), length = lengths[random_below(4)];
	uint8_t last[16];

	if (form == 1)
		memset(address + length / 8, 0, 16 - length / 8);
	add_address(text, address);
	if (form == 1)
		buf_printf(text, "/%u", length);
	if (form == 2) {
		memcpy(last, address, sizeof(last));
		last[15] = 255;
		last[14] |= random_one_in(2) ? 0 : 3;
		buf_add_str(text, "..");
		add_address(text, last);
	}
	buf_add_str(text, " ");
}

static void ask_address(struct set *set, const uint8_t *address)
{
	uint8_t packet[48] = {0x60, [5] = 8, [6] = 17, [7] = 64};

	memcpy(packet + 8, address, 16);
	ask_as_evaluated(set, packet, sizeof(packet));
}

/* The addresses around it. */
static void ask_around(struct set *set, const uint8_t *address)
{
	uint8_t near[16];

	ask_address(set, address);
	memcpy(near, address, sizeof(near));
	for (int i = 15; i >= 0 && !++near[i]; i--)
		;
	ask_address(set, near);
	memcpy(near, address, sizeof(near));
	for (int i = 15; i >= 0 && !near[i]--; i--)
		;
	ask_address(set, near);
	memcpy(near, address, sizeof(near));
	near[random_below(16)] ^= 1 << random_below(8);
	ask_address(set, near);
	/* The last one of a network, and the one behind. */
	memset(near + 8, 255, 8);
	ask_address(set, near);
	for (int i = 15; i >= 0 && !++near[i]; i--)
		;
	ask_address(set, near);
}

static void try_addresses(unsigned n, const char *more)
{
	uint8_t(*members)[16] = calloc(n, 16), other[16];
	struct set set = {.run = {.fd = -1}};
	bool good;

	buf_add_str(&set.text, "ip.src in {");
	for (unsigned i = 0; i < n; i++) {
		random_address(members[i]);
		add_member(&set.text, members[i]);
	}
	buf_printf(&set.text, "%s}", more);
	good = set_open(&set);
	for (unsigned i = 0; good && i < ASKED_MAX; i++) {
		ask_around(&set, members[random_below(n)]);
		random_address(other);
		ask_around(&set, other);
	}
	memset(other, 0, sizeof(other));
	ask_around(&set, other);
	memset(other, 255, sizeof(other));
	ask_around(&set, other);
	set_close(&set, good, *more ? "IPv6 addresses and the ends" : "IPv6 addresses", n);
	free(members);
}

/* Where the next number, or the one before, has another upper half. */
static void try_bound(const char *op, uint8_t last)
{
	uint8_t address[16] = {0x20, 1, [7] = 1};
	struct set set = {.run = {.fd = -1}};
	bool good;

	memset(address + 8, last, 8);
	buf_printf(&set.text, "ip.src %s ", op);
	add_address(&set.text, address);
	good = set_open(&set);
	if (good)
		ask_around(&set, address);
	set_close(&set, good, op, 1);
}

/* ---- texts ---- */

struct text {
	char b[300];
	size_t len;
};

static void random_text(struct text *ret, unsigned max, bool lower)
{
	ret->len = 1 + random_below(max);
	for (size_t i = 0; i < ret->len; i++)
		ret->b[i] = (char)((lower || random_one_in(2) ? 'a' : 'A') + (int)random_below(3));
}

static void ask_payload(struct set *set, const struct text *text)
{
	uint8_t packet[PACKET_MAX] = {0x45, [8] = 64, [9] = 17, [12] = 192, [16] = 192};
	size_t len = 28 + text->len;

	packet[2] = len >> 8;
	packet[3] = len;
	packet[24] = (len - 20) >> 8;
	packet[25] = len - 20;
	memcpy(packet + 28, text->b, text->len);
	ask_as_evaluated(set, packet, len);
}

static void ask_like(struct set *set, struct text text,
		     void (*ask_text)(struct set *set, const struct text *text))
{
	struct text other = text;

	ask_text(set, &text);
	other.b[random_below(text.len)] ^= 32;
	ask_text(set, &other);
	other = text;
	other.b[text.len - 1]++;
	ask_text(set, &other);
	other = text;
	other.b[other.len++] = random_one_in(2) ? 0 : 'a';
	ask_text(set, &other);
	if (text.len > 1) {
		text.len--;
		ask_text(set, &text);
	}
}

static struct text *make_texts(struct set *set, const char *begin, unsigned n, unsigned max,
			       bool lower)
{
	struct text *texts = calloc(n, sizeof(*texts));

	buf_printf(&set->text, "%s in {", begin);
	for (unsigned i = 0; i < n; i++) {
		random_text(&texts[i], random_one_in(3) ? max : max < 12 ? max : 12, lower);
		buf_printf(&set->text, "\"%.*s\" ", (int)texts[i].len, texts[i].b);
	}
	buf_add_str(&set->text, "}");
	return texts;
}

static void try_texts(const char *begin, unsigned n, unsigned max)
{
	struct set set = {.run = {.fd = -1}};
	struct text *texts = make_texts(&set, begin, n, max, *begin == 'l'), other;
	bool good = set_open(&set);

	for (unsigned i = 0; good && i < ASKED_MAX; i++) {
		ask_like(&set, texts[random_below(n)], ask_payload);
		random_text(&other, max, false);
		ask_like(&set, other, ask_payload);
	}
	set_close(&set, good, begin, n);
	free(texts);
}

/* ---- texts that a matcher makes ---- */

/* Names of one label, in lower case, as the matcher makes all. */
static struct {
	const struct text *all;
	unsigned n;
} names;

static bool is_name(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.b[i] >= 'A' && text.b[i] <= 'Z')
			text.b[i] += 'a' - 'A';
	for (unsigned i = 0; i < names.n; i++)
		if (names.all[i].len == text.len && !memcmp(names.all[i].b, text.b, text.len))
			return true;
	return false;
}

static void ask_name(struct set *set, const struct text *text)
{
	uint8_t packet[PACKET_MAX] = {0x45, [8] = 64, [9] = 17, [12] = 192, [16] = 192, [23] = 53};
	size_t len = 28 + 12 + 1 + text->len + 1 + 4;

	if (text->len > 63 || memchr(text->b, 0, text->len))
		return;
	packet[2] = len >> 8;
	packet[3] = len;
	packet[25] = len - 20;
	packet[28 + 5] = 1;
	packet[28 + 12] = text->len;
	memcpy(packet + 28 + 13, text->b, text->len);
	packet[len - 3] = packet[len - 1] = 1;
	ask(set, packet, len, is_name(*text));
}

static void try_names(unsigned n, unsigned max)
{
	struct set set = {.run = {.fd = -1}};
	struct text *texts = make_texts(&set, "dns.qname", n, max, true), other;
	bool good = set_open(&set);

	names.all = texts;
	names.n = n;
	for (unsigned i = 0; good && i < ASKED_MAX; i++) {
		ask_like(&set, texts[random_below(n)], ask_name);
		random_text(&other, max, true);
		ask_like(&set, other, ask_name);
	}
	set_close(&set, good, "dns.qname", n);
	free(texts);
}

int main(int argc, char **argv)
{
	static const unsigned sizes[] = {60, 255, 256, 257, 600, 1000};
	static const char *const ops[] = {"<", "<=", ">", ">=", "=="};
	static const unsigned counts[] = {32, 34, 70, 300, 1500};

	if (argc < 2 || catalog_new(argv[1], &catalog, NULL))
		return 2;
	random_seed(argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
	run_quiet();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		try_addresses(sizes[i], "");
		try_addresses(sizes[i], "::/120 ffff:ffff:ffff:ffff:ffff:ffff:ffff:0/112");
	}
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		try_bound(ops[i], 0);
		try_bound(ops[i], 255);
	}
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		try_texts("substring(udp, 8)", counts[i], 16);
		try_texts("substring(udp, 8)", counts[i], 60);
		try_texts("lower(substring(udp, 8))", counts[i], 60);
		try_names(counts[i], 60);
	}
	try_texts("substring(udp, 8)", 300, 270);
	try_texts("substring(udp, 8)", 5000, 6);
	try_names(2500, 12);
	printf("1..%u\n", tests);
	catalog_free(catalog);
	return failed > 0;
}
