/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "cli/table.h"

static json_t *words_json(const struct mfw_param *param)
{
	json_t *words = json_array();

	for (size_t i = 0; i < param->n_words; i++)
		json_array_append_new(words, json_string(param->words[i]));
	return words;
}

static json_t *param_json(const struct mfw_param *param)
{
	json_t *object = json_object();

	out_set_text(object, "name", param->name);
	out_set_text(object, "type", param->type);
	out_set_text(object, "doc", param->doc);
	json_object_set_new(object, "required", json_boolean(!param->default_value));
	out_set_text(object, "default", param->default_value);
	json_object_set_new(object, "min", json_integer((json_int_t)param->min));
	json_object_set_new(object, "max", json_integer((json_int_t)param->max));
	if (param->n_words)
		json_object_set_new(object, "words", words_json(param));
	return object;
}

static json_t *field_json(const struct mfw_field *field)
{
	json_t *object = json_object();

	out_set_text(object, "name", field->name);
	out_set_text(object, "type", field->type);
	out_set_text(object, "doc", field->doc);
	if (!strcmp(field->type, "Int")) {
		json_object_set_new(object, "min", json_integer((json_int_t)field->min));
		json_object_set_new(object, "max", json_integer((json_int_t)field->max));
	}
	return object;
}

static json_t *matcher_json(const struct mfw_matcher *matcher)
{
	json_t *object = json_object(), *params = json_array(), *fields = json_array();

	out_set_text(object, "name", matcher->name);
	out_set_text(object, "summary", matcher->summary);
	out_set_text(object, "doc", matcher->doc);
	out_set_text(object, "path", matcher->path);
	for (size_t i = 0; i < matcher->n_params; i++)
		json_array_append_new(params, param_json(matcher->params[i]));
	json_object_set_new(object, "parameters", params);
	for (size_t i = 0; i < matcher->n_fields; i++)
		json_array_append_new(fields, field_json(matcher->fields[i]));
	json_object_set_new(object, "fields", fields);
	out_set_text(object, "broken", matcher->broken);
	return object;
}

/* suffix(bytes=...) */
static int add_call(struct table *table, const struct mfw_matcher *matcher)
{
	char call[256];
	size_t len;

	if (matcher->broken)
		return table_add(table, matcher->name);
	len = (size_t)snprintf(call, sizeof(call), "%s", matcher->name);
	for (size_t i = 0; i < matcher->n_params && len < sizeof(call); i++)
		len += (size_t)snprintf(call + len, sizeof(call) - len, "%s%s=...", i ? ", " : "(",
					matcher->params[i]->name);
	if (matcher->n_params && len < sizeof(call))
		snprintf(call + len, sizeof(call) - len, ")");
	return table_add(table, call);
}

static int list_text(const struct mfw_matchers *matchers, struct fault *fault)
{
	static const struct column columns[] = {{"MATCHER"}, {"SUMMARY"}};
	cleanup_table struct table table;
	int ret = 0;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < mfw_matchers_count(matchers); i++) {
		const struct mfw_matcher *matcher = mfw_matchers_get(matchers, i);

		ret |= add_call(&table, matcher);
		ret |= table_add(&table, matcher->summary);
		if (matcher->broken) {
			cleanup_free char *note = NULL;

			if (asprintf(&note, "%s: %s", matcher->path, matcher->broken) < 0)
				note = NULL;
			ret |= note ? table_note(&table, note) : -ENOMEM;
		}
	}
	if (ret)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	table_print(&table, stdout);
	return STATUS_DONE;
}

int matcher_list(struct session *session, struct fault *fault)
{
	cleanup(matchers_free_p) struct mfw_matchers *matchers = NULL;
	struct mfw_err *err = NULL;
	json_t *object, *list;

	if (session_open(session, fault))
		return -1;
	if (mfw_matchers_list(session->mfw, &matchers, &err))
		return fault_take(fault, err);
	if (!session->config->json)
		return list_text(matchers, fault);
	object = json_object();
	list = json_array();
	for (size_t i = 0; i < mfw_matchers_count(matchers); i++)
		json_array_append_new(list, matcher_json(mfw_matchers_get(matchers, i)));
	json_object_set_new(object, "matchers", list);
	out_json(object);
	return STATUS_DONE;
}

static const struct mfw_matcher *find(const struct mfw_matchers *matchers, const char *name,
				      struct fault *fault)
{
	struct suggestion s = {.typed = name};
	char text[96];

	for (size_t i = 0; i < mfw_matchers_count(matchers); i++) {
		const struct mfw_matcher *matcher = mfw_matchers_get(matchers, i);

		if (!strcmp(matcher->name, name))
			return matcher;
		suggest(&s, matcher->name);
	}
	fault_make(fault, ENOENT, "matcher.unknown", "there is no matcher '%s'%s", name,
		   s.best ? suggestion_text(&s, text, sizeof(text)) : "; see: mfwctl matcher list");
	return NULL;
}

/* What MIN..MAX of a type counts; NULL: what is written. */
static const char *range_unit(const char *type)
{
	if (!strcmp(type, "bytes"))
		return "bytes";
	return !strcmp(type, "duration") ? "ns" : NULL;
}

static void show_range(const struct mfw_param *param)
{
	const char *unit = range_unit(param->type);

	for (size_t i = 0; i < param->n_words; i++)
		printf("%s\"%s\"", i ? "|" : " ", param->words[i]);
	if (param->n_words || (!param->min && !param->max))
		return;
	if (unit)
		printf(" (%" PRIu64 "..%" PRIu64 " %s)", param->min, param->max, unit);
	else
		printf(" %" PRIu64 "..%" PRIu64, param->min, param->max);
}

static void show_param(const struct mfw_param *param)
{
	printf("\n  %s  %s", param->name, param->type);
	show_range(param);
	if (param->default_value)
		printf(", default %s\n", param->default_value);
	else
		printf(", required\n");
	if (param->doc)
		printf("    %s\n", param->doc);
}

static void show_field(const struct mfw_field *field)
{
	printf("\n  %s  %s", field->name, field->type);
	if (!strcmp(field->type, "Int"))
		printf(" %" PRIu64 "..%" PRIu64, field->min, field->max);
	printf("\n    %s\n", field->doc);
}

static void show_text(const struct mfw_matcher *matcher)
{
	printf("%s%s%s", out_color(stdout, OUT_BOLD), matcher->name, out_color(stdout, OUT_NORMAL));
	if (matcher->summary)
		printf(" - %s", matcher->summary);
	printf("\n%s\n", matcher->path);
	if (matcher->broken)
		printf("%scannot be used: %s%s\n", out_color(stdout, OUT_RED), matcher->broken,
		       out_color(stdout, OUT_NORMAL));
	if (matcher->doc)
		printf("\n%s\n", matcher->doc);
	for (size_t i = 0; i < matcher->n_params; i++)
		show_param(matcher->params[i]);
	if (matcher->n_fields)
		printf("\nFields:\n");
	for (size_t i = 0; i < matcher->n_fields; i++)
		show_field(matcher->fields[i]);
}

int matcher_show(struct session *session, struct fault *fault)
{
	cleanup(matchers_free_p) struct mfw_matchers *matchers = NULL;
	const struct mfw_matcher *matcher;
	struct mfw_err *err = NULL;
	json_t *object;

	if (session_open(session, fault))
		return -1;
	if (mfw_matchers_list(session->mfw, &matchers, &err))
		return fault_take(fault, err);
	matcher = find(matchers, session->config->name, fault);
	if (!matcher)
		return -1;
	if (!session->config->json) {
		show_text(matcher);
		return STATUS_DONE;
	}
	object = json_object();
	json_object_set_new(object, "matcher", matcher_json(matcher));
	out_json(object);
	return STATUS_DONE;
}
