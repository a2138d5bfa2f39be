/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads an object with one program and runs packets through it. Needs CAP_BPF and friends. */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <bpf/libbpf.h>
#include <stdint.h>

#include "expr/expr.h"

struct run {
	struct bpf_object *object;
	int fd;
	unsigned insns; /* processed by the verifier */
};

/* No libbpf messages in a test's output, unless MFW_TEST_VERBOSE is set. */
void run_quiet(void);
/* Opens an object from memory, to be changed before run_load(). 0 or a negative errno. */
int run_open(struct run *run, const void *data, size_t len);
int run_load(struct run *run);
/* Generates the program of an expression, and loads it. Says on stderr what failed. */
int run_expr(struct run *run, const struct expr *expr);
/* A map that is there already: programs that have one of that name use it. */
struct run_map {
	char name[96];
	int fd;
};
int run_expr_with(struct run *run, const struct expr *expr, const struct run_map *maps, size_t n);
void run_close(struct run *run);

/*
 * The program's answer to a packet that starts with the IP header; below 20 bytes it is padded
 * with zeros. ret_ns, if not NULL: mean of many runs. Negative: no answer.
 */
int run_packet(const struct run *run, const uint8_t *packet, size_t len, unsigned *ret_ns);

#endif
