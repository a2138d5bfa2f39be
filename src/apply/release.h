/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Letting go of what no rule uses any more: programs, and what matchers remembered. */
#ifndef APPLY_RELEASE_H
#define APPLY_RELEASE_H

#include "apply/context.h"

/*
 * Beside a link stands, where the match was given as a path, a symbolic link of this ending whose
 * target is that path: rules have no room for it, and it dies with the pin.
 */
#define RELEASE_ORIGIN "-src"

/*
 * Removes the holder's links that no rule of the namespace names, and state that no program of
 * these uses. Called under its lock. Errors: bpffs.denied, nft.*.
 */
int release_sweep(struct site *site, struct mfw_err **err);
/*
 * Removes the shared pins that no holder has: what a process leaves that is killed between pin and
 * link. One that is about to be linked by a process alive is made again by that process.
 */
int release_sweep_shared(struct mfw_err **err);
/* Removes all of the holder's links and state, and its directory. Errors: bpffs.denied. */
int release_all(const char *pin_dir, struct mfw_err **err);
/* Removes a shared pin unless a holder has a link to it. 0 or -errno. */
int release_unheld(const char *shared);

#endif
