/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an apply did, or would do, shown. */
#ifndef CLI_APPLIED_H
#define CLI_APPLIED_H

#include <jansson.h>

#include "cli/session.h"

/* All customers as they were, or would be, changed: "changed", "batches", "customers". */
json_t *applied_json(struct mfw_applied *applied, const struct config *config);
/* A line for each that is changed; with --diff what differs. */
void applied_text(struct mfw_applied *applied, const struct config *config);

/*
 * Applies a ruleset, with progress, and shows what that did; flags and only are the command's
 * options. Returns its exit status, or -1 with *fault.
 */
int applied_run(struct session *session, struct mfw_ruleset *ruleset, struct mfw_apply_options *how,
		struct fault *fault);

/* Shows what was done; ruleset NULL: it has no warnings. The exit status. */
int applied_show(const struct session *session, struct mfw_applied *applied,
		 const struct mfw_ruleset *ruleset, const struct mfw_apply_options *how);

/* The match of a rule with what it is: "object FILE", say. */
struct applied_match {
	const char *key; /* NULL: it could not be read */
	const char *text;
};
struct applied_match applied_match(const struct mfw_rule *rule);

#endif
