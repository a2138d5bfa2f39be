/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/batch.h"

#include <errno.h>
#include <string.h>

#include "cli/batch_targets.h"
#include "cli/batch_text.h"
#include "cli/out.h"
#include "cli/report.h"

#define MAX_FAULTS 20

struct batch {
	struct session *session;
	struct batch_text text;
	struct targets targets;
	struct fault faults[MAX_FAULTS];
	size_t n_faults;
};

static void batch_clear(struct batch *batch)
{
	/* Changes go before the texts that they may still be explained by. */
	targets_clear(&batch->targets);
	batch_text_clear(&batch->text);
	for (size_t i = 0; i < batch->n_faults; i++)
		fault_clear(&batch->faults[i]);
}

static int nomem(struct fault *fault)
{
	return fault_make(fault, ENOMEM, "memory", "out of memory");
}

static bool adds_unnamed_rule(const struct parsed *parsed)
{
	const char *verb = parsed->command->verb;

	return !strcmp(parsed->command->noun, "rule") && !parsed->config.new_ref &&
	       (!strcmp(verb, "add") || !strcmp(verb, "insert"));
}

/* The change of the current line's target. *ret NULL: it failed before, which was reported. */
static int find_target(struct batch *batch, struct batch_target **ret, struct fault *fault)
{
	struct mfw_target target = target_of(&batch->text.parsed.config);
	struct mfw_err *err = NULL;
	bool is_new;

	*ret = targets_get(&batch->targets, &target, &is_new);
	if (!*ret)
		return nomem(fault);
	if (is_new && mfw_change_new(batch->session->mfw, &target, &(*ret)->change, &err))
		return fault_take(fault, err);
	return 0;
}

static int add_line(struct batch *batch, size_t start, unsigned line, struct fault *fault)
{
	const struct parsed *parsed = &batch->text.parsed;
	struct origin origin = {.offset = start, .line = line};
	struct batch_target *target;

	if (batch_text_parse(&batch->text, start, line, fault))
		return -1;
	if (!parsed->command)
		return 0;
	if (find_target(batch, &target, fault))
		return -1;
	if (!target->change)
		return 0;
	if (parsed->command->step(&parsed->config, target->change, fault))
		return -1;
	origin.unnamed = adds_unnamed_rule(parsed);
	if (target_note(target, mfw_change_count(target->change), &origin))
		return nomem(fault);
	return 0;
}

static void add_lines(struct batch *batch)
{
	struct batch_text *text = &batch->text;
	unsigned line = 1;

	for (size_t at = 0; at < text->len && batch->n_faults < MAX_FAULTS; at += text->used) {
		struct fault *fault = &batch->faults[batch->n_faults];

		if (add_line(batch, at, line, fault)) {
			batch_text_place(text, fault);
			batch->n_faults++;
		}
		line += batch_text_lines(text);
	}
}

/* Puts a fault of prepare or commit at the line that its step came from. */
static void place_step(struct batch *batch, const struct batch_target *target, struct fault *fault)
{
	long step = mfw_change_failed_step(target->change);
	cleanup_fault struct fault ignored = {};
	const struct origin *origin;

	if (step < 0 || (size_t)step >= target->n_origins)
		return;
	origin = &target->origins[step];
	batch_text_parse(&batch->text, origin->offset, origin->line, &ignored);
	batch_text_place(&batch->text, fault);
}

static int prepare_all(struct batch *batch, struct fault *fault)
{
	struct mfw_err *err = NULL;

	session_raise_limit();
	if (targets_order(&batch->targets, batch->session->mfw))
		return nomem(fault);
	for (size_t i = 0; i < batch->targets.n; i++) {
		struct batch_target *target = batch->targets.all[i];

		/* The others are prepared by their commit. */
		if (!target->follows && mfw_change_prepare(target->change, &err)) {
			fault_take(fault, err);
			place_step(batch, target, fault);
			return -1;
		}
	}
	return 0;
}

/* Says in the detail what has happened already and what has not. */
static void tell_progress(const struct batch *batch, size_t failed, struct fault *fault)
{
	char *text = NULL, name[512];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	fprintf(out, "done before the failure:");
	for (size_t i = 0; i < failed; i++)
		fprintf(out, "%s %s", i ? "," : "",
			target_name(batch->targets.all[i], name, sizeof(name)));
	fprintf(out, "\nnot done:");
	for (size_t i = failed; i < batch->targets.n; i++)
		fprintf(out, "%s %s", i > failed ? "," : "",
			target_name(batch->targets.all[i], name, sizeof(name)));
	if (fault->detail)
		fprintf(out, "\n%s", fault->detail);
	if (fclose(out)) {
		free(text);
		return;
	}
	free(fault->detail);
	fault->detail = text;
}

static int commit_all(struct batch *batch, struct fault *fault)
{
	struct mfw_err *err = NULL;

	for (size_t i = 0; i < batch->targets.n; i++) {
		struct batch_target *target = batch->targets.all[i];

		if (!mfw_change_commit(target->change, &err))
			continue;
		fault_take(fault, err);
		place_step(batch, target, fault);
		if (i)
			tell_progress(batch, i, fault);
		return -1;
	}
	return 0;
}

/* The refs that were made up, with the lines that they are for. */
static void print_refs(const struct batch *batch, const struct batch_target *target, json_t *into)
{
	for (size_t i = 0; i < target->n_origins; i++) {
		const struct origin *origin = &target->origins[i];
		const char *ref = mfw_change_ref(target->change, i);
		json_t *object;

		if (!origin->unnamed || !ref)
			continue;
		if (!into) {
			printf("%s:%u: %s\n", batch->text.name, origin->line, ref);
			continue;
		}
		object = json_object();
		json_object_set_new(object, "line", json_integer(origin->line));
		out_set_text(object, "ref", ref);
		json_array_append_new(into, object);
	}
}

static json_t *target_json(const struct batch *batch, const struct batch_target *target)
{
	json_t *object = json_object(), *refs = json_array();

	out_set_text(object, "customer", target->customer);
	out_set_text(object, "netns", target->netns);
	out_set_text(object, "family", target->family);
	out_set_text(object, "table", target->table);
	json_object_set_new(object, "steps", json_integer((json_int_t)target->n_origins));
	print_refs(batch, target, refs);
	json_object_set_new(object, "refs", refs);
	report_warnings(target->change, object);
	return object;
}

static void print_done(const struct batch *batch)
{
	bool json = batch->session->config->json;
	json_t *changes = json ? json_array() : NULL, *object;

	for (size_t i = 0; i < batch->targets.n; i++) {
		const struct batch_target *target = batch->targets.all[i];

		if (json) {
			json_array_append_new(changes, target_json(batch, target));
		} else {
			report_warnings(target->change, NULL);
			print_refs(batch, target, NULL);
		}
	}
	if (!json)
		return;
	object = json_object();
	json_object_set_new(object, "changed", json_boolean(batch->targets.n));
	json_object_set_new(object, "changes", changes);
	out_json(object);
}

static int report_all(const struct batch *batch)
{
	report_faults(batch->session->config, batch->faults, batch->n_faults);
	if (batch->n_faults == MAX_FAULTS && !batch->session->config->json)
		fputs("mfwctl: more may follow: the rest of the file was not read\n", stderr);
	return report_status(batch->faults, batch->n_faults);
}

int batch_run(struct session *session, const char *file, struct fault *fault)
{
	cleanup(batch_clear) struct batch batch = {.session = session};

	if (batch_text_read(&batch.text, file, fault) || session_open(session, fault))
		return -1;
	add_lines(&batch);
	if (batch.n_faults)
		return report_all(&batch);
	if (prepare_all(&batch, fault) || commit_all(&batch, fault))
		return -1;
	print_done(&batch);
	return STATUS_DONE;
}
