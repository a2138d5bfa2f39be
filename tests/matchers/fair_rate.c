/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fair_rate DIR: limit 100, in virtual time: who sends at twice the limit for ten seconds comes
 * down to it, at every level; and a flood does not cost others a packet.
 */
#include "base/cleanup.h"
#include "catalog/catalog.h"
#include "run.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>

#define MATCH   "fair_rate(pps=100)"
#define SECONDS 10
#define MS      1000000ULL
/* As bpf/fair_rate.bpf.c has it. */
struct total {
	uint64_t seed, above, clock;
};

static int n_checks;
static bool failed;
static uint64_t now = 1000000 * MS, state = 1;

static void check(const char *what, unsigned found, unsigned least, unsigned most)
{
	bool good = found >= least && found <= most;

	printf("%s %d - %s: %u, within %u and %u\n", good ? "ok" : "not ok", ++n_checks, what,
	       found, least, most);
	failed |= !good;
}

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % n;
}

/* ---- packets ---- */

struct flow {
	bool six;
	unsigned source, sport, destination, dport;
};

static void put(uint8_t *at, unsigned value, int bytes)
{
	while (bytes--)
		*at++ = value >> (8 * bytes);
}

static size_t make_packet(const struct flow *flow, uint8_t p[48])
{
	size_t ip = flow->six ? 40 : 20;

	memset(p, 0, 48);
	p[0] = flow->six ? 0x60 : 0x45;
	put(p + (flow->six ? 4 : 2), flow->six ? 8 : 28, 2);
	p[flow->six ? 6 : 9] = 17;
	put(p + (flow->six ? 8 : 12), flow->source, 4);
	put(p + (flow->six ? 24 : 16), flow->destination, 4);
	put(p + ip, flow->sport, 2);
	put(p + ip + 2, flow->dport, 2);
	put(p + ip + 4, 8, 2);
	return ip + 8;
}

static void set_clock(const struct run *run)
{
	int fd = bpf_map__fd(bpf_object__find_map_by_name(run->object, "fair_rate_total"));
	struct total total;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(fd, &zero, &total))
		abort();
	total.clock = now;
	if (bpf_map_update_elem(fd, &zero, &total, BPF_ANY))
		abort();
}

static bool passes(const struct run *run, const struct flow *flow)
{
	uint8_t packet[48];

	set_clock(run);
	return run_packet(run, packet, make_packet(flow, packet), NULL) == 0;
}

/* ---- who sends ---- */

static struct flow one_flow(void)
{
	return (struct flow){false, 0x0a000001, 1, 0x0a000002, 53};
}

static struct flow one_flow6(void)
{
	return (struct flow){true, 0x20010db8, 1, 0x20010db9, 53};
}

static struct flow any_port(void)
{
	return (struct flow){false, 0x0a000001, below(65536), 0x0a000002, 53};
}

static struct flow one_network(void)
{
	return (struct flow){false, 0x0a000000 + below(256), below(65536), 0x0a000002, 53};
}

static struct flow to_one(void)
{
	return (struct flow){false, below(1u << 31), below(65536), 0x0a000002, 53};
}

static struct flow all_different(void)
{
	return (struct flow){below(2), below(1u << 31), below(65536), below(1u << 31),
			     below(65536)};
}

static const struct {
	const char *what;
	struct flow (*next)(void);
} senders[] = {
	{"one flow at twice the limit, per second", one_flow},
	{"one flow of IPv6", one_flow6},
	{"any port of one source", any_port},
	{"a network", one_network},
	{"everybody to one destination", to_one},
	{"all different", all_different},
};

static void come_down(const struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(senders); i++) {
		unsigned n = 0;

		for (int k = 0; k < 200 * SECONDS; k++) {
			struct flow flow = senders[i].next();

			now += 5 * MS;
			n += passes(run, &flow);
		}
		check(senders[i].what, n / SECONDS, 95, 105);
		now += 10000 * MS;
	}
}

/* A flood at three times the limit beside who sends at half of it, from the same source. */
static void spare(const struct run *run)
{
	struct flow flood = one_flow(), other = flood;
	unsigned n_flood = 0, n_other = 0;

	other.sport = 7;
	for (int k = 0; k < 300 * SECONDS; k++) {
		now += 10 * MS / 3;
		n_flood += passes(run, &flood);
		if (k % 6 == 3)
			n_other += passes(run, &other);
	}
	check("a flood at three times the limit, per second", n_flood / SECONDS, 95, 105);
	check("the other's packets that pass", n_other, 50 * SECONDS, 50 * SECONDS);
}

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

int main(int argc, char **argv)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	struct catalog *catalog = NULL;
	struct scheme scheme = {.matcher = find};
	struct run run = {.fd = -1};

	run_quiet();
	if (argc != 2 || catalog_new(argv[1], &catalog, &err))
		return 2;
	scheme.ctx = catalog;
	if (expr_parse(MATCH, &scheme, &expr, &err)) {
		fprintf(stderr, "%s\n", mfw_err_message(err));
	} else if (!run_expr(&run, expr)) {
		come_down(&run);
		/* With other seeds of the hash. */
		for (int i = 0; i < 5; i++) {
			run_close(&run);
			if (run_expr(&run, expr))
				break;
			spare(&run);
		}
	}
	run_close(&run);
	catalog_free(catalog);
	printf("1..%d\n", n_checks);
	return failed || n_checks != ARRAY_SIZE(senders) + 10;
}
