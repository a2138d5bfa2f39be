/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/ruleset.h"

static void show_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_count(ctx, done, all);
}

/* The customers whose transaction failed; those that were changed are told of before. */
static bool report_failures(const struct session *session, const struct mfw_applied *applied)
{
	const struct mfw_applied_customer *c;
	bool failed = false;

	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++) {
		cleanup_fault struct fault fault = {};

		if (!c->error)
			continue;
		failed = true;
		fault_copy(&fault, c->error);
		if (!session->config->json)
			report_fault(session->config, &fault);
	}
	return failed;
}

static bool has_changed(const struct mfw_applied *applied)
{
	const struct mfw_applied_customer *c;

	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++)
		if (c->changed)
			return true;
	return false;
}

static void print(const struct session *session, struct mfw_applied *applied,
		  const struct mfw_ruleset *ruleset)
{
	json_t *object;

	if (!session->config->json) {
		ruleset_warn(ruleset, NULL);
		applied_text(applied, session->config);
		return;
	}
	object = applied_json(applied, session->config);
	ruleset_warn(ruleset, object);
	out_json(object);
}

int applied_run(struct session *session, struct mfw_ruleset *ruleset, struct mfw_apply_options *how,
		struct fault *fault)
{
	cleanup(applied_free_p) struct mfw_applied *applied = NULL;
	struct progress progress;
	struct mfw_err *err = NULL;
	int r;

	how->size = sizeof(*how);
	how->progress = show_progress;
	how->progress_ctx = &progress;
	session_raise_limit();
	progress_begin(&progress);
	r = mfw_apply(session->mfw, ruleset, how, &applied, &err);
	progress_end(&progress);
	if (r)
		return fault_take(fault, err);
	print(session, applied, ruleset);
	if (report_failures(session, applied))
		return STATUS_FAILED;
	return how->check && has_changed(applied) ? STATUS_DIFFERENT : STATUS_DONE;
}

int apply_command(struct session *session, struct fault *fault)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	const struct config *config = session->config;
	struct mfw_apply_options how = {
		.only = config->only,
		.prune = config->prune,
		.check = config->check,
		.texts = config->diff,
	};
	int status;

	if (ruleset_open(session, &ruleset, &status, fault))
		return -1;
	return ruleset ? applied_run(session, ruleset, &how, fault) : status;
}
