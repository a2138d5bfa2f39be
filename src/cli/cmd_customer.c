/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/handlers.h"
#include "cli/list.h"
#include "cli/out.h"
#include "cli/table.h"

static int done(const struct session *session)
{
	json_t *object;

	if (session->config->json) {
		object = json_object();
		json_object_set_new(object, "changed", json_true());
		out_json(object);
	}
	return STATUS_DONE;
}

int customer_add(struct session *session, struct fault *fault)
{
	const struct config *config = session->config;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_customer_add(session->mfw, config->name, config->netns, &err))
		return fault_take(fault, err);
	return done(session);
}

int customer_del(struct session *session, struct fault *fault)
{
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_customer_del(session->mfw, session->config->name, &err))
		return fault_take(fault, err);
	return done(session);
}

static json_t *customer_json(const struct mfw_customer *customer)
{
	json_t *object = json_object();

	out_set_text(object, "name", customer->name);
	out_set_text(object, "netns", customer->netns);
	json_object_set_new(object, "made", json_boolean(customer->made));
	json_object_set_new(object, "inode", json_integer((json_int_t)customer->inode));
	out_set_text(object, "drift", customer->drift);
	return object;
}

static const char *origin(const struct mfw_customer *customer)
{
	return customer->made ? "made" : "adopted";
}

static int list_text(const struct mfw_customers *customers, struct fault *fault)
{
	static const struct column columns[] = {{"CUSTOMER"}, {"NETNS"}, {"ORIGIN"}};
	cleanup_table struct table table;
	int ret = 0;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < mfw_customers_count(customers); i++) {
		const struct mfw_customer *customer = mfw_customers_get(customers, i);

		ret |= table_add(&table, customer->name);
		ret |= table_add(&table, customer->netns);
		ret |= table_add(&table, origin(customer));
		if (customer->drift)
			ret |= table_note(&table, customer->drift);
	}
	if (ret)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	table_print(&table, stdout);
	return STATUS_DONE;
}

int customer_list(struct session *session, struct fault *fault)
{
	cleanup(customers_free_p) struct mfw_customers *customers = NULL;
	struct mfw_err *err = NULL;
	json_t *object, *list;

	if (session_open(session, fault))
		return -1;
	if (mfw_customers_list(session->mfw, &customers, &err))
		return fault_take(fault, err);
	if (!session->config->json)
		return list_text(customers, fault);
	object = json_object();
	list = json_array();
	for (size_t i = 0; i < mfw_customers_count(customers); i++)
		json_array_append_new(list, customer_json(mfw_customers_get(customers, i)));
	json_object_set_new(object, "customers", list);
	out_json(object);
	return STATUS_DONE;
}

static const struct mfw_customer *find(const struct mfw_customers *customers, const char *name,
				       struct fault *fault)
{
	for (size_t i = 0; i < mfw_customers_count(customers); i++) {
		const struct mfw_customer *customer = mfw_customers_get(customers, i);

		if (!strcmp(customer->name, name))
			return customer;
	}
	fault_make(fault, ENOENT, "customer.missing",
		   "there is no customer '%s'; see: mfwctl customer list", name);
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static size_t count_rules(const struct mfw_listing *listing)
{
	size_t n = 0;

	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++)
		n += mfw_listing_chain(listing, i)->n_rules;
	return n;
}

/* How many programs the rules run, each counted once. */
static size_t count_programs(const struct mfw_listing *listing)
{
	cleanup_free uint32_t *ids = calloc(count_rules(listing) + 1, sizeof(*ids));
	size_t n = 0, distinct = 0;

	for (size_t i = 0; ids && i < mfw_listing_chain_count(listing); i++) {
		for (size_t k = 0; k < mfw_listing_chain(listing, i)->n_rules; k++) {
			ids[n] = mfw_listing_rule(listing, i, k)->prog_id;
			n += ids[n] != 0;
		}
	}
	if (n)
		qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < n; i++)
		distinct += !i || ids[i] != ids[i - 1];
	return distinct;
}

static int show_text(const struct mfw_customer *customer, const struct mfw_listing *listing,
		     struct fault *fault)
{
	cleanup_table struct table table;

	printf("customer  %s\nnetns     %s (%s, inode %" PRIu64 ")\n", customer->name,
	       customer->netns, origin(customer), customer->inode);
	if (customer->drift)
		printf("drift     %s%s%s\n", out_color(stdout, OUT_YELLOW), customer->drift,
		       out_color(stdout, OUT_NORMAL));
	if (!listing)
		return 0;
	printf("programs  %zu\nrules     %zu\n", count_programs(listing), count_rules(listing));
	chain_table_init(&table);
	if (chain_table_add(&table, listing, NULL))
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	if (table.len)
		putchar('\n');
	table_print(&table, stdout);
	return 0;
}

static void show_json(const struct mfw_customer *customer, const struct mfw_listing *listing)
{
	json_t *object = json_object(), *shown = customer_json(customer), *chains;

	if (listing) {
		chains = json_array();
		chains_add_json(listing, NULL, chains);
		json_object_set_new(shown, "n_programs",
				    json_integer((json_int_t)count_programs(listing)));
		json_object_set_new(shown, "n_rules",
				    json_integer((json_int_t)count_rules(listing)));
		json_object_set_new(shown, "chains", chains);
	}
	json_object_set_new(object, "customer", shown);
	out_json(object);
}

int customer_show(struct session *session, struct fault *fault)
{
	cleanup(customers_free_p) struct mfw_customers *customers = NULL;
	cleanup(listing_free_p) struct mfw_listing *listing = NULL;
	const struct config *config = session->config;
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = config->name};
	const struct mfw_customer *customer;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_customers_list(session->mfw, &customers, &err))
		return fault_take(fault, err);
	customer = find(customers, config->name, fault);
	if (!customer)
		return -1;
	/* A namespace that is gone can still be shown as gone. */
	if (mfw_list(session->mfw, &target, NULL, false, &listing, &err)) {
		if (!customer->drift)
			return fault_take(fault, err);
		mfw_err_free(err);
	}
	if (config->json)
		show_json(customer, listing);
	else if (show_text(customer, listing, fault))
		return -1;
	return STATUS_DONE;
}
