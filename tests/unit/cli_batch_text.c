/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "cli/batch_text.h"

/* Parses the line at the start of data; a fault about `source` at its byte `offset` is placed. */
static void place(const char *data, const char *source, unsigned offset, unsigned line,
		  unsigned column, const char *shown)
{
	struct batch_text text = {.name = "f", .data = strdup(data), .len = strlen(data)};
	cleanup_fault struct fault fault = {};

	assert_int_equal(batch_text_parse(&text, 0, 10, &fault), 0);
	fault_make(&fault, EINVAL, "expr.syntax", "no");
	fault.source = strdup(source);
	fault.line = 1;
	fault.column = offset + 1;
	fault.length = 3;
	batch_text_place(&text, &fault);
	assert_string_equal(fault.file, "f");
	assert_int_equal(fault.line, line);
	assert_int_equal(fault.column, column);
	assert_int_equal(fault.length, 3);
	assert_string_equal(fault.source, shown);
	batch_text_clear(&text);
}

static void places_expressions(void **state)
{
	(void)state;
	place("rule add a b 'x BAD' drop\nnext", "x BAD", 2, 10, 17, "rule add a b 'x BAD' drop");
	place("rule add a b \"\\\"BAD\" drop", "\"BAD", 1, 10, 17, "rule add a b \"\\\"BAD\" drop");
	place("mfwctl rule add a b \\\n  'BAD' drop\n", "BAD", 0, 11, 4, "  'BAD' drop");
	place("rule add a b --bytecode='4,BAD' drop", "4,BAD", 2, 10, 28,
	      "rule add a b --bytecode='4,BAD' drop");
}

static void places_actions(void **state)
{
	(void)state;
	place("rule add a b true log prefix 'a b' BAD", "log prefix \"a b\" BAD", 17, 10, 36,
	      "rule add a b true log prefix 'a b' BAD");
	place("rule add a b true 'log BAD'", "log BAD", 4, 10, 24, "rule add a b true 'log BAD'");
}

static void refuse(const char *data, unsigned line, unsigned column, const char *part)
{
	struct batch_text text = {.name = "f", .data = strdup(data), .len = strlen(data)};
	cleanup_fault struct fault fault = {};

	assert_int_equal(batch_text_parse(&text, 0, 1, &fault), -1);
	batch_text_place(&text, &fault);
	assert_int_equal(fault.line, line);
	assert_int_equal(fault.column, column);
	assert_non_null(strstr(fault.message, part));
	batch_text_clear(&text);
}

static void refuses(void **state)
{
	(void)state;
	refuse("customer add x", 1, 1, "cannot stand in a file: it makes");
	refuse("  rule list", 1, 3, "cannot stand in a file");
	refuse("rule add a b true drop --json", 1, 1, "--json belongs on the command line");
	refuse("-f x", 1, 1, "-f belongs on the command line");
	refuse("mfwctl rule add a b true drop \\\n  --moed x", 2, 3, "did you mean '--mode'");
	refuse("rule add 'x", 1, 10, "not closed");
}

static void skips_empty_lines(void **state)
{
	static const char data[] = "# comment\n\n  \nmfwctl\nrule del a b c";
	struct batch_text text = {.name = "f", .data = strdup(data), .len = strlen(data)};
	cleanup_fault struct fault fault = {};
	unsigned line = 1;

	(void)state;
	for (size_t at = 0; at < text.len; at += text.used) {
		assert_int_equal(batch_text_parse(&text, at, line, &fault), 0);
		assert_int_equal(text.parsed.command != NULL, line == 5);
		line += batch_text_lines(&text);
	}
	assert_int_equal(line, 5);
	batch_text_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_expressions),
		cmocka_unit_test(places_actions),
		cmocka_unit_test(refuses),
		cmocka_unit_test(skips_empty_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
