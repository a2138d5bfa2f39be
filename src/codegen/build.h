/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree as a program. */
#ifndef CODEGEN_BUILD_H
#define CODEGEN_BUILD_H

#include "codegen/code.h"
#include "codegen/codegen.h"

/*
 * The instructions of an expression that expr_fold() has seen. {} before; code_clear() after, also
 * on failure. Returns ret->error.
 */
int build_program(const struct expr *expr, struct code *ret);
/* The same with the first error: codegen.unsupported, codegen.too_long, ENOMEM. */
int build_checked(const struct codegen_input *input, struct code *code, struct mfw_err **err);
/* Whether a matcher is among the functions before number i, as a test or as a field's. */
bool build_has_before(const struct code *code, size_t i, const struct matcher *matcher);
/* Objects of bpf/lib that its functions are in: 1 << enum runtime_object for each. */
unsigned build_objects(const struct code *code);

#endif
