/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several errors, or warnings, each with its place. {} is an empty list. */
#ifndef BASE_ERR_LIST_H
#define BASE_ERR_LIST_H

#include "base/err.h"

struct err_list {
	struct mfw_err **items;
	size_t n;
};

/* Takes err; it is freed when there is no memory. 0 or -ENOMEM. */
int err_list_add(struct err_list *list, struct mfw_err *err);
void err_list_clear(struct err_list *list);

#define cleanup_err_list cleanup(err_list_clear)

#endif
