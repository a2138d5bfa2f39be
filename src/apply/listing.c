/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/listing.h"

#include <errno.h>
#include <string.h>

#include "apply/said.h"

static int complete(struct view *view)
{
	struct said said = {.texts = true};
	int r = 0;

	for (size_t c = 0; c < view->n_chains && !r; c++) {
		struct chain *chain = view->chains[c];

		chain->pub.n_rules = chain->n_rules;
		for (size_t i = 0; i < chain->n_rules && !r; i++)
			r = said_complete(&said, chain->rules[i], i);
	}
	said_clear(&said);
	return r;
}

/* Leaves only the chain of that name in the view. */
static int keep_only(struct view *view, const struct site *site, const char *name,
		     struct mfw_err **err)
{
	struct chain *chain = view_find(view, name);

	if (!chain)
		return err_make(err, ENOENT, "chain.missing", "%s%s has no chain '%s'",
				site->customer ? "customer " : "the table ",
				site->customer ? site->customer : site->table, name);
	for (size_t i = view->n_chains; i-- > 0;) {
		struct chain *other = view->chains[i];

		if (other == chain)
			continue;
		view_take_chain(view, other);
		chain_free(other);
	}
	return 0;
}

int listing_read(struct mfw *mfw, const struct mfw_target *target, const char *chain, bool reset,
		 struct view **ret, struct mfw_err **err)
{
	cleanup_view struct view *view = NULL;
	struct site *site;
	int r = site_get(mfw, target, &site, err);

	r = r ? r : kernel_nft_chains(site->ns, site->family, site->table, &view, err);
	if (!r && !site->customer && !view->n_tables)
		r = err_make(err, ENOENT, "table.missing",
			     "there is no table %s in this family of the namespace (nft list "
			     "tables)",
			     site->table);
	if (!r && chain)
		r = keep_only(view, site, chain, err);
	for (size_t i = 0; !r && i < view->n_chains; i++)
		r = kernel_nft_rules(site->ns, view->chains[i], reset, err);
	if (!r && complete(view))
		r = err_nomem(err);
	if (!r)
		*ret = steal_ptr(view);
	return r;
}
