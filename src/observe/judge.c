/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/judge.h"

#include <errno.h>
#include <string.h>

#include "apply/expression.h"
#include "apply/known.h"
#include "expr/constant.h"
#include "expr/eval.h"

/* A program that is loaded; {.fd = -1} is none. */
struct loaded {
	int fd;
	struct kernel_run *run;
};

/* The program of one test or comparison of a matcher's, for the evaluator. */
struct leaf_program {
	const struct expr *leaf;
	struct loaded loaded;
};

struct judge {
	struct scope scope;
	bool verify;
	struct expression expr;
	struct loaded program;
	struct mfw_err *no_program;
	struct eval_hooks hooks;
	struct known known;
	struct buf leaves; /* struct leaf_program */
};

/* ---- programs ---- */

static int load(const struct codegen_input *input, struct prog_map *maps, size_t n_maps,
		struct loaded *ret, struct mfw_err **err)
{
	cleanup_buf struct buf object = {};
	struct prog_source source = {.name = "the expression",
				     .program = CODEGEN_PROGRAM,
				     .maps = maps,
				     .n_maps = n_maps};
	int r = codegen_object(input, &object, err);

	if (r)
		return r;
	source.elf = object.data;
	source.len = object.len;
	r = kernel_prog_load(&source, &ret->fd, NULL, err);
	return r ? r : kernel_run_open(ret->fd, &ret->run, err);
}

static void unload(struct loaded *loaded)
{
	kernel_run_close(loaded->run);
	cleanup_close_p(&loaded->fd);
}

/* ---- what the evaluator asks ---- */

static struct kernel_run *find_leaf(const struct judge *judge, const struct expr *leaf)
{
	const struct leaf_program *programs = (const void *)judge->leaves.data;

	for (size_t i = 0; i < judge->leaves.len / sizeof(*programs); i++)
		if (programs[i].leaf == leaf)
			return programs[i].loaded.run;
	return NULL;
}

/* The map of the list that the leaf names; name NULL: it names none. */
static struct prog_map leaf_list(const struct judge *judge, const struct expr *leaf)
{
	char name[CODEGEN_MAP_LEN];

	if (leaf->list)
		codegen_list_map(leaf->list, leaf->shared, name);
	for (size_t i = 0; leaf->list && i < judge->expr.n_maps; i++)
		if (!strcmp(judge->expr.maps[i].name, name))
			return judge->expr.maps[i];
	return (struct prog_map){};
}

/* Loads the program of that leaf alone, once. */
static int open_leaf(struct judge *judge, const struct expr *leaf, struct kernel_run **ret,
		     struct mfw_err **err)
{
	const struct codegen_input input = {.expr = leaf, .path = judge->scope.mfw->lib_path};
	struct leaf_program program = {.leaf = leaf, .loaded.fd = -1};
	struct prog_map list = leaf_list(judge, leaf);
	int r = load(&input, &list, list.name != NULL, &program.loaded, err);

	if (!r && buf_add(&judge->leaves, &program, sizeof(program)))
		r = err_nomem(err);
	if (r)
		unload(&program.loaded);
	else
		*ret = program.loaded.run;
	return r;
}

static int ask_matcher(void *ctx, const struct expr *leaf, const struct eval_packet *packet,
		       bool *ret, struct mfw_err **err)
{
	struct judge *judge = ctx;
	struct kernel_run *run = find_leaf(judge, leaf);
	bool by_socket;
	int r = run ? 0 : open_leaf(judge, leaf, &run, err);

	return r ? r : kernel_run_packet(run, packet->bytes, packet->len, ret, &by_socket, err);
}

static const char *node_text(void *ctx, const struct field *field)
{
	const struct scheme *scheme = &((struct judge *)ctx)->scope.mfw->scheme;

	return scheme->node ? scheme->node(scheme->ctx, field) : NULL;
}

static const char *country(void *ctx, const struct ip *ip)
{
	return known_country(&((struct judge *)ctx)->known, ip);
}

static bool asnum(void *ctx, const struct ip *ip, uint32_t *ret)
{
	return known_asnum(&((struct judge *)ctx)->known, ip, ret);
}

static bool find_in_list(const struct judge *judge, const char *name, bool shared,
			 const struct list_entry *entry)
{
	const struct scope_list *list = scope_find(&judge->expr.lists, name, shared);

	return list && list_find(&list->area, entry);
}

static bool list_has_ip(void *ctx, const char *list, bool shared, const struct ip *ip)
{
	const struct address a = address_of_bytes(ip->family, ip->bytes);
	struct list_entry entry = {.family = ip->family};

	if (ip->family == 4)
		entry.four = (struct net4){(uint32_t)a.low, 32};
	else
		entry.six = (struct net6){a.high, a.low, 128};
	return find_in_list(ctx, list, shared, &entry);
}

static bool list_has_name(void *ctx, const char *list, bool shared, const void *name, size_t len)
{
	const struct list_entry entry = {.name.text = name, .name.len = len};

	return find_in_list(ctx, list, shared, &entry);
}

/* ---- opening ---- */

/* A matcher in the tree that keeps state, or NULL. */
static const struct matcher *find_state(const struct expr *expr)
{
	const struct matcher *found = NULL;

	for (const struct value *value = expr->value; value; value = value->of) {
		const struct matcher *matcher =
			value->field ? value->field->matcher : value->matcher;

		if (matcher && matcher->keeps_state)
			found = matcher;
	}
	for (size_t i = 0; i < expr->n_operands && !found; i++)
		found = find_state(expr->operands[i]);
	return found;
}

static int check_verify(const struct judge *judge, struct mfw_err **err)
{
	const struct matcher *matcher = find_state(judge->expr.written);

	if (judge->verify && matcher)
		return err_make(err, EINVAL, "test.state",
				"--verify asks everything twice, and the matcher '%s' keeps state: "
				"it may answer otherwise the second time; test without --verify",
				matcher->pub.name);
	return 0;
}

/* Whether the evaluator can do instead, for the reason that there is no program. */
static int do_without(struct judge *judge, int r, struct mfw_err **err)
{
	const char *kind = mfw_err_kind(judge->no_program);

	if (strcmp(kind, "bpf.denied") && strcmp(kind, "codegen.unsupported")) {
		*err = steal_ptr(judge->no_program);
		return r;
	}
	if (judge->verify) {
		*err = steal_ptr(judge->no_program);
		return err_prefix(err, r, "--verify needs the program");
	}
	if (eval_asks_matcher(judge->expr.written))
		return err_make(err, -r, "test.matcher",
				"the expression asks a matcher, which only the kernel can run: %s",
				mfw_err_message(judge->no_program));
	return 0;
}

static int open_program(struct judge *judge, struct mfw_err **err)
{
	struct mfw_err *refused = NULL;
	int r = expression_bind(&judge->scope, &judge->expr, &judge->no_program);

	r = r ? r
	      : load(&judge->expr.input, judge->expr.maps, judge->expr.n_maps, &judge->program,
		     &judge->no_program);
	r = r ? do_without(judge, r, &refused) : 0;
	if (!r)
		return 0;
	if (err)
		*err = refused;
	else
		mfw_err_free(refused);
	return r;
}

int judge_open(struct mfw *mfw, const char *text, bool verify, struct judge **ret,
	       struct mfw_err **err)
{
	cleanup_judge struct judge *judge = calloc(1, sizeof(*judge));
	int r;

	if (!judge)
		return err_nomem(err);
	judge->scope = (struct scope){.mfw = mfw, .customer = mfw->customer, .trial = true};
	judge->verify = verify;
	judge->program.fd = -1;
	judge->hooks = (struct eval_hooks){
		.ctx = judge,
		.matcher = ask_matcher,
		.country = country,
		.asnum = asnum,
		.node = node_text,
		.list_has_ip = list_has_ip,
		.list_has_name = list_has_name,
	};
	known_open(mfw, &judge->known);
	r = expression_open(&judge->scope, text, &judge->expr, err);
	r = r ? r : check_verify(judge, err);
	r = r ? r : open_program(judge, err);
	if (!r)
		*ret = steal_ptr(judge);
	return r;
}

void judge_close(struct judge *judge)
{
	struct leaf_program *programs;

	if (!judge)
		return;
	programs = (void *)judge->leaves.data;
	for (size_t i = 0; i < judge->leaves.len / sizeof(*programs); i++)
		unload(&programs[i].loaded);
	buf_clear(&judge->leaves);
	unload(&judge->program);
	known_close(&judge->known);
	expression_clear(&judge->expr);
	mfw_err_free(judge->no_program);
	free(judge);
}

const struct mfw_err *judge_no_program(const struct judge *judge)
{
	return judge->no_program;
}

/* ---- asking ---- */

int judge_ask(struct judge *judge, const uint8_t *packet, size_t len, struct verdict *ret,
	      struct mfw_err **err)
{
	bool program = judge->program.run, evaluator = !program || judge->verify, other = false;
	struct verdict verdict = {};
	int r = 0;

	if (evaluator)
		r = eval(judge->expr.written, packet, len, &judge->hooks, &other, err);
	verdict.match = other;
	if (!r && program)
		r = kernel_run_packet(judge->program.run, packet, len, &verdict.match,
				      &verdict.by_socket, err);
	verdict.differs = evaluator && verdict.match != other;
	if (!r)
		*ret = verdict;
	return r;
}
