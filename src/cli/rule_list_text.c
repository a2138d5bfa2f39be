/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "cli/command.h"
#include "cli/out.h"
#include "cli/rule_list.h"
#include "cli/table.h"

static char *printed(int len, char *text)
{
	return len < 0 ? NULL : text;
}

char *rule_match_text(const struct mfw_rule *rule)
{
	char *text = NULL;
	int len;

	if (rule->match)
		len = asprintf(&text, "%s", rule->match);
	else if (rule->object_pinned)
		len = asprintf(&text, "object-pinned %s", rule->object_pinned);
	else if (rule->object)
		len = asprintf(&text, "object %s", rule->object);
	else
		len = asprintf(&text, "bytecode '%s'", rule->bytecode ? rule->bytecode : "");
	return printed(len, text);
}

char *rule_drift_text(const struct mfw_rule *rule)
{
	char *text = NULL;
	int len = -1;

	if (rule->drift == MFW_DRIFT_PIN_MISSING)
		len = asprintf(&text, "drift: the pin %s is gone; the rule still runs program %u",
			       rule->pin, rule->prog_id);
	else if (rule->drift == MFW_DRIFT_PIN_REPLACED)
		len = asprintf(&text,
			       "drift: the pin %s names program %u now; the rule still runs "
			       "program %u",
			       rule->pin, rule->pin_prog_id, rule->prog_id);
	return printed(len, text);
}

static int add_counter(struct table *table, const struct mfw_rule *rule, uint64_t value)
{
	return rule->counted ? table_printf(table, "%" PRIu64, value) : table_add(table, "-");
}

static int add_front(struct table *table, const struct mfw_rule *rule)
{
	int ret = table_printf(table, "%u", rule->index);

	if (rule->foreign)
		ret |= table_printf(table, "(handle %" PRIu64 ")", rule->handle);
	else
		ret |= table_add(table, rule->ref);
	ret |= add_counter(table, rule, rule->packets);
	ret |= add_counter(table, rule, rule->bytes);
	ret |= table_add(table, rule->mode == MFW_MODE_ENFORCE ? "" : mode_words[rule->mode]);
	return ret;
}

static int add_rule(struct table *table, const struct mfw_rule *rule)
{
	cleanup_free char *match = rule_match_text(rule);
	cleanup_free char *drift = rule_drift_text(rule);
	int ret = add_front(table, rule);

	if (!match)
		return -1;
	ret |= table_add(table, match);
	ret |= table_add(table, rule->action);
	ret |= table_add(table, rule->comment);
	if (drift)
		ret |= table_note(table, drift);
	return ret;
}

/* What others' rules say stands in the match's column: it cannot be told apart in general. */
static int add_foreign(struct table *table, const struct mfw_rule *rule, const char *text)
{
	int ret = add_front(table, rule);

	ret |= table_add(table, text);
	ret |= table_add(table, "");
	ret |= table_add(table, "");
	return ret;
}

static void put_heading(const struct mfw_chain *chain, const char *customer)
{
	fputs(out_color(stdout, OUT_BOLD), stdout);
	if (customer)
		printf("customer %s, ", customer);
	printf("chain %s, table %s %s", chain->name, chain->family, chain->table);
	if (chain->hook)
		printf(", %s hook %s priority %d policy %s", chain->type ? chain->type : "filter",
		       chain->hook, chain->priority, chain->policy ? chain->policy : "accept");
	printf("%s\n", out_color(stdout, OUT_NORMAL));
}

static int put_chain(const struct listed *listed, const struct foreign *foreign, size_t i)
{
	static const struct column columns[] = {
		{"INDEX", COLUMN_RIGHT},
		{"REF"},
		{"PACKETS", COLUMN_RIGHT},
		{"BYTES", COLUMN_RIGHT},
		{"MODE", COLUMN_OPTIONAL},
		{"MATCH"},
		{"ACTION"},
		{"COMMENT", COLUMN_OPTIONAL},
	};
	const struct mfw_chain *chain = mfw_listing_chain(listed->listing, i);
	cleanup_table struct table table;
	int ret = 0;
	bool nft;

	table_init(&table, columns, ARRAY_SIZE(columns));
	table.indent = "  ";
	for (size_t k = 0; k < chain->n_rules; k++) {
		const struct mfw_rule *rule = mfw_listing_rule(listed->listing, i, k);

		if (rule->foreign)
			ret |= add_foreign(&table, rule,
					   foreign_text(foreign, listed->listing, i, k, &nft));
		else
			ret |= add_rule(&table, rule);
	}
	put_heading(chain, listed->customer);
	table_print(&table, stdout);
	return ret ? -1 : 0;
}

int rule_list_text(const struct listed *listed, const struct foreign *foreign)
{
	for (size_t i = 0; i < mfw_listing_chain_count(listed->listing); i++) {
		if (put_chain(listed, foreign, i))
			return -1;
	}
	return 0;
}
