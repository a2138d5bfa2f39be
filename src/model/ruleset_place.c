/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where in a file an error is. */
#include <string.h>

#include "model/ruleset.h"

/* A longer line is not shown. */
#define LINE_MAX_SHOWN 65536

/* The line that the place is in; NULL: too long, or no memory. */
static char *line_of(const struct ruleset_file *file, struct place at)
{
	size_t start = at.offset - (at.column - 1), len;
	const char *end;

	if (!file->data || start > file->len)
		return NULL;
	end = memchr(file->data + start, '\n', file->len - start);
	len = end ? (size_t)(end - file->data) - start : file->len - start;
	return len > LINE_MAX_SHOWN ? NULL : strndup(file->data + start, len);
}

void ruleset_place(struct mfw_err **err, const struct ruleset_file *file, struct place place,
		   const char *pointer)
{
	cleanup_free char *line = line_of(file, place);

	err_at(err, line, place.line, place.column, place.length);
	err_set_file(err, file->name, pointer);
}

static void print_pointer(const struct ruleset_where *w, char *ret, size_t size)
{
	size_t n = 0;

	*ret = 0;
	if (w->customer)
		n += snprintf(ret + n, size - n, "/customers/%u", w->customer->index);
	if (w->chain)
		n += snprintf(ret + n, size - n, "/chains/%u", w->chain->index);
	if (w->rule)
		n += snprintf(ret + n, size - n, "/rules/%u", w->rule->index);
	if (w->key)
		snprintf(ret + n, size - n, "/%s", w->key);
}

/* The offset in text of a line and column; they are of that text. */
static size_t offset_in(const char *text, unsigned line, unsigned column)
{
	const char *at = text;

	while (--line && strchr(at, '\n'))
		at = strchr(at, '\n') + 1;
	return at - text + column - 1;
}

static void place_within(struct mfw_err **err, const struct ruleset_file *file, struct place place,
			 const char *pointer)
{
	unsigned line, column, length;

	mfw_err_place(*err, &line, &column, &length);
	if (line) {
		const char *text = mfw_err_source(*err);
		size_t from = offset_in(text, line, column), len = strlen(text);
		struct place begin = doc_place_in(file->data, file->len, file->format, place, text,
						  from < len ? from : len);

		if (begin.offset != place.offset) {
			from = from + length < len ? from + length : len;
			place = doc_place_in(file->data, file->len, file->format, place, text,
					     from);
			begin.length =
				place.offset > begin.offset ? place.offset - begin.offset : 1;
		}
		place = begin;
	}
	ruleset_place(err, file, place, pointer);
}

void ruleset_place_in(struct mfw_err **err, const struct ruleset_where *where, struct place place)
{
	char pointer[256];

	if (!err || !*err || !where->customer->file)
		return;
	print_pointer(where, pointer, sizeof(pointer));
	place_within(err, where->customer->file, place, pointer);
	if (where->rule)
		err_set_ref(err, where->rule->rule->pub.ref);
}

void ruleset_place_stray(struct mfw_err **err, const struct ruleset_stray *stray)
{
	place_within(err, stray->file, stray->place, stray->pointer);
	if (stray->ref)
		err_set_ref(err, stray->ref);
}
