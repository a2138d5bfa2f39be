/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/ruleset.h"

static int print(const struct session *session, const struct mfw_ruleset *ruleset,
		 struct fault *fault)
{
	bool yaml = session->config->yaml && !session->config->json;
	cleanup_free char *text = NULL;
	struct mfw_err *err = NULL;

	if (mfw_ruleset_print(ruleset, yaml ? MFW_FORMAT_YAML : MFW_FORMAT_JSON, &text, &err))
		return fault_take(fault, err);
	fputs(text, stdout);
	return STATUS_DONE;
}

static int keep(const struct session *session, const struct mfw_ruleset *ruleset,
		struct fault *fault)
{
	struct mfw_err *err = NULL;
	json_t *object;

	if (session->config->customer)
		return fault_usage(fault, "usage.extra",
				   "a boot needs all customers: save --boot takes none");
	if (mfw_ruleset_keep(ruleset, &err))
		return fault_take(fault, err);
	if (session->config->json) {
		object = json_object();
		json_object_set_new(object, "changed", json_true());
		out_json(object);
	}
	return STATUS_DONE;
}

/* What is printed is the ruleset alone: all that is to be said of it goes to stderr. */
int save_command(struct session *session, struct fault *fault)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (mfw_ruleset_current(session->mfw, session->config->customer, &ruleset, &err))
		return fault_take(fault, err);
	/* A part that looks like the whole would be applied as the whole. */
	if (mfw_ruleset_error(ruleset, 0))
		return ruleset_report(session, ruleset);
	ruleset_warn(ruleset, NULL);
	if (session->config->boot)
		return keep(session, ruleset, fault);
	return print(session, ruleset, fault);
}
