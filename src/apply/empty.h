/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef APPLY_EMPTY_H
#define APPLY_EMPTY_H

#include "apply/context.h"

/*
 * Removes every table of ours in the site's namespace: in one transaction, unless that would free
 * more programs at once than kernel_programs_at_once(). Then all of the tables' rules are first put
 * out of force, together, and removed in portions. Called under the site's lock.
 * Errors: nft.*.
 */
int empty_tables(struct mfw *mfw, struct site *site, struct mfw_err **err);

#endif
