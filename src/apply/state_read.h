/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the matchers of a rule remember, as texts. */
#ifndef APPLY_STATE_READ_H
#define APPLY_STATE_READ_H

#include "apply/context.h"

struct state_column {
	struct mfw_state_column pub;
	char *name;
};

struct state_table {
	struct mfw_state_map pub;
	char *name;
	struct state_column *columns;
	const struct mfw_state_column **list; /* pub.columns */
	char **texts;                         /* row by row */
};

struct mfw_state {
	struct state_table *tables;
	size_t n;
};

/* See mfw_rule_state(). */
int state_read(struct mfw *mfw, const struct mfw_target *target, const char *chain, const char *ref,
	       bool reset, struct mfw_state **ret, struct mfw_err **err);
void state_read_free(struct mfw_state *state);

#endif
