/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, and in sets ranges and CIDR. */
#ifndef EXPR_ADDRESS_H
#define EXPR_ADDRESS_H

#include "expr/lex.h"

/* One address. Errors: expr.syntax. */
int address_read(struct lexer *lex, size_t at, struct literal *ret, size_t *ret_end);
/* An item of a set. Errors: expr.syntax, expr.value. */
int address_read_item(struct lexer *lex, size_t at, struct literal *ret, size_t *ret_end);

#endif
