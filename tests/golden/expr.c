/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expr FILE: the cases of a file such as expr.txt, as TAP. */
#include "../unit/test.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_ 4096

static int n_cases;
static bool failed;

static void report(bool good, unsigned line, const char *text, const char *found)
{
	printf("%s %d - line %u: %s\n", good ? "ok" : "not ok", ++n_cases, line, text);
	if (!good)
		printf("# is: %s\n", found);
	failed |= !good;
}

/* Replaces every occurrence, in place; to is not longer than from. */
static void replace(char *text, const char *from, const char *to)
{
	while ((text = strstr(text, from))) {
		memmove(text + strlen(to), text + strlen(from), strlen(text + strlen(from)) + 1);
		memcpy(text, to, strlen(to));
		text += strlen(to);
	}
}

static void check_error(const struct mfw_err *err, char *expected, unsigned line, const char *text)
{
	unsigned row, column, length;
	char *part = strchr(expected, '\t');
	char found[LINE_MAX_];
	bool good;

	mfw_err_place(err, &row, &column, &length);
	snprintf(found, sizeof(found), "! %s %u:%u len %u\t%s", mfw_err_kind(err), row, column,
		 length, mfw_err_message(err));
	if (part)
		*part++ = 0;
	good = part && !strncmp(found, expected, strlen(expected)) &&
	       found[strlen(expected)] == '\t' && strstr(mfw_err_message(err), part);
	report(good, line, text, found);
}

/* "KIND LINE:COLUMN len LENGTH" of each, with "; " between them. */
static void print_warnings(const struct expr_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->warnings.n; i++) {
		const struct mfw_err *warning = report->warnings.items[i];
		unsigned row, column, length;

		mfw_err_place(warning, &row, &column, &length);
		buf_printf(out, "%s%s %u:%u len %u", i ? "; " : "\t", mfw_err_kind(warning), row,
			   column, length);
	}
}

/* The canonical text is that of the line, and it is that of an equal tree. */
static void check_text(const struct expr *expr, const struct expr_report *warnings,
		       const char *expected, unsigned line, const char *text)
{
	cleanup_expr struct expr *again = NULL;
	cleanup_buf struct buf found = {};
	bool equal;

	expr_print(expr, &found);
	equal = !expr_parse(found.data, &test_scheme, &again, NULL) && expr_equal(expr, again);
	print_warnings(warnings, &found);
	report(equal && !strcmp(found.data, expected), line, text, found.data);
}

static void check_line(char *text, unsigned line)
{
	cleanup_expr_report struct expr_report found = {};
	cleanup_expr struct expr *expr = NULL;
	char shown[LINE_MAX_];
	char *expected = strchr(text, '\t');

	if (!expected) {
		report(false, line, text, "no TAB");
		return;
	}
	*expected++ = 0;
	snprintf(shown, sizeof(shown), "%s", text);
	replace(shown, "#", "/"); /* TAP's own mark */
	replace(text, "\\NL", "\n");
	replace(text, "\\TAB", "\t");
	if (!expr_check(text, &test_scheme, &expr, &found))
		check_text(expr, &found, expected, line, shown);
	else
		check_error(found.errors.items[0], expected, line, shown);
}

int main(int argc, char **argv)
{
	cleanup_fclose FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char line[LINE_MAX_];
	unsigned number = 0;

	if (!file)
		return 2;
	while (fgets(line, sizeof(line), file)) {
		number++;
		line[strcspn(line, "\n")] = 0;
		if (*line && *line != '#')
			check_line(line, number);
	}
	printf("1..%d\n", n_cases);
	return failed;
}
