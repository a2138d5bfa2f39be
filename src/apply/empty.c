/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/empty.h"

#include <errno.h>

#include "apply/retry.h"

struct emptying {
	struct site *site;
	struct view *view; /* what is left, with rules */
	struct nft_op *ops;
	size_t n;
	bool stopped, done;
};

static void forget(struct emptying *e)
{
	view_free(e->view);
	free(e->ops);
	e->view = NULL;
	e->ops = NULL;
	e->n = 0;
}

static int look(struct emptying *e, struct mfw_err **err)
{
	struct kernel_ns *ns = e->site->ns;
	int r = kernel_nft_chains(ns, 0, e->site->table, &e->view, err);

	for (size_t i = 0; !r && i < e->view->n_chains; i++)
		r = kernel_nft_rules(ns, e->view->chains[i], false, err);
	if (r)
		return r;
	e->ops = calloc(e->view->n_tables + kernel_programs_at_once(), sizeof(*e->ops));
	return e->ops ? 0 : err_nomem(err);
}

static void add_tables(struct emptying *e, enum nft_op_kind kind)
{
	for (size_t i = 0; i < e->view->n_tables; i++)
		e->ops[e->n++] = (struct nft_op){.kind = kind,
						 .family = e->view->tables[i].family,
						 .table = e->view->tables[i].name};
}

/* Of the rules with a program of their own, as many as may go; whether there are more. */
static bool add_portion(struct emptying *e)
{
	for (size_t i = 0; i < e->view->n_chains; i++) {
		const struct chain *chain = e->view->chains[i];

		for (size_t j = 0; j < chain->n_rules; j++) {
			if (chain->rules[j]->kind != MATCH_BYTECODE)
				continue;
			if (e->n == kernel_programs_at_once())
				return true;
			e->ops[e->n++] = (struct nft_op){
				.kind = NFT_RULE_DEL, .chain = chain, .rule = chain->rules[j]};
		}
	}
	return false;
}

/* What is done next: rules that are too many are put out of force before the first of them goes. */
static void choose(struct emptying *e)
{
	bool more = add_portion(e);

	if (more && e->stopped)
		return;
	e->n = 0;
	add_tables(e, more ? NFT_TABLE_STOP : NFT_TABLE_DEL);
	e->stopped |= more;
	e->done = !more;
}

static int try_step(struct emptying *e, struct mfw_err **err)
{
	struct emptying before = *e;
	size_t failed;
	int r = look(e, err);

	if (!r) {
		choose(e);
		r = kernel_nft_commit(e->site->ns, e->view->genid, e->ops, e->n, &failed, err);
	}
	forget(e);
	if (r)
		*e = before;
	else if (before.stopped)
		kernel_programs_settle();
	return r;
}

int empty_tables(struct mfw *mfw, struct site *site, struct mfw_err **err)
{
	struct emptying e = {.site = site};
	struct retry retry;
	int r = 0;

	while (!r && !e.done) {
		retry_start(mfw, &retry);
		do
			r = try_step(&e, err);
		while (r == -ERESTART && retry_again(&retry));
	}
	return r == -ERESTART ? retry_refuse(&retry, "they were to be removed", err) : r;
}
