/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/handlers.h"
#include "cli/list.h"
#include "cli/out.h"
#include "cli/priority.h"
#include "cli/table.h"

static int check_base(const struct config *config, struct fault *fault)
{
	uint64_t given = config->given;

	if ((given & OPTS_BASECHAIN) && !(given & OPT(HOOK)))
		return fault_usage(fault, "usage.missing",
				   "--type, --priority and --policy are for base chains, which "
				   "need --hook");
	return 0;
}

int chain_add_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_chain chain = {
		MFW_SIZE(struct mfw_chain), .name = config->chain, .family = config->family,
		.type = config->type,       .hook = config->hook,  .policy = config->policy,
	};
	struct mfw_err *err = NULL;

	if (check_base(config, fault))
		return -1;
	if (config->priority &&
	    priority_parse(config->priority, config->family, &chain.priority, fault))
		return -1;
	return mfw_change_chain_add(change, &chain, &err) ? fault_take(fault, err) : 0;
}

int chain_set_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_chain chain = {
		MFW_SIZE(struct mfw_chain), .name = config->chain,    .family = config->family,
		.hook = config->hook,       .policy = config->policy,
	};
	unsigned fields = (config->policy ? MFW_CHAIN_POLICY : 0) |
			  (config->priority ? MFW_CHAIN_PRIORITY : 0) |
			  (config->hook ? MFW_CHAIN_HOOK : 0);
	struct mfw_err *err = NULL;

	if (config->priority &&
	    priority_parse(config->priority, config->family, &chain.priority, fault))
		return -1;
	return mfw_change_chain_set(change, &chain, fields, &err) ? fault_take(fault, err) : 0;
}

int chain_del_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_err *err = NULL;

	if (mfw_change_chain_del(change, config->chain, config->flush, &err))
		return fault_take(fault, err);
	return 0;
}

json_t *chain_json(const struct mfw_chain *chain, const char *customer)
{
	json_t *object = json_object();

	out_set_text(object, "customer", customer);
	out_set_text(object, "family", chain->family);
	out_set_text(object, "table", chain->table);
	out_set_text(object, "chain", chain->name);
	if (chain->hook) {
		out_set_text(object, "type", chain->type);
		out_set_text(object, "hook", chain->hook);
		json_object_set_new(object, "priority", json_integer(chain->priority));
		out_set_text(object, "policy", chain->policy);
	}
	return object;
}

void chains_add_json(const struct mfw_listing *listing, const char *customer, json_t *into)
{
	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++) {
		const struct mfw_chain *chain = mfw_listing_chain(listing, i);
		json_t *object = chain_json(chain, customer);

		json_object_set_new(object, "n_rules", json_integer((json_int_t)chain->n_rules));
		json_array_append_new(into, object);
	}
}

static int add_row(struct table *table, const struct mfw_chain *chain, const char *customer)
{
	int ret = table_add(table, customer ? customer : "");

	ret |= table_add(table, chain->name);
	ret |= table_add(table, chain->family);
	ret |= table_add(table, chain->table);
	ret |= table_add(table, chain->hook ? chain->type : "");
	ret |= table_add(table, chain->hook ? chain->hook : "");
	if (chain->hook)
		ret |= table_printf(table, "%d", chain->priority);
	else
		ret |= table_add(table, "");
	ret |= table_add(table, chain->hook ? chain->policy : "");
	ret |= table_printf(table, "%zu", chain->n_rules);
	return ret;
}

static const struct column chain_columns[] = {
	{"CUSTOMER", COLUMN_OPTIONAL},
	{"CHAIN"},
	{"FAMILY"},
	{"TABLE"},
	{"TYPE", COLUMN_OPTIONAL},
	{"HOOK", COLUMN_OPTIONAL},
	{"PRIORITY", COLUMN_RIGHT | COLUMN_OPTIONAL},
	{"POLICY", COLUMN_OPTIONAL},
	{"RULES", COLUMN_RIGHT},
};

void chain_table_init(struct table *table)
{
	table_init(table, chain_columns, ARRAY_SIZE(chain_columns));
}

int chain_table_add(struct table *table, const struct mfw_listing *listing, const char *customer)
{
	int ret = 0;

	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++)
		ret |= add_row(table, mfw_listing_chain(listing, i), customer);
	return ret;
}

static int list_text(struct listed *const *all, size_t n, struct fault *fault)
{
	cleanup_table struct table table;

	chain_table_init(&table);
	for (size_t i = 0; i < n; i++) {
		if (all[i]->listing && chain_table_add(&table, all[i]->listing, all[i]->customer))
			return fault_make(fault, ENOMEM, "memory", "out of memory");
	}
	table_print(&table, stdout);
	return 0;
}

int chain_list(struct session *session, struct fault *fault)
{
	cleanup_lists struct lists lists = {};
	json_t *object, *chains;

	if (lists_read(session, &lists, fault))
		return -1;
	if (!session->config->json) {
		if (list_text(lists.all, lists.n, fault))
			return -1;
		return lists_status(session, &lists, NULL);
	}
	object = json_object();
	chains = json_array();
	for (size_t i = 0; i < lists.n; i++) {
		if (lists.all[i]->listing)
			chains_add_json(lists.all[i]->listing, lists.all[i]->customer, chains);
	}
	json_object_set_new(object, "chains", chains);
	lists_status(session, &lists, object);
	out_json(object);
	return lists.n_failed ? STATUS_FAILED : STATUS_DONE;
}
