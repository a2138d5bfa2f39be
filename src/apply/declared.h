/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What files say that customers should have, read and checked without the kernel. */
#ifndef APPLY_DECLARED_H
#define APPLY_DECLARED_H

#include "apply/context.h"
#include "list/entry.h"
#include "model/ruleset.h"

/* A list of the ruleset, and what becomes of it. */
struct declared_list {
	const struct ruleset_list *from;
	const struct ruleset_customer *customer; /* NULL: it is everybody's */
	enum mfw_list_kind kind;
	struct entries entries; /* tidy */
	bool is_new, made;      /* it is not there; it was made for this */
	bool differs;
};

struct mfw_ruleset {
	struct mfw *mfw;
	struct ruleset rs;
	struct err_list errors, warnings;
	bool checked;
	bool without_lists;          /* it does not say which there are to be */
	struct declared_list *lists; /* from declared_check() on */
	size_t n_lists;
	size_t n_elsewhere; /* rules that are for other machines */
};

int declared_new(struct mfw *mfw, struct mfw_ruleset **ret, struct mfw_err **err);
void declared_free(struct mfw_ruleset *ruleset);
/* Reads a file, a directory's, or "-". Errors: ruleset.read, ruleset.checked. */
int declared_read(struct mfw_ruleset *ruleset, const char *path, struct mfw_err **err);
/* Takes the text (of malloc()), which is called name in messages. */
int declared_take(struct mfw_ruleset *ruleset, const char *name, struct buf *text,
		  struct mfw_err **err);
/*
 * Checks jumps and expressions, and takes out what is for other machines; after that nothing more
 * is read. What is wrong is added to the errors. Errors: node.file, ENOMEM.
 */
int declared_check(struct mfw_ruleset *ruleset, struct mfw_err **err);

/* Reads the entries of all lists, as part of that. 0 or -ENOMEM. */
int declared_lists(struct mfw_ruleset *ruleset);
/* Appends a list of these entries, which are tidy. 0 or -ENOMEM. */
int declared_list_text(const char *name, enum mfw_list_kind kind, const struct entries *entries,
		       struct ruleset_list **lists, size_t *n);

#endif
