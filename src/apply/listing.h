/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains and rules as they are in the kernel, with what the programs say of themselves. */
#ifndef APPLY_LISTING_H
#define APPLY_LISTING_H

#include "apply/context.h"

/* See mfw_list(). The view is the caller's. */
int listing_read(struct mfw *mfw, const struct mfw_target *target, const char *chain, bool reset,
		 struct view **ret, struct mfw_err **err);

#endif
