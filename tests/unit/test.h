/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka wants its includes in this order; a scheme of two made-up matchers. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "expr/expr.h"

/* The built-in fields, node.name "sfo06"; suffix(bytes=, required), probe(n=1..200, default 64;
 * on=false; tag=bytes), sip. */
extern const struct scheme test_scheme;

#endif
