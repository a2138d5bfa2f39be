/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error value: made once, where the cause is known. See mfw.h for what each part means. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <mfw/mfw.h>

#include "base/cleanup.h"

#define ERR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * Makes *err and returns the negative errno, so that a refusal is one statement:
 *
 *	return err_make(err, ENOENT, "chain.missing", "no chain '%s'", name);
 *
 * code is a positive errno; kind a string literal. err may be NULL. An older *err is replaced.
 */
int err_make(struct mfw_err **err, int code, const char *kind, const char *fmt, ...)
	ERR_PRINTF(4, 5);
int err_nomem(struct mfw_err **err);

/* A copy of `from`. 0 or -ENOMEM (*err untouched). */
int err_copy(struct mfw_err **err, const struct mfw_err *from);

/* Puts "CONTEXT: " before the message. Returns code, to be used as a tail. */
int err_prefix(struct mfw_err **err, int code, const char *fmt, ...) ERR_PRINTF(3, 4);

/*
 * The place in source (copied; NULL: it is not shown) where the error is; see mfw_err_place().
 * Returns -errno of *err.
 */
int err_at(struct mfw_err **err, const char *source, unsigned line, unsigned column,
	   unsigned length);
/* The same with a byte offset into source. */
int err_at_offset(struct mfw_err **err, const char *source, size_t offset, size_t length);

void err_set_ref(struct mfw_err **err, const char *ref);
/* The file that the place is in, and the JSON pointer of what is there; source is that line. */
void err_set_file(struct mfw_err **err, const char *file, const char *pointer);
/* Takes a copy of detail. */
void err_set_detail(struct mfw_err **err, const char *detail);

DEFINE_CLEANUP(err_cleanup, struct mfw_err *, mfw_err_free)
#define cleanup_err cleanup(err_cleanup_p)

#endif
