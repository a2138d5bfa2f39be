/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <string.h>

#include "cli/out.h"

/* How much of a long source line is shown around the place, and of a long place itself. */
#define WINDOW   72
#define SPAN_MAX 160

/* Prints one column for each character, whatever it is, so that the carets stand right. */
static void put_column(FILE *out, char c)
{
	fputc((unsigned char)c < ' ' || c == 0x7f ? ' ' : c, out);
}

static bool is_first_byte(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static void put_carets(FILE *out, const char *from, const char *at, const char *end,
		       unsigned length)
{
	unsigned drawn = 0;

	for (const char *p = from; p < at; p++) {
		if (is_first_byte(*p))
			fputc(' ', out);
	}
	for (const char *p = at; p < end && (unsigned)(p - at) < length; p++) {
		if (is_first_byte(*p)) {
			fputc('^', out);
			drawn++;
		}
	}
	fputs(drawn ? "\n" : "^\n", out);
}

static const char *line_start(const char *source, unsigned line)
{
	while (--line && strchr(source, '\n'))
		source = strchr(source, '\n') + 1;
	return source;
}

static void put_place(FILE *out, const struct fault *fault)
{
	/* In a file the source is the one line that is meant. */
	const char *start = line_start(fault->source, fault->file ? 1 : fault->line);
	size_t len = strcspn(start, "\n");
	size_t column = fault->column ? fault->column - 1 : 0;
	size_t from = column > WINDOW ? column - WINDOW : 0;
	bool whole = fault->length <= SPAN_MAX;
	size_t to = column + (whole ? fault->length + WINDOW : SPAN_MAX);

	/* There is nothing to point at. */
	if (strspn(start, " \t\r") == len)
		return;
	if (column > len)
		column = len;
	if (from > column)
		from = column;
	if (to > len)
		to = len;
	while (from && !is_first_byte(start[from]))
		from--;
	while (to < len && !is_first_byte(start[to]))
		to++;
	fputs(from ? "    ..." : "    ", out);
	for (size_t i = from; i < to; i++)
		put_column(out, start[i]);
	fputs(to < len ? "...\n" : "\n", out);
	fputs(from ? "       " : "    ", out);
	put_carets(out, start + from, start + column, start + to, fault->length);
}

static void put_indented(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fputs("    ", out);
		out_plain(out, text, len);
		fputc('\n', out);
		text += len + (text[len] == '\n');
	}
}

static void put_finding(FILE *out, const struct fault *fault, bool warning)
{
	const char *message = fault->message ? fault->message : "out of memory";

	fputs(out_color(out, OUT_BOLD), out);
	fputs(warning ? "mfwctl: warning: " : "mfwctl: ", out);
	fputs(out_color(out, warning ? OUT_YELLOW : OUT_RED), out);
	if (fault->file)
		fprintf(out, "%s:%u:%u: ", fault->file, fault->line, fault->column);
	out_plain(out, message, strlen(message));
	fputs(out_color(out, OUT_NORMAL), out);
	fputc('\n', out);
	if (fault->source && fault->line)
		put_place(out, fault);
	if (fault->detail)
		put_indented(out, fault->detail);
}

static json_t *place_json(const struct fault *fault)
{
	json_t *place = json_object();

	json_object_set_new(place, "line", json_integer(fault->line));
	json_object_set_new(place, "column", json_integer(fault->column));
	json_object_set_new(place, "length", json_integer(fault->length));
	out_set_text(place, "file", fault->file);
	out_set_text(place, "pointer", fault->pointer);
	return place;
}

json_t *fault_json(const struct fault *fault)
{
	json_t *error = json_object();

	out_set_text(error, "kind", fault->kind);
	json_object_set_new(error, "errno", json_integer(fault->code));
	out_set_text(error, "message", fault->message);
	out_set_text(error, "ref", fault->ref);
	if (fault->line)
		json_object_set_new(error, "place", place_json(fault));
	out_set_text(error, "detail", fault->detail);
	return error;
}

enum status report_status(const struct fault *faults, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fault_status(&faults[i]) == STATUS_BAD_INPUT)
			return STATUS_BAD_INPUT;
	return STATUS_FAILED;
}

void report_faults(const struct config *config, const struct fault *faults, size_t n)
{
	json_t *object, *all;

	if (!config->json) {
		for (size_t i = 0; i < n; i++)
			put_finding(stderr, &faults[i], false);
		return;
	}
	object = json_object();
	json_object_set_new(object, "error", fault_json(&faults[0]));
	if (n > 1) {
		all = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(all, fault_json(&faults[i]));
		json_object_set_new(object, "errors", all);
	}
	out_json(object);
}

void report_fault(const struct config *config, const struct fault *fault)
{
	report_faults(config, fault, 1);
}

void report_finding(const struct fault *fault, bool warning)
{
	put_finding(stderr, fault, warning);
}

void report_warning(const char *message)
{
	fputs("mfwctl: warning: ", stderr);
	out_plain(stderr, message, strlen(message));
	fputc('\n', stderr);
}

void report_warnings(const struct mfw_change *change, json_t *into)
{
	json_t *list = into ? json_array() : NULL;
	const char *message;

	for (size_t i = 0; (message = mfw_change_warning(change, i)); i++) {
		if (into)
			json_array_append_new(list, out_text(message));
		else
			report_warning(message);
	}
	if (json_array_size(list))
		json_object_set(into, "warnings", list);
	json_decref(list);
}
