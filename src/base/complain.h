/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong in a file, gathered line by line. */
#ifndef BASE_COMPLAIN_H
#define BASE_COMPLAIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct complaints {
	const char *name; /* the file's */
	size_t n;
	struct mfw_err *first;
	struct buf more; /* the messages of the others, one a line */
	bool no_memory;
};

/* kind is a string literal. The caller stops before there are too many. */
void complain(struct complaints *c, const char *kind, unsigned line, unsigned column,
	      const char *fmt, ...) ERR_PRINTF(5, 6);
/* Gives them out as one error: 0 when there are none. Ends *c. */
int complaints_end(struct complaints *c, struct mfw_err **err);

#endif
