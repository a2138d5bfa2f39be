/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All packets of a capture through an expression. See mfw_replay_run() in mfw.h. */
#ifndef OBSERVE_REPLAY_H
#define OBSERVE_REPLAY_H

#include "observe/judge.h"
#include "observe/numbers.h"

/* How many differing packets are kept. */
#define REPLAY_DIFFERENCES_MAX 100

struct mfw_replay {
	struct mfw_replay_summary pub;
	struct numbers sets[MFW_REPLAY_SETS];
	struct buf differences; /* struct mfw_difference; their bytes are owned */
	struct judge *judge;
};

int replay_run(struct mfw *mfw, const char *text, const struct mfw_replay_options *options,
	       struct mfw_replay **ret, struct mfw_err **err);
void replay_free(struct mfw_replay *replay);

DEFINE_CLEANUP(replay_cleanup, struct mfw_replay *, replay_free)
#define cleanup_replay cleanup(replay_cleanup_p)

#endif
