/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "apply/customer_file.h"
#include "apply/lists.h"
#include "list/text.h"

/* ---- lists that were given ---- */

static struct given_list *find_given(struct mfw *mfw, const char *name, bool shared)
{
	for (size_t i = 0; i < mfw->n_given_lists; i++)
		if (mfw->given_lists[i].shared == shared && !strcmp(mfw->given_lists[i].name, name))
			return &mfw->given_lists[i];
	return NULL;
}

/* A list in memory of its own. */
static int build(enum mfw_list_kind kind, const struct entries *entries, struct area *ret,
		 struct mfw_err **err)
{
	for (unsigned attempt = 0; attempt < 8; attempt++) {
		struct list_plan plan = list_plan(kind, entries, attempt, attempt);
		struct area area = {calloc(plan.lines, MFW_LIST_LINE), plan.lines};
		int r = area.lines ? list_build(&plan, entries, &area) : -ENOMEM;

		if (!r) {
			*ret = area;
			return 0;
		}
		free(area.lines);
		if (r != -ENOSPC)
			break;
	}
	return err_nomem(err);
}

/* The file says nothing of its type: it is of what is asked for. */
static int load_given(struct given_list *list, enum mfw_list_kind kind, struct mfw_err **err)
{
	cleanup_entries struct entries entries = {};
	int r;

	if (list->area.lines)
		return 0;
	r = text_load(kind, list->path, &entries, err);
	if (!r && entries_tidy(&entries, NULL))
		r = err_nomem(err);
	r = r ? r : build(kind, &entries, &list->area, err);
	list->kind = kind;
	return r;
}

/* ---- what an expression may name ---- */

static enum mfw_list_kind kind_for(enum field_type type)
{
	return type == FIELD_IP ? MFW_LIST_IP : MFW_LIST_NAME;
}

static int check_kind(const struct list_at *at, enum mfw_list_kind there, enum field_type type,
		      struct mfw_err **err)
{
	char word[MFW_NAME_MAX + 16];

	if (there == kind_for(type))
		return 0;
	lists_word(at, word);
	return err_make(err, EINVAL, "list.type", "%s is a list of %s, and what is asked for is %s",
			word, there == MFW_LIST_IP ? "addresses" : "names",
			there == MFW_LIST_IP ? "Bytes: make one with --type name" : "an address");
}

/* Whether lists are looked for in the kernel. */
static bool has_kernel(const struct scope *scope)
{
	return !scope->trial || scope->customer;
}

static int unknown(const struct scope *scope, const struct list_at *at, struct mfw_err **err)
{
	char word[MFW_NAME_MAX + 16];

	lists_word(at, word);
	if (scope->mfw->n_given_lists)
		return err_make(err, ENOENT, "list.missing",
				"no list %s was given: --list %s=FILE, or --customer NAME for a "
				"customer's lists",
				word, word + 1);
	err_make(err, ENOENT, "list.unknown",
		 "what the list %s has is not known here, and it is taken to be empty: --customer "
		 "NAME, or --list %s=FILE; a rule is refused as long as there is no such list",
		 word, word + 1);
	return 1;
}

static int check_kernel(const struct scope *scope, const struct list_at *at, enum field_type type,
			struct mfw_err **err)
{
	cleanup_customer struct customer *customer = NULL;
	enum mfw_list_kind kind;
	int r = at->customer ? customer_read(at->customer, &customer, err) : 0;

	(void)scope;
	r = r ? r : lists_kind(at, &kind, err);
	return r ? r : check_kind(at, kind, type, err);
}

static int refuse_nobody(const struct list_at *at, struct mfw_err **err)
{
	return err_make(err, EINVAL, "list.nobody",
			"$%s is a customer's own list, and this rule is no customer's: name one "
			"that is everybody's, as $shared.%s",
			at->name, at->name);
}

static int check_list(void *ctx, const char *name, bool shared, enum field_type type,
		      struct mfw_err **err)
{
	struct scope *scope = ctx;
	struct given_list *given = scope->trial ? find_given(scope->mfw, name, shared) : NULL;
	const struct list_at at = {shared ? NULL : scope->customer ? scope->customer : "", name};
	int r;

	if (given) {
		r = load_given(given, kind_for(type), err);
		return r ? r : check_kind(&at, given->kind, type, err);
	}
	if (!has_kernel(scope))
		return unknown(scope, &at, err);
	if (!shared && !scope->customer)
		return refuse_nobody(&at, err);
	return check_kernel(scope, &at, type, err);
}

struct scheme scope_scheme(struct scope *scope)
{
	struct scheme scheme = scope->mfw->scheme;

	scheme.ctx = scope;
	scheme.list = check_list;
	return scheme;
}

/* ---- what is in them ---- */

static int open_kernel(const struct list_at *at, bool keep_slot, struct scope_list *ret,
		       struct mfw_err **err)
{
	cleanup_close int slot = -1;
	int r = lists_slot(at, &slot, err);

	r = r ? r : lists_now(at, slot, false, &ret->array, &ret->area, err);
	if (!r && keep_slot)
		ret->slot = steal_fd(&slot);
	return r;
}

static int open_one(const struct scope *scope, const struct expr *expr, struct scope_list *ret,
		    struct mfw_err **err)
{
	const struct list_at at = {expr->shared ? NULL : scope->customer, expr->list};
	struct given_list *given;
	const struct entries none = {};
	int r;

	given = scope->trial ? find_given(scope->mfw, expr->list, expr->shared) : NULL;
	if (given) {
		ret->area = given->area;
		return 0;
	}
	if (has_kernel(scope))
		return open_kernel(&at, !scope->trial, ret, err);
	r = build(kind_for(expr->value->type), &none, &ret->area, err);
	ret->own = r ? NULL : ret->area.lines;
	return r;
}

static int add_list(const struct scope *scope, const struct expr *expr, struct scope_lists *lists,
		    struct mfw_err **err)
{
	struct scope_list *more = reallocarray(lists->all, lists->n + 1, sizeof(*more));

	if (!more)
		return err_nomem(err);
	lists->all = more;
	more += lists->n++;
	*more = (struct scope_list){
		.name = strdup(expr->list),
		.shared = expr->shared,
		.slot = -1,
		.array = KERNEL_NO_ARRAY,
	};
	return more->name ? open_one(scope, expr, more, err) : err_nomem(err);
}

int scope_open(const struct scope *scope, const struct expr *expr, struct scope_lists *ret,
	       struct mfw_err **err)
{
	int r = 0;

	if (expr->list && !scope_find(ret, expr->list, expr->shared))
		r = add_list(scope, expr, ret, err);
	for (size_t i = 0; i < expr->n_operands && !r; i++)
		r = scope_open(scope, expr->operands[i], ret, err);
	return r;
}

const struct scope_list *scope_find(const struct scope_lists *lists, const char *name, bool shared)
{
	for (size_t i = 0; i < lists->n; i++)
		if (lists->all[i].shared == shared && !strcmp(lists->all[i].name, name))
			return &lists->all[i];
	return NULL;
}

void scope_lists_clear(struct scope_lists *lists)
{
	for (size_t i = 0; i < lists->n; i++) {
		struct scope_list *list = &lists->all[i];

		kernel_array_close(&list->array);
		cleanup_close_p(&list->slot);
		free(list->own);
		free(list->name);
	}
	free(lists->all);
	*lists = (struct scope_lists){};
}

int scope_slot(const struct scope *scope, const struct scope_list *list, int *ret_fd,
	       struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array copy = KERNEL_NO_ARRAY;
	int r;

	if (!scope->trial) {
		*ret_fd = fcntl(list->slot, F_DUPFD_CLOEXEC, 0);
		return *ret_fd < 0 ? err_make(err, errno, "bpf.map", "%s", strerror(errno)) : 0;
	}
	if (list->array.fd >= 0)
		return lists_new_slot(&list->array, ret_fd, err);
	r = kernel_array_new(MFW_LIST_CHUNK, list_chunks(list->area.n), &copy, err);
	if (r)
		return r;
	memcpy(copy.data, list->area.lines, list->area.n * MFW_LIST_LINE);
	return lists_new_slot(&copy, ret_fd, err);
}
