/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to begin anew what other programs' changes of the same namespace get in the way of: as
 * long as one would wait for a lock, with pauses that grow, and are random so that two who disturb
 * each other fall out of step.
 */
#ifndef APPLY_RETRY_H
#define APPLY_RETRY_H

#include "apply/context.h"

struct retry {
	uint64_t began_ns, until_ns;
	unsigned n; /* how often it was begun anew */
};

void retry_start(const struct mfw *mfw, struct retry *ret);
/* Whether to do it once more, after a pause. It is done a few times however short the time is. */
bool retry_again(struct retry *retry);
/* The refusal when it was not to be; what: "this change was made", say. Errors: nft.busy. */
int retry_refuse(const struct retry *retry, const char *what, struct mfw_err **err);

#endif
