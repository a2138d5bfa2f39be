/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From nftables' dumps to the model. */
#ifndef KERNEL_DECODE_H
#define KERNEL_DECODE_H

#include <libnftnl/chain.h>
#include <libnftnl/rule.h>

#include "kernel/kernel.h"

/*
 * A rule as one of ours where it has our user data and exactly the expressions that we would have
 * sent; as a foreign one, with every expression's text, otherwise. 0 or -ENOMEM.
 */
int decode_rule(struct nftnl_rule *in, struct rule **ret);
/* 0 or -ENOMEM. */
int decode_chain(struct nftnl_chain *in, struct chain **ret);
/* The pin path of a rule's xt_bpf match into ret, which is empty without one. */
#define DECODE_PIN_MAX 513
void decode_pin(struct nftnl_rule *in, char ret[DECODE_PIN_MAX]);

#endif
