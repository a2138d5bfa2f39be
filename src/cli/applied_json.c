/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/applied.h"
#include "cli/out.h"
#include "cli/report.h"

static void set_count(json_t *object, const char *key, size_t n)
{
	json_object_set_new(object, key, json_integer((json_int_t)n));
}

static const char *const rule_fields[] = {"match", "action", "mode", "comment", "pin", NULL};
static const char *const chain_fields[] = {"policy", "priority", "hook", NULL};

static json_t *fields_json(unsigned fields, const char *const *names)
{
	json_t *list = json_array();

	for (size_t i = 0; names[i]; i++)
		if (fields & 1u << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *rule_json(const struct mfw_rule *rule)
{
	struct applied_match match = applied_match(rule);
	json_t *object = json_object();

	if (rule->foreign || !rule->ref)
		set_count(object, "handle", rule->handle);
	if (match.key)
		out_set_text(object, match.key, match.text);
	out_set_text(object, "action", rule->action);
	out_set_text(object, "mode", mode_words[rule->mode]);
	out_set_text(object, "comment", rule->comment);
	return object;
}

static json_t *chain_values(const struct mfw_chain *chain)
{
	json_t *object = json_object();

	out_set_text(object, "family", chain->family);
	if (!chain->hook)
		return object;
	out_set_text(object, "type", chain->type);
	out_set_text(object, "hook", chain->hook);
	json_object_set_new(object, "priority", json_integer(chain->priority));
	out_set_text(object, "policy", chain->policy);
	return object;
}

static const struct {
	const char *what, *change;
} kinds[] = {
	[MFW_DELTA_CHAIN_ADD] = {"chain", "added"},
	[MFW_DELTA_CHAIN_SET] = {"chain", "changed"},
	[MFW_DELTA_CHAIN_DELETE] = {"chain", "removed"},
	[MFW_DELTA_RULE_ADD] = {"rule", "added"},
	[MFW_DELTA_RULE_REPLACE] = {"rule", "replaced"},
	[MFW_DELTA_RULE_MOVE] = {"rule", "moved"},
	[MFW_DELTA_RULE_DELETE] = {"rule", "removed"},
	[MFW_DELTA_LIST_ADD] = {"list", "added"},
	[MFW_DELTA_LIST_CHANGE] = {"list", "changed"},
	[MFW_DELTA_LIST_DELETE] = {"list", "removed"},
};

static bool is_rule(const struct mfw_delta *d)
{
	return d->rule || d->before;
}

static void set_values(json_t *object, const struct mfw_delta *d)
{
	const struct mfw_chain *from = d->chain_before, *to = d->chain;

	if (is_rule(d)) {
		if (d->before)
			json_object_set_new(object, "before", rule_json(d->before));
		if (d->rule)
			json_object_set_new(object, "after", rule_json(d->rule));
		return;
	}
	if (from)
		json_object_set_new(object, "before", chain_values(from));
	if (to)
		json_object_set_new(object, "after", chain_values(to));
}

static json_t *delta_json(const struct mfw_delta *d, bool values)
{
	const struct mfw_chain *chain = d->chain ? d->chain : d->chain_before;
	const struct mfw_rule *rule = d->rule ? d->rule : d->before;
	json_t *object = json_object();

	out_set_text(object, "what", kinds[d->kind].what);
	out_set_text(object, "change", kinds[d->kind].change);
	out_set_text(object, "list", d->list);
	if (chain)
		out_set_text(object, "chain", chain->name);
	if (rule)
		out_set_text(object, "ref", rule->ref);
	if (rule && !rule->ref)
		set_count(object, "handle", rule->handle);
	if (d->fields)
		json_object_set_new(object, "fields",
				    fields_json(d->fields, rule ? rule_fields : chain_fields));
	if (d->kind == MFW_DELTA_RULE_MOVE)
		json_object_set_new(object, "behind",
				    d->after ? json_string(d->after) : json_null());
	if (values)
		set_values(object, d);
	return object;
}

static void set_lists(json_t *object, size_t added, size_t changed, size_t removed)
{
	json_t *lists = json_object();

	set_count(lists, "added", added);
	set_count(lists, "changed", changed);
	set_count(lists, "removed", removed);
	json_object_set_new(object, "lists", lists);
}

static void set_counts(json_t *object, const struct mfw_applied_customer *c)
{
	json_t *chains = json_object(), *rules = json_object();

	set_count(chains, "added", c->chains_added);
	set_count(chains, "changed", c->chains_changed);
	set_count(chains, "removed", c->chains_deleted);
	set_count(rules, "added", c->rules_added);
	set_count(rules, "replaced", c->rules_replaced);
	set_count(rules, "moved", c->rules_moved);
	set_count(rules, "removed", c->rules_deleted);
	json_object_set_new(object, "chains", chains);
	json_object_set_new(object, "rules", rules);
	set_lists(object, c->lists_added, c->lists_changed, c->lists_deleted);
}

static json_t *changes_json(struct mfw_applied *applied, size_t i, bool values)
{
	json_t *changes = json_array();
	const struct mfw_delta *d;

	for (size_t k = 0; (d = mfw_applied_delta(applied, i, k)); k++)
		json_array_append_new(changes, delta_json(d, values));
	return changes;
}

static json_t *customer_json(struct mfw_applied *applied, size_t i, bool values)
{
	const struct mfw_applied_customer *c = mfw_applied_get(applied, i);
	json_t *object = json_object();
	cleanup_fault struct fault fault = {};

	out_set_text(object, "name", c->name);
	json_object_set_new(object, "changed", json_boolean(c->changed));
	json_object_set_new(object, "made", json_boolean(c->made));
	json_object_set_new(object, "deleted", json_boolean(c->deleted));
	set_counts(object, c);
	set_count(object, "batches", c->batches);
	json_object_set_new(object, "changes", changes_json(applied, i, values));
	if (c->error) {
		fault_copy(&fault, c->error);
		json_object_set_new(object, "error", fault_json(&fault));
	}
	return object;
}

json_t *applied_json(struct mfw_applied *applied, const struct config *config)
{
	json_t *object = json_object(), *customers = json_array();
	const struct mfw_applied_customer *c;
	size_t changed, added, removed, batches = 0;

	mfw_applied_lists(applied, &added, &changed, &removed);
	set_lists(object, added, changed, removed);
	json_object_set_new(object, "changes", changes_json(applied, MFW_APPLIED_SHARED, false));
	changed += added + removed;
	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++) {
		changed += c->changed;
		batches += c->batches;
		json_array_append_new(customers, customer_json(applied, i, config->diff));
	}
	json_object_set_new(object, "changed", json_boolean(changed));
	set_count(object, "batches", batches);
	json_object_set_new(object, "customers", customers);
	return object;
}
