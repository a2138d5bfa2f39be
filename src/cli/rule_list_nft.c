/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A listing in nft's form. Our rules are comments, since nft has no words for them, so what is
 * printed can be loaded by nft, without them.
 */
#include <string.h>

#include "cli/command.h"
#include "cli/out.h"
#include "cli/rule_list.h"

static void put(const char *text)
{
	out_plain(stdout, text, strlen(text));
}

static void put_own(const struct mfw_rule *rule)
{
	const char *path = rule->object_pinned ? rule->object_pinned : rule->pin;

	if (path) {
		fputs("\t\t#match bpf pinned ", stdout);
		put(path);
	} else if (rule->bytecode) {
		fputs("\t\t#match bpf bytecode '", stdout);
		put(rule->bytecode);
		putchar('\'');
	} else {
		/* `true` needs no program. */
		fputs("\t\t#match ", stdout);
		put(rule->match ? rule->match : "");
	}
	putchar(' ');
	put(rule->action);
	if (rule->mode != MFW_MODE_ENFORCE)
		printf(" # %s", mode_words[rule->mode]);
	putchar('\n');
}

static void put_foreign(const char *text, bool nft)
{
	fputs(nft ? "\t\t" : "\t\t#", stdout);
	put(text);
	putchar('\n');
}

static void put_chain(const struct listed *listed, const struct foreign *foreign, size_t i)
{
	const struct mfw_chain *chain = mfw_listing_chain(listed->listing, i);

	printf("\tchain %s {\n", chain->name);
	if (chain->hook)
		printf("\t\ttype %s hook %s priority %d; policy %s;\n",
		       chain->type ? chain->type : "filter", chain->hook, chain->priority,
		       chain->policy ? chain->policy : "accept");
	for (size_t k = 0; k < chain->n_rules; k++) {
		const struct mfw_rule *rule = mfw_listing_rule(listed->listing, i, k);
		const char *text;
		bool nft;

		if (!rule->foreign) {
			put_own(rule);
			continue;
		}
		text = foreign_text(foreign, listed->listing, i, k, &nft);
		put_foreign(text, nft);
	}
	puts("\t}");
}

static bool same_table(const struct mfw_listing *listing, size_t a, size_t b)
{
	const struct mfw_chain *x = mfw_listing_chain(listing, a),
			       *y = mfw_listing_chain(listing, b);

	return !strcmp(x->family, y->family) && !strcmp(x->table, y->table);
}

static bool was_printed(const struct mfw_listing *listing, size_t chain)
{
	for (size_t i = 0; i < chain; i++) {
		if (same_table(listing, i, chain))
			return true;
	}
	return false;
}

int rule_list_nft(const struct listed *listed, const struct foreign *foreign)
{
	const struct mfw_listing *listing = listed->listing;
	size_t n = mfw_listing_chain_count(listing);

	for (size_t i = 0; i < n; i++) {
		const struct mfw_chain *chain = mfw_listing_chain(listing, i);

		if (was_printed(listing, i))
			continue;
		if (listed->customer)
			printf("# customer %s\n", listed->customer);
		printf("table %s %s {\n", chain->family, chain->table);
		for (size_t k = i; k < n; k++) {
			if (same_table(listing, i, k))
				put_chain(listed, foreign, k);
		}
		puts("}");
	}
	return 0;
}
