/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/ruleset.h"

static int refuse(struct fault *fault)
{
	return fault_usage(fault, "usage.confirm",
			   "this removes rules, and lets pass what they stopped: say --yes, or "
			   "--check to see what would go");
}

static bool ask(const struct session *session)
{
	const char *customer = session->config->customer;
	char answer[16];

	fprintf(stderr, "remove all rules of %s%s, and let everything pass? [y/N] ",
		customer ? "customer " : "all customers", customer ? customer : "");
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin))
		return *answer == 'y' || *answer == 'Y';
	fputc('\n', stderr);
	return false;
}

static bool is_sure(const struct session *session)
{
	const struct config *config = session->config;

	return config->yes || config->check ||
	       (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && ask(session));
}

/* Customers with chains without rules are a ruleset like any other. */
int flush_command(struct session *session, struct fault *fault)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	/* What a boot begins with is not to be nothing. */
	struct mfw_apply_options how = {.check = session->config->check, .unconfirmed = true};
	struct mfw_err *err = NULL;

	if (!is_sure(session))
		return refuse(fault);
	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (mfw_ruleset_bare(session->mfw, session->config->customer, &ruleset, &err))
		return fault_take(fault, err);
	if (mfw_ruleset_error(ruleset, 0))
		return ruleset_report(session, ruleset);
	return applied_run(session, ruleset, &how, fault);
}
