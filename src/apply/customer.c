/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/customer.h"

#include <errno.h>
#include <string.h>

#include "apply/customer_file.h"
#include "apply/empty.h"
#include "apply/history.h"
#include "apply/lists.h"
#include "apply/lock.h"
#include "apply/release.h"
#include "apply/site.h"
#include "model/name.h"

/* ---- adding ---- */

/* Undoes what a killed `customer add` began: its file says made, but of no inode yet. */
static int undo_unfinished(struct mfw_err **err)
{
	struct customer **all;
	size_t n;
	int r = customer_read_all(&all, &n, err);

	if (r)
		return r;
	customer_remove_unwritten();
	for (size_t i = 0; i < n && !r; i++) {
		if (all[i]->pub.inode)
			continue;
		r = kernel_netns_remove(all[i]->pub.netns, err);
		if (!r)
			customer_remove_file(all[i]->pub.name);
	}
	customers_free(all, n);
	return r;
}

static int note_name(void *ctx, const char *name)
{
	return buf_add(ctx, name, strlen(name) + 1);
}

/* Where customers that are not there were tried: the lock says so. */
static int undo_trial(const char *lock, const char *name, struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	cleanup_err struct mfw_err *why = NULL;
	char pin_dir[256];
	int r = lock_is_left(lock) ? customer_read(name, &c, &why) : 0;

	if (!r || strcmp(mfw_err_kind(why), "customer.missing") != 0)
		return 0;
	site_pin_dir(name, 0, pin_dir);
	r = release_all(pin_dir, err);
	if (!r)
		lock_remove(lock);
	return r;
}

static int undo_trials(struct mfw_err **err)
{
	cleanup_buf struct buf names = {};
	char dir[256];
	int r = lock_run_dir("lock", dir, err);

	if (r)
		return r;
	if (kernel_pin_each(dir, note_name, &names))
		return err_nomem(err);
	for (size_t at = 0; at < names.len && !r; at += strlen(names.data + at) + 1) {
		const char *name = strchr(names.data + at, '-');

		if (name && !strncmp(names.data + at, "customer-", 9))
			r = undo_trial(names.data + at, name + 1, err);
	}
	return r ? r : release_sweep_shared(err);
}

int customer_lock_all(struct mfw *mfw, struct lock *ret, struct mfw_err **err)
{
	int r = lock_take(mfw, LOCK_GLOBAL, LOCK_ALONE, ret, err);

	if (r || !ret->killed)
		return r;
	r = undo_unfinished(err);
	r = r ? r : undo_trials(err);
	if (r)
		lock_abandon(ret);
	return r;
}

int customer_recover(struct mfw *mfw, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;

	return customer_lock_all(mfw, &lock, err);
}

void customers_taken_clear(struct customers_taken *taken)
{
	customers_free(taken->all, taken->n);
	*taken = (struct customers_taken){};
}

/* Refuses a name that is taken, and a namespace that is another customer's. */
static int check_free(struct customers_taken *taken, const char *name, uint64_t inode,
		      struct mfw_err **err)
{
	int r = taken->known ? 0 : customer_read_all(&taken->all, &taken->n, err);

	taken->known |= !r;
	for (size_t i = 0; i < taken->n && !r; i++) {
		const struct mfw_customer *other = &taken->all[i]->pub;

		if (inode && other->inode == inode)
			r = err_make(err, EBUSY, "netns.busy",
				     "this namespace is the customer %s's already; one namespace "
				     "has one customer",
				     other->name);
		if (!strcmp(other->name, name))
			r = err_make(err, EEXIST, "customer.exists",
				     "there is a customer '%s' already (mfwctl customer show %s)",
				     name, name);
	}
	return r;
}

static int make_room(struct customers_taken *taken, struct mfw_err **err)
{
	struct customer **more = reallocarray(taken->all, taken->n + 1, sizeof(*more));

	if (!more)
		return err_nomem(err);
	taken->all = more;
	return 0;
}

/* Writes the customer's file, and takes him. */
static int write_and_take(struct customers_taken *taken, struct customer **c, struct mfw_err **err)
{
	int r = make_room(taken, err);

	r = r ? r : customer_write(*c, err);
	if (!r)
		taken->all[taken->n++] = steal_ptr(*c);
	return r;
}

/* One whose namespace is there. */
static int adopt(struct customers_taken *taken, const char *name, const char *netns,
		 struct customer **ret, struct mfw_err **err)
{
	cleanup_ns struct kernel_ns *ns = NULL;
	char path[512];
	uint64_t inode;
	int r;

	r = site_netns_path(netns, path, err);
	/* Entering it shows that it is a namespace, and ours to enter. */
	r = r ? r : kernel_ns_open(path, &ns, err);
	if (r)
		return r;
	inode = kernel_ns_inode(ns);
	r = check_free(taken, name, inode, err);
	if (r)
		return r;
	*ret = customer_new(name, path, false, inode);
	if (!*ret)
		return err_nomem(err);
	(*ret)->cookie = kernel_ns_cookie(ns);
	return 0;
}

/* One whose namespace is to be made. */
static int begin(struct customers_taken *taken, const char *name, struct customer **ret,
		 struct mfw_err **err)
{
	char path[512];
	int r = site_netns_path(name, path, err);

	r = r ? r : check_free(taken, name, 0, err);
	if (r)
		return r;
	if (!kernel_netns_inode(path, &(uint64_t){0}))
		return err_make(
			err, EEXIST, "netns.exists",
			"there is a network namespace %s already, which we did not make; to "
			"adopt it: mfwctl customer add %s --netns %s",
			path, name, name);
	*ret = customer_new(name, path, true, 0);
	return *ret ? 0 : err_nomem(err);
}

static int add_adopted(struct customers_taken *taken, const char *name, const char *netns,
		       struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	int r = adopt(taken, name, netns, &c, err);

	return r ? r : write_and_take(taken, &c, err);
}

/* After a failure the customer's file may say that it is unfinished: the caller undoes that. */
static int add_made(struct customers_taken *taken, const char *name, struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	cleanup_ns struct kernel_ns *ns = NULL;
	int r = begin(taken, name, &c, err);

	r = r ? r : customer_write(c, err);
	if (r)
		return r;
	r = kernel_netns_make(c->pub.netns, err);
	if (r) {
		customer_remove_file(name);
		return r;
	}
	r = kernel_ns_open(c->pub.netns, &ns, err);
	if (r)
		return err_prefix(err, r, "the new namespace of customer %s", name);
	c->pub.inode = kernel_ns_inode(ns);
	c->cookie = kernel_ns_cookie(ns);
	return write_and_take(taken, &c, err);
}

int customer_try_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	int r = netns ? adopt(taken, name, netns, &c, err) : begin(taken, name, &c, err);

	r = r ? r : make_room(taken, err);
	if (!r)
		taken->all[taken->n++] = steal_ptr(c);
	return r;
}

int customer_add_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct lock *lock, struct mfw_err **err)
{
	int r = netns ? add_adopted(taken, name, netns, err) : add_made(taken, name, err);

	/* What could not be undone is the next one's to undo. */
	if (r && undo_unfinished(NULL))
		lock_leave(lock);
	return r;
}

int customer_add(struct mfw *mfw, const char *name, const char *netns, struct mfw_err **err)
{
	cleanup(customers_taken_clear) struct customers_taken taken = {};
	cleanup_lock struct lock lock = LOCK_NONE;
	int r = name_check("customer", name, err);

	r = r ? r : customer_lock_all(mfw, &lock, err);
	return r ? r : customer_add_locked(&taken, name, netns, &lock, err);
}

/* ---- deleting ---- */

/* Whether the customer's namespace is still there. Not to know that is an error: rules may be. */
static int look_for(const struct customer *c, bool *ret, struct mfw_err **err)
{
	uint64_t inode;
	int r = kernel_netns_inode(c->pub.netns, &inode);

	if (r && r != -ENOENT && r != -EINVAL)
		return err_make(err, -r, "netns.denied",
				"cannot open the network namespace %s of customer %s: %s",
				c->pub.netns, c->pub.name, strerror(-r));
	*ret = !r && inode == c->pub.inode && !customer_has_other_cookie(c);
	return 0;
}

/* What is in the namespace goes. */
static int empty_namespace(struct mfw *mfw, const struct customer *c, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = c->pub.name};
	struct site *site;
	int r = site_get(mfw, &target, &site, err);

	return r ? r : empty_tables(mfw, site, err);
}

static int delete_all(struct mfw *mfw, const struct customer *c, struct mfw_err **err)
{
	char pin_dir[256];
	bool there = false;
	int r = look_for(c, &there, err);

	if (!r && there)
		r = empty_namespace(mfw, c, err);
	if (r)
		return r;
	site_leave(mfw, c->pub.name);
	site_pin_dir(c->pub.name, 0, pin_dir);
	/* The directory goes with what is in it last. */
	r = lists_drop_all(mfw, c->pub.name, err);
	r = r ? r : release_all(pin_dir, err);
	if (r || !c->pub.made)
		return r;
	if (there)
		return kernel_netns_remove(c->pub.netns, err);
	kernel_netns_forget(c->pub.netns);
	return 0;
}

int customer_del_locked(struct mfw *mfw, const char *name, struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	cleanup_lock struct lock own = LOCK_NONE;
	char lock_name[128];
	int r = customer_read(name, &c, err);

	snprintf(lock_name, sizeof(lock_name), "customer-%s", name);
	r = r ? r : lock_take(mfw, lock_name, LOCK_ALONE, &own, err);
	r = r ? r : delete_all(mfw, c, err);
	if (r)
		return r;
	customer_remove_file(name);
	lock_remove(lock_name);
	return 0;
}

int customer_del(struct mfw *mfw, const char *name, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	int r = name_check("customer", name, err);

	r = r ? r : customer_lock_all(mfw, &lock, err);
	r = r ? r : customer_del_locked(mfw, name, err);
	/* A boot would make it again. */
	if (!r)
		good_forget(mfw, name);
	return r;
}
