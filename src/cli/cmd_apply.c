/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/pending.h"
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
	if (mfw_applied_error(applied) && !session->config->json) {
		cleanup_fault struct fault fault = {};

		fault_copy(&fault, mfw_applied_error(applied));
		report_fault(session->config, &fault);
	}
	return failed || mfw_applied_error(applied);
}

static bool has_changed(const struct mfw_applied *applied)
{
	const struct mfw_applied_customer *c;
	size_t added, changed, removed;

	mfw_applied_lists(applied, &added, &changed, &removed);
	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++)
		changed += c->changed;
	return added || changed || removed;
}

static void print(const struct session *session, struct mfw_applied *applied,
		  const struct mfw_ruleset *ruleset)
{
	cleanup_fault struct fault fault = {};
	json_t *object;

	if (!session->config->json) {
		if (ruleset)
			ruleset_warn(ruleset, NULL);
		applied_text(applied, session->config);
		return;
	}
	object = applied_json(applied, session->config);
	if (ruleset)
		ruleset_warn(ruleset, object);
	if (mfw_applied_error(applied)) {
		fault_copy(&fault, mfw_applied_error(applied));
		json_object_set_new(object, "error", fault_json(&fault));
	}
	out_json(object);
}

int applied_show(const struct session *session, struct mfw_applied *applied,
		 const struct mfw_ruleset *ruleset, const struct mfw_apply_options *how)
{
	print(session, applied, ruleset);
	if (report_failures(session, applied))
		return STATUS_FAILED;
	return how->check && has_changed(applied) ? STATUS_DIFFERENT : STATUS_DONE;
}

/* *ret_changed: whether anything was; or has to be taken for it, where it cannot be told. */
static int apply_and_show(struct session *session, struct mfw_ruleset *ruleset,
			  struct mfw_apply_options *how, bool *ret_changed, struct fault *fault)
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
	*ret_changed = true;
	if (r)
		return fault_take(fault, err);
	*ret_changed = has_changed(applied);
	return applied_show(session, applied, ruleset, how);
}

int applied_run(struct session *session, struct mfw_ruleset *ruleset, struct mfw_apply_options *how,
		struct fault *fault)
{
	bool changed;

	return apply_and_show(session, ruleset, how, &changed, fault);
}

/* ---- to be confirmed ---- */

struct confirming {
	const struct config *config;
	struct fault *fault;
	bool ready, failed;
};

/* Before anything is sent the way back is on the disk, and somebody waits to take it. */
static int get_ready(void *ctx, uint64_t entry)
{
	struct confirming *c = ctx;

	c->failed = pending_write(entry, c->config->confirm_s, c->fault);
	if (!c->failed && pending_guard(c->config, c->fault)) {
		pending_drop();
		c->failed = true;
	}
	c->ready = !c->failed;
	return c->failed;
}

/* It failed as a whole: what was done until then is not left for the guard. */
static void take_back(struct session *session)
{
	cleanup_fault struct fault fault = {};

	if (pending_revert(session, &fault))
		report_fault(session->config, &fault);
}

static int refuse_waiting(const struct pending *p, struct fault *fault)
{
	return fault_make(fault, EBUSY, "confirm.waiting",
			  "an apply waits to be confirmed, for %llu s more: mfwctl confirm lets it "
			  "stay, mfwctl rollback takes it back",
			  (unsigned long long)pending_left(p));
}

static int apply_to_confirm(struct session *session, struct mfw_ruleset *ruleset,
			    struct mfw_apply_options *how, struct fault *fault)
{
	cleanup_fault struct fault why = {};
	struct confirming c = {.config = session->config, .fault = &why};
	bool changed;
	int r;

	how->unconfirmed = true;
	how->ready = get_ready;
	how->ready_ctx = &c;
	r = apply_and_show(session, ruleset, how, &changed, fault);
	if (c.failed) {
		fault_clear(fault);
		*fault = why;
		why = (struct fault){};
		return -1;
	}
	if (c.ready && r < 0)
		take_back(session);
	else if (c.ready && !changed)
		pending_drop();
	else if (c.ready && !session->config->json)
		fprintf(stderr, "mfwctl: to let it stay, within %u s: mfwctl confirm\n",
			session->config->confirm_s);
	return r;
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
		.jobs = config->jobs,
	};
	struct pending waiting;
	int status;

	if (ruleset_open(session, &ruleset, &status, fault))
		return -1;
	if (!ruleset)
		return status;
	if (!config->check && pending_read(&waiting))
		return refuse_waiting(&waiting, fault);
	if (config->given & OPT(CONFIRM) && !config->confirm_s)
		return fault_usage(fault, "usage.value",
				   "--confirm takes at least 1 second, and better a minute: nobody "
				   "can confirm within 0");
	return config->given & OPT(CONFIRM) ? apply_to_confirm(session, ruleset, &how, fault)
					    : applied_run(session, ruleset, &how, fault);
}
