/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that appear whole, several at once, in directories of ours alone. */
#ifndef APPLY_KEEP_H
#define APPLY_KEEP_H

#include "base/buf.h"
#include "base/err.h"

/* {} has none. */
struct keep {
	char **paths; /* written beside, and not yet in place */
	size_t n, cap;
};

/* Makes dir/name, 0700, and dir. Errors: history.denied. */
int keep_dir(const char *dir, const char *name, char ret[512], struct mfw_err **err);
/* Writes a file beside path. Errors: history.denied. */
int keep_write(struct keep *keep, const char *path, const void *data, size_t len,
	       struct mfw_err **err);
/* Brings all to the disk, once, and puts them in place. Errors: history.denied. */
int keep_finish(struct keep *keep, struct mfw_err **err);
/* Removes what is not in place. */
void keep_clear(struct keep *keep);
/* Whether the file has just these bytes. */
bool keep_is(const char *path, const void *data, size_t len);

/* Calls seen with the name of each file of the directory; a missing one is empty. */
int keep_each(const char *dir, int (*seen)(void *ctx, const char *name), void *ctx);

#define cleanup_keep cleanup(keep_clear)

#endif
