/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An apply that waits to be confirmed: a file in the state directory with the entry of the history
 * to go back to, and when. Whoever renames the file has decided what becomes of it: who confirms,
 * or who takes the apply back.
 */
#ifndef CLI_PENDING_H
#define CLI_PENDING_H

#include "cli/session.h"

struct pending {
	uint64_t entry;
	uint64_t deadline_ns; /* of CLOCK_BOOTTIME, so that sleep counts */
	char boot[40];        /* which boot that is of */
};

/* Where what is applied is kept: $MFW_STATE_DIR, or /var/lib/mfw. */
const char *pending_state_dir(void);

/* Whether one waits; *ret may be NULL. */
bool pending_read(struct pending *ret);
/* Writes it, to wait for so many seconds from now. 0, or -1 with *fault. */
int pending_write(uint64_t entry, uint32_t seconds, struct fault *fault);
/* Seconds that are left; 0: it is over. */
uint64_t pending_left(const struct pending *pending);
/* Starts the process that takes the apply back in the end. 0, or -1 with *fault. */
int pending_guard(const struct config *config, struct fault *fault);
/* Ends the waiting: what was applied stays. -ENOENT: it is over, or there was nothing. */
int pending_keep(void);
/* Takes the apply back, unless somebody else has decided. 0, or -1 with *fault. */
int pending_revert(struct session *session, struct fault *fault);
/*
 * What every command does first: an apply whose time is over is taken back, should its guard have
 * been killed. 0, or -1 with *fault.
 */
int pending_settle(struct session *session, struct fault *fault);
/* Forgets it: the kernel that it was about is gone. */
void pending_drop(void);

#endif
