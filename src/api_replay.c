/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public functions: captures through expressions. */
#include <errno.h>
#include <string.h>

#include "observe/replay.h"

int mfw_replay_run(struct mfw *mfw, const char *text, const struct mfw_replay_options *options,
		   struct mfw_replay **ret, struct mfw_err **err)
{
	struct mfw_replay_options o = {};

	memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	if (!o.capture)
		return err_make(err, EINVAL, "options.capture",
				"struct mfw_replay_options names no capture");
	return replay_run(mfw, text, &o, ret, err);
}

const struct mfw_replay_summary *mfw_replay_get(const struct mfw_replay *replay)
{
	return &replay->pub;
}

uint64_t mfw_replay_next(const struct mfw_replay *replay, enum mfw_replay_set set, uint64_t after)
{
	return set < MFW_REPLAY_SETS ? numbers_next(&replay->sets[set], after) : 0;
}

const struct mfw_difference *mfw_replay_difference(const struct mfw_replay *replay, size_t i)
{
	const struct mfw_difference *all = (const void *)replay->differences.data;

	return i < replay->differences.len / sizeof(*all) ? &all[i] : NULL;
}

void mfw_replay_free(struct mfw_replay *replay)
{
	replay_free(replay);
}
