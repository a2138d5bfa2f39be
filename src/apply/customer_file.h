/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of customers: one small JSON file each in /run/mfw/customers, the only thing beside
 * the kernel. On tmpfs, it goes with the namespace that it names.
 */
#ifndef APPLY_CUSTOMER_FILE_H
#define APPLY_CUSTOMER_FILE_H

#include "apply/context.h"

/* Owns its texts; customer_free() ends it. inode 0: it is being made, or was when it was killed. */
struct customer {
	struct mfw_customer pub;
	uint64_t cookie; /* kernel_ns_cookie() of the namespace; 0: unknown */
};

/* NULL without memory. */
struct customer *customer_new(const char *name, const char *netns, bool made, uint64_t inode);
void customer_free(struct customer *customer);
/* All, and the array. */
void customers_free(struct customer **all, size_t n);

DEFINE_CLEANUP(customer_cleanup, struct customer *, customer_free)
#define cleanup_customer cleanup(customer_cleanup_p)

/* Errors: customer.missing, customer.file (cannot be read), run.denied. */
int customer_read(const char *name, struct customer **ret, struct mfw_err **err);
/* Writes the file so that it is there wholly or not at all. Errors: customer.file. */
int customer_write(const struct customer *customer, struct mfw_err **err);
void customer_remove_file(const char *name);
/* Removes what a killed customer_write() has left. */
void customer_remove_unwritten(void);

/* All by name, with those that are being made; customers_free() ends them. */
int customer_read_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err);
/* The same without those, and each with its drift. */
int customer_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err);
/* Their names, sorted; each is freed by the caller, and then the array. */
int customer_names(char ***ret, size_t *ret_n, struct mfw_err **err);

/* Why the namespace at a path is not the one of that inode; NULL: it is, as far as inodes tell. */
#define DRIFT_OTHER "the path names another namespace than before"
const char *customer_drift(const char *netns, uint64_t inode);
/* Whether another namespace, which got the old one's inode, stands at the path. */
bool customer_has_other_cookie(const struct customer *customer);

#endif
