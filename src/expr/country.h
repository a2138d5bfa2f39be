/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests and comparisons of countries, which are few: two capital letters, AA to ZZ. */
#ifndef EXPR_COUNTRY_H
#define EXPR_COUNTRY_H

#include "expr/expr.h"

#define COUNTRIES (26 * 26)

/* Whether a leaf, not with a list, asks something of what a data set says as Bytes. */
bool country_is_asked(const struct expr *expr);
/* What it answers for each of them: AA, AB, and so on. 0 or -ENOMEM. */
int country_answers(const struct expr *expr, bool ret[COUNTRIES]);

#endif
