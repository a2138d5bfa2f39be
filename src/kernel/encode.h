/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the model to nftables' netlink messages. */
#ifndef KERNEL_ENCODE_H
#define KERNEL_ENCODE_H

#include <libnftnl/rule.h>
#include <linux/netlink.h>

#include "kernel/kernel.h"

/* Room that one message may need; encode_op() never writes more. */
#define ENCODE_ROOM (128 * 1024)

/*
 * Writes the message of one operation to at, which has ENCODE_ROOM bytes. 0, -ENOMEM, or -E2BIG:
 * the rule's expressions exceed what their 16-bit length can say (the kernel would take a rule
 * that is silently another).
 */
int encode_op(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len);
/* The last step of it, for a rule that has all its expressions. */
int encode_rule(struct nftnl_rule *rule, uint16_t type, uint16_t flags, char *at, uint32_t seq,
		uint32_t *ret_len);
/* Adds the rule's expressions, in the order that its mode asks for. 0 or -ENOMEM. */
int encode_exprs(const struct rule *rule, uint8_t family, struct nftnl_rule *out);

#endif
