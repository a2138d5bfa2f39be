/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/change.h"

#include <errno.h>
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

static int copy_text(char **ret, const char *text)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

static int make(struct mfw *mfw, const struct mfw_target *t, struct mfw_change **ret,
		struct mfw_err **err)
{
	struct mfw_change *change = calloc(1, sizeof(*change));

	if (!change)
		return err_nomem(err);
	change->mfw = mfw;
	change->failed_step = -1;
	change->global = change->own = LOCK_NONE;
	if (copy_text(&change->customer, t->customer) || copy_text(&change->netns, t->netns) ||
	    copy_text(&change->family, t->family) || copy_text(&change->table, t->table)) {
		change_free(change);
		return err_nomem(err);
	}
	*ret = change;
	return 0;
}

int change_new(struct mfw *mfw, const struct mfw_target *target, struct mfw_change **ret,
	       struct mfw_err **err)
{
	struct mfw_target t = {};
	struct site *site;
	int r = site_get(mfw, target, &site, err);

	if (r)
		return r;
	memcpy(&t, target, target->size < sizeof(t) ? target->size : sizeof(t));
	return make(mfw, &t, ret, err);
}

int change_new_at(struct mfw *mfw, struct site *site, struct mfw_change **ret, struct mfw_err **err)
{
	struct mfw_target t = {.customer = site->customer};
	int r = make(mfw, &t, ret, err);

	if (!r)
		(*ret)->given = site;
	return r;
}

void change_free(struct mfw_change *change)
{
	if (!change)
		return;
	change_cancel(change);
	while (change->n_steps)
		change_drop_step(change);
	free(change->steps);
	for (size_t i = 0; i < change->n_warnings; i++)
		free(change->warnings[i]);
	free(change->warnings);
	free(change->customer);
	free(change->netns);
	free(change->family);
	free(change->table);
	free(change);
}
