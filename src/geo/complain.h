/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong in a file, gathered line by line. */
#ifndef GEO_COMPLAIN_H
#define GEO_COMPLAIN_H

#include "geo/geo.h"

struct complaints {
	const char *name; /* the file's */
	size_t n;
	struct mfw_err *first;
	struct buf more; /* the messages of the others, one a line */
	bool no_memory;
};

/* kind is a string literal. At most GEO_ERRORS_MAX of them: the caller then stops. */
void complain(struct complaints *c, const char *kind, unsigned line, unsigned column,
	      const char *fmt, ...) ERR_PRINTF(5, 6);
/* Gives them out as one error: 0 when there are none. Ends *c. */
int complaints_end(struct complaints *c, struct mfw_err **err);

#endif
