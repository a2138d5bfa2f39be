/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset as text. */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "model/ruleset.h"

/*
 * It is written whole or not at all: *r says that something was not there. To put NULL somewhere,
 * or something into NULL, is such a failure.
 */
static void set(int *r, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		*r = -ENOMEM;
}

static void add(int *r, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		*r = -ENOMEM;
}

static void set_text(int *r, json_t *object, const char *key, const char *text)
{
	if (text)
		set(r, object, key, json_string(text));
}

static json_t *list_json(int *r, const struct ruleset_list *list)
{
	json_t *entries = json_array(), *object;
	const char *entry = list->entries.data;

	for (size_t i = 0; i < list->n_entries; i++, entry += strlen(entry) + 1)
		add(r, entries, json_string(entry));
	if (!list->path && !list->of_names)
		return entries;
	object = json_object();
	if (list->of_names)
		set_text(r, object, "type", "name");
	if (!list->path)
		set(r, object, "entries", json_incref(entries));
	set_text(r, object, "file", list->path);
	json_decref(entries);
	return object;
}

static void set_lists(int *r, json_t *object, const struct ruleset_list *lists, size_t n)
{
	json_t *all = n ? json_object() : NULL;

	for (size_t i = 0; i < n; i++)
		set(r, all, lists[i].name, list_json(r, &lists[i]));
	if (n)
		set(r, object, "lists", all);
}

static json_t *rule_json(int *r, const struct ruleset_rule *from)
{
	static const char *const modes[] = {
		[MFW_MODE_MONITOR] = "monitor", [MFW_MODE_DISABLED] = "disabled"};
	const struct mfw_rule *rule = &from->rule->pub;
	json_t *object = json_object(), *nodes = from->n_nodes ? json_array() : NULL;

	set_text(r, object, "ref", rule->ref);
	set_text(r, object, "match", rule->match);
	set_text(r, object, "object_pinned", rule->object_pinned);
	set_text(r, object, "object", rule->object);
	set_text(r, object, "bytecode", rule->bytecode);
	set_text(r, object, "action", rule->action);
	set_text(r, object, "mode", modes[rule->mode]);
	set_text(r, object, "comment", rule->comment);
	for (size_t i = 0; i < from->n_nodes; i++)
		add(r, nodes, json_string(from->nodes[i]));
	if (from->n_nodes)
		set(r, object, "nodes", nodes);
	return object;
}

/* Other tools' rules stand in chains that were read from the kernel. */
static bool is_ours(const struct rule *rule)
{
	return rule->pub.ref && rule_match_kind(&rule->pub, NULL) > 0;
}

static json_t *chain_json(int *r, const struct ruleset_chain *from)
{
	const struct mfw_chain *chain = &from->chain->pub;
	json_t *object = json_object(), *rules = json_array();

	set_text(r, object, "name", chain->name);
	if (strcmp(chain->family, "inet"))
		set_text(r, object, "family", chain->family);
	if (chain->hook) {
		if (strcmp(chain->type, "filter"))
			set_text(r, object, "type", chain->type);
		set_text(r, object, "hook", chain->hook);
		set(r, object, "priority", json_integer(chain->priority));
		set_text(r, object, "policy", chain->policy);
	}
	for (size_t i = 0; i < from->n_rules; i++)
		if (is_ours(from->rules[i].rule))
			add(r, rules, rule_json(r, &from->rules[i]));
	set(r, object, "rules", rules);
	return object;
}

static json_t *customer_json(int *r, const struct ruleset_customer *c)
{
	json_t *object = json_object(), *chains = json_array();

	set_text(r, object, "name", c->name);
	set_text(r, object, "netns", c->netns);
	set_lists(r, object, c->lists, c->n_lists);
	for (size_t i = 0; i < c->n_chains; i++)
		add(r, chains, chain_json(r, &c->chains[i]));
	set(r, object, "chains", chains);
	return object;
}

json_t *ruleset_json(const struct ruleset *rs)
{
	json_t *root = json_object(), *customers = json_array();
	int failed = 0, *r = &failed;

	set(r, root, "version", json_integer(RULESET_VERSION));
	set_lists(r, root, rs->lists, rs->n_lists);
	for (size_t i = 0; i < rs->n_customers; i++)
		add(r, customers, customer_json(r, rs->customers[i]));
	set(r, root, "customers", customers);
	if (!failed)
		return root;
	json_decref(root);
	return NULL;
}

int ruleset_print_json(const struct ruleset *rs, struct buf *out)
{
	json_t *root = ruleset_json(rs);
	char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	int r = text ? buf_printf(out, "%s\n", text) : -ENOMEM;

	free(text);
	json_decref(root);
	return r;
}

/* ---- YAML ---- */

static bool emit(yaml_emitter_t *e, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(e, event);
}

/* Texts stand in quotes, so that none is taken for a number or a truth value. */
static bool emit_scalar(yaml_emitter_t *e, const char *text, bool quoted)
{
	yaml_event_t event;

	return emit(e, &event,
		    yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
						 strlen(text), !quoted, quoted,
						 quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
							: YAML_PLAIN_SCALAR_STYLE));
}

static bool emit_value(yaml_emitter_t *e, json_t *value);

static bool emit_map(yaml_emitter_t *e, json_t *map)
{
	yaml_event_t event;
	const char *key;
	json_t *value;
	bool ok = emit(e, &event,
		       yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
							   YAML_BLOCK_MAPPING_STYLE));

	json_object_foreach(map, key, value) ok =
		ok && emit_scalar(e, key, false) && emit_value(e, value);
	return ok && emit(e, &event, yaml_mapping_end_event_initialize(&event));
}

static bool emit_list(yaml_emitter_t *e, json_t *list)
{
	yaml_event_t event;
	size_t i;
	json_t *value;
	bool ok = emit(e, &event,
		       yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
							    YAML_BLOCK_SEQUENCE_STYLE));

	json_array_foreach(list, i, value) ok = ok && emit_value(e, value);
	return ok && emit(e, &event, yaml_sequence_end_event_initialize(&event));
}

static bool emit_value(yaml_emitter_t *e, json_t *value)
{
	char number[32];

	if (json_is_object(value))
		return emit_map(e, value);
	if (json_is_array(value))
		return emit_list(e, value);
	if (json_is_string(value))
		return emit_scalar(e, json_string_value(value), true);
	snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	return emit_scalar(e, number, false);
}

static bool emit_document(yaml_emitter_t *e, json_t *root)
{
	yaml_event_t event;

	return emit(e, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       emit(e, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	       emit_value(e, root) &&
	       emit(e, &event, yaml_document_end_event_initialize(&event, 1)) &&
	       emit(e, &event, yaml_stream_end_event_initialize(&event));
}

static int append(void *out, unsigned char *data, size_t len)
{
	return !buf_add(out, data, len);
}

int ruleset_print_yaml(const struct ruleset *rs, struct buf *out)
{
	json_t *root = ruleset_json(rs);
	yaml_emitter_t emitter;
	bool ok;

	if (!root || !yaml_emitter_initialize(&emitter)) {
		json_decref(root);
		return -ENOMEM;
	}
	yaml_emitter_set_output(&emitter, append, out);
	yaml_emitter_set_width(&emitter, -1);
	yaml_emitter_set_unicode(&emitter, 1);
	ok = emit_document(&emitter, root);
	yaml_emitter_delete(&emitter);
	json_decref(root);
	return ok ? 0 : -ENOMEM;
}
