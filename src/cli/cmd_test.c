/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "cli/findings.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/report.h"

DEFINE_CLEANUP(replay_free, struct mfw_replay *, mfw_replay_free)

/* ---- text ---- */

static void put_numbers(const struct mfw_replay *replay)
{
	uint64_t number = 0;

	while ((number = mfw_replay_next(replay, MFW_REPLAY_MATCHED, number)))
		printf("%" PRIu64 "\n", number);
}

static const char *word(bool match)
{
	return match ? "match" : "no match";
}

static void put_bytes(FILE *out, const struct mfw_difference *found)
{
	for (size_t i = 0; i < found->len; i++)
		fprintf(out, "%02x", ((const uint8_t *)found->bytes)[i]);
}

static void put_differences(const struct mfw_replay *replay, uint64_t n)
{
	const struct mfw_difference *found;
	size_t i = 0;

	for (; (found = mfw_replay_difference(replay, i)); i++) {
		printf("packet %" PRIu64 ": %s by the program, %s by the evaluator: ",
		       found->packet, word(found->program), word(found->evaluator));
		put_bytes(stdout, found);
		putchar('\n');
	}
	if (i < n)
		printf("and %" PRIu64 " more that differ\n", n - i);
}

/* A line of the summary, where there is something to say. */
static void put_count(uint64_t n, const char *what)
{
	if (n)
		printf("  %" PRIu64 " %s\n", n, what);
}

static void put_summary(const struct mfw_replay_summary *s, bool verify)
{
	printf("%" PRIu64 " packet%s: %" PRIu64 " match, %" PRIu64 " do not\n", s->packets,
	       s->packets == 1 ? "" : "s", s->matched, s->packets - s->matched);
	put_count(s->not_ip, "not IP: no rule sees them, and they match nothing");
	put_count(s->cut, "cut off when they were captured: what stood behind is not seen");
	put_count(s->by_socket, "too short or too long for the kernel's test run: given to the "
				"program as a socket's filter");
	if (s->no_program)
		printf("  no program was run, the evaluator answered: %s\n",
		       mfw_err_message(s->no_program));
	if (s->broken_off)
		puts("  the capture ends in the middle of a packet");
	if (verify && !s->different)
		puts("  program and evaluator agree on all of them");
	else if (verify)
		put_count(s->different, "on which program and evaluator differ");
}

/* ---- JSON ---- */

/* As they come: there may be millions. */
static void put_set(const struct mfw_replay *replay, enum mfw_replay_set set, const char *key)
{
	uint64_t number = 0;
	bool first = true;

	printf("\n  \"%s\": [", key);
	while ((number = mfw_replay_next(replay, set, number))) {
		printf("%s%" PRIu64, first ? "" : ", ", number);
		first = false;
	}
	fputs("],", stdout);
}

static json_t *difference_json(const struct mfw_difference *found)
{
	json_t *object = json_object();
	size_t len = 0;
	char *hex = NULL;
	FILE *out = open_memstream(&hex, &len);

	if (out) {
		put_bytes(out, found);
		fclose(out);
	}
	json_object_set_new(object, "packet", json_integer(found->packet));
	json_object_set_new(object, "program", json_boolean(found->program));
	json_object_set_new(object, "evaluator", json_boolean(found->evaluator));
	out_set_text(object, "bytes", hex);
	free(hex);
	return object;
}

static json_t *reason_json(const struct mfw_err *err)
{
	json_t *object = err ? json_object() : json_null();

	if (!err)
		return object;
	out_set_text(object, "kind", mfw_err_kind(err));
	out_set_text(object, "message", mfw_err_message(err));
	return object;
}

static json_t *rest_json(const struct mfw_replay *replay, bool verify)
{
	const struct mfw_replay_summary *s = mfw_replay_get(replay);
	json_t *object = json_object(), *differences = json_array();

	for (size_t i = 0; mfw_replay_difference(replay, i); i++)
		json_array_append_new(differences,
				      difference_json(mfw_replay_difference(replay, i)));
	json_object_set_new(object, "packets", json_integer(s->packets));
	json_object_set_new(object, "cut", json_integer(s->cut));
	json_object_set_new(object, "broken_off", json_boolean(s->broken_off));
	json_object_set_new(object, "no_program", reason_json(s->no_program));
	json_object_set_new(object, "verified", json_boolean(verify));
	json_object_set_new(object, "differences", differences);
	return object;
}

static void put_json(const struct mfw_replay *replay, json_t *rest)
{
	putchar('{');
	put_set(replay, MFW_REPLAY_MATCHED, "matched");
	put_set(replay, MFW_REPLAY_NOT_IP, "not_ip");
	put_set(replay, MFW_REPLAY_BY_SOCKET, "by_socket");
	put_set(replay, MFW_REPLAY_DIFFERENT, "different");
	json_dumpf(rest, stdout, JSON_INDENT(2) | JSON_EMBED);
	puts("}");
}

/* ---- the command ---- */

static void tell(void *ctx, uint64_t done, uint64_t all)
{
	progress_show(ctx, done, all);
}

/* Warnings stand before the answers, as they do for other commands. */
static int put(struct session *session, const struct mfw_replay *replay, struct fault *fault)
{
	const struct mfw_replay_summary *s = mfw_replay_get(replay);
	bool verify = session->config->verify;
	json_t *rest = session->config->json ? rest_json(replay, verify) : NULL;
	int r = findings_warn(session, rest, fault);

	if (!r && rest) {
		put_json(replay, rest);
	} else if (!r) {
		put_numbers(replay);
		put_differences(replay, s->different);
		put_summary(s, verify);
	}
	json_decref(rest);
	return r;
}

int test_command(struct session *session, struct fault *fault)
{
	const struct config *config = session->config;
	struct progress progress;
	const struct mfw_replay_options wanted = {
		MFW_SIZE(struct mfw_replay_options),
		.capture = config->capture,
		.output = config->write,
		.verify = config->verify,
		.progress = tell,
		.progress_ctx = &progress,
	};
	cleanup(replay_free_p) struct mfw_replay *replay = NULL;
	struct mfw_err *err = NULL;
	int r;

	if (session_open(session, fault))
		return -1;
	progress_begin(&progress);
	r = mfw_replay_run(session->mfw, config->match, &wanted, &replay, &err);
	progress_end(&progress);
	if (r)
		return fault_take(fault, err);
	if (put(session, replay, fault))
		return -1;
	return mfw_replay_get(replay)->different ? STATUS_DIFFERENT : STATUS_DONE;
}
