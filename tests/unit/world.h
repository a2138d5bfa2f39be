/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of whole commands share: a world of customers on the fake kernel. */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_kernel.h"

#define SUFFIX     "not suffix(bytes=\"xyzzy\")"
#define SUFFIX_TWO "suffix(bytes=\"plugh\")"
#define VISITS     "visits(max=1)"
#define VISITS_TWO "visits(max=2) and ip.ttl == 64"
#define BYTECODE   "1,6 0 0 65535"
#define USER_PIN   "/sys/fs/bpf/own"

/* The directory of the test's files, and an object file in it. */
extern char world_dir[64], world_object[128];

/* argv[1] and argv[2] are directories of matchers: the library's, and the tests' own. */
void world_start(char **argv);
void world_stop(void);
/* Takes everything away that was made since the start. */
void world_clear(void);

struct mfw *world_open(void);
/* One that does not wait for others. */
struct mfw *world_open_hurried(void);
/* What a command returned; fails the test with the error's message unless that is 0. */
void world_done(int r, struct mfw_err **err);
/* The number of open descriptors. */
size_t world_descriptors(void);

/* The state and the run directory's customers, to go back to. */
struct world_point;
struct world_point *world_save(void);
void world_return(const struct world_point *point);
void world_point_free(struct world_point *point);

typedef int (*world_steps)(struct mfw_change *change, struct mfw_err **err);
/* One change of a customer: new, the steps, commit, free. */
int world_change(struct mfw *mfw, const char *customer, world_steps steps, struct mfw_err **err);
/* The same for a table beside other tools' in the caller's own namespace. */
int world_direct(struct mfw *mfw, const char *table, world_steps steps, struct mfw_err **err);
int world_rule(struct mfw_change *change, const char *ref, enum match_kind kind, const char *match,
	       const char *action, struct mfw_err **err);
int world_chain(struct mfw_change *change, const char *name, const char *hook,
		struct mfw_err **err);

/*
 * Customer acme with a chain edge (rules s1, t1, b1, o1, p1 of all kinds, in this order) and a
 * chain side that is jumped to; customer beta with a chain edge and a rule s1 of the same program.
 */
void world_fill(void);

/* A test that begins in that world, with *state open on it. */
#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
int world_begin(void **state);
int world_end(void **state);

#endif
