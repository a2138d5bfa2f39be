/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs and who holds them. A program is pinned once, as prog/HASH under the pin root; every
 * holder (a customer, or a namespace addressed directly) that uses it has a hard link to that pin
 * in a directory of its own, and the holder's rules name that link. When a holder's last rule has
 * gone, so does its link; when the pin's link count falls to 1, so does the pin.
 */
#ifndef APPLY_PROGRAM_H
#define APPLY_PROGRAM_H

#include "apply/context.h"

/*
 * Makes the program that the rule's match asks for be loaded, pinned and linked for the site's
 * holder, and sets rule->program. A rule that needs none gets none. Called under the site's lock.
 * Errors: expr.*, matcher.*, object.*, bpf.*, bpffs.*, codegen.*.
 */
int program_stage(struct mfw *mfw, struct site *site, struct rule *rule, struct mfw_err **err);
/* Refuses (bpf.pin_replaced, bpf.pin_missing) unless the pin still names the program. */
int program_check(const struct program *program, struct mfw_err **err);
/*
 * Removes the holder's links that no rule of the namespace names. Called under its lock.
 * Errors: bpffs.denied, nft.*.
 */
int program_sweep(struct site *site, struct mfw_err **err);
/*
 * Removes the shared pins that no holder has: what a process leaves that is killed between pin and
 * link. One that is about to be linked by a process alive is made again by that process.
 */
int program_sweep_shared(struct mfw_err **err);
/* Removes all of the holder's links, and its directory. Errors: bpffs.denied. */
int program_release_all(const char *pin_dir, struct mfw_err **err);
/* The path that the user gave for what is pinned at pin (see program.c), appended; -ENOENT. */
int program_origin(const char *pin, struct buf *ret);

#endif
