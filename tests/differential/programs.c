/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs [SEED]: random trees on random packets: what the evaluator answers to the tree as it was
 * made, it answers to the folded one, and the folded one's program does in the kernel. TAP.
 *
 * A round is one tree with its program, and many packets. Each has a seed of its own, which is
 * printed when its answers differ: MFW_TEST_SEED then begins with that round. MFW_TEST_LENGTH=quick
 * takes fewer rounds.
 */
#include "../unit/test.h"
#include "apply/lists.h"
#include "codegen/codegen.h"
#include "expr/eval.h"
#include "kernel/kernel.h"
#include "packets.h"
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PACKETS      250
#define ROUNDS       440
#define ROUNDS_QUICK 40
#define DEPTH        4
#define FAILED_MAX   8
/* Of the packets, at least one in so many pairs has to match: else little is asked. */
#define MATCH_MIN    20

/* $bad, $shared.bad, $names, $shared.names; each round has its own. */
struct test_list {
	struct kernel_array array;
	struct run_map map;
};

#define LISTS 4
static struct test_list lists[LISTS];

struct round {
	uint64_t seed;
	struct expr *made, *folded;
	struct buf text;
	struct kernel_run *run;
};

static struct {
	unsigned rounds, refused, failed;
	unsigned pairs, matched, by_socket;
} total;

static const char *node(void *ctx, const struct field *field)
{
	(void)ctx;
	return test_scheme.node(NULL, field);
}

static void describe(const struct round *round, const struct packet *p, const char *what)
{
	printf("# %s\n# MFW_TEST_SEED=%" PRIu64 "\n# %s\n#", what, round->seed, round->text.data);
	for (size_t i = 0; p && i < p->len; i++)
		printf("%s%02x", i ? "" : " ", p->b[i]);
	putchar('\n');
}

static struct area find_list(const char *name, bool shared)
{
	const struct test_list *list = &lists[(*name == 'n') * 2 + shared];

	return (struct area){list->array.data, list->array.n * MFW_LIST_CHUNK_LINES};
}

static bool has_ip(void *ctx, const char *name, bool shared, const struct ip *ip)
{
	struct address a = address_of_bytes(ip->family, ip->bytes);
	struct list_entry entry = {.family = ip->family};
	struct area area = find_list(name, shared);

	(void)ctx;
	if (ip->family == 4)
		entry.four = (struct net4){(uint32_t)a.low, 32};
	else
		entry.six = (struct net6){a.high, a.low, 128};
	return list_find(&area, &entry);
}

static bool has_name(void *ctx, const char *name, bool shared, const void *text, size_t len)
{
	const struct list_entry entry = {.name.text = text, .name.len = len};
	struct area area = find_list(name, shared);

	(void)ctx;
	return list_find(&area, &entry);
}

static bool evaluate(const struct expr *expr, const struct packet *p)
{
	static const struct eval_hooks hooks = {
		.node = node, .list_has_ip = has_ip, .list_has_name = has_name};
	bool answer = false;

	if (eval(expr, p->b, p->len, &hooks, &answer, NULL))
		abort();
	return answer;
}

/* Asks all three. */
static bool agree(const struct round *round, const struct packet *p)
{
	bool made = evaluate(round->made, p), folded = evaluate(round->folded, p), program = false;
	bool by_socket = false;
	int r = kernel_run_packet(round->run, p->b, p->len, &program, &by_socket, NULL);
	char what[128];

	total.pairs++;
	total.matched += made;
	total.by_socket += by_socket;
	if (!r && made == folded && made == program)
		return true;
	snprintf(what, sizeof(what), "evaluator %d, of the folded tree %d, program%s %d (%s)", made,
		 folded, by_socket ? " in a socket" : "", program, strerror(-r));
	describe(round, p, what);
	return false;
}

/* ---- a round ---- */

static void make_lists(void)
{
	for (size_t i = 0; i < LISTS; i++) {
		enum mfw_list_kind kind = i < 2 ? MFW_LIST_IP : MFW_LIST_NAME;
		cleanup_entries struct entries entries = {};

		packet_entries(kind, &entries);
		if (lists_build(kind, &entries, &lists[i].array, NULL) ||
		    lists_new_slot(&lists[i].array, &lists[i].map.fd, NULL))
			abort();
		codegen_list_map(i < 2 ? "bad" : "names", i % 2, lists[i].map.name);
	}
}

static void clear_lists(void)
{
	for (size_t i = 0; i < LISTS; i++) {
		kernel_array_close(&lists[i].array);
		close(lists[i].map.fd);
	}
}

static void make_round(struct round *round)
{
	cleanup_err struct mfw_err *err = NULL;

	random_seed(round->seed);
	/* The first numbers of small seeds are much alike. */
	for (int i = 0; i < 20; i++)
		random_next();
	round->made = random_tree(&packet_kinds, random_below(DEPTH + 1));
	if (expr_print(round->made, &round->text) ||
	    expr_parse(round->text.data, &test_scheme, &round->folded, &err) ||
	    expr_fold(&round->folded, &test_scheme)) {
		describe(round, NULL, mfw_err_message(err));
		abort();
	}
}

static void clear_round(struct round *round)
{
	expr_free(round->made);
	expr_free(round->folded);
	buf_clear(&round->text);
	kernel_run_close(round->run);
}

static bool try_packets(const struct round *round)
{
	struct packet p;

	for (int i = 0; i < PACKETS; i++) {
		packet_make(&p);
		if (!agree(round, &p))
			return false;
	}
	return true;
}

static bool try_round(uint64_t seed)
{
	cleanup(clear_round) struct round round = {.seed = seed};
	struct run_map maps[LISTS];
	struct run run = {.fd = -1};
	bool good;

	make_round(&round);
	make_lists();
	for (size_t i = 0; i < LISTS; i++)
		maps[i] = lists[i].map;
	good = !run_expr_with(&run, round.folded, maps, LISTS) &&
	       !kernel_run_open(run.fd, &round.run, NULL);
	if (!good)
		describe(&round, NULL, "the program does not load");
	else
		good = try_packets(&round);
	run_close(&run);
	clear_lists();
	return good;
}

int main(int argc, char **argv)
{
	const char *given = getenv("MFW_TEST_SEED"), *length = getenv("MFW_TEST_LENGTH");
	uint64_t seed = given      ? strtoull(given, NULL, 0)
			: argc > 1 ? strtoull(argv[1], NULL, 0)
				   : 1;
	unsigned rounds = length && !strcmp(length, "quick") ? ROUNDS_QUICK : ROUNDS;

	run_quiet();
	for (; total.rounds < rounds && total.failed < FAILED_MAX; total.rounds++)
		total.failed += !try_round(seed + total.rounds * 0x9e3779b97f4a7c15u);
	printf("# seed %" PRIu64 ": %u rounds, %u pairs, %u match, %u by a socket\n", seed,
	       total.rounds, total.pairs, total.matched, total.by_socket);
	printf("%s 1 - the evaluator and programs agree\n", total.failed ? "not ok" : "ok");
	printf("%s 2 - packets match, and do not\n1..2\n",
	       total.matched > total.pairs / MATCH_MIN ? "ok" : "not ok");
	return total.failed > 0;
}
