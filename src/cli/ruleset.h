/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ruleset files, read for a command. */
#ifndef CLI_RULESET_H
#define CLI_RULESET_H

#include <jansson.h>

#include "cli/session.h"

/*
 * Reads and checks the files that are the command's words. Mistakes are reported here: *ret_status
 * is then the command's exit status and *ret NULL. 0, or -1 with *fault.
 */
int ruleset_open(struct session *session, struct mfw_ruleset **ret, int *ret_status,
		 struct fault *fault);
/* Shows its mistakes; the command's exit status. */
int ruleset_report(const struct session *session, const struct mfw_ruleset *ruleset);
/* Its warnings: on stderr, or added to `into` as "warnings". */
void ruleset_warn(const struct mfw_ruleset *ruleset, json_t *into);

#endif
