/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/table.h"

/* Numbers as they are written, so that none is rounded. */
static json_t *value_json(const char *text, bool is_number)
{
	json_t *number = is_number ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	return number ? number : out_text(text);
}

static json_t *entry_json(const struct mfw_state *state, const struct mfw_state_map *map, size_t m,
			  size_t entry)
{
	json_t *object = json_object(), *key = json_object(), *value = json_object();

	for (size_t i = 0; i < map->n_columns; i++) {
		const struct mfw_state_column *column = map->columns[i];

		json_object_set_new(
			column->is_key ? key : value, column->name,
			value_json(mfw_state_text(state, m, entry, i), column->is_number));
	}
	json_object_set_new(object, "key", key);
	json_object_set_new(object, "value", value);
	return object;
}

static json_t *map_json(const struct mfw_state *state, size_t m)
{
	const struct mfw_state_map *map = mfw_state_map(state, m);
	json_t *object = json_object(), *entries = json_array();

	out_set_text(object, "map", map->name);
	json_object_set_new(object, "max_entries", json_integer((json_int_t)map->max_entries));
	for (size_t i = 0; i < map->n_entries; i++)
		json_array_append_new(entries, entry_json(state, map, m, i));
	json_object_set_new(object, "entries", entries);
	return object;
}

static int add_entries(struct table *table, const struct mfw_state *state, size_t m)
{
	const struct mfw_state_map *map = mfw_state_map(state, m);
	int r = 0;

	for (size_t i = 0; i < map->n_entries && !r; i++)
		for (size_t k = 0; k < map->n_columns && !r; k++)
			r = table_add(table, mfw_state_text(state, m, i, k));
	return r;
}

static int print_map(const struct mfw_state *state, size_t m)
{
	const struct mfw_state_map *map = mfw_state_map(state, m);
	cleanup_free struct column *columns = calloc(map->n_columns + 1, sizeof(*columns));
	cleanup_table struct table table;

	if (!columns)
		return -ENOMEM;
	for (size_t i = 0; i < map->n_columns; i++)
		columns[i] = (struct column){map->columns[i]->name,
					     map->columns[i]->is_number ? COLUMN_RIGHT : 0};
	table_init(&table, columns, map->n_columns);
	table.indent = "  ";
	if (add_entries(&table, state, m))
		return -ENOMEM;
	printf("%s%s: %zu of at most %zu entries\n", m ? "\n" : "", map->name, map->n_entries,
	       map->max_entries);
	if (map->n_entries)
		table_print(&table, stdout);
	return 0;
}

int rule_state(struct session *session, struct fault *fault)
{
	cleanup(state_free_p) struct mfw_state *state = NULL;
	const struct config *config = session->config;
	struct mfw_target target = target_of(config);
	json_t *object, *maps;
	struct mfw_err *err = NULL;
	size_t n = 0;

	if (session_open(session, fault))
		return -1;
	if (mfw_rule_state(session->mfw, &target, config->chain, config->ref, config->reset, &state,
			   &err))
		return fault_take(fault, err);
	if (!config->json) {
		for (; mfw_state_map(state, n); n++)
			if (print_map(state, n))
				return fault_make(fault, ENOMEM, "memory", "out of memory");
		return STATUS_DONE;
	}
	object = json_object();
	maps = json_array();
	for (; mfw_state_map(state, n); n++)
		json_array_append_new(maps, map_json(state, n));
	json_object_set_new(object, "state", maps);
	out_json(object);
	return STATUS_DONE;
}
