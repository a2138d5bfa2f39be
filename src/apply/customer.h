/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Customers: one small JSON file each in /run/mfw/customers, the only thing kept beside the kernel.
 */
#ifndef APPLY_CUSTOMER_H
#define APPLY_CUSTOMER_H

#include "apply/context.h"
#include "apply/lock.h"

/* Owns its texts; customer_free() ends it. inode 0: it is being made, or was when it was killed. */
struct customer {
	struct mfw_customer pub;
	uint64_t cookie; /* kernel_ns_cookie() of the namespace; 0: unknown */
};

/* Errors: customer.missing, customer.file (cannot be read). */
int customer_read(const char *name, struct customer **ret, struct mfw_err **err);
void customer_free(struct customer *customer);
/* Why the namespace at a path is not the one of that inode; NULL: it is, as far as inodes tell. */
#define DRIFT_OTHER "the path names another namespace than before"
const char *customer_drift(const char *netns, uint64_t inode);

DEFINE_CLEANUP(customer_cleanup, struct customer *, customer_free)
#define cleanup_customer cleanup(customer_cleanup_p)

/* The public functions' bodies. */
int customer_add(struct mfw *mfw, const char *name, const char *netns, struct mfw_err **err);
int customer_del(struct mfw *mfw, const char *name, struct mfw_err **err);
/* Undoes what a killed customer_add() began. Called without locks. */
int customer_recover(struct mfw *mfw, struct mfw_err **err);
/* Those that there are, read once when many are added: {} is not read yet. */
struct customers_taken {
	struct customer **all;
	size_t n;
	bool known;
};
void customers_taken_clear(struct customers_taken *taken);

/* The lock for what spans customers, after cleaning up for a holder who was killed. */
int customer_lock_all(struct mfw *mfw, struct lock *ret, struct mfw_err **err);
/* The same as above for who has that lock. After a failure it may be abandoned. */
int customer_add_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct lock *lock, struct mfw_err **err);
int customer_del_locked(struct mfw *mfw, const char *name, struct mfw_err **err);
/* Their names, sorted; each is freed by the caller, and then the array. */
int customer_names(char ***ret, size_t *ret_n, struct mfw_err **err);
/* All of them by name; freed by the caller one by one, then the array. */
int customer_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err);

#endif
