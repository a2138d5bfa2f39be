/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers have now, as a ruleset. */
#ifndef APPLY_CURRENT_H
#define APPLY_CURRENT_H

#include "apply/context.h"
#include "apply/said.h"
#include "model/ruleset.h"

/*
 * Reads the customer's chains and rules, the foreign ones too, and adds it to the ruleset. The
 * rules are those of the site's view, from which changes can be planned. Errors: customer.missing,
 * netns.*, nft.*.
 */
int current_read(struct mfw *mfw, const char *customer, struct said *said, struct ruleset *ruleset,
		 struct ruleset_customer **ret, struct site **ret_site, struct mfw_err **err);

/* Reads the texts of the customer's matches. 0 or -ENOMEM. */
int current_texts(struct said *said, struct ruleset_customer *customer);
/* Whether all are there. Errors: ruleset.unreadable. */
int current_check_texts(const struct ruleset_customer *customer, struct mfw_err **err);

/* Appends what one of the customer's (NULL: everybody's) lists has. Errors: list.*. */
int current_list(const char *customer, const char *name, struct ruleset_list **lists, size_t *n,
		 struct mfw_err **err);
/* Appends all of them. Errors: list.*. */
int current_lists(const char *customer, struct ruleset_list **lists, size_t *n,
		  struct mfw_err **err);

struct mfw_ruleset;
/* See mfw_ruleset_current() and mfw_ruleset_bare(). */
int current_all(struct mfw *mfw, const char *customer, bool bare, struct mfw_ruleset **ret,
		struct mfw_err **err);

#endif
