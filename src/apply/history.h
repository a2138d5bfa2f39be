/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was applied, on disk, under the state directory (0700):
 *
 *	history/NUMBER.json  what the customers that an apply changed had before it
 *	history/NUMBER.made  the names of those that it made, one a line; of lists that it made,
 *	                     CUSTOMER/LIST, or /LIST
 *	good/CUSTOMER.json   what each customer was last given for good
 *	good/shared.lists.json  everybody's lists at the last apply that had to do with some
 *
 * Files appear whole. An entry is there as soon as its .json is.
 */
#ifndef APPLY_HISTORY_H
#define APPLY_HISTORY_H

#include "apply/applied.h"
#include "apply/declared.h"

/* So many entries are kept. */
#define HISTORY_MAX 10

/*
 * Writes down what the customers that differ have now: their matches' texts are read already.
 * exact: a rule of ours that cannot be written down is refused; else it is left out, with a
 * warning. Errors: history.denied, ruleset.unreadable.
 */
int history_add(const struct mfw *mfw, const struct mfw_applied *applied, bool exact,
		uint64_t *ret_entry, struct mfw_err **err);
/* Takes out what was made for somebody who failed, and went again: by now it may be another's. */
void history_correct(const struct mfw *mfw, const struct mfw_applied *applied, uint64_t entry);
/* Removes an entry that came to nothing, or was gone back to. */
void history_remove(const struct mfw *mfw, uint64_t entry);
/* The number of the last entry. Errors: history.empty, history.denied. */
int history_last(const struct mfw *mfw, uint64_t *ret, struct mfw_err **err);

/* An entry, read. */
struct history_entry {
	struct mfw_ruleset *before;
	char **made;
	size_t n_made;
};

/* Errors: history.empty (there is none of that number), history.denied, history.broken. */
int history_read(struct mfw *mfw, uint64_t entry, struct history_entry *ret, struct mfw_err **err);
/* Whether it made that list (customer NULL: everybody's). */
bool history_made_list(const struct history_entry *entry, const char *customer, const char *name);
void history_entry_clear(struct history_entry *entry);

/* ---- what is good ---- */

/*
 * Writes what the customers without an error now have for good, with the lists that their rules
 * look into. shared: the ruleset's lists of everybody's were applied, too. Errors: history.denied,
 * list.denied.
 */
int good_write(const struct mfw *mfw, const struct mfw_applied *applied, bool shared,
	       struct mfw_err **err);
/* What customers of a ruleset have, and everybody's lists, if it has any. */
int good_write_ruleset(const struct mfw *mfw, const struct ruleset *ruleset, struct mfw_err **err);
/* The same, and others have nothing there any more. Errors: history.none too. */
int good_replace(const struct mfw *mfw, const struct ruleset *ruleset, struct mfw_err **err);
/* Everybody's lists that there are. */
int good_write_shared(const struct mfw *mfw, struct mfw_err **err);
void good_forget(const struct mfw *mfw, const char *customer);

#endif
