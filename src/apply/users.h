/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that look into a map: pinned ones, shared or with state of their own. */
#ifndef APPLY_USERS_H
#define APPLY_USERS_H

#include "base/buf.h"

/* {} before; users_clear() after. */
struct users {
	size_t n;
	struct buf example; /* the expression of one; may be empty */
};

/* 0 or -errno. The caller has the global lock alone, or programs come and go meanwhile. */
int users_find(int map_fd, struct users *ret);
void users_clear(struct users *users);
/* "in use, by 2 programs, such as that of '...': ...", for a refusal. */
int users_text(const struct users *users, struct buf *out);

#define cleanup_users cleanup(users_clear)

#endif
