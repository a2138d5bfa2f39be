/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * At boot there are no rules yet, and nobody watches: what cannot be applied is told of, and the
 * last good one takes its place, customer by customer or as a whole.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/pending.h"
#include "cli/report.h"

struct boot {
	struct session *session;
	json_t *json; /* NULL: text */
	bool fell_back;
	bool failed; /* somebody has not what he should have */
};

static void say(struct boot *b, const struct fault *fault)
{
	json_t *errors;

	b->failed = true;
	if (!b->json) {
		report_fault(b->session->config, fault);
		return;
	}
	errors = json_object_get(b->json, "errors");
	json_array_append_new(errors, fault_json(fault));
}

static void say_err(struct boot *b, struct mfw_err *err)
{
	cleanup_fault struct fault fault = {};

	fault_take(&fault, err);
	say(b, &fault);
}

/* ---- rulesets ---- */

/* NULL: it cannot be used, which was said. */
static struct mfw_ruleset *read_ruleset(struct boot *b, const char *const *paths, size_t n)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	const struct mfw_err *mistake;
	struct mfw_err *err = NULL;
	int r = mfw_ruleset_new(b->session->mfw, &ruleset, &err);

	for (size_t i = 0; i < n && !r; i++)
		r = mfw_ruleset_read(ruleset, paths[i], &err);
	r = r ? r : mfw_ruleset_check(ruleset, &err);
	if (r) {
		say_err(b, err);
		return NULL;
	}
	for (size_t i = 0; (mistake = mfw_ruleset_error(ruleset, i)); i++) {
		cleanup_fault struct fault fault = {};

		fault_copy(&fault, mistake);
		say(b, &fault);
	}
	return mfw_ruleset_error(ruleset, 0) ? NULL : steal_ptr(ruleset);
}

static void show(struct boot *b, struct mfw_applied *applied)
{
	json_t *object;

	if (!b->json) {
		applied_text(applied, b->session->config);
		return;
	}
	object = applied_json(applied, b->session->config);
	json_array_append_new(json_object_get(b->json, "applied"), object);
}

/* NULL: nothing of it was applied, which was said. */
static struct mfw_applied *apply(struct boot *b, struct mfw_ruleset *ruleset, const char *only,
				 bool for_good)
{
	struct mfw_apply_options how = {MFW_SIZE(struct mfw_apply_options), .only = only,
					.unrecorded = true, .unconfirmed = !for_good};
	struct mfw_applied *applied = NULL;
	struct mfw_err *err = NULL;

	if (mfw_apply(b->session->mfw, ruleset, &how, &applied, &err)) {
		say_err(b, err);
		return NULL;
	}
	show(b, applied);
	return applied;
}

/* ---- the last good one ---- */

static void good_path(const char *customer, char ret[512])
{
	if (customer)
		snprintf(ret, 512, "%.380s/good/%.80s.json", pending_state_dir(), customer);
	else
		snprintf(ret, 512, "%.400s/good", pending_state_dir());
}

static void say_fallback(struct boot *b, const char *customer, const char *path)
{
	b->fell_back = true;
	if (b->json)
		return;
	fprintf(stderr, "mfwctl: %s%s gets what was last good: %s\n",
		customer ? "customer " : "every customer", customer ? customer : "", path);
}

static void report_errors(struct boot *b, const struct mfw_applied *applied)
{
	const struct mfw_applied_customer *c;

	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++) {
		cleanup_fault struct fault fault = {};

		if (!c->error)
			continue;
		fault_copy(&fault, c->error);
		say(b, &fault);
	}
}

/* False: nothing of it was applied. */
static bool apply_good(struct boot *b, const char *const *paths, size_t n)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = read_ruleset(b, paths, n);
	cleanup(applied_free_p) struct mfw_applied *applied =
		ruleset ? apply(b, ruleset, NULL, false) : NULL;

	if (applied)
		report_errors(b, applied);
	return applied;
}

static int is_customer(const struct dirent *entry)
{
	const char *dot = strchr(entry->d_name, '.');

	return dot && dot != entry->d_name && !strcmp(dot, ".json");
}

/* What one of them cannot have, the others can. */
static void fall_back_each(struct boot *b, const char *dir)
{
	const char *const paths[] = {(char[1024]){}, (char[1024]){}};
	struct dirent **entries;
	int n = scandir(dir, &entries, is_customer, alphasort);
	size_t shared;

	if (n < 0)
		return;
	snprintf((char *)paths[0], 1024, "%.512s/shared.lists.json", dir);
	shared = access(paths[0], F_OK) ? 1 : 0;
	for (int i = 0; i < n; i++) {
		snprintf((char *)paths[1], 1024, "%.512s/%s", dir, entries[i]->d_name);
		apply_good(b, paths + shared, ARRAY_SIZE(paths) - shared);
		free(entries[i]);
	}
	free(entries);
}

static void fall_back(struct boot *b, const char *customer)
{
	const char *const paths[] = {(char[512]){}};

	good_path(customer, (char *)paths[0]);
	if (access(paths[0], R_OK)) {
		cleanup_fault struct fault fault = {};

		fault_make(&fault, ENOENT, "boot.nothing",
			   "there is nothing to fall back on: %s cannot be read (%s); nothing was "
			   "changed",
			   paths[0], strerror(errno));
		say(b, &fault);
		return;
	}
	say_fallback(b, customer, paths[0]);
	if (!apply_good(b, paths, 1) && !customer)
		fall_back_each(b, paths[0]);
}

/* A namespace that is not there is nothing that another ruleset could help with. */
static bool helps(const struct mfw_err *error)
{
	return error && strncmp(mfw_err_kind(error), "netns.", 6) != 0;
}

static void fall_back_some(struct boot *b, const struct mfw_applied *applied)
{
	const struct mfw_applied_customer *c;

	report_errors(b, applied);
	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++)
		if (helps(c->error))
			fall_back(b, c->name);
}

/* ---- what is to be ---- */

static const char *config_dir(void)
{
	const char *dir = getenv("MFW_CONFIG_DIR");

	return dir && *dir ? dir : "/etc/mfw";
}

/* The first of these that there is; false: none is. */
static bool find_ruleset(char ret[512])
{
	static const char *const names[] = {"ruleset.json", "ruleset.yaml", "ruleset.d"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(ret, 512, "%.480s/%s", config_dir(), names[i]);
		if (!access(ret, F_OK))
			return true;
	}
	return false;
}

static void apply_or_fall_back(struct boot *b, const char *const *paths, size_t n)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = read_ruleset(b, paths, n);
	cleanup(applied_free_p) struct mfw_applied *applied =
		ruleset ? apply(b, ruleset, NULL, true) : NULL;

	if (applied)
		fall_back_some(b, applied);
	else
		fall_back(b, NULL);
}

/* An apply that waits is one that was not confirmed before the machine went down. */
static void settle(struct boot *b)
{
	cleanup_fault struct fault fault = {};

	if (pending_settle(b->session, &fault) ||
	    (pending_read(NULL) && pending_revert(b->session, &fault)))
		say(b, &fault);
}

static void run(struct boot *b)
{
	const struct session *session = b->session;
	const char *const paths[] = {(char[512]){}};

	settle(b);
	if (session->n_words)
		apply_or_fall_back(b, session->words, session->n_words);
	else if (find_ruleset((char *)paths[0]))
		apply_or_fall_back(b, paths, 1);
	else
		fall_back(b, NULL);
}

int boot_command(struct session *session, struct fault *fault)
{
	struct boot b = {.session = session};

	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (session->config->json)
		b.json = json_pack("{s:[], s:[]}", "applied", "errors");
	run(&b);
	if (b.json) {
		json_object_set_new(b.json, "fell_back", json_boolean(b.fell_back));
		out_json(b.json);
	}
	return b.failed ? STATUS_FAILED : STATUS_DONE;
}
