/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests and comparisons of Bytes that are known without a packet. */
#ifndef EXPR_CONSTANT_H
#define EXPR_CONSTANT_H

#include "expr/expr.h"

/* The field at the bottom of a value, under its functions; NULL for matchers. */
const struct field *value_field(const struct value *value);
/* The Bytes that a value is when that field is `bytes`, appended. 0 or -ENOMEM. */
int constant_bytes(const struct value *value, const struct buf *bytes, struct buf *ret);
/*
 * What a test or comparison answers when that field is `bytes`; NULL: when it is missing. Not for
 * bit_slice and lists. 0 or -ENOMEM.
 */
int constant_answer(const struct expr *expr, const struct buf *bytes, bool *ret);

#endif
