/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of a ruleset: entries that can be put into the kernel. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "apply/declared.h"
#include "list/text.h"

/* Notes what is wrong with a list, or (at: its number) with one of its entries. */
static int complain(struct mfw_ruleset *d, const struct declared_list *l, const size_t *at,
		    struct mfw_err *err)
{
	char pointer[256], entry[32] = "";

	if (at)
		snprintf(entry, sizeof(entry), "/%zu", *at);
	if (l->customer)
		snprintf(pointer, sizeof(pointer), "/customers/%u/lists/%s%s", l->customer->index,
			 l->from->name, entry);
	else
		snprintf(pointer, sizeof(pointer), "/lists/%s%s", l->from->name, entry);
	if (l->from->file)
		ruleset_place(&err, l->from->file, l->from->place, pointer);
	return err_list_add(&d->errors, err);
}

static int add_texts(struct mfw_ruleset *d, struct declared_list *l)
{
	const char *text = l->from->entries.data;

	for (size_t i = 0; i < l->from->n_entries; i++, text += strlen(text) + 1) {
		struct mfw_err *err = NULL;

		if (d->errors.n >= RULESET_ERRORS_MAX)
			return 0;
		if (text_add(l->kind, text, &l->entries, &err) && complain(d, l, &i, err))
			return -ENOMEM;
	}
	return 0;
}

/* A path means what it does where the ruleset's file is. */
static int make_absolute(struct ruleset_list *list)
{
	const char *file = list->file ? list->file->name : "";
	const char *slash = strrchr(file, '/');
	char *whole = NULL, *resolved;

	if (*list->path != '/' && slash &&
	    asprintf(&whole, "%.*s/%s", (int)(slash - file), file, list->path) < 0)
		return -ENOMEM;
	resolved = realpath(whole ? whole : list->path, NULL);
	if (!resolved)
		resolved = steal_ptr(whole);
	free(whole);
	if (!resolved)
		return 0;
	free(list->path);
	list->path = resolved;
	return 0;
}

static int add_file(struct mfw_ruleset *d, struct declared_list *l)
{
	struct mfw_err *err = NULL;

	if (make_absolute((struct ruleset_list *)l->from))
		return -ENOMEM;
	if (!text_load(l->kind, l->from->path, &l->entries, &err))
		return 0;
	return complain(d, l, NULL, err);
}

static int add_list(struct mfw_ruleset *d, const struct ruleset_customer *customer,
		    const struct ruleset_list *from)
{
	struct declared_list *more = reallocarray(d->lists, d->n_lists + 1, sizeof(*more)), *l;
	int r;

	if (!more)
		return -ENOMEM;
	d->lists = more;
	l = &more[d->n_lists++];
	*l = (struct declared_list){.from = from,
				    .customer = customer,
				    .kind = from->of_names ? MFW_LIST_NAME : MFW_LIST_IP};
	if (d->errors.n >= RULESET_ERRORS_MAX)
		return 0;
	r = from->path ? add_file(d, l) : add_texts(d, l);
	return r ? r : entries_tidy(&l->entries, NULL);
}

int declared_lists(struct mfw_ruleset *d)
{
	int r = 0;

	for (size_t i = 0; i < d->rs.n_lists && !r; i++)
		r = add_list(d, NULL, &d->rs.lists[i]);
	for (size_t i = 0; i < d->rs.n_customers && !r; i++) {
		const struct ruleset_customer *c = d->rs.customers[i];

		for (size_t k = 0; k < c->n_lists && !r; k++)
			r = add_list(d, c, &c->lists[k]);
	}
	return r;
}

int declared_list_text(const char *name, enum mfw_list_kind kind, const struct entries *entries,
		       struct ruleset_list **lists, size_t *n)
{
	struct ruleset_list *more = reallocarray(*lists, *n + 1, sizeof(*more)), *list;
	int r = 0;

	if (!more)
		return -ENOMEM;
	*lists = more;
	list = &more[*n];
	*list = (struct ruleset_list){.name = strdup(name), .of_names = kind == MFW_LIST_NAME};
	++*n;
	for (size_t i = 0; i < entries_count(entries) && !r; i++) {
		r = text_print(entries, i, &list->entries);
		r = r ? r : buf_add(&list->entries, "", 1);
	}
	list->n_entries = entries_count(entries);
	return list->name ? r : -ENOMEM;
}
