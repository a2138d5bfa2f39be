/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka in the order that it wants its includes, and errors looked at in one line. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/err.h"

/* A function returned r with *err: a failure of that kind, said in these words (NULL: any). */
static inline void check_refused(int r, struct mfw_err **err, const char *kind, const char *words)
{
	if (r >= 0 || !*err)
		fail_msg("%d with%s an error instead of %s", r, *err ? "" : "out", kind);
	assert_int_equal(mfw_err_code(*err), -r);
	assert_string_equal(mfw_err_kind(*err), kind);
	if (words && !strstr(mfw_err_message(*err), words))
		fail_msg("'%s' is not in: %s", words, mfw_err_message(*err));
	mfw_err_free(*err);
	*err = NULL;
}

#endif
