/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/table.h"

static const struct column columns[] = {
	{"NAME"},
	{"N", COLUMN_RIGHT},
	{"NOTE", COLUMN_OPTIONAL},
	{"LAST"},
};

static void check(struct table *table, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print(table, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	table_clear(table);
}

static void row(struct table *table, const char *name, int n, const char *note, const char *last)
{
	assert_int_equal(table_add(table, name), 0);
	assert_int_equal(table_printf(table, "%d", n), 0);
	assert_int_equal(table_add(table, note), 0);
	assert_int_equal(table_add(table, last), 0);
}

static void aligns(void **state)
{
	struct table table;

	(void)state;
	table_init(&table, columns, ARRAY_SIZE(columns));
	row(&table, "a", 1, "", "x");
	row(&table, "longer", 100, NULL, "");
	check(&table, "NAME      N  LAST\n"
		      "a         1  x\n"
		      "longer  100\n");
	table_init(&table, columns, ARRAY_SIZE(columns));
	table.indent = "  ";
	row(&table, "a", 1, "hm", "x");
	assert_int_equal(table_note(&table, "drift"), 0);
	row(&table, "b", 2, "", "y");
	check(&table, "  NAME  N  NOTE  LAST\n"
		      "  a     1  hm    x\n"
		      "      drift\n"
		      "  b     2        y\n");
}

static void is_silent_when_empty(void **state)
{
	struct table table;

	(void)state;
	table_init(&table, columns, ARRAY_SIZE(columns));
	check(&table, "");
}

/* One very long cell pushes its own row only, and nothing is cut. */
static void does_not_cut(void **state)
{
	char wide[TABLE_WIDEST + 11], expected[256];
	struct table table;

	(void)state;
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	table_init(&table, columns, ARRAY_SIZE(columns));
	row(&table, wide, 1, "", "x");
	row(&table, "a", 2, "", "y");
	snprintf(expected, sizeof(expected), "NAME  N  LAST\n%s  1  x\na     2  y\n", wide);
	check(&table, expected);
}

static void cannot_upset_a_terminal(void **state)
{
	struct table table;

	(void)state;
	table_init(&table, columns, ARRAY_SIZE(columns));
	row(&table, "\001\033[1m\n", 1, "", "\303\244!");
	row(&table, "b", 1, "", "");
	check(&table, "NAME         N  LAST\n"
		      "\\x1b[1m\\x0a  1  \303\244!\n"
		      "b            1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns),
		cmocka_unit_test(is_silent_when_empty),
		cmocka_unit_test(does_not_cut),
		cmocka_unit_test(cannot_upset_a_terminal),
	};

	out_color_init("never");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
