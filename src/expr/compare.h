/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operators say of a value that is there, as expr.h defines them. Lists are not known
 * here. */
#ifndef EXPR_COMPARE_H
#define EXPR_COMPARE_H

#include "expr/expr.h"

bool compare_number(const struct expr *compare, uint64_t number);
bool compare_ip(const struct expr *compare, const struct ip *ip);
bool compare_bytes(const struct expr *compare, const struct buf *bytes);

/* starts_with and ends_with. */
bool bytes_have_edge(const struct value *value, const struct buf *bytes);
/* What VALUE_LOWER and VALUE_SUBSTRING make of the bytes. 0 or -ENOMEM. */
void bytes_lower(struct buf *bytes);
int bytes_substring(const struct value *value, struct buf *bytes);

#endif
