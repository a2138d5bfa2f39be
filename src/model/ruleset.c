/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ruleset.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "model/ruleset_rule.h"

void ruleset_list_clear(struct ruleset_list *list)
{
	free(list->name);
	free(list->path);
	buf_clear(&list->entries);
}

void ruleset_rule_clear(struct ruleset_rule *rule)
{
	rule_unref(rule->rule);
	for (size_t i = 0; i < rule->n_nodes; i++)
		free(rule->nodes[i]);
	free(rule->nodes);
}

static void keep(void *node)
{
	(void)node;
}

void ruleset_chain_clear(struct ruleset_chain *chain)
{
	tdestroy(chain->refs, keep);
	for (size_t i = 0; i < chain->n_rules; i++)
		ruleset_rule_clear(&chain->rules[i]);
	free(chain->rules);
	chain_free(chain->chain);
}

void ruleset_customer_free(struct ruleset_customer *c)
{
	for (size_t i = 0; i < c->n_lists; i++)
		ruleset_list_clear(&c->lists[i]);
	for (size_t i = 0; i < c->n_chains; i++)
		ruleset_chain_clear(&c->chains[i]);
	free(c->lists);
	free(c->chains);
	free(c->name);
	free(c->netns);
	free(c);
}

void ruleset_clear(struct ruleset *rs)
{
	tdestroy(rs->names, keep);
	for (size_t i = 0; i < rs->n_customers; i++)
		ruleset_customer_free(rs->customers[i]);
	for (size_t i = 0; i < rs->n_lists; i++)
		ruleset_list_clear(&rs->lists[i]);
	for (size_t i = 0; i < rs->n_strays; i++) {
		free(rs->strays[i].match);
		free(rs->strays[i].pointer);
		free(rs->strays[i].ref);
	}
	for (size_t i = 0; i < rs->n_files; i++) {
		free(rs->files[i]->name);
		free(rs->files[i]->data);
		free(rs->files[i]);
	}
	free(rs->customers);
	free(rs->lists);
	free(rs->strays);
	free(rs->files);
	*rs = (struct ruleset){};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ruleset_customer *)a)->name,
		      ((const struct ruleset_customer *)b)->name);
}

struct ruleset_customer *ruleset_find(const struct ruleset *rs, const char *name)
{
	struct ruleset_customer key = {.name = (char *)name};
	struct ruleset_customer **found = tfind(&key, &rs->names, by_name);

	return found ? *found : NULL;
}

struct ruleset_chain *ruleset_find_chain(const struct ruleset_customer *customer, const char *name)
{
	for (size_t i = 0; i < customer->n_chains; i++)
		if (!strcmp(customer->chains[i].chain->pub.name, name))
			return &customer->chains[i];
	return NULL;
}

/* Makes room for one more customer. */
static int grow(struct ruleset *rs)
{
	size_t cap = rs->cap_customers ? rs->cap_customers * 2 : 16;
	struct ruleset_customer **more;

	if (rs->n_customers < rs->cap_customers)
		return 0;
	more = reallocarray(rs->customers, cap, sizeof(*more));
	if (!more)
		return -ENOMEM;
	rs->customers = more;
	rs->cap_customers = cap;
	return 0;
}

int ruleset_take_customer(struct ruleset *rs, struct ruleset_customer *c)
{
	if (grow(rs) || !tsearch(c, &rs->names, by_name))
		return -ENOMEM;
	rs->customers[rs->n_customers++] = c;
	return 0;
}

struct ruleset_customer *ruleset_add_customer(struct ruleset *rs, const char *name)
{
	struct ruleset_customer *c = calloc(1, sizeof(*c));

	if (c)
		c->name = strdup(name);
	if (!c || !c->name || ruleset_take_customer(rs, c)) {
		if (c)
			ruleset_customer_free(c);
		return NULL;
	}
	return c;
}

struct ruleset_chain *ruleset_add_chain(struct ruleset_customer *c, struct chain *chain)
{
	struct ruleset_chain *more = reallocarray(c->chains, c->n_chains + 1, sizeof(*more));

	if (!more) {
		chain_free(chain);
		return NULL;
	}
	c->chains = more;
	more[c->n_chains] = (struct ruleset_chain){.chain = chain};
	return &more[c->n_chains++];
}

struct ruleset_rule *ruleset_add_rule(struct ruleset_chain *chain, struct rule *rule)
{
	if (chain->n_rules == chain->cap_rules) {
		size_t cap = chain->cap_rules ? chain->cap_rules * 2 : 8;
		struct ruleset_rule *more = reallocarray(chain->rules, cap, sizeof(*more));

		if (!more) {
			rule_unref(rule);
			return NULL;
		}
		chain->rules = more;
		chain->cap_rules = cap;
	}
	chain->rules[chain->n_rules] = (struct ruleset_rule){.rule = rule};
	return &chain->rules[chain->n_rules++];
}
