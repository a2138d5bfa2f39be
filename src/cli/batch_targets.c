/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/batch_targets.h"

#include <string.h>

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return (hash ^ 0xff) * 0x100000001b3;
}

/* FNV-1a over the four strings. */
static uint64_t hash_of(const struct mfw_target *target)
{
	uint64_t hash = 0xcbf29ce484222325;

	hash = hash_text(hash, target->customer);
	hash = hash_text(hash, target->netns);
	hash = hash_text(hash, target->family);
	return hash_text(hash, target->table);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_target(const struct batch_target *known, const struct mfw_target *target)
{
	return same_text(known->customer, target->customer) &&
	       same_text(known->netns, target->netns) && same_text(known->family, target->family) &&
	       same_text(known->table, target->table);
}

static void put_slot(struct targets *targets, uint64_t hash, size_t number)
{
	size_t i = hash & (targets->n_slots - 1);

	while (targets->slots[i])
		i = (i + 1) & (targets->n_slots - 1);
	targets->slots[i] = number + 1;
}

/* Keeps the table at most half full. */
static int grow(struct targets *targets)
{
	size_t capacity = targets->capacity ? 2 * targets->capacity : 16;
	struct batch_target **all;

	if (targets->n < targets->capacity)
		return 0;
	all = reallocarray(targets->all, capacity, sizeof(struct batch_target *));
	if (!all)
		return -1;
	targets->all = all;
	free(targets->slots);
	targets->n_slots = 0;
	targets->slots = calloc(2 * capacity, sizeof(*targets->slots));
	if (!targets->slots)
		return -1;
	targets->n_slots = 2 * capacity;
	targets->capacity = capacity;
	for (size_t i = 0; i < targets->n; i++)
		put_slot(targets, all[i]->hash, i);
	return 0;
}

static struct batch_target *find(struct targets *targets, const struct mfw_target *target,
				 uint64_t hash)
{
	if (!targets->n_slots)
		return NULL;
	for (size_t i = hash & (targets->n_slots - 1); targets->slots[i];
	     i = (i + 1) & (targets->n_slots - 1)) {
		struct batch_target *known = targets->all[targets->slots[i] - 1];

		if (known->hash != hash || !is_target(known, target))
			continue;
		targets->last = targets->slots[i] - 1;
		return known;
	}
	return NULL;
}

static void target_free(struct batch_target *target)
{
	if (!target)
		return;
	mfw_change_free(target->change);
	free(target->customer);
	free(target->netns);
	free(target->family);
	free(target->table);
	free(target->origins);
	free(target);
}

static int copy_text(char **to, const char *from)
{
	if (!from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : -1;
}

static struct batch_target *target_new(const struct mfw_target *target, uint64_t hash)
{
	struct batch_target *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->hash = hash;
	if (copy_text(&made->customer, target->customer) ||
	    copy_text(&made->netns, target->netns) || copy_text(&made->family, target->family) ||
	    copy_text(&made->table, target->table)) {
		target_free(made);
		return NULL;
	}
	return made;
}

struct batch_target *targets_get(struct targets *targets, const struct mfw_target *target,
				 bool *ret_new)
{
	struct batch_target *found;
	uint64_t hash;

	*ret_new = false;
	if (targets->n && is_target(targets->all[targets->last], target))
		return targets->all[targets->last];
	hash = hash_of(target);
	found = find(targets, target, hash);
	if (found)
		return found;
	if (grow(targets))
		return NULL;
	found = target_new(target, hash);
	if (!found)
		return NULL;
	targets->all[targets->n] = found;
	targets->last = targets->n;
	put_slot(targets, hash, targets->n++);
	*ret_new = true;
	return found;
}

int target_note(struct batch_target *target, size_t n_steps, const struct origin *origin)
{
	if (n_steps > target->capacity) {
		size_t capacity = 2 * n_steps + 16;
		struct origin *grown = reallocarray(target->origins, capacity, sizeof(*grown));

		if (!grown)
			return -1;
		target->origins = grown;
		target->capacity = capacity;
	}
	while (target->n_origins < n_steps)
		target->origins[target->n_origins++] = *origin;
	return 0;
}

const char *target_name(const struct batch_target *target, char *buf, size_t size)
{
	if (target->customer)
		snprintf(buf, size, "customer %s", target->customer);
	else
		snprintf(buf, size, "table %s %s%s%s", target->family ? target->family : "inet",
			 target->table, target->netns ? " in namespace " : "",
			 target->netns ? target->netns : "");
	return buf;
}

void targets_clear(struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		target_free(targets->all[i]);
	free(targets->all);
	free(targets->slots);
	*targets = (struct targets){};
}
