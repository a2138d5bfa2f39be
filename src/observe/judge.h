/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who answers for packets: the program of an expression in the kernel, the evaluator, or both. The
 * evaluator alone where programs cannot be loaded.
 */
#ifndef OBSERVE_JUDGE_H
#define OBSERVE_JUDGE_H

#include "apply/context.h"

struct judge;

struct verdict {
	bool match;     /* what the program answers; the evaluator where there is no program */
	bool differs;   /* with verify: the evaluator answers otherwise */
	bool by_socket; /* see kernel_run_packet() */
};

/*
 * verify: both answer. Errors: expr.*, matcher.*, codegen.*, bpf.*; without a program also
 * test.matcher (the expression asks one), with verify test.state (one that keeps state).
 */
int judge_open(struct mfw *mfw, const char *text, bool verify, struct judge **ret,
	       struct mfw_err **err);
void judge_close(struct judge *judge);
/* packet: from the IP header on. Errors: bpf.*, ENOMEM. */
int judge_ask(struct judge *judge, const uint8_t *packet, size_t len, struct verdict *ret,
	      struct mfw_err **err);
/* Why there is no program; NULL: there is one. */
const struct mfw_err *judge_no_program(const struct judge *judge);

DEFINE_CLEANUP(judge_cleanup, struct judge *, judge_close)
#define cleanup_judge cleanup(judge_cleanup_p)

#endif
