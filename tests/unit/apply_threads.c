/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several threads, each with a struct mfw of its own, at work on several customers at once. */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define THREADS 4
#define ROUNDS  40

static atomic_int broken;

static void expect(int r, struct mfw_err **err)
{
	if (r && !broken++)
		fprintf(stderr, "%d: %s\n", r, *err ? mfw_err_message(*err) : "no message");
}

static int make_edge(struct mfw_change *c, struct mfw_err **err)
{
	int r = world_chain(c, "edge", "forward", err);

	return r ? r : world_rule(c, "s1", MATCH_EXPR, SUFFIX, "drop", err);
}

/* The thread's name: of its customer, and of its rule among the others'. */
static _Thread_local char mine[16];

static int add(struct mfw_change *c, struct mfw_err **err)
{
	return world_rule(c, mine, MATCH_EXPR, SUFFIX_TWO, "accept", err);
}

static int del(struct mfw_change *c, struct mfw_err **err)
{
	return mfw_change_rule_del(c, "edge", mine, err);
}

/* A customer of the thread's own comes and goes. */
static void own_round(struct mfw *mfw, const char *name)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw_customers *list;

	expect(mfw_customer_add(mfw, name, NULL, &err), &err);
	expect(world_change(mfw, name, make_edge, &err), &err);
	expect(mfw_customers_list(mfw, &list, &err), &err);
	mfw_customers_free(list);
	expect(mfw_customer_del(mfw, name, &err), &err);
}

/* All threads change the same customer. */
static void shared_round(struct mfw *mfw)
{
	cleanup_err struct mfw_err *err = NULL;

	expect(world_change(mfw, "acme", add, &err), &err);
	expect(world_change(mfw, "acme", del, &err), &err);
}

static void *work(void *arg)
{
	struct mfw *mfw = world_open();

	snprintf(mine, sizeof(mine), "worker%d", *(int *)arg);
	for (int i = 0; i < ROUNDS && !broken; i++) {
		own_round(mfw, mine);
		shared_round(mfw);
	}
	mfw_close(mfw);
	return NULL;
}

/* No customer, no program and no lock is left when the last two customers have gone. */
static void expect_no_trace(void)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf dump = {};
	struct mfw *mfw = world_open();

	fake_dump(&dump);
	assert_null(strstr(dump.data, "worker"));
	world_done(mfw_customer_del(mfw, "acme", &err), &err);
	world_done(mfw_customer_del(mfw, "beta", &err), &err);
	mfw_close(mfw);
	buf_clear(&dump);
	fake_dump(&dump);
	assert_string_equal(dump.data, "namespace /proc/thread-self/ns/net\n"
				       "pin /sys/fs/bpf/own 1 links\n");
}

static void at_once(void **state)
{
	size_t descriptors = world_descriptors();
	int number[THREADS];
	pthread_t thread[THREADS];

	(void)state;
	world_fill();
	for (int i = 0; i < THREADS; i++) {
		number[i] = i;
		assert_int_equal(pthread_create(&thread[i], NULL, work, &number[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(broken, 0);
	assert_int_equal(world_descriptors(), descriptors);
	expect_no_trace();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(at_once)};
	int failed;

	(void)argc;
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
