/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text table: cells are added row by row, then printed aligned. A cell wider than TABLE_WIDEST
 * pushes its own row and does not widen the column; nothing is ever cut off.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"

#define TABLE_WIDEST 60

enum column_flags {
	COLUMN_RIGHT = 1 << 0,
	COLUMN_OPTIONAL = 1 << 1, /* not shown when all its cells are empty */
};

struct column {
	const char *title;
	unsigned flags;
};

struct table {
	const struct column *columns;
	size_t n_columns;
	const char *indent; /* before each line; NULL: none */
	/* All texts one after the other, each ended by NUL: the cells, with notes between rows. */
	char *text;
	size_t len;
	size_t capacity;
};

void table_init(struct table *table, const struct column *columns, size_t n_columns);
void table_clear(struct table *table);
#define cleanup_table cleanup(table_clear)

/* Appends a cell; text NULL is an empty one. 0, or -ENOMEM. */
int table_add(struct table *table, const char *text);
int table_printf(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends a line of its own under the row that was just completed. */
int table_note(struct table *table, const char *text);
void table_print(const struct table *table, FILE *out);

#endif
