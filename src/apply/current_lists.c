/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lists have now, for a ruleset. */
#include <errno.h>
#include <string.h>

#include "apply/current.h"
#include "apply/declared.h"
#include "apply/lists.h"

int current_list(const char *customer, const char *name, struct ruleset_list **lists, size_t *n,
		 struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	struct list_at at = {customer, name};
	cleanup_entries struct entries entries = {};
	cleanup_close int slot = -1;
	struct area area;
	int r = lists_slot(&at, &slot, err);

	r = r ? r : lists_now(&at, slot, false, &array, &area, err);
	if (r)
		return r;
	if (list_read(&area, &entries) || entries_tidy(&entries, NULL) ||
	    declared_list_text(name, area_head(&area)->kind, &entries, lists, n))
		return err_nomem(err);
	return 0;
}

struct reading {
	const char *customer;
	struct ruleset_list **lists;
	size_t *n;
	struct mfw_err **err;
};

static int read_list(void *ctx, const char *name)
{
	struct reading *reading = ctx;

	return current_list(reading->customer, name, reading->lists, reading->n, reading->err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ruleset_list *)a)->name,
		      ((const struct ruleset_list *)b)->name);
}

int current_lists(const char *customer, struct ruleset_list **lists, size_t *n,
		  struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	struct reading reading = {customer, lists, n, &why};
	int r = lists_each(customer, read_list, &reading);

	if (*n)
		qsort(*lists, *n, sizeof(**lists), by_name);
	if (!r)
		return 0;
	if (!why)
		return err_make(err, -r, "list.denied", "cannot see which lists there are: %s",
				strerror(-r));
	if (err)
		*err = steal_ptr(why);
	return r;
}
