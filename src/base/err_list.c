/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err_list.h"

#include <errno.h>

int err_list_add(struct err_list *list, struct mfw_err *err)
{
	struct mfw_err **grown = reallocarray(list->items, list->n + 1, sizeof(*grown));

	if (!grown) {
		mfw_err_free(err);
		return -ENOMEM;
	}
	list->items = grown;
	grown[list->n++] = err;
	return 0;
}

void err_list_clear(struct err_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		mfw_err_free(list->items[i]);
	free(list->items);
	*list = (struct err_list){};
}
