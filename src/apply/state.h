/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the matchers of one rule remember. A matcher's maps are pinned in the holder's directory, as
 * state-KEY-LAYOUT-MAP, and the program that uses them is the rule's alone. KEY is a hash of where
 * the rule stands: of its namespace, table, chain and ref; LAYOUT of the map's types and sizes. A
 * program that takes another one's place in the rule takes its maps too, where the layout is equal.
 *
 * Beside a program's pin stands, as PROGRAM-state, a symbolic link whose target is the names of the
 * pins that it uses, a blank between them: by it `rule state` finds them, and the sweep knows those
 * that nobody uses any more.
 */
#ifndef APPLY_STATE_H
#define APPLY_STATE_H

#include "apply/context.h"

#define STATE_PREFIX   "state-"
#define STATE_NOTE     "-state"
#define STATE_NAME_LEN 128

struct state_map {
	const char *map; /* the matcher's name for it */
	uint32_t layout;
	char name[STATE_NAME_LEN];
	int fd;      /* -1: it is to be made */
	bool pinned; /* under that name */
};

/* {} keeps none. */
struct state {
	struct state_map *maps;
	size_t n;
};

/* Where a rule stands. */
struct state_place {
	struct site *site;
	const struct chain *chain;
	const char *ref;
	const struct rule *old; /* which it replaces; NULL: it is new */
};

/*
 * Names the maps that the expression's matchers need. The rule's own are used again, and never
 * those of another rule that is there: one may have had this ref before. Errors: bpf.state, ENOMEM.
 */
int state_choose(const struct state_place *place, const struct expr *expr, struct state *ret,
		 struct mfw_err **err);
void state_clear(struct state *state);
/* Whether any matcher in the expression remembers anything. */
bool state_is_kept(const struct expr *expr);
/* Opens those that are pinned. Errors: bpf.state. */
int state_open(struct state *state, const char *pin_dir, struct mfw_err **err);
/* Pins those that are not, and notes all of them beside the program's pin. 0 or -errno. */
int state_pin(struct state *state, const char *pin_dir);
int state_note(const struct state *state, const char *program_pin);

/* The names in the note beside a program's pin, appended, a blank between them; -ENOENT. */
int state_names(const char *program_pin, struct buf *ret);
/* Whether the name is among those. */
bool state_has(const struct buf *names, const char *name);

#define cleanup_state cleanup(state_clear)

#endif
