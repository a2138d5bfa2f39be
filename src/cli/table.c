/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "cli/out.h"

/* Stands before the text of a note, in place of a cell. */
#define NOTE_MARK   '\001'
#define MAX_COLUMNS 16

void table_init(struct table *table, const struct column *columns, size_t n_columns)
{
	*table = (struct table){.columns = columns, .n_columns = n_columns};
}

void table_clear(struct table *table)
{
	free(table->text);
	table->text = NULL;
	table->len = 0;
	table->capacity = 0;
}

static int reserve(struct table *table, size_t more)
{
	size_t capacity = table->capacity ? table->capacity : 1024;
	char *grown;

	if (table->len + more <= table->capacity)
		return 0;
	while (capacity < table->len + more)
		capacity *= 2;
	grown = realloc(table->text, capacity);
	if (!grown)
		return -ENOMEM;
	table->text = grown;
	table->capacity = capacity;
	return 0;
}

static int append(struct table *table, const char *text, size_t len)
{
	if (reserve(table, len + 1))
		return -ENOMEM;
	memcpy(table->text + table->len, text, len);
	table->text[table->len + len] = '\0';
	table->len += len + 1;
	return 0;
}

int table_add(struct table *table, const char *text)
{
	if (!text)
		text = "";
	/* No cell may look like a note. */
	if (*text == NOTE_MARK)
		text++;
	return append(table, text, strlen(text));
}

int table_printf(struct table *table, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return table_add(table, text);
}

int table_note(struct table *table, const char *text)
{
	const char mark = NOTE_MARK;

	if (reserve(table, strlen(text) + 2))
		return -ENOMEM;
	append(table, &mark, 1);
	table->len--;
	return append(table, text, strlen(text));
}

static void measure(const struct table *table, size_t *widths)
{
	const char *end = table->text + table->len;
	size_t column = 0;

	for (const char *p = table->text; p < end; p += strlen(p) + 1) {
		size_t width;

		if (*p == NOTE_MARK)
			continue;
		width = out_width(p, strlen(p));
		if (width > widths[column] && width <= TABLE_WIDEST)
			widths[column] = width;
		else if (width > TABLE_WIDEST && !widths[column])
			widths[column] = 1;
		column = (column + 1) % table->n_columns;
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		bool hidden = !widths[i] && (table->columns[i].flags & COLUMN_OPTIONAL);
		size_t title = strlen(table->columns[i].title);

		if (!hidden && widths[i] < title)
			widths[i] = title;
	}
}

static void spaces(FILE *out, size_t n)
{
	while (n--)
		fputc(' ', out);
}

/* Prints one cell; *pending is the space still owed before the next one, so that none trails. */
static void put_cell(FILE *out, const char *text, size_t width, bool right, size_t *pending)
{
	size_t own = out_width(text, strlen(text));
	size_t pad = own < width ? width - own : 0;

	if (right) {
		*pending += pad;
		pad = 0;
	}
	if (own) {
		spaces(out, *pending);
		out_plain(out, text, strlen(text));
		*pending = pad + 2;
	} else {
		*pending += pad + 2;
	}
}

static void put_titles(const struct table *table, const size_t *widths, FILE *out)
{
	size_t pending = 0;

	fputs(table->indent ? table->indent : "", out);
	fputs(out_color(out, OUT_BOLD), out);
	for (size_t i = 0; i < table->n_columns; i++) {
		if (widths[i])
			put_cell(out, table->columns[i].title, widths[i],
				 table->columns[i].flags & COLUMN_RIGHT, &pending);
	}
	fputs(out_color(out, OUT_NORMAL), out);
	fputc('\n', out);
}

static void put_note(const struct table *table, const char *text, FILE *out)
{
	fprintf(out, "%s    %s", table->indent ? table->indent : "", out_color(out, OUT_YELLOW));
	out_plain(out, text, strlen(text));
	fprintf(out, "%s\n", out_color(out, OUT_NORMAL));
}

static const char *put_row(const struct table *table, const size_t *widths, const char *p,
			   FILE *out)
{
	size_t pending = 0;

	fputs(table->indent ? table->indent : "", out);
	for (size_t i = 0; i < table->n_columns; i++, p += strlen(p) + 1) {
		if (widths[i])
			put_cell(out, p, widths[i], table->columns[i].flags & COLUMN_RIGHT,
				 &pending);
	}
	fputc('\n', out);
	return p;
}

void table_print(const struct table *table, FILE *out)
{
	size_t widths[MAX_COLUMNS] = {};
	const char *end;

	if (!table->len)
		return;
	end = table->text + table->len;
	measure(table, widths);
	put_titles(table, widths, out);
	for (const char *p = table->text; p < end;) {
		if (*p == NOTE_MARK) {
			put_note(table, p + 1, out);
			p += strlen(p) + 1;
		} else {
			p = put_row(table, widths, p, out);
		}
	}
}
