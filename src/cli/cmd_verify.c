/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/ruleset.h"

/* What a difference is called when it is looked at as drift. */
static const char *drift_kind(const struct mfw_delta *d)
{
	switch (d->kind) {
	case MFW_DELTA_CHAIN_ADD: return "chain_missing";
	case MFW_DELTA_CHAIN_SET: return "chain_differs";
	case MFW_DELTA_CHAIN_DELETE: return d->chain_before ? "chain_unknown" : NULL;
	case MFW_DELTA_RULE_ADD: return "rule_missing";
	case MFW_DELTA_RULE_MOVE: return "rule_elsewhere";
	case MFW_DELTA_RULE_DELETE: return d->before->ref ? "rule_unknown" : "rule_foreign";
	case MFW_DELTA_LIST_ADD: return "list_missing";
	case MFW_DELTA_LIST_CHANGE: return "list_differs";
	case MFW_DELTA_LIST_DELETE: return "list_unknown";
	case MFW_DELTA_RULE_REPLACE: break;
	}
	if (!(d->fields & MFW_RULE_PIN))
		return "rule_differs";
	return d->before->drift == MFW_DRIFT_PIN_MISSING ? "pin_missing" : "pin_replaced";
}

static const struct {
	const char *kind, *text;
} sentences[] = {
	{"chain_missing", "is missing"},
	{"chain_differs", "differs"},
	{"chain_unknown", "is not in the ruleset"},
	{"rule_missing", "is missing"},
	{"rule_elsewhere", "stands elsewhere"},
	{"rule_unknown", "is not in the ruleset"},
	{"rule_foreign", "was made by another tool"},
	{"rule_differs", "differs"},
	{"list_missing", "is missing"},
	{"list_differs", "has other entries"},
	{"list_unknown", "is not in the ruleset"},
	{"pin_missing", "has lost its pin, and still runs its program"},
	{"pin_replaced", "runs another program than its pin names"},
};

static const char *sentence(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++)
		if (!strcmp(sentences[i].kind, kind))
			return sentences[i].text;
	return "";
}

static const char *const rule_fields[] = {"match", "action", "mode", "comment", NULL};
static const char *const chain_fields[] = {"policy", "priority", "hook", NULL};

static const char *const *field_names(const struct mfw_delta *d)
{
	return d->rule ? rule_fields : chain_fields;
}

static void put_fields(const struct mfw_delta *d)
{
	const char *const *names = field_names(d), *before = ": ";

	for (size_t i = 0; names[i]; i++) {
		if (!(d->fields & 1u << i))
			continue;
		printf("%s%s", before, names[i]);
		before = ", ";
	}
}

static void put_drift(const char *customer, const struct mfw_delta *d)
{
	const struct mfw_chain *chain = d->chain ? d->chain : d->chain_before;
	const struct mfw_rule *rule = d->rule ? d->rule : d->before;

	printf("%s: ", customer);
	if (d->list)
		printf("list %s", d->list);
	else if (!rule)
		printf("chain %s", chain->name);
	else if (rule->ref)
		printf("rule %s/%s", chain->name, rule->ref);
	else
		printf("a rule in %s (handle %" PRIu64 ")", chain->name, rule->handle);
	printf(" %s", sentence(drift_kind(d)));
	if (d->kind == MFW_DELTA_CHAIN_SET || d->kind == MFW_DELTA_RULE_REPLACE)
		put_fields(d);
	putchar('\n');
}

static void put_customer(struct mfw_applied *applied, size_t i)
{
	const struct mfw_applied_customer *c = mfw_applied_get(applied, i);
	const struct mfw_delta *d;

	if (c->error) {
		printf("%s: ", c->name);
		out_plain(stdout, mfw_err_message(c->error), strlen(mfw_err_message(c->error)));
		putchar('\n');
	} else if (c->made) {
		printf("%s: the customer is missing\n", c->name);
	}
	for (size_t k = 0; !c->made && (d = mfw_applied_delta(applied, i, k)); k++)
		put_drift(c->name, d);
}

static json_t *drift_json(const struct mfw_delta *d)
{
	const struct mfw_chain *chain = d->chain ? d->chain : d->chain_before;
	const struct mfw_rule *rule = d->rule ? d->rule : d->before;
	json_t *object = json_object(), *fields = json_array();

	out_set_text(object, "kind", drift_kind(d));
	out_set_text(object, "list", d->list);
	if (chain)
		out_set_text(object, "chain", chain->name);
	if (rule)
		out_set_text(object, "ref", rule->ref);
	if (rule && !rule->ref)
		json_object_set_new(object, "handle", json_integer((json_int_t)rule->handle));
	for (size_t i = 0; field_names(d)[i]; i++)
		if (d->fields & 1u << i)
			json_array_append_new(fields, json_string(field_names(d)[i]));
	if (json_array_size(fields))
		json_object_set(object, "fields", fields);
	json_decref(fields);
	return object;
}

static json_t *customer_json(struct mfw_applied *applied, size_t i)
{
	const struct mfw_applied_customer *c = mfw_applied_get(applied, i);
	json_t *object = json_object(), *drift = json_array();
	cleanup_fault struct fault fault = {};
	const struct mfw_delta *d;

	out_set_text(object, "name", c->name);
	json_object_set_new(object, "missing", json_boolean(c->made));
	if (c->error) {
		fault_copy(&fault, c->error);
		json_object_set_new(object, "error", fault_json(&fault));
	}
	for (size_t k = 0; !c->made && (d = mfw_applied_delta(applied, i, k)); k++)
		json_array_append_new(drift, drift_json(d));
	json_object_set_new(object, "drift", drift);
	return object;
}

static void print_json(struct mfw_applied *applied, bool drift)
{
	json_t *object = json_object(), *customers = json_array(), *shared = json_array();
	const struct mfw_delta *d;

	for (size_t k = 0; (d = mfw_applied_delta(applied, MFW_APPLIED_SHARED, k)); k++)
		json_array_append_new(shared, drift_json(d));
	for (size_t i = 0; mfw_applied_get(applied, i); i++)
		json_array_append_new(customers, customer_json(applied, i));
	json_object_set_new(object, "drift", json_boolean(drift));
	json_object_set_new(object, "shared", shared);
	json_object_set_new(object, "customers", customers);
	out_json(object);
}

static void print_text(struct mfw_applied *applied, bool drift)
{
	const struct mfw_delta *d;

	for (size_t k = 0; (d = mfw_applied_delta(applied, MFW_APPLIED_SHARED, k)); k++)
		put_drift("for all", d);
	for (size_t i = 0; mfw_applied_get(applied, i); i++)
		put_customer(applied, i);
	if (!drift)
		puts("all is as the ruleset says");
}

static int verify(struct session *session, struct mfw_ruleset *ruleset, struct fault *fault)
{
	cleanup(applied_free_p) struct mfw_applied *applied = NULL;
	struct mfw_apply_options how = {
		MFW_SIZE(struct mfw_apply_options),
		.only = session->config->only,
		.look = true,
	};
	const struct mfw_applied_customer *c;
	struct mfw_err *err = NULL;
	size_t missing, differ, unknown;
	bool drift;

	session_raise_limit();
	if (mfw_apply(session->mfw, ruleset, &how, &applied, &err))
		return fault_take(fault, err);
	mfw_applied_lists(applied, &missing, &differ, &unknown);
	drift = missing + differ + unknown;
	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++)
		drift |= c->changed || c->error;
	if (session->config->json)
		print_json(applied, drift);
	else
		print_text(applied, drift);
	return drift ? STATUS_DIFFERENT : STATUS_DONE;
}

int verify_command(struct session *session, struct fault *fault)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	int status;

	if (ruleset_open(session, &ruleset, &status, fault))
		return -1;
	return ruleset ? verify(session, ruleset, fault) : status;
}
