/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists in the kernel. A list is a slot, pinned as customer/NAME/list/LIST or shared/LIST under the
 * pin root, and lives as long as that pin: programs are bound to the slot. What lies in it, a
 * generation, is always a whole list, whose memory src/list reads and writes.
 *
 * Who is killed leaves the old list or the new one: a list of many entries, or a change of several,
 * is built beside the old one and put in its place by one write; a change of one entry is made in
 * place, and is one write too. A note in the memory says that such a change was under way, so that
 * the next writer makes good what is only counted (list_mend()).
 */
#ifndef APPLY_LISTS_H
#define APPLY_LISTS_H

#include "apply/context.h"
#include "list/list.h"

/* The directory of a customer's own ones, among his pins. */
#define LISTS_DIR "list"

/* Which one. */
struct list_at {
	const char *customer; /* NULL: it is everybody's */
	const char *name;
};

/* What a change came to. */
struct lists_change {
	size_t entries;   /* in the list now */
	size_t changed;   /* that came or went */
	size_t unchanged; /* that were given, and were there already; or were not, for a deletion */
	size_t covered;   /* in it now, and inside of wider ones that are in it */
	bool made;        /* there was no such list before */
};

enum lists_verb { LISTS_ADD, LISTS_DEL };

/* "$bad", "$shared.bad": how expressions name it. */
void lists_word(const struct list_at *at, char ret[MFW_NAME_MAX + 16]);
/* Errors: name.bad. */
int lists_check_name(const char *name, struct mfw_err **err);
/* "ip", "name". */
const char *lists_kind_name(enum mfw_list_kind kind);

/* Opens the slot. Errors: list.missing (with the command that helps), list.denied. */
int lists_slot(const struct list_at *at, int *ret_fd, struct mfw_err **err);
/*
 * What is in the slot now; the area points into it, and is sound. Errors: list.broken, list.denied.
 */
int lists_now(const struct list_at *at, int slot, bool writable, struct kernel_array *ret,
	      struct area *ret_area, struct mfw_err **err);
/* A slot of its own, not pinned, with that array. Errors: bpf.map, bpf.denied. */
int lists_new_slot(const struct kernel_array *array, int *ret_fd, struct mfw_err **err);
/* Builds a list of tidy entries in an array of its own. Errors: list.full, bpf.map, bpf.denied. */
int lists_build(enum mfw_list_kind kind, const struct entries *entries, struct kernel_array *ret,
		struct mfw_err **err);
/* Calls seen with the name of each list of the customer; NULL: of the shared ones. */
int lists_each(const char *customer, int (*seen)(void *ctx, const char *name), void *ctx);

/*
 * The list becomes what the entries say, which need not be tidy, and is made if there is none. Its
 * kind cannot change. lists_put() is for a caller who has the global lock and has looked that the
 * customer is there.
 * Errors: name.bad, customer.missing, list.type, list.full, list.denied, list.broken, lock.*,
 * bpf.*, bpffs.*.
 */
int lists_set(struct mfw *mfw, const struct list_at *at, enum mfw_list_kind kind,
	      struct entries *entries, struct lists_change *ret, struct mfw_err **err);
int lists_put(struct mfw *mfw, const struct list_at *at, enum mfw_list_kind kind,
	      struct entries *entries, struct lists_change *ret, struct mfw_err **err);
/* Adds the entries, or deletes them, all at once. Errors: the same, and list.missing. */
int lists_change(struct mfw *mfw, const struct list_at *at, enum lists_verb verb,
		 enum mfw_list_kind kind, struct entries *entries, struct lists_change *ret,
		 struct mfw_err **err);
/* Deletes the list. Errors: list.missing, list.busy (programs look into it), lock.*. */
int lists_drop(struct mfw *mfw, const struct list_at *at, struct mfw_err **err);
/* The same for who has the global lock alone. */
int lists_drop_locked(struct mfw *mfw, const struct list_at *at, struct mfw_err **err);
/* Deletes all of a customer's, whose rules are gone. Called with the global lock alone. */
int lists_drop_all(struct mfw *mfw, const char *customer, struct mfw_err **err);
/* The kind of the list that is there. Errors: list.missing, list.denied, list.broken. */
int lists_kind(const struct list_at *at, enum mfw_list_kind *ret, struct mfw_err **err);

/* ---- between lists.c and lists_change.c ---- */

void lists_pin_dir(const char *customer, char ret[256]);
void lists_pin_path(const struct list_at *at, char ret[512]);
int lists_refuse_slot(int r, const struct list_at *at, struct mfw_err **err);

#endif
