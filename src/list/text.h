/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of lists as people write them. No privilege, no global state.
 *
 * An address list's are addresses and networks of IPv4 and IPv6: 192.0.2.1, 198.51.100.0/24,
 * 2001:db8::/32. No bits may be set behind the prefix.
 *
 * A name list's are 1 to MFW_LIST_NAME_MAX bytes, compared exactly. A name that begins with `"`
 * is one of the language's strings: any byte may stand there, as \xHH. Others have no white space
 * and no control characters in them.
 *
 * In a file stands one entry a line. A `#` or `;` at the beginning of a line or behind white space
 * begins a comment; empty lines are nothing.
 */
#ifndef LIST_TEXT_H
#define LIST_TEXT_H

#include "base/err.h"
#include "list/list.h"

#define TEXT_FILE_MAX   (512u << 20) /* bytes */
#define TEXT_ERRORS_MAX 20           /* that are told at once */
#define TEXT_WHY_LEN    256

/* An entry, with room for the bytes of a name: where `entry` points to then. Not to be copied. */
struct text_entry {
	struct list_entry entry;
	char name[MFW_LIST_NAME_MAX];
};

/* One entry, without white space around it. 0; or -EINVAL and why, for a message. */
int text_entry(enum mfw_list_kind kind, const char *text, size_t len, struct text_entry *ret,
	       char why[TEXT_WHY_LEN]);
/* Adds it to entries. Errors: list.entry, ENOMEM. */
int text_add(enum mfw_list_kind kind, const char *text, struct entries *entries,
	     struct mfw_err **err);

/*
 * Adds those of a file; name is the file's, for messages. The first error (list.entry,
 * list.too_large) is given, with FILE:LINE:COLUMN before its message, and the others, at most
 * TEXT_ERRORS_MAX in all, as its detail, one a line.
 */
int text_read(enum mfw_list_kind kind, const char *name, const char *text, size_t len,
	      struct entries *entries, struct mfw_err **err);
/* The same of the file at path, "-": standard input. Errors: list.read too. */
int text_load(enum mfw_list_kind kind, const char *path, struct entries *entries,
	      struct mfw_err **err);

/* How many there are of all kinds; the i-th, appended as it would be read: 0 or -ENOMEM. */
int text_print(const struct entries *entries, size_t i, struct buf *out);

#endif
