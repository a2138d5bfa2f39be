/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that changes one target, as one change. */
#include <string.h>

#include "cli/out.h"
#include "cli/report.h"
#include "cli/session.h"

static bool makes_rule(const struct command *command)
{
	return !strcmp(command->noun, "rule") &&
	       (!strcmp(command->verb, "add") || !strcmp(command->verb, "insert"));
}

static void print_done(const struct session *session, const struct mfw_change *change)
{
	const char *ref = mfw_change_ref(change, 0);
	json_t *object;

	if (!session->config->json) {
		report_warnings(change, NULL);
		if (ref && makes_rule(session->command) && !session->config->new_ref)
			puts(ref);
		return;
	}
	object = json_object();
	json_object_set_new(object, "changed", json_true());
	out_set_text(object, "ref", ref);
	report_warnings(change, object);
	out_json(object);
}

int change_run(struct session *session, struct fault *fault)
{
	cleanup(change_free_p) struct mfw_change *change = NULL;
	struct mfw_target target = target_of(session->config);
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_change_new(session->mfw, &target, &change, &err))
		return fault_take(fault, err);
	if (session->command->step(session->config, change, fault))
		return -1;
	if (mfw_change_commit(change, &err))
		return fault_take(fault, err);
	print_done(session, change);
	return STATUS_DONE;
}
