/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the kernel's answer to a sentence. */
#ifndef KERNEL_EXPLAIN_H
#define KERNEL_EXPLAIN_H

#include <linux/netlink.h>

#include "kernel/kernel.h"

/*
 * Explains why the kernel refused op, whose message is h: code is its positive errno, offset the
 * byte in h that it points at (0: none), text its own words (NULL: none). Returns -code.
 */
int explain(const struct nft_op *op, const struct nlmsghdr *h, int code, uint32_t offset,
	    const char *text, struct mfw_err **err);
/* The same for an answer to the transaction as a whole. */
int explain_batch(int code, size_t len, struct mfw_err **err);

#endif
