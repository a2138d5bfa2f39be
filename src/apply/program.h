/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of rules. A program is pinned once, as prog/HASH under the pin root; every
 * holder (a customer, or a namespace addressed directly) that uses it has a hard link to that pin
 * in a directory of its own, and the holder's rules name that link. When a holder's last rule has
 * gone, so does its link; when the pin's link count falls to 1, so does the pin (release.h).
 *
 * A program that keeps state is one rule's, and pinned in the holder's directory alone (state.h).
 */
#ifndef APPLY_PROGRAM_H
#define APPLY_PROGRAM_H

#include "apply/state.h"

/*
 * Makes the program that the rule's match asks for be loaded, pinned and linked for the holder of
 * the place's site, and sets rule->program. A rule that needs none gets none. Called under the
 * site's lock. Errors: expr.*, matcher.*, object.*, bpf.*, bpffs.*, codegen.*.
 */
int program_stage(struct mfw *mfw, const struct state_place *place, struct rule *rule,
		  struct mfw_err **err);
/*
 * The hash of the program that program_stage() would give the rule, which is none with bytecode;
 * "": it needs no program. While mfw->keeps_sources is set. Errors as those of it.
 */
int program_identify(struct mfw *mfw, const struct state_place *place, const struct rule *rule,
		     char ret[PROGRAM_HEX_LEN + 1], struct mfw_err **err);
/* Refuses (bpf.pin_replaced, bpf.pin_missing) unless the pin still names the program. */
int program_check(const struct program *program, struct mfw_err **err);
/* The path that the user gave for what is pinned at pin (see program.c), appended; -ENOENT. */
int program_origin(const char *pin, struct buf *ret);

#endif
