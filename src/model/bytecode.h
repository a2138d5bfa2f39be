/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic BPF as text: "N,code jt jf k,code jt jf k,..." (tcpdump -ddd with commas, iptables). */
#ifndef MODEL_BYTECODE_H
#define MODEL_BYTECODE_H

#include <linux/filter.h>

#include "base/buf.h"
#include "base/err.h"

/* XT_BPF_MAX_NUM_INSTR of linux/netfilter/xt_bpf.h */
#define BYTECODE_MAX 64

/*
 * Takes commas or newlines between instructions. The kernel checks the instructions themselves.
 * Errors, with the place in text: bytecode.syntax, bytecode.too_long.
 */
int bytecode_parse(const char *text, struct sock_filter ret[BYTECODE_MAX], size_t *ret_n,
		   struct mfw_err **err);
/* The canonical text. 0 or -ENOMEM. */
int bytecode_print(const struct sock_filter *code, size_t n, struct buf *out);

#endif
