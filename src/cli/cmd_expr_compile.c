/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/findings.h"
#include "cli/handlers.h"
#include "cli/out.h"

int expr_compile_command(struct session *session, struct fault *fault)
{
	const struct config *config = session->config;
	struct mfw_err *err = NULL;
	json_t *object;

	if (session_open(session, fault))
		return -1;
	if (mfw_expr_compile(session->mfw, config->match, config->output, &err))
		return fault_take(fault, err);
	object = config->json ? json_object() : NULL;
	if (findings_warn(session, object, fault)) {
		json_decref(object);
		return -1;
	}
	if (object) {
		out_set_text(object, "object", config->output);
		out_json(object);
	}
	return STATUS_DONE;
}
