/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/report.h"

static json_t *finding_json(const struct mfw_err *found)
{
	json_t *object = json_object();
	unsigned line, column, length;

	mfw_err_place(found, &line, &column, &length);
	json_object_set_new(object, "line", json_integer(line));
	json_object_set_new(object, "column", json_integer(column));
	json_object_set_new(object, "length", json_integer(length));
	out_set_text(object, "kind", mfw_err_kind(found));
	out_set_text(object, "message", mfw_err_message(found));
	return object;
}

static json_t *findings_json(const struct mfw_checked *checked,
			     const struct mfw_err *(*get)(const struct mfw_checked *, size_t))
{
	json_t *list = json_array();

	for (size_t i = 0; get(checked, i); i++)
		json_array_append_new(list, finding_json(get(checked, i)));
	return list;
}

static void put_findings(const struct mfw_checked *checked,
			 const struct mfw_err *(*get)(const struct mfw_checked *, size_t),
			 bool warning)
{
	for (size_t i = 0; get(checked, i); i++) {
		cleanup_fault struct fault fault = {};

		fault_copy(&fault, get(checked, i));
		report_finding(&fault, warning);
	}
}

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
		put_findings(checked, mfw_checked_error, false);
		put_findings(checked, mfw_checked_warning, true);
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
