/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conformance DIR: the cases of DIR/valid.tsv (ID, expression, ...) and DIR/invalid.tsv (ID,
 * expression, LINE:COLUMN len LENGTH, ...), fields separated by TABs, as TAP: what is valid parses,
 * and is printed as what parses to an equal tree; what is invalid is refused at that place. Which
 * packets match is asked elsewhere. Without DIR: skipped.
 */
#include "../unit/test.h"
#include "model/field.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 4096

static int n_cases;
static bool failed;

static void report(bool good, const char *id, const char *found)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++n_cases, id);
	if (!good)
		printf("# is: %s\n", found);
	failed |= !good;
}

static void check_valid(const char *id, const char *text, const char *rest)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL, *again = NULL;
	cleanup_buf struct buf out = {};

	(void)rest;
	if (expr_parse(text, &test_scheme, &expr, &err)) {
		report(false, id, mfw_err_message(err));
		return;
	}
	expr_print(expr, &out);
	report(!expr_parse(out.data, &test_scheme, &again, NULL) && expr_equal(expr, again), id,
	       out.data);
}

static void check_invalid(const char *id, const char *text, const char *rest)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	unsigned line, column, length;
	char place[64], found[TEXT_MAX];

	if (!expr_parse(text, &test_scheme, &expr, &err)) {
		report(false, id, "valid");
		return;
	}
	mfw_err_place(err, &line, &column, &length);
	snprintf(place, sizeof(place), "%u:%u len %u", line, column, length);
	snprintf(found, sizeof(found), "%s %s", place, mfw_err_message(err));
	report(!strncmp(rest, place, strlen(place)) && strchr("\t", rest[strlen(place)]), id,
	       found);
}

static void replace_newlines(char *text)
{
	while ((text = strstr(text, "\\NL"))) {
		*text++ = '\n';
		memmove(text, text + 2, strlen(text + 2) + 1);
	}
}

static void check_file(const char *dir, const char *name,
		       void (*check)(const char *id, const char *text, const char *rest))
{
	char path[TEXT_MAX], line[TEXT_MAX], *text, *rest;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file) {
		report(false, path, "cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		text = strchr(line, '\t');
		if (!text)
			continue;
		*text++ = 0;
		rest = text + strcspn(text, "\t");
		if (*rest)
			*rest++ = 0;
		replace_newlines(text);
		check(line, text, rest);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("MFW_CONFORMANCE");

	if (!dir && argc == 2)
		dir = argv[1];
	if (!dir || access(dir, R_OK)) {
		printf("1..0 # SKIP no %s (MFW_CONFORMANCE names it)\n", dir ? dir : "directory");
		return 0;
	}
	check_file(dir, "valid.tsv", check_valid);
	check_file(dir, "invalid.tsv", check_invalid);
	printf("1..%d\n", n_cases);
	return failed;
}
