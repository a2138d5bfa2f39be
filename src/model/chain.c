/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a customer's chain can be. */
#include <errno.h>
#include <string.h>

#include "model/family.h"
#include "model/view.h"

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

static int check_words(const struct mfw_chain *c, struct mfw_err **err)
{
	static const char *const policies[] = {"accept", "drop", NULL};
	static const char *const types[] = {"filter", "nat", "route", NULL};

	if (c->policy && !is_one_of(c->policy, policies))
		return err_make(err, EINVAL, "chain.policy",
				"a chain's policy is accept or drop, not '%s'", c->policy);
	if (c->type && !is_one_of(c->type, types))
		return err_make(err, EINVAL, "chain.type",
				"a chain's type is filter, nat or route, not '%s'", c->type);
	return 0;
}

int chain_of_customer(const struct mfw_chain *pub, struct chain **ret, struct mfw_err **err)
{
	uint8_t family, hooknum = 0;
	struct mfw_chain c = *pub;
	int r = family_parse(c.family, &family, err);

	if (!r && c.hook)
		r = hook_parse(c.hook, &hooknum, err);
	r = r ? r : check_words(&c, err);
	if (r)
		return r;
	c.family = family_name(family);
	c.table = CUSTOMER_TABLE;
	if (c.hook) {
		c.type = c.type ? c.type : "filter";
		c.policy = c.policy ? c.policy : "accept";
	}
	if (chain_new(&c, family, ret))
		return err_nomem(err);
	(*ret)->hooknum = hooknum;
	return 0;
}
