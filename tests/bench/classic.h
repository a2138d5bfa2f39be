/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic BPF as eBPF: what the kernel makes of it has no descriptor that could be run. */
#ifndef BENCH_CLASSIC_H
#define BENCH_CLASSIC_H

#include <linux/bpf.h>
#include <stddef.h>

#define CLASSIC_INSNS_MAX 2048

/*
 * code: "N,code jt jf k,...", as iptables takes it and tcpdump -ddd prints it. Returns how many
 * instructions ret has; 0: there is something in it that tcpdump's filters do not have.
 *
 * Packet bytes are read by the instructions that eBPF has of the same kind. They are calls; the
 * kernel's own translation reads what is in the buffer's first part without one.
 */
size_t classic_translate(const char *code, struct bpf_insn ret[CLASSIC_INSNS_MAX]);

#endif
