/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Customers come and go. */
#ifndef APPLY_CUSTOMER_H
#define APPLY_CUSTOMER_H

#include "apply/customer_file.h"
#include "apply/lock.h"

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
/* The same as above for who has that lock. After a failure it may be left. */
int customer_add_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct lock *lock, struct mfw_err **err);
/* Takes one only in `taken`: whether he could be added. */
int customer_try_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct mfw_err **err);
int customer_del_locked(struct mfw *mfw, const char *name, struct mfw_err **err);

#endif
