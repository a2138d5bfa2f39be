/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public functions: an expression as an object file, and what it is made of. */
#include "apply/expression.h"
#include "base/output.h"
#include "expr/outline.h"

/* ---- compile ---- */

static int write_file(const char *path, const struct buf *bytes, struct mfw_err **err)
{
	cleanup_output struct output output = {};
	int r = output_open(&output, path, err);

	r = r ? r : output_write(&output, bytes->data, bytes->len, err);
	return r ? r : output_finish(&output, err);
}

int mfw_expr_compile(struct mfw *mfw, const char *text, const char *path, struct mfw_err **err)
{
	cleanup_expression struct expression e = {};
	cleanup_buf struct buf object = {};
	struct scope scope = {.mfw = mfw, .customer = mfw->customer, .trial = true};
	int r = expression_open(&scope, text, &e, err);

	r = r ? r : codegen_object(&e.input, &object, err);
	return r ? r : write_file(path, &object, err);
}

/* ---- explain ---- */

/* 192.0.2.1:40000 > 198.51.100.2:443, SYN: what a program's time is taken with. */
static const uint8_t sample[] = {
	0x45, 0,  0, 40,  0, 1, 0, 0, 64, 6, 0, 0, 192,  0, 2,    1,    198, 51, 100, 2,
	0x9c, 64, 1, 187, 0, 0, 0, 1, 0,  0, 0, 0, 0x50, 2, 0xff, 0xff, 0,   0,  0,   0,
};

struct mfw_explained {
	struct mfw_explanation pub;
	struct buf tree, folded;
	struct codegen_summary summary;
	struct mfw_err *not_loaded;
};

static int load(const struct scope *scope, struct mfw_explained *x, struct expression *e,
		const struct buf *object, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	struct prog_cost cost;
	unsigned processed = 0;
	struct prog_source source = {
		.name = "the expression",
		.elf = object->data,
		.len = object->len,
		.program = CODEGEN_PROGRAM,
	};
	int r = expression_bind(scope, e, err);

	source.maps = e->maps;
	source.n_maps = e->n_maps;
	r = r ? r : kernel_prog_load(&source, &fd, &processed, err);
	r = r ? r : kernel_prog_measure(fd, sample, sizeof(sample), &cost, err);
	if (r)
		return r;
	x->pub.loaded = true;
	x->pub.processed = processed;
	x->pub.loaded_insns = cost.n_insns;
	x->pub.jited_len = cost.jited_len;
	x->pub.ns = cost.ns;
	return 0;
}

static int explain(struct mfw *mfw, const char *text, struct mfw_explained *x, struct mfw_err **err)
{
	cleanup_expression struct expression e = {};
	cleanup_buf struct buf object = {};
	struct scope scope = {.mfw = mfw, .customer = mfw->customer, .trial = true};
	int r = expression_open(&scope, text, &e, err);

	r = r ? r : codegen_summarize(&e.input, &x->summary, err);
	r = r ? r : codegen_object(&e.input, &object, err);
	if (r)
		return r;
	if (expr_outline(e.written, &x->tree) || expr_print(e.folded, &x->folded))
		return err_nomem(err);
	x->pub.size = sizeof(x->pub);
	x->pub.tree = x->tree.data;
	x->pub.compiled = x->folded.data;
	x->pub.matchers = x->summary.matchers.data ? x->summary.matchers.data : "";
	x->pub.library = x->summary.library.data ? x->summary.library.data : "";
	x->pub.insns = x->summary.insns;
	x->pub.object_len = object.len;
	if (load(&scope, x, &e, &object, &x->not_loaded))
		x->pub.not_loaded = x->not_loaded;
	return 0;
}

int mfw_expr_explain(struct mfw *mfw, const char *text, struct mfw_explained **ret,
		     struct mfw_err **err)
{
	struct mfw_explained *x = calloc(1, sizeof(*x));
	int r = x ? explain(mfw, text, x, err) : err_nomem(err);

	if (r)
		mfw_explained_free(x);
	else
		*ret = x;
	return r;
}

const struct mfw_explanation *mfw_explained_get(const struct mfw_explained *explained)
{
	return &explained->pub;
}

void mfw_explained_free(struct mfw_explained *explained)
{
	if (!explained)
		return;
	buf_clear(&explained->tree);
	buf_clear(&explained->folded);
	codegen_summary_clear(&explained->summary);
	mfw_err_free(explained->not_loaded);
	free(explained);
}
