/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/findings.h"
#include "cli/handlers.h"
#include "cli/out.h"

static int put(const struct config *config, const struct mfw_checked *checked, bool print)
{
	const char *text = mfw_checked_text(checked);
	json_t *object;

	if (config->json) {
		object = json_object();
		json_object_set_new(object, "errors", findings_json(checked, mfw_checked_error));
		json_object_set_new(object, "warnings",
				    findings_json(checked, mfw_checked_warning));
		if (print)
			out_set_text(object, "expression", text);
		out_json(object);
	} else {
		findings_put(checked, mfw_checked_error, false);
		findings_put(checked, mfw_checked_warning, true);
		if (print && text)
			puts(text);
	}
	return text ? STATUS_DONE : STATUS_BAD_INPUT;
}

static int run(struct session *session, bool print, struct fault *fault)
{
	struct mfw_checked *checked = NULL;
	struct mfw_err *err = NULL;
	int status;

	if (session_open(session, fault))
		return -1;
	if (mfw_expr_check(session->mfw, session->config->match, &checked, &err))
		return fault_take(fault, err);
	status = put(session->config, checked, print);
	mfw_checked_free(checked);
	return status;
}

int expr_check_command(struct session *session, struct fault *fault)
{
	return run(session, false, fault);
}

int expr_print_command(struct session *session, struct fault *fault)
{
	return run(session, true, fault);
}
