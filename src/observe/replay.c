/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/replay.h"

#include <errno.h>
#include <string.h>

#include "observe/capture.h"
#include "observe/link.h"
#include "observe/pcapng.h"

/* So many packets are between two calls of the caller's progress(). */
#define PROGRESS_EVERY 1024

/* One replay under way. */
struct run {
	struct mfw_replay *replay;
	const struct mfw_replay_options *options;
	struct capture *capture;
	struct pcapng *output; /* NULL: none is wanted */
};

static void run_clear(struct run *run)
{
	capture_close(run->capture);
	pcapng_close(run->output);
}

/* ---- what is kept ---- */

static int add_number(struct run *run, enum mfw_replay_set set, uint64_t number,
		      struct mfw_err **err)
{
	return numbers_add(&run->replay->sets[set], number) ? err_nomem(err) : 0;
}

static int add_difference(struct run *run, const struct mfw_difference *found, struct mfw_err **err)
{
	struct buf *all = &run->replay->differences;
	struct mfw_difference kept = *found;

	if (all->len / sizeof(kept) == REPLAY_DIFFERENCES_MAX)
		return 0;
	kept.bytes = malloc(found->len + 1);
	if (!kept.bytes)
		return err_nomem(err);
	memcpy((void *)kept.bytes, found->bytes, found->len);
	if (!buf_add(all, &kept, sizeof(kept)))
		return 0;
	free((void *)kept.bytes);
	return err_nomem(err);
}

static int keep(struct run *run, uint64_t number, const struct verdict *verdict,
		const uint8_t *packet, size_t len, struct mfw_err **err)
{
	const struct mfw_difference found = {
		.size = sizeof(found),
		.packet = number,
		.program = verdict->match,
		.evaluator = !verdict->match,
		.bytes = packet,
		.len = len,
	};
	int r = verdict->match ? add_number(run, MFW_REPLAY_MATCHED, number, err) : 0;

	if (!r && verdict->by_socket)
		r = add_number(run, MFW_REPLAY_BY_SOCKET, number, err);
	if (r || !verdict->differs)
		return r;
	r = add_number(run, MFW_REPLAY_DIFFERENT, number, err);
	return r ? r : add_difference(run, &found, err);
}

/* ---- packets ---- */

static const char *comment_of(const struct verdict *verdict, bool is_ip)
{
	if (!is_ip)
		return "mfw: not IP";
	if (verdict->differs)
		return verdict->match ? "mfw: match, but no match by the evaluator"
				      : "mfw: no match, but match by the evaluator";
	return verdict->match ? "mfw: match" : "mfw: no match";
}

static int refuse_link(const struct capture_packet *packet, uint16_t type, struct mfw_err **err)
{
	return err_make(err, EOPNOTSUPP, "capture.link",
			"packet %llu is of link type %u; those that can be read are %s",
			(unsigned long long)packet->number, type, link_names());
}

static int try_packet(struct run *run, const struct capture_packet *packet, struct mfw_err **err)
{
	uint16_t type = capture_link(run->capture, packet->link)->type;
	long at = link_ip(type, packet->bytes, packet->len);
	struct verdict verdict = {};
	int r;

	if (!link_known(type))
		return refuse_link(packet, type, err);
	run->replay->pub.packets++;
	run->replay->pub.cut += packet->len < packet->wire_len;
	if (at < 0) {
		r = add_number(run, MFW_REPLAY_NOT_IP, packet->number, err);
	} else {
		r = judge_ask(run->replay->judge, packet->bytes + at, packet->len - at, &verdict,
			      err);
		r = r ? r
		      : keep(run, packet->number, &verdict, packet->bytes + at, packet->len - at,
			     err);
	}
	if (r || !run->output)
		return r;
	return pcapng_add(run->output, run->capture, packet, comment_of(&verdict, at >= 0), err);
}

static void tell(const struct run *run)
{
	if (run->options->progress)
		run->options->progress(run->options->progress_ctx, capture_position(run->capture),
				       capture_size(run->capture));
}

static int try_packets(struct run *run, struct mfw_err **err)
{
	struct capture_packet packet;
	int r;

	while ((r = capture_next(run->capture, &packet, err)) == 1) {
		r = try_packet(run, &packet, err);
		if (r)
			return r;
		if (packet.number % PROGRESS_EVERY == 0)
			tell(run);
	}
	tell(run);
	return r;
}

/* ---- the whole ---- */

static void sum_up(struct mfw_replay *replay, const struct capture *capture)
{
	replay->pub.size = sizeof(replay->pub);
	replay->pub.matched = replay->sets[MFW_REPLAY_MATCHED].n;
	replay->pub.not_ip = replay->sets[MFW_REPLAY_NOT_IP].n;
	replay->pub.by_socket = replay->sets[MFW_REPLAY_BY_SOCKET].n;
	replay->pub.different = replay->sets[MFW_REPLAY_DIFFERENT].n;
	replay->pub.broken_off = capture_broken_off(capture);
	replay->pub.no_program = judge_no_program(replay->judge);
}

int replay_run(struct mfw *mfw, const char *text, const struct mfw_replay_options *options,
	       struct mfw_replay **ret, struct mfw_err **err)
{
	cleanup_replay struct mfw_replay *replay = calloc(1, sizeof(*replay));
	cleanup(run_clear) struct run run = {.replay = replay, .options = options};
	int r;

	if (!replay)
		return err_nomem(err);
	r = judge_open(mfw, text, options->verify, &replay->judge, err);
	r = r ? r : capture_open(options->capture, &run.capture, err);
	if (!r && options->output)
		r = pcapng_open(options->output, &run.output, err);
	r = r ? r : try_packets(&run, err);
	if (!r && run.output)
		r = pcapng_finish(run.output, err);
	if (r)
		return r;
	sum_up(replay, run.capture);
	*ret = steal_ptr(replay);
	return 0;
}

void replay_free(struct mfw_replay *replay)
{
	struct mfw_difference *found;

	if (!replay)
		return;
	found = (void *)replay->differences.data;
	for (size_t i = 0; i < replay->differences.len / sizeof(*found); i++)
		free((void *)found[i].bytes);
	buf_clear(&replay->differences);
	for (size_t i = 0; i < ARRAY_SIZE(replay->sets); i++)
		numbers_clear(&replay->sets[i]);
	judge_close(replay->judge);
	free(replay);
}
