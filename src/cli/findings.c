/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/findings.h"
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

json_t *findings_json(const struct mfw_checked *checked, findings_get get)
{
	json_t *list = json_array();

	for (size_t i = 0; get(checked, i); i++)
		json_array_append_new(list, finding_json(get(checked, i)));
	return list;
}

void findings_put(const struct mfw_checked *checked, findings_get get, bool warning)
{
	for (size_t i = 0; get(checked, i); i++) {
		cleanup_fault struct fault fault = {};

		fault_copy(&fault, get(checked, i));
		report_finding(&fault, warning);
	}
}

int findings_warn(struct session *session, json_t *into, struct fault *fault)
{
	struct mfw_checked *checked = NULL;
	struct mfw_err *err = NULL;

	if (mfw_expr_check(session->mfw, session->config->match, &checked, &err))
		return fault_take(fault, err);
	if (into)
		json_object_set_new(into, "warnings", findings_json(checked, mfw_checked_warning));
	else
		findings_put(checked, mfw_checked_warning, true);
	mfw_checked_free(checked);
	return 0;
}
