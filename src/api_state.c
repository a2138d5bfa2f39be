/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public functions of mfw/mfw.h on what matchers remember. */
#include "apply/state_read.h"

int mfw_rule_state(struct mfw *mfw, const struct mfw_target *target, const char *chain,
		   const char *ref, bool reset, struct mfw_state **ret, struct mfw_err **err)
{
	return state_read(mfw, target, chain, ref, reset, ret, err);
}

const struct mfw_state_map *mfw_state_map(const struct mfw_state *state, size_t map)
{
	return map < state->n ? &state->tables[map].pub : NULL;
}

const char *mfw_state_text(const struct mfw_state *state, size_t map, size_t entry, size_t column)
{
	const struct state_table *t = map < state->n ? &state->tables[map] : NULL;

	if (!t || entry >= t->pub.n_entries || column >= t->pub.n_columns)
		return NULL;
	return t->texts[entry * t->pub.n_columns + column];
}

void mfw_state_free(struct mfw_state *state)
{
	state_read_free(state);
}
