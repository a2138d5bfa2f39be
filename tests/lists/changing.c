/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changing MATCHERS: programs are run while a thread changes the lists that they look into:
 * replaces them, and adds and deletes single entries. What is in all states of a list is always
 * found, what is in none never; and a packet never sees two states. TAP.
 */
#include "../unit/test.h"
#include "apply/lists.h"
#include "base/address.h"
#include "codegen/codegen.h"
#include "kernel/kernel.h"
#include "list/text.h"
#include "run.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TOGGLES  64
#define FILLING  3000
/* So many there are to be, and so long is waited for them. */
#define CHANGES  10
#define PATIENCE 30

static int n_checks;
static bool failed;

static void check(bool good, const char *what, unsigned long n, unsigned long changes)
{
	printf("%s %d - %s: %lu packets, %lu changes\n", good ? "ok" : "not ok", ++n_checks, what,
	       n, changes);
	failed |= !good;
}

/* ---- packets ---- */

static size_t put_address(uint8_t *at, const char *text)
{
	int family = strchr(text, ':') ? 6 : 4;
	struct address a;
	uint64_t half[2];
	uint32_t four;

	if (address_parse(text, strlen(text), &a) != family)
		abort();
	if (family == 4) {
		four = htobe32((uint32_t)a.low);
		memcpy(at, &four, 4);
		return 4;
	}
	half[0] = htobe64(a.high);
	half[1] = htobe64(a.low);
	memcpy(at, half, 16);
	return 16;
}

/* UDP from one to the other, with a payload. */
static size_t make_packet(uint8_t *p, const char *from, const char *to, const char *payload)
{
	bool six = strchr(from, ':');
	size_t head = six ? 40 : 20, len = head + 8 + strlen(payload), at = six ? 8 : 12;

	memset(p, 0, head + 8);
	p[0] = six ? 0x60 : 0x45;
	p[six ? 6 : 9] = 17;
	p[six ? 7 : 8] = 64;
	p[six ? 5 : 3] = (uint8_t)(six ? len - head : len);
	at += put_address(p + at, from);
	put_address(p + at, to);
	p[head + 5] = (uint8_t)(len - head);
	memcpy(p + head + 8, payload, strlen(payload));
	return len;
}

/* ---- a list, and who writes it ---- */

struct subject {
	const char *what;
	enum mfw_list_kind kind;
	/* In every state, and in none. */
	const char *always[4], *never[4];
	/* Entries that come and go: printf() formats with a number. */
	const char *toggles[4];
	/* In some states together, in others none of them. */
	const char *pair[2];
	const char *match, *pair_match;
};

static const struct subject subjects[] = {
	{
		"IPv4",
		MFW_LIST_IP,
		{"10.1.2.3", "10.1.0.77", "10.200.0.1", "192.0.2.1"},
		{"10.1.2.4", "10.1.1.4", "10.200.1.1", "11.0.0.0"},
		{"10.1.2.%u", "10.1.%u.0/26", "10.1.0.%u", "192.%u.0.0/16"},
		{"172.16.0.1", "172.16.9.9"},
		"ip.src in $bad",
		"ip.src in $bad xor ip.dst in $bad",
	},
	{
		"IPv6",
		MFW_LIST_IP,
		{"2001:db8::1", "2001:db8:1::1", "2001:db8::ff00", "fe80::1"},
		{"2001:db8::2", "2001:db8:2::1", "2001:db8::ff01", "fe80::2"},
		{"2001:db8::%x:3", "2001:db8:%x00::/41", "2001:db8:ffff:%x::/64", "fe80::%x00"},
		{"2001:db8:7::1", "2001:db8:7::9:1"},
		"ip.src in $bad",
		"ip.src in $bad xor ip.dst in $bad",
	},
	{
		"names",
		MFW_LIST_NAME,
		{"always", "example.com", "a-name-that-takes-more-than-one-cell.example.org", "z"},
		{"never", "example.co", "a-name-that-takes-more-than-one-cell.example.orh", "y"},
		{"n%u", "name-%u.example.com", "a-name-that-takes-more-than-one-cell.%u", "z%u"},
		{"first", "second"},
		"substring(udp, 8) in $bad",
		NULL,
	},
};

struct writer {
	const struct subject *s;
	int slot;
	bool singly; /* single entries in place, or whole lists */
	bool with_pair;
	bool is_in[TOGGLES];
	struct kernel_array array;
	atomic_bool stop;
	atomic_ulong changes;
};

static void must(int r)
{
	if (r) {
		fprintf(stderr, "%s\n", strerror(-r));
		abort();
	}
}

static void add_text(const struct subject *s, const char *text, struct entries *entries)
{
	must(text_add(s->kind, text, entries, NULL));
}

static void toggle_text(const struct subject *s, unsigned i, char ret[128])
{
	unsigned n = 5 + i / 4;

	/* None of them may have one that is never in it. */
	snprintf(ret, 128, s->toggles[i % 4], n == 0x7 ? 100 : n);
}

static void put_all(struct writer *w)
{
	cleanup(kernel_array_close) __attribute__((unused)) struct kernel_array old = w->array;
	cleanup_entries struct entries entries = {};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(w->s->always); i++)
		add_text(w->s, w->s->always[i], &entries);
	for (unsigned i = 0; i < TOGGLES; i++) {
		toggle_text(w->s, i, text);
		if (w->is_in[i])
			add_text(w->s, text, &entries);
	}
	for (size_t i = 0; w->with_pair && i < 2; i++)
		add_text(w->s, w->s->pair[i], &entries);
	/* The more there is, the more room for changes in place. */
	for (unsigned i = w->singly ? 30 * FILLING : (unsigned)random() % FILLING; i; i--) {
		if (w->s->kind == MFW_LIST_IP)
			snprintf(text, sizeof(text), "%u.%u.%u.%u", 100 + (i >> 16), i >> 8 & 255,
				 i & 255, (unsigned)random() & 255);
		else
			snprintf(text, sizeof(text), "filling-%u", i);
		add_text(w->s, text, &entries);
	}
	must(entries_tidy(&entries, NULL));
	must(lists_build(w->s->kind, &entries, &w->array, NULL));
	must(kernel_slot_put(w->slot, &w->array));
}

static void change_one(struct writer *w)
{
	struct area area = {w->array.data, w->array.n * MFW_LIST_CHUNK_LINES};
	unsigned i = (unsigned)random() % TOGGLES;
	char text[128], why[TEXT_WHY_LEN];
	struct text_entry entry;
	int r;

	toggle_text(w->s, i, text);
	must(text_entry(w->s->kind, text, strlen(text), &entry, why));
	r = w->is_in[i] ? list_del(&area, &entry.entry) : list_add(&area, &entry.entry);
	w->is_in[i] = !w->is_in[i];
	if (r == -ENOSPC)
		put_all(w);
	else if (r != -EEXIST && r != -ENOENT) /* two toggles may be one entry */
		must(r);
}

static void *write_on(void *arg)
{
	struct writer *w = arg;

	while (!atomic_load(&w->stop)) {
		if (w->singly) {
			change_one(w);
		} else {
			w->with_pair = !w->with_pair;
			for (unsigned i = 0; i < TOGGLES; i++)
				w->is_in[i] = random() & 1;
			put_all(w);
		}
		atomic_fetch_add(&w->changes, 1);
	}
	return NULL;
}

/* ---- asking ---- */

static int load(const char *match, int slot, struct run *run)
{
	cleanup_expr struct expr *expr = NULL;
	struct run_map map = {.fd = slot};

	must(expr_parse(match, &test_scheme, &expr, NULL));
	must(expr_fold(&expr, &test_scheme));
	codegen_list_map("bad", false, map.name);
	return run_expr_with(run, expr, &map, 1);
}

static size_t packet_with(const struct subject *s, const char *key, uint8_t packet[256])
{
	if (s->kind == MFW_LIST_NAME)
		return make_packet(packet, "192.0.2.1", "192.0.2.2", key);
	return make_packet(packet, key, strchr(key, ':') ? "::1" : "127.0.0.1", "x");
}

static bool ask(const struct run *run, const struct subject *s, const char *key, int expected)
{
	uint8_t packet[256];
	size_t len = packet_with(s, key, packet);
	int found = run_packet(run, packet, len, NULL);

	if (found != expected)
		printf("# %s: %d instead of %d\n", key, found, expected);
	return found == expected;
}

static bool ask_pair(const struct run *run, const struct subject *s)
{
	uint8_t packet[256];
	size_t len = make_packet(packet, s->pair[0], s->pair[1], "x");

	return run_packet(run, packet, len, NULL) == 0;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void try_subject(const struct subject *s, bool singly)
{
	const char *length = getenv("MFW_TEST_LENGTH");
	double start = seconds(), least = length && !strcmp(length, "quick") ? 1 : 3;
	struct writer w = {.s = s, .singly = singly, .array = KERNEL_NO_ARRAY, .slot = -1};
	struct run run = {.fd = -1}, pair = {.fd = -1};
	unsigned long n = 0;
	pthread_t thread;
	bool good = true;
	char what[64];

	must(kernel_slot_new(MFW_LIST_CHUNK, &w.slot, NULL));
	put_all(&w);
	must(load(s->match, w.slot, &run));
	if (s->pair_match)
		must(load(s->pair_match, w.slot, &pair));
	must(-pthread_create(&thread, NULL, write_on, &w));
	/* On a busy machine it takes longer. */
	while (good && (seconds() < start + least ||
			(w.changes < CHANGES && seconds() < start + PATIENCE))) {
		for (size_t i = 0; i < 4 && good; i++, n += 3)
			good = ask(&run, s, s->always[i], 1) && ask(&run, s, s->never[i], 0) &&
			       (!s->pair_match || ask_pair(&pair, s));
	}
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
	snprintf(what, sizeof(what), "%s, %s", s->what, singly ? "entry by entry" : "replaced");
	check(good && w.changes >= CHANGES, what, n, w.changes);
	run_close(&run);
	run_close(&pair);
	kernel_array_close(&w.array);
	close(w.slot);
}

int main(void)
{
	srandom(getenv("MFW_TEST_SEED") ? (unsigned)atoi(getenv("MFW_TEST_SEED")) : 1);
	run_quiet();
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		try_subject(&subjects[i], false);
		try_subject(&subjects[i], true);
	}
	printf("1..%d\n", n_checks);
	return failed;
}
