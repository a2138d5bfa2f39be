/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program FILE [MATCHERS]: what programs in the kernel answer, of the tree as written and folded.
 * The file is as tests/golden/answers.txt; MATCHERS is a directory of objects.
 */
#include "../golden/answers.h"
#include "catalog/catalog.h"
#include "run.h"

/* Parser included; the verifier of Linux 6.1 goes through 5500 for a search. */
#define INSNS_MAX 6000

static int ask(void *ctx, const uint8_t *packet, size_t len)
{
	return run_packet(ctx, packet, len, NULL);
}

static void ask_all(struct answers *answers, const struct expr *expr, const char *text,
		    const char *letters, bool negated)
{
	struct run run;

	if (run_expr(&run, expr))
		answers_check(answers, false, text, "its program does not load");
	else
		answers_compare(answers, text, letters, negated, ask, &run);
	if (run.insns >= INSNS_MAX)
		answers_check(answers, false, text, "the verifier processes too much");
	run_close(&run);
}

static const struct field *find_field(void *ctx, const char *name)
{
	const struct field *field = field_find(name);

	return field ? field : catalog_field(ctx, name);
}

static const struct matcher *find_matcher(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static struct scheme scheme = {.field = find_field, .matcher = find_matcher};

static void try_case(struct answers *answers, const char *text, const char *letters)
{
	for (int fold = 0; fold <= 1; fold++) {
		cleanup_err struct mfw_err *err = NULL;
		cleanup_expr struct expr *expr = NULL;
		struct expr not = {.kind = EXPR_NOT, .operands = &expr, .n_operands = 1};

		if (expr_parse(text, &scheme, &expr, &err) || (fold && expr_fold(&expr, &scheme))) {
			answers_check(answers, false, text, mfw_err_message(err));
			return;
		}
		ask_all(answers, expr, text, letters, false);
		ask_all(answers, &not, text, letters, true);
	}
}

int main(int argc, char **argv)
{
	static struct answers answers;
	struct catalog *catalog = NULL;
	int status;

	run_quiet();
	if (argc < 2 || catalog_new(argc > 2 ? argv[2] : "", &catalog, NULL))
		return 2;
	scheme.ctx = catalog;
	status = answers_run(&answers, argv[1], try_case);
	catalog_free(catalog);
	return status;
}
