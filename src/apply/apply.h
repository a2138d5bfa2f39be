/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making customers have what a ruleset says. */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/applied.h"
#include "apply/declared.h"

/* See mfw_rollback(). */
int apply_back(struct mfw *mfw, uint64_t entry, const struct mfw_apply_options *options,
	       struct mfw_applied **ret, struct mfw_err **err);
/* See mfw_confirm(). */
int apply_confirm(struct mfw *mfw, uint64_t entry, struct mfw_err **err);
/* See mfw_apply(). */
int apply_run(struct mfw *mfw, struct mfw_ruleset *ruleset, const struct mfw_apply_options *options,
	      struct mfw_applied **ret, struct mfw_err **err);

#endif
