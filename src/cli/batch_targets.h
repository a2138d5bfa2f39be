/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The targets of a command file, each with its change, in the order in which they first appear. */
#ifndef CLI_BATCH_TARGETS_H
#define CLI_BATCH_TARGETS_H

#include "cli/session.h"

/* Where a step of a change comes from. */
struct origin {
	size_t offset; /* of the line's start in the file */
	unsigned line;
	bool unnamed; /* adds a rule without a ref: one is made up */
};

struct batch_target {
	/* Strings that are owned, as struct mfw_target has them. */
	char *customer;
	char *netns;
	char *family;
	char *table;
	uint64_t hash;
	struct mfw_change *change; /* NULL: it could not be made, which was reported */
	struct origin *origins;    /* one for each step */
	size_t n_origins;
	size_t capacity;
	bool follows; /* an earlier target is in the same namespace */
};

/* {} is empty. */
struct targets {
	struct batch_target **all;
	size_t n;
	size_t capacity;
	size_t *slots; /* hash table: number of the target + 1, 0 is free */
	size_t n_slots;
	size_t last; /* found last; most files go through one target after the other */
};

/* Finds the target, or appends it without a change. NULL without memory. */
struct batch_target *targets_get(struct targets *targets, const struct mfw_target *target,
				 bool *ret_new);
/* Notes that the steps up to now come from there. 0, or -1 without memory. */
int target_note(struct batch_target *target, size_t n_steps, const struct origin *origin);
/* "customer acme", or "table ip filter in namespace N". Writes to buf and returns it. */
const char *target_name(const struct batch_target *target, char *buf, size_t size);
/*
 * Marks the targets that follow another one in the same namespace: a prepared change holds the
 * namespace's lock, so these can be prepared only after that one is done. 0, or -1 without memory.
 */
int targets_order(struct targets *targets, struct mfw *mfw);
void targets_clear(struct targets *targets);

#endif
