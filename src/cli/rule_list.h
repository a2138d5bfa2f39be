/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three ways to print listings with their rules, on stdout. 0, or -1 without memory. */
#ifndef CLI_RULE_LIST_H
#define CLI_RULE_LIST_H

#include "cli/foreign.h"
#include "cli/list.h"

int rule_list_text(const struct listed *listed, const struct foreign *foreign);
int rule_list_nft(const struct listed *listed, const struct foreign *foreign);
/* Prints each chain's object; *first says whether a comma has to stand before it. */
int rule_list_json(const struct listed *listed, const struct foreign *foreign, bool *first);

/* `bytecode '...'` and the like: the match in words; free() it. NULL without memory. */
char *rule_list_match(const struct mfw_rule *rule);
/* A sentence on the rule's drift; NULL: there is none (or no memory). free() it. */
char *rule_drift_text(const struct mfw_rule *rule);

#endif
