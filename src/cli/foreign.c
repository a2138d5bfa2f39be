/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/foreign.h"

#include "base/cleanup.h"
#include "cli/native_text.h"
#include "cli/xt_text.h"

static size_t count_xt(const struct mfw_rule *rule)
{
	size_t n = 0;

	for (size_t i = 0; rule->foreign && i < rule->n_exprs; i++)
		n += rule->exprs[i]->xt_name != NULL;
	return n;
}

/* Marks the chains that hold foreign rules; returns how many rules of others there are. */
static size_t survey(const struct mfw_listing *listing, bool *chains, size_t *ret_xt,
		     size_t *ret_rules)
{
	size_t n = 0;

	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++) {
		for (size_t k = 0; k < mfw_listing_chain(listing, i)->n_rules; k++) {
			const struct mfw_rule *rule = mfw_listing_rule(listing, i, k);

			++*ret_rules;
			*ret_xt += count_xt(rule);
			n += rule->foreign;
			chains[i] |= rule->foreign;
		}
	}
	return n;
}

static size_t collect_xt(const struct mfw_listing *listing, struct xt_item *items)
{
	size_t n = 0;

	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++) {
		const struct mfw_chain *chain = mfw_listing_chain(listing, i);

		for (size_t k = 0; k < chain->n_rules; k++) {
			const struct mfw_rule *rule = mfw_listing_rule(listing, i, k);

			for (size_t e = 0; rule->foreign && e < rule->n_exprs; e++) {
				if (!rule->exprs[e]->xt_name)
					continue;
				items[n].expr = rule->exprs[e];
				items[n++].family = chain->family;
			}
		}
	}
	return n;
}

/* Texts for the rules that nft does not print, or not whole. */
static int compose(struct foreign *foreign, const struct mfw_listing *listing,
		   const char *const *xt_texts)
{
	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++) {
		const struct mfw_chain *chain = mfw_listing_chain(listing, i);

		for (size_t k = 0; k < chain->n_rules; k++) {
			const struct mfw_rule *rule = mfw_listing_rule(listing, i, k);
			size_t n_xt = count_xt(rule);
			const char *nft = nft_texts_find(&foreign->nft, i, rule->handle);
			char **to = &foreign->texts[foreign->first[i] + k];

			if (!rule->foreign || (!n_xt && nft))
				continue;
			*to = native_text(rule, chain->family, nft, xt_texts);
			if (!*to)
				return -1;
			xt_texts += n_xt;
		}
	}
	return 0;
}

static int read_xt(struct foreign *foreign, const struct mfw_listing *listing, size_t n_xt,
		   const char *netns)
{
	cleanup_free struct xt_item *items = calloc(n_xt + 1, sizeof(*items));
	cleanup_free const char **texts = calloc(n_xt + 1, sizeof(*texts));
	int ret;

	if (!items || !texts)
		return -1;
	collect_xt(listing, items);
	xt_text_fill(items, n_xt, netns);
	for (size_t i = 0; i < n_xt; i++)
		texts[i] = items[i].text;
	ret = compose(foreign, listing, texts);
	for (size_t i = 0; i < n_xt; i++)
		free(items[i].text);
	return ret;
}

int foreign_read(struct foreign *foreign, const struct mfw_listing *listing, const char *netns)
{
	size_t n_chains = mfw_listing_chain_count(listing), n_xt = 0;
	cleanup_free bool *chains = calloc(n_chains + 1, sizeof(*chains));

	if (!chains)
		return -1;
	if (!survey(listing, chains, &n_xt, &foreign->n))
		return 0;
	foreign->texts = calloc(foreign->n, sizeof(*foreign->texts));
	foreign->first = calloc(n_chains, sizeof(*foreign->first));
	if (!foreign->texts || !foreign->first)
		return -1;
	for (size_t i = 1; i < n_chains; i++)
		foreign->first[i] =
			foreign->first[i - 1] + mfw_listing_chain(listing, i - 1)->n_rules;
	nft_texts_read(&foreign->nft, listing, chains, netns);
	return read_xt(foreign, listing, n_xt, netns);
}

const char *foreign_text(const struct foreign *foreign, const struct mfw_listing *listing,
			 size_t chain, size_t rule, bool *ret_nft)
{
	uint64_t handle = mfw_listing_rule(listing, chain, rule)->handle;
	const char *own = foreign->texts ? foreign->texts[foreign->first[chain] + rule] : NULL;
	const char *nft = own ? NULL : nft_texts_find(&foreign->nft, chain, handle);

	*ret_nft = nft != NULL;
	if (own)
		return own;
	return nft ? nft : "?";
}

void foreign_clear(struct foreign *foreign)
{
	for (size_t i = 0; foreign->texts && i < foreign->n; i++)
		free(foreign->texts[i]);
	free(foreign->texts);
	free(foreign->first);
	nft_texts_clear(&foreign->nft);
	*foreign = (struct foreign){};
}
