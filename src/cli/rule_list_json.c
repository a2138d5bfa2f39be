/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "cli/out.h"
#include "cli/rule_list.h"

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static const char *const drift_words[] = {
	[MFW_DRIFT_NONE] = NULL,
	[MFW_DRIFT_PIN_MISSING] = "pin_missing",
	[MFW_DRIFT_PIN_REPLACED] = "pin_replaced",
};

static json_t *program_json(const struct mfw_rule *rule)
{
	json_t *object;

	if (!rule->prog_id && !rule->pin)
		return NULL;
	object = json_object();
	json_object_set_new(object, "id", integer(rule->prog_id));
	out_set_text(object, "pin", rule->pin);
	out_set_text(object, "hash", rule->hash);
	out_set_text(object, "drift", drift_words[rule->drift]);
	if (rule->drift == MFW_DRIFT_PIN_REPLACED)
		json_object_set_new(object, "pin_id", integer(rule->pin_prog_id));
	return object;
}

static json_t *hex(const void *data, uint32_t len)
{
	cleanup_free char *text = malloc(2 * (size_t)len + 1);
	const unsigned char *bytes = data;

	if (!text)
		return json_null();
	text[0] = '\0';
	for (uint32_t i = 0; i < len; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *exprs_json(const struct mfw_rule *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rule->n_exprs; i++) {
		const struct mfw_expr_info *expr = rule->exprs[i];
		json_t *object = json_object();

		out_set_text(object, "name", expr->name);
		out_set_text(object, "text", expr->text);
		if (expr->xt_name) {
			out_set_text(object, "xt_name", expr->xt_name);
			json_object_set_new(object, "xt_revision", integer(expr->xt_rev));
			json_object_set_new(object, "xt_info", hex(expr->xt_info, expr->xt_len));
		}
		json_array_append_new(list, object);
	}
	return list;
}

static void set_own(json_t *object, const struct mfw_rule *rule)
{
	json_t *program = program_json(rule);

	out_set_text(object, "ref", rule->ref);
	out_set_text(object, "match", rule->match);
	out_set_text(object, "object_pinned", rule->object_pinned);
	out_set_text(object, "object", rule->object);
	out_set_text(object, "bytecode", rule->bytecode);
	out_set_text(object, "action", rule->action);
	out_set_text(object, "mode", mode_words[rule->mode]);
	out_set_text(object, "comment", rule->comment);
	if (program)
		json_object_set_new(object, "program", program);
}

static json_t *rule_json(const struct mfw_rule *rule, const char *foreign_text)
{
	json_t *object = json_object();

	json_object_set_new(object, "index", integer(rule->index));
	json_object_set_new(object, "handle", integer(rule->handle));
	if (rule->foreign) {
		json_object_set_new(object, "foreign", json_true());
		out_set_text(object, "text", foreign_text);
		json_object_set_new(object, "expressions", exprs_json(rule));
	} else {
		set_own(object, rule);
	}
	if (rule->counted) {
		json_object_set_new(object, "packets", integer(rule->packets));
		json_object_set_new(object, "bytes", integer(rule->bytes));
	}
	return object;
}

static int dump(json_t *value)
{
	int ret = value ? json_dumpf(value, stdout, JSON_COMPACT) : -1;

	json_decref(value);
	return ret;
}

/* The chain's own keys, without the closing brace. */
static int open_chain(const struct mfw_chain *chain, const char *customer)
{
	json_t *object = chain_json(chain, customer);
	cleanup_free char *text = json_dumps(object, 0);

	json_decref(object);
	if (!text)
		return -1;
	printf("%.*s, \"rules\": [", (int)strlen(text) - 1, text);
	return 0;
}

/* Rule by rule: a tree of 100 000 rules would take far more memory than they do. */
static int put_chain(const struct listed *listed, const struct foreign *foreign, size_t i)
{
	const struct mfw_chain *chain = mfw_listing_chain(listed->listing, i);

	if (open_chain(chain, listed->customer))
		return -1;
	for (size_t k = 0; k < chain->n_rules; k++) {
		const struct mfw_rule *rule = mfw_listing_rule(listed->listing, i, k);
		const char *text = NULL;
		bool nft;

		if (rule->foreign)
			text = foreign_text(foreign, listed->listing, i, k, &nft);
		fputs(k ? ",\n    " : "\n    ", stdout);
		if (dump(rule_json(rule, text)))
			return -1;
	}
	fputs("]}", stdout);
	return 0;
}

int rule_list_json(const struct listed *listed, const struct foreign *foreign, bool *first)
{
	for (size_t i = 0; i < mfw_listing_chain_count(listed->listing); i++) {
		fputs(*first ? "\n  " : ",\n  ", stdout);
		*first = false;
		if (put_chain(listed, foreign, i))
			return -1;
	}
	return 0;
}
