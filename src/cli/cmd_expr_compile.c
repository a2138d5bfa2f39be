/* SPDX-License-Identifier: GPL-2.0-or-later */
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
	if (config->json) {
		object = json_object();
		out_set_text(object, "object", config->output);
		out_json(object);
	}
	return STATUS_DONE;
}
