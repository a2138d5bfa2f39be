/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void fault_clear(struct fault *fault)
{
	free(fault->kind);
	free(fault->message);
	free(fault->detail);
	free(fault->ref);
	free(fault->file);
	free(fault->pointer);
	free(fault->source);
	*fault = (struct fault){};
}

int fault_make(struct fault *fault, int code, const char *kind, const char *fmt, ...)
{
	va_list args;

	fault_clear(fault);
	fault->code = code;
	fault->kind = strdup(kind);
	va_start(args, fmt);
	if (vasprintf(&fault->message, fmt, args) < 0)
		fault->message = NULL;
	va_end(args);
	return -1;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

void fault_copy(struct fault *fault, const struct mfw_err *err)
{
	fault_clear(fault);
	fault->code = mfw_err_code(err);
	fault->kind = copy(mfw_err_kind(err));
	fault->message = copy(mfw_err_message(err));
	fault->detail = copy(mfw_err_detail(err));
	fault->ref = copy(mfw_err_ref(err));
	fault->file = copy(mfw_err_file(err));
	fault->pointer = copy(mfw_err_pointer(err));
	fault->source = copy(mfw_err_source(err));
	mfw_err_place(err, &fault->line, &fault->column, &fault->length);
}

int fault_take(struct fault *fault, struct mfw_err *err)
{
	if (!err)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	fault_copy(fault, err);
	mfw_err_free(err);
	return -1;
}

void fault_in_file(struct fault *fault, const char *file, const char *text, size_t len,
		   unsigned line, unsigned column, unsigned length)
{
	free(fault->file);
	free(fault->source);
	fault->file = strdup(file);
	fault->source = strndup(text, len);
	fault->line = line;
	fault->column = column;
	fault->length = length;
}

enum status fault_status(const struct fault *fault)
{
	static const char *const bad_input[] = {
		"expr.",           "name.",          "action.",
		"bytecode.",       "usage.",         "value.",
		"matcher.unknown", "family.",        "hook.",
		"target.",         "netns.bad",      "rule.match",
		"rule.mode",       "rule.comment",   "rule.place",
		"chain.type",      "chain.policy",   "chain.hook",
		"chain.fields",    "geo.syntax",     "geo.value",
		"geo.overlap",     "geo.too_large",  "geo.address",
		"node.",           "ruleset.",       "doc.",
		"list.entry",      "list.type",      "list.given",
		"list.nobody",     "list.too_large", "capture.format",
		"capture.damaged", "capture.link",
	};
	const char *kind = fault->kind ? fault->kind : "";

	for (size_t i = 0; i < ARRAY_SIZE(bad_input); i++) {
		if (!strncmp(kind, bad_input[i], strlen(bad_input[i])))
			return STATUS_BAD_INPUT;
	}
	return STATUS_FAILED;
}
