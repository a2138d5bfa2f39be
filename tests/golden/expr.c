/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expr FILE: the cases of expr.txt, as TAP. */
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

/* The canonical text is that of the line, and its own canonical text. */
static void check_text(const struct expr *expr, const char *expected, unsigned line,
		       const char *text)
{
	cleanup_expr struct expr *again = NULL;
	cleanup_buf struct buf first = {}, second = {};
	bool good;

	expr_print(expr, &first);
	good = !strcmp(first.data, expected) &&
	       !expr_parse(first.data, &test_scheme, &again, NULL) && !expr_print(again, &second) &&
	       !strcmp(first.data, second.data);
	report(good, line, text, first.data);
}

static void check_line(char *text, unsigned line)
{
	cleanup_err struct mfw_err *err = NULL;
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
	if (!expr_parse(text, &test_scheme, &expr, &err))
		check_text(expr, expected, line, shown);
	else
		check_error(err, expected, line, shown);
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
