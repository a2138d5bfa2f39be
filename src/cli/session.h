/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of the command: what was asked for, and the library once it is needed. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"

struct session {
	const struct command *command;
	const struct config *config;
	/* The words after the options, for commands whose arguments are themselves commands. */
	const char *const *words;
	size_t n_words;
	struct mfw *mfw; /* NULL until session_open() */
};

/* Opens the library if it is not open. */
int session_open(struct session *session, struct fault *fault);
void session_close(struct session *session);

/* The target of the config: a customer, or a table addressed directly. */
struct mfw_target target_of(const struct config *config);

/*
 * As many descriptors as this process may have: every change in preparation holds a lock and a
 * socket.
 */
void session_raise_limit(void);

/* Runs a command that is made of steps, as a change of its own. */
int change_run(struct session *session, struct fault *fault);

DEFINE_CLEANUP(applied_free, struct mfw_applied *, mfw_applied_free)
DEFINE_CLEANUP(change_free, struct mfw_change *, mfw_change_free)
DEFINE_CLEANUP(customers_free, struct mfw_customers *, mfw_customers_free)
DEFINE_CLEANUP(listing_free, struct mfw_listing *, mfw_listing_free)
DEFINE_CLEANUP(lists_free, struct mfw_lists *, mfw_lists_free)
DEFINE_CLEANUP(matchers_free, struct mfw_matchers *, mfw_matchers_free)
DEFINE_CLEANUP(report_free, struct mfw_report *, mfw_report_free)
DEFINE_CLEANUP(ruleset_free, struct mfw_ruleset *, mfw_ruleset_free)
DEFINE_CLEANUP(state_free, struct mfw_state *, mfw_state_free)

#endif
