/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/view.h"

#include <errno.h>
#include <search.h>
#include <string.h>

/* Makes room for one more pointer in an array. 0 or -ENOMEM. */
static int grow(void *array, size_t n, size_t *cap, size_t size)
{
	void **p = array;
	size_t more = *cap ? *cap * 2 : 8;
	void *bigger;

	if (n < *cap)
		return 0;
	bigger = reallocarray(*p, more, size);
	if (!bigger)
		return -ENOMEM;
	*p = bigger;
	*cap = more;
	return 0;
}

struct view *view_new(void)
{
	return calloc(1, sizeof(struct view));
}

void view_free(struct view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < view->n_tables; i++)
		free(view->tables[i].name);
	for (size_t i = 0; i < view->n_chains; i++)
		chain_free(view->chains[i]);
	free(view->tables);
	free(view->chains);
	free(view);
}

bool view_has_table(const struct view *view, uint8_t family, const char *name)
{
	for (size_t i = 0; i < view->n_tables; i++)
		if (view->tables[i].family == family && !strcmp(view->tables[i].name, name))
			return true;
	return false;
}

int view_add_table(struct view *view, uint8_t family, const char *name)
{
	struct table *tables =
		reallocarray(view->tables, view->n_tables + 1, sizeof(*view->tables));
	char *copy = strdup(name);

	if (tables)
		view->tables = tables;
	if (!tables || !copy) {
		free(copy);
		return -ENOMEM;
	}
	tables[view->n_tables++] = (struct table){.family = family, .name = copy};
	return 0;
}

struct chain *view_find(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->n_chains; i++)
		if (!strcmp(view->chains[i]->pub.name, name))
			return view->chains[i];
	return NULL;
}

int view_add_chain(struct view *view, struct chain *chain)
{
	struct chain **chains =
		reallocarray(view->chains, view->n_chains + 1, sizeof(*view->chains));

	if (!chains)
		return -ENOMEM;
	view->chains = chains;
	chains[view->n_chains++] = chain;
	return 0;
}

void view_take_chain(struct view *view, struct chain *chain)
{
	for (size_t i = 0; i < view->n_chains; i++) {
		if (view->chains[i] != chain)
			continue;
		view->n_chains--;
		memmove(&view->chains[i], &view->chains[i + 1],
			(view->n_chains - i) * sizeof(*view->chains));
		return;
	}
}

static int copy_text(const char **ret, const char *text)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

int chain_new(const struct mfw_chain *pub, uint8_t family, struct chain **ret)
{
	cleanup_chain struct chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return -ENOMEM;
	chain->family = family;
	chain->pub = (struct mfw_chain){MFW_SIZE(struct mfw_chain), .priority = pub->priority};
	if (copy_text(&chain->pub.name, pub->name) || copy_text(&chain->pub.family, pub->family) ||
	    copy_text(&chain->pub.table, pub->table) || copy_text(&chain->pub.type, pub->type) ||
	    copy_text(&chain->pub.hook, pub->hook) || copy_text(&chain->pub.policy, pub->policy))
		return -ENOMEM;
	*ret = steal_ptr(chain);
	return 0;
}

void chain_free(struct chain *chain)
{
	if (!chain)
		return;
	chain_clear(chain);
	free(chain->rules);
	free((char *)chain->pub.name);
	free((char *)chain->pub.family);
	free((char *)chain->pub.table);
	free((char *)chain->pub.type);
	free((char *)chain->pub.hook);
	free((char *)chain->pub.policy);
	free(chain);
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct rule *)a)->pub.ref, ((const struct rule *)b)->pub.ref);
}

/* N of a ref rN, 0 for any other. */
static uint32_t made_number(const char *ref)
{
	unsigned long n;
	char *end;

	if (ref[0] != 'r' || ref[1] < '1' || ref[1] > '9')
		return 0;
	errno = 0;
	n = strtoul(ref + 1, &end, 10);
	return *end || errno || n >= UINT32_MAX ? 0 : n;
}

int chain_insert(struct chain *chain, size_t index, struct rule *rule)
{
	uint32_t n;

	if (grow(&chain->rules, chain->n_rules, &chain->cap_rules, sizeof(*chain->rules)))
		return -ENOMEM;
	if (rule->pub.ref) {
		if (!tsearch(rule, &chain->refs, by_ref))
			return -ENOMEM;
		n = made_number(rule->pub.ref);
		if (n > chain->last_made)
			chain->last_made = n;
	}
	if (index > chain->n_rules)
		index = chain->n_rules;
	memmove(&chain->rules[index + 1], &chain->rules[index],
		(chain->n_rules - index) * sizeof(*chain->rules));
	chain->rules[index] = rule_ref(rule);
	chain->n_rules++;
	return 0;
}

void chain_remove(struct chain *chain, size_t index)
{
	struct rule *rule = chain->rules[index];

	chain->n_rules--;
	memmove(&chain->rules[index], &chain->rules[index + 1],
		(chain->n_rules - index) * sizeof(*chain->rules));
	if (rule->pub.ref)
		tdelete(rule, &chain->refs, by_ref);
	rule_unref(rule);
}

static void keep(void *rule)
{
	(void)rule;
}

void chain_clear(struct chain *chain)
{
	tdestroy(chain->refs, keep);
	chain->refs = NULL;
	for (size_t i = 0; i < chain->n_rules; i++)
		rule_unref(chain->rules[i]);
	chain->n_rules = 0;
	chain->last_made = 0;
}

struct rule *chain_find(const struct chain *chain, const char *ref, size_t *ret_index)
{
	struct rule key = {.pub.ref = ref};
	struct rule **node = tfind(&key, &chain->refs, by_ref);

	if (!node)
		return NULL;
	for (size_t i = 0; ret_index && i < chain->n_rules; i++)
		if (chain->rules[i] == *node)
			*ret_index = i;
	return *node;
}

void chain_make_ref(const struct chain *chain, char ret[16])
{
	uint32_t n = chain->last_made;

	/* Above the highest, but for somebody who chose the last number there is. */
	do
		snprintf(ret, 16, "r%u", ++n);
	while (chain_find(chain, ret, NULL));
}
