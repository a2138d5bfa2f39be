/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The meaning of `wildcard` and `strict wildcard`; see expr.h. */
#ifndef EXPR_PATTERN_H
#define EXPR_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a pattern, one that the parser took, fits all of data. strict: letters' case counts. */
bool pattern_fits(const char *pattern, size_t pattern_len, const void *data, size_t len,
		  bool strict);

#endif
