/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list.h"

#include <errno.h>
#include <string.h>

#include "cli/report.h"

static struct listed *append(struct lists *lists, size_t capacity)
{
	if (!lists->all)
		lists->all = calloc(capacity, sizeof(*lists->all));
	if (!lists->all)
		return NULL;
	lists->all[lists->n] = calloc(1, sizeof(**lists->all));
	return lists->all[lists->n] ? lists->all[lists->n++] : NULL;
}

static int read_one(struct session *session, struct listed *listed, const struct mfw_target *target)
{
	const struct config *config = session->config;
	struct mfw_err *err = NULL;

	if (mfw_list(session->mfw, target, config->chain, config->reset, &listed->listing, &err))
		return fault_take(&listed->fault, err);
	return 0;
}

/* The namespace of a customer; its text belongs to lists->customers. */
static const char *netns_of(struct session *session, struct lists *lists, const char *name)
{
	struct mfw_err *err = NULL;

	if (mfw_customers_list(session->mfw, &lists->customers, &err)) {
		mfw_err_free(err);
		return NULL;
	}
	for (size_t i = 0; i < mfw_customers_count(lists->customers); i++) {
		const struct mfw_customer *customer = mfw_customers_get(lists->customers, i);

		if (!strcmp(customer->name, name))
			return customer->netns;
	}
	return NULL;
}

static int read_target(struct session *session, struct lists *lists, struct fault *fault)
{
	const struct config *config = session->config;
	struct mfw_target target = target_of(config);
	struct listed *listed = append(lists, 1);

	if (!listed)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	if (read_one(session, listed, &target)) {
		*fault = listed->fault;
		listed->fault = (struct fault){};
		return -1;
	}
	listed->customer = target.customer;
	listed->netns = target.customer ? netns_of(session, lists, target.customer) : target.netns;
	return 0;
}

static int read_all(struct session *session, struct lists *lists, struct fault *fault)
{
	struct mfw_err *err = NULL;
	size_t n;

	if (mfw_customers_list(session->mfw, &lists->customers, &err))
		return fault_take(fault, err);
	n = mfw_customers_count(lists->customers);
	for (size_t i = 0; i < n; i++) {
		const struct mfw_customer *customer = mfw_customers_get(lists->customers, i);
		struct mfw_target target = {
			MFW_SIZE(struct mfw_target),
			.customer = customer->name,
		};
		struct listed *listed = append(lists, n);

		if (!listed)
			return fault_make(fault, ENOMEM, "memory", "out of memory");
		listed->customer = customer->name;
		listed->netns = customer->netns;
		if (read_one(session, listed, &target))
			lists->n_failed++;
	}
	return 0;
}

int lists_read(struct session *session, struct lists *lists, struct fault *fault)
{
	if (session_open(session, fault))
		return -1;
	if (session->config->customer || session->config->table)
		return read_target(session, lists, fault);
	return read_all(session, lists, fault);
}

int lists_status(const struct session *session, const struct lists *lists, json_t *object)
{
	json_t *errors;

	if (!lists->n_failed)
		return STATUS_DONE;
	errors = json_array();
	for (size_t i = 0; i < lists->n; i++) {
		if (lists->all[i]->listing)
			continue;
		if (object)
			json_array_append_new(errors, fault_json(&lists->all[i]->fault));
		else
			report_fault(session->config, &lists->all[i]->fault);
	}
	if (object)
		json_object_set(object, "errors", errors);
	json_decref(errors);
	return STATUS_FAILED;
}

void lists_clear(struct lists *lists)
{
	for (size_t i = 0; i < lists->n; i++) {
		mfw_listing_free(lists->all[i]->listing);
		fault_clear(&lists->all[i]->fault);
		free(lists->all[i]);
	}
	free(lists->all);
	mfw_customers_free(lists->customers);
	*lists = (struct lists){};
}
