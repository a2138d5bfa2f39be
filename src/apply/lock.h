/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks between processes and threads: flock() on files in /run/mfw/lock. While it is held, a
 * lock's file says who holds it; it is emptied before it is let go. So a lock that comes with a
 * name in it was left by somebody who was killed, and what he left behind is to be cleaned up.
 */
#ifndef APPLY_LOCK_H
#define APPLY_LOCK_H

#include "apply/context.h"

struct lock {
	int fd;
	bool alone;
	bool killed; /* the last one who had it alone did not let go by himself */
};

#define LOCK_NONE   ((struct lock){.fd = -1})
/* The lock that one-customer changes share, and that what spans customers has alone. */
#define LOCK_GLOBAL "global"

enum lock_mode { LOCK_SHARED, LOCK_ALONE };

/* Errors: lock.busy (with who holds it), lock.denied. */
int lock_take(struct mfw *mfw, const char *name, enum lock_mode mode, struct lock *ret,
	      struct mfw_err **err);
void lock_release(struct lock *lock);
/* Lets go as a killed process would: the next holder cleans up. */
void lock_abandon(struct lock *lock);
/* The same, but it is held until it is released. */
void lock_leave(struct lock *lock);
/* Whether somebody was killed who had that lock: asked by who knows that nobody has it now. */
bool lock_is_left(const char *name);
/* Removes the file of a lock that we hold alone. */
void lock_remove(const char *name);

#define cleanup_lock cleanup(lock_release)

/* Makes a directory under the run directory, and that, 0700. Errors: run.denied. */
int lock_run_dir(const char *name, char ret_path[256], struct mfw_err **err);

#endif
