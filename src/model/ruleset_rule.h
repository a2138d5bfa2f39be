/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read rulesets. */
#ifndef MODEL_RULESET_RULE_H
#define MODEL_RULESET_RULE_H

#include "model/ruleset_reader.h"

/* Reads the file's object. */
int ruleset_read_file(struct reader *r);
/* Reads one rule into the struct ruleset_chain ctx. */
int ruleset_read_rule(struct reader *r, void *ctx, uint32_t index);

/* Takes the customer unless there is no memory. */
int ruleset_take_customer(struct ruleset *ruleset, struct ruleset_customer *customer);
void ruleset_customer_free(struct ruleset_customer *customer);
void ruleset_chain_clear(struct ruleset_chain *chain);

#endif
