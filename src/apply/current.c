/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/current.h"

#include <errno.h>
#include <string.h>

/* Without a program it is the rule of an expression that all packets match: see diff_rules(). */
static int complete(struct said *said, struct rule *rule, uint32_t index)
{
	int r = said_complete(said, rule, index);

	return r || rule->program ? r : rule_set_text(&rule->pub.hash, "");
}

static int add_chain(struct said *said, const struct chain *from, struct ruleset_customer *customer)
{
	struct ruleset_chain *to;
	struct chain *chain;
	int r = chain_new(&from->pub, from->family, &chain);

	if (r)
		return r;
	chain->hooknum = from->hooknum;
	to = ruleset_add_chain(customer, chain);
	if (!to)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_rules && !r; i++) {
		r = complete(said, from->rules[i], i);
		if (!r && !ruleset_add_rule(to, rule_ref(from->rules[i])))
			r = -ENOMEM;
	}
	return r;
}

static int look(struct site *site, struct mfw_err **err)
{
	int r;

	site_forget_view(site);
	site->has_pin_dir = false;
	r = kernel_nft_chains(site->ns, site->family, site->table, &site->view, err);
	for (size_t i = 0; !r && i < site->view->n_chains; i++)
		r = kernel_nft_rules(site->ns, site->view->chains[i], false, err);
	return r;
}

static int add_all(const struct site *site, struct said *said, struct ruleset_customer *customer)
{
	int r = 0;

	for (size_t i = 0; i < site->view->n_chains && !r; i++)
		r = add_chain(said, site->view->chains[i], customer);
	return r;
}

/* That we made the namespace is said by saying nothing. */
static int set_netns(const struct site *site, struct ruleset_customer *customer)
{
	if (site->made)
		return 0;
	customer->netns = strdup(site->netns);
	return customer->netns ? 0 : -ENOMEM;
}

int current_read(struct mfw *mfw, const char *name, struct said *said, struct ruleset *ruleset,
		 struct ruleset_customer **ret, struct site **ret_site, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = name};
	struct ruleset_customer *customer;
	struct site *site;
	int r = site_get(mfw, &target, &site, err);

	r = r ? r : look(site, err);
	if (r)
		return r;
	customer = ruleset_add_customer(ruleset, name);
	if (!customer || add_all(site, said, customer) || set_netns(site, customer))
		return err_nomem(err);
	/* The next customer has other ones. */
	said_forget_pins(said);
	*ret = customer;
	*ret_site = site;
	return 0;
}

int current_texts(struct said *said, struct ruleset_customer *customer)
{
	int r = 0;

	for (size_t i = 0; i < customer->n_chains; i++)
		for (size_t k = 0; k < customer->chains[i].n_rules && !r; k++)
			r = said_match(said, customer->chains[i].rules[k].rule);
	return r;
}
