/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/change.h"

#include <string.h>

struct step *change_step(struct mfw_change *change, enum step_kind kind, const char *chain)
{
	struct step *step;

	if (change->n_steps == change->cap_steps) {
		size_t cap = change->cap_steps ? change->cap_steps * 2 : 4;
		struct step *steps = reallocarray(change->steps, cap, sizeof(*steps));

		if (!steps)
			return NULL;
		change->steps = steps;
		change->cap_steps = cap;
	}
	step = &change->steps[change->n_steps];
	*step = (struct step){.kind = kind, .chain = strdup(chain)};
	if (!step->chain)
		return NULL;
	change->n_steps++;
	return step;
}

void change_drop_step(struct mfw_change *change)
{
	struct step *step = &change->steps[--change->n_steps];

	free(step->chain);
	free(step->ref);
	free(step->place_ref);
	rule_unref(step->rule);
	rule_unref(step->result);
	chain_free(step->spec);
}
