/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rate DIR: two threads, each on a CPU of its own, take from one bucket: exactly the budget passes.
 */
#include "base/cleanup.h"
#include "catalog/catalog.h"
#include "run.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BUDGET  20000
#define EACH    30000
#define THREADS 2

static int n_checks;
static bool failed;

static void check(bool good, const char *what, uint64_t found, uint64_t least, uint64_t most)
{
	printf("%s %d - %s: %llu, within %llu and %llu\n", good ? "ok" : "not ok", ++n_checks, what,
	       (unsigned long long)found, (unsigned long long)least, (unsigned long long)most);
	failed |= !good;
}

static void check_within(const char *what, uint64_t found, uint64_t least, uint64_t most)
{
	check(found >= least && found <= most, what, found, least, most);
}

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static int load(struct catalog *catalog, const char *text, struct run *ret)
{
	struct scheme scheme = {.ctx = catalog, .matcher = find};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;

	if (expr_parse(text, &scheme, &expr, &err)) {
		fprintf(stderr, "%s\n", mfw_err_message(err));
		return -1;
	}
	return run_expr(ret, expr);
}

static void make_packet(uint8_t packet[28], uint32_t source)
{
	static const uint8_t plain[28] = {0x45, 0, 0, 28, [8] = 64, 17, [25] = 8};

	memcpy(packet, plain, sizeof(plain));
	memcpy(packet + 12, &source, sizeof(source));
}

/* ---- two CPUs ---- */

struct taker {
	const struct run *run;
	pthread_barrier_t *start;
	pthread_t thread;
	int cpu;
	unsigned n_passed;
};

static void *take(void *arg)
{
	struct taker *t = arg;
	uint8_t packet[28];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(t->cpu, &cpus);
	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	make_packet(packet, 1);
	pthread_barrier_wait(t->start);
	for (int i = 0; i < EACH; i++)
		t->n_passed += run_packet(t->run, packet, sizeof(packet), NULL) == 0;
	return NULL;
}

static void take_together(const struct run *run)
{
	struct taker takers[THREADS];
	struct timespec before, after;
	pthread_barrier_t start;
	uint64_t n_passed = 0;

	pthread_barrier_init(&start, NULL, THREADS);
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < THREADS; i++) {
		takers[i] = (struct taker){.run = run, .start = &start, .cpu = i};
		if (pthread_create(&takers[i].thread, NULL, take, &takers[i]))
			abort();
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(takers[i].thread, NULL);
		n_passed += takers[i].n_passed;
	}
	clock_gettime(CLOCK_MONOTONIC, &after);
	pthread_barrier_destroy(&start);
	/* One more comes into the bucket every second. */
	check_within("packets that passed", n_passed, BUDGET,
		     BUDGET + (uint64_t)(after.tv_sec - before.tv_sec + 1));
}

/* ---- words ---- */

/* A key that is none must not be taken for another one. */
static void check_words(struct catalog *catalog)
{
	static const char *const texts[] = {
		"rate(key=\"sources\", pps=1)",
		"rate(key=\"\", pps=1)",
		"conn_rate(key=\"flow\", cps=1)",
	};
	struct scheme scheme = {.ctx = catalog, .matcher = find};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_err struct mfw_err *err = NULL;
		cleanup_expr struct expr *expr = NULL;
		bool refused = expr_parse(texts[i], &scheme, &expr, &err) == -EINVAL &&
			       !strcmp(mfw_err_kind(err), "expr.value");

		check_within(texts[i], refused, 1, 1);
	}
}

int main(int argc, char **argv)
{
	cleanup_err struct mfw_err *err = NULL;
	struct catalog *catalog = NULL;
	struct run run = {.fd = -1};

	run_quiet();
	if (argc != 2 || catalog_new(argv[1], &catalog, &err))
		return 2;
	if (!load(catalog, "rate(key=\"rule\", pps=1, burst=20000)", &run))
		take_together(&run);
	run_close(&run);
	check_words(catalog);
	catalog_free(catalog);
	printf("1..%d\n", n_checks);
	return failed || n_checks != 4;
}
