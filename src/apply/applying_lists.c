/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lists of a ruleset. New ones are made before rules are looked at, since programs are bound to
 * them; nobody looks into them yet. Those that are there get what they are to have when all is
 * ready to be sent.
 */
#include <errno.h>
#include <string.h>

#include "apply/applying.h"
#include "apply/lists.h"
#include "list/combine.h"

static struct list_at at_of(const struct declared_list *l)
{
	return (struct list_at){l->customer ? l->customer->name : NULL, l->from->name};
}

static bool is_of(const struct declared_list *l, const struct applied_customer *c)
{
	return c ? l->customer == c->to : !l->customer;
}

static int refuse_kind(const struct declared_list *l, enum mfw_list_kind there,
		       struct mfw_err **err)
{
	struct list_at at = at_of(l);
	char word[MFW_NAME_MAX + 16];

	lists_word(&at, word);
	return err_make(err, EINVAL, "list.type",
			"%s is there as a list of type %s, and cannot become another: delete it "
			"first (mfwctl list drop %s %s)",
			word, lists_kind_name(there), at.customer ? at.customer : "--shared",
			at.name);
}

/* What it has now is kept for the history, where it is going to be changed. */
static int compare(struct applying *a, struct declared_list *l, const struct area *area,
		   struct ruleset_list **before, size_t *n_before, struct mfw_err **err)
{
	cleanup_entries struct entries old = {};

	if (area_head(area)->kind != l->kind)
		return refuse_kind(l, area_head(area)->kind, err);
	if (list_read(area, &old) || entries_tidy(&old, NULL))
		return err_nomem(err);
	l->differs = !entries_same(&old, &l->entries);
	if (l->differs && applying_wants_texts(a) &&
	    declared_list_text(l->from->name, l->kind, &old, before, n_before))
		return err_nomem(err);
	return 0;
}

static int give(struct mfw_err **err, struct mfw_err **why, int r)
{
	if (err)
		*err = steal_ptr(*why);
	return r;
}

static int look_at(struct applying *a, struct declared_list *l, struct ruleset_list **before,
		   size_t *n_before, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_err struct mfw_err *why = NULL;
	struct list_at at = at_of(l);
	cleanup_close int slot = -1;
	struct area area;
	int r = lists_slot(&at, &slot, &why);

	l->is_new = r == -ENOENT;
	if (r)
		return l->is_new ? 0 : give(err, &why, r);
	r = lists_now(&at, slot, false, &array, &area, &why);
	if (!r)
		return compare(a, l, &area, before, n_before, err);
	/* A broken one is made good. */
	l->differs = !strcmp(mfw_err_kind(why), "list.broken");
	return l->differs ? 0 : give(err, &why, r);
}

/* c NULL: it is everybody's. */
static int put(struct applying *a, const struct applied_customer *c, struct declared_list *l,
	       struct mfw_err **err)
{
	struct lists_change change;
	struct list_at at = at_of(l);

	return lists_put(c ? c->by->mfw : a->mfw, &at, l->kind, &l->entries, &change, err);
}

static bool only_looks(const struct applying *a)
{
	return a->options.check || a->options.look;
}

int applying_make_lists(struct applying *a, const struct applied_customer *c, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < a->ruleset->n_lists && !r; i++) {
		struct declared_list *l = &a->ruleset->lists[i];

		if (!is_of(l, c) || !l->is_new || l->made)
			continue;
		r = put(a, c, l, err);
		l->made = !r;
	}
	return r;
}

int applying_look_at_lists(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct ruleset *before = &a->applied->before;
	int r = 0;

	for (size_t i = 0; i < a->ruleset->n_lists && !r; i++) {
		struct declared_list *l = &a->ruleset->lists[i];

		if (!is_of(l, c))
			continue;
		l->is_new = l->made = l->differs = false;
		if (c && !c->from)
			l->is_new = true;
		else if (c)
			r = look_at(a, l, &c->from->lists, &c->from->n_lists, err);
		else
			r = look_at(a, l, &before->lists, &before->n_lists, err);
		if (l->is_new)
			a->new_lists = true;
	}
	return r || only_looks(a) || (c && !c->from) ? r : applying_make_lists(a, c, err);
}

int applying_send_lists(struct applying *a, const struct applied_customer *c, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < a->ruleset->n_lists && !r; i++) {
		struct declared_list *l = &a->ruleset->lists[i];

		if (is_of(l, c) && l->differs)
			r = put(a, c, l, err);
	}
	return r;
}

void applying_drop_lists(struct applying *a, const struct applied_customer *c)
{
	for (size_t i = 0; i < a->ruleset->n_lists; i++) {
		struct declared_list *l = &a->ruleset->lists[i];
		struct list_at at = at_of(l);

		if (!l->made || (c && !is_of(l, c)))
			continue;
		/* What stays is a list that nobody looks into. */
		lists_drop_locked(a->mfw, &at, NULL);
		l->made = false;
	}
}

void applying_count_lists(const struct applying *a, const struct applied_customer *c,
			  size_t *ret_new, size_t *ret_changed)
{
	*ret_new = *ret_changed = 0;
	for (size_t i = 0; i < a->ruleset->n_lists; i++) {
		const struct declared_list *l = &a->ruleset->lists[i];

		if (!is_of(l, c))
			continue;
		*ret_new += l->is_new;
		*ret_changed += l->differs;
	}
}

bool applying_changes_lists(const struct applying *a, const struct applied_customer *c)
{
	size_t added, changed;

	applying_count_lists(a, c, &added, &changed);
	return added || changed || others_going(c ? &c->others : &a->applied->others);
}

bool applying_lacks_list(const struct applying *a, const struct mfw_err *err)
{
	/* With the customer its lists are missing. */
	return only_looks(a) && a->new_lists && err &&
	       (!strcmp(mfw_err_kind(err), "list.missing") ||
		!strcmp(mfw_err_kind(err), "customer.missing"));
}
