/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the room kernel, built and taken apart again without a kernel. */
#ifndef TESTS_UNIT_MESSAGE_H
#define TESTS_UNIT_MESSAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/netlink.h>

#include "kernel/encode.h"

/* The message of the operation, in a buffer of its own, to be freed. */
struct nlmsghdr *message_build(const struct nft_op *op);
/* An attribute of the message; NULL. */
struct nlattr *message_attr(struct nlmsghdr *h, uint16_t type);
/* The index-th expression of a rule's message. */
struct nlattr *message_expr(struct nlmsghdr *h, int index);
uint32_t message_offset(const struct nlmsghdr *h, const struct nlattr *attr);

struct chain *message_chain(uint8_t family, const char *name, const char *hook);
/* match: an expression, bytecode, or a path, as kind says; program: whether it has one. */
struct rule *message_rule(enum match_kind kind, bool program, const char *action);

#endif
