/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/customer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "apply/empty.h"
#include "apply/history.h"
#include "apply/lists.h"
#include "apply/lock.h"
#include "apply/release.h"
#include "apply/site.h"
#include "model/name.h"

/* Ends the name of a file that is being written; no customer has a dot in his. */
#define TEMPORARY ".new"

DEFINE_CLEANUP(json, json_t *, json_decref)

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int file_path(const char *name, char ret[512], struct mfw_err **err)
{
	char dir[256];
	int r = lock_run_dir("customers", dir, err);

	if (!r)
		snprintf(ret, 512, "%s/%s", dir, name);
	return r;
}

/* ---- the file ---- */

static struct customer *customer_new(const char *name, const char *netns, bool made, uint64_t inode)
{
	struct customer *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->pub = (struct mfw_customer){MFW_SIZE(struct mfw_customer), .name = strdup(name),
				       .netns = strdup(netns), .made = made, .inode = inode};
	if (c->pub.name && c->pub.netns)
		return c;
	customer_free(c);
	return NULL;
}

void customer_free(struct customer *c)
{
	if (!c)
		return;
	free((char *)c->pub.name);
	free((char *)c->pub.netns);
	free(c);
}

static int refuse_open(int code, const char *name, const char *path, struct mfw_err **err)
{
	if (code == ENOENT)
		return err_make(err, ENOENT, "customer.missing",
				"there is no customer '%s'; make it with: mfwctl customer add %s",
				name, name);
	return err_make(err, code, "run.denied", "cannot read %s: %s%s", path, strerror(code),
			code == EACCES ? "; run as root" : "");
}

int customer_read(const char *name, struct customer **ret, struct mfw_err **err)
{
	cleanup(json_p) json_t *root = NULL;
	cleanup_fclose FILE *f = NULL;
	json_error_t why;
	const char *netns;
	json_int_t inode, cookie = 0;
	char path[512];
	int made;

	snprintf(path, sizeof(path), "%s/customers/%s", kernel_run_dir(), name);
	f = fopen(path, "re");
	if (!f)
		return refuse_open(errno, name, path, err);
	root = json_loadf(f, 0, &why);
	if (!root || json_unpack(root, "{s:s, s:b, s:I, s?I}", "netns", &netns, "made", &made,
				 "inode", &inode, "cookie", &cookie))
		return err_make(err, EINVAL, "customer.file",
				"%s cannot be read: %s; remove it, then mfwctl customer add %s "
				"--netns NAME adopts the namespace again",
				path, root ? "a key is missing" : why.text, name);
	*ret = customer_new(name, netns, made, inode);
	if (!*ret)
		return err_nomem(err);
	(*ret)->cookie = cookie;
	return 0;
}

/* Writes the file so that it is there wholly or not at all. */
static int customer_write(const struct customer *c, struct mfw_err **err)
{
	cleanup(json_p) json_t *root = json_pack(
		"{s:i, s:s, s:b, s:I, s:I}", "version", 1, "netns", c->pub.netns, "made",
		c->pub.made, "inode", (json_int_t)c->pub.inode, "cookie", (json_int_t)c->cookie);
	char path[512], temporary[520];
	int r = file_path(c->pub.name, path, err);

	if (r)
		return r;
	snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, path);
	if (!root || json_dump_file(root, temporary, JSON_COMPACT) || rename(temporary, path)) {
		r = err_make(err, errno ? errno : ENOMEM, "customer.file", "cannot write %s: %s",
			     path, strerror(errno ? errno : ENOMEM));
		unlink(temporary);
	}
	return r;
}

const char *customer_drift(const char *netns, uint64_t expected)
{
	uint64_t inode;
	int r = kernel_netns_inode(netns, &inode);

	if (r == -ENOENT)
		return "the namespace is gone";
	if (r == -EINVAL)
		return "the path is no namespace any more";
	if (r)
		return "the namespace cannot be opened";
	return inode == expected ? NULL : DRIFT_OTHER;
}

/* Whether another namespace, which got the old one's inode, stands at the path. */
static bool has_other_cookie(const struct customer *c)
{
	cleanup_ns struct kernel_ns *ns = NULL;

	return c->cookie && !kernel_ns_open(c->pub.netns, &ns, NULL) &&
	       kernel_ns_cookie(ns) != c->cookie;
}

static const char *full_drift(const struct customer *c)
{
	const char *drift = customer_drift(c->pub.netns, c->pub.inode);

	return drift || !has_other_cookie(c) ? drift : DRIFT_OTHER;
}

/* ---- all of them ---- */

static int by_name(const void *a, const void *b)
{
	const struct customer *const *x = a, *const *y = b;

	return strcmp((*x)->pub.name, (*y)->pub.name);
}

static void free_all(struct customer **all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		customer_free(all[i]);
	free(all);
}

static int add_one(struct customer ***all, size_t *n, const char *name, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	struct customer **more;
	int r;

	/* What is not a customer's name is our own temporary file, or somebody else's. */
	if (name_check("customer", name, NULL))
		return 0;
	more = reallocarray(*all, *n + 1, sizeof(**all));
	if (!more)
		return err_nomem(err);
	*all = more;
	r = customer_read(name, &more[*n], &why);
	if (!r)
		++*n;
	if (!r || r == -ENOENT) /* deleted since the directory was read */
		return 0;
	if (err)
		*err = steal_ptr(why);
	return r;
}

/* With those that are being made. */
static int read_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err)
{
	cleanup(cleanup_closedir) DIR *dir = NULL;
	struct customer **all = NULL;
	struct dirent *entry;
	char path[256];
	size_t n = 0;
	int r = 0;

	snprintf(path, sizeof(path), "%s/customers", kernel_run_dir());
	dir = opendir(path);
	if (!dir && errno != ENOENT)
		return err_make(err, errno, "run.denied", "cannot read %s: %s%s", path,
				strerror(errno), errno == EACCES ? "; run as root" : "");
	while (dir && !r && (entry = readdir(dir)))
		r = add_one(&all, &n, entry->d_name, err);
	if (r) {
		free_all(all, n);
		return r;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_name);
	*ret = all;
	*ret_n = n;
	return 0;
}

int customer_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err)
{
	struct customer **all;
	size_t n, kept = 0;
	int r = read_all(&all, &n, err);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (all[i]->pub.inode)
			all[kept++] = all[i];
		else
			customer_free(all[i]);
	}
	for (size_t i = 0; i < kept; i++)
		all[i]->pub.drift = full_drift(all[i]);
	*ret = all;
	*ret_n = kept;
	return 0;
}

/* ---- adding ---- */

static void remove_file(const char *name)
{
	char path[512];

	if (!file_path(name, path, NULL))
		unlink(path);
}

/* Files that were being written. */
static void remove_temporary(void)
{
	cleanup(cleanup_closedir) DIR *dir = NULL;
	struct dirent *entry;
	char path[256];

	snprintf(path, sizeof(path), "%s/customers", kernel_run_dir());
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && !strcmp(dot, TEMPORARY))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
}

/* Undoes what a killed `customer add` began: its file says made, but of no inode yet. */
static int undo_unfinished(struct mfw_err **err)
{
	struct customer **all;
	size_t n;
	int r = read_all(&all, &n, err);

	if (r)
		return r;
	remove_temporary();
	for (size_t i = 0; i < n && !r; i++) {
		if (all[i]->pub.inode)
			continue;
		r = kernel_netns_remove(all[i]->pub.netns, err);
		if (!r)
			remove_file(all[i]->pub.name);
	}
	free_all(all, n);
	return r;
}

int customer_lock_all(struct mfw *mfw, struct lock *ret, struct mfw_err **err)
{
	int r = lock_take(mfw, LOCK_GLOBAL, LOCK_ALONE, ret, err);

	if (r || !ret->killed)
		return r;
	r = undo_unfinished(err);
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
	free_all(taken->all, taken->n);
	*taken = (struct customers_taken){};
}

/* Refuses a name that is taken, and a namespace that is another customer's. */
static int check_free(struct customers_taken *taken, const char *name, uint64_t inode,
		      struct mfw_err **err)
{
	int r = taken->known ? 0 : read_all(&taken->all, &taken->n, err);

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

/* Writes the customer's file, and takes him. */
static int write_and_take(struct customers_taken *taken, struct customer **c, struct mfw_err **err)
{
	struct customer **more = reallocarray(taken->all, taken->n + 1, sizeof(*more));
	int r;

	if (!more)
		return err_nomem(err);
	taken->all = more;
	r = customer_write(*c, err);
	if (!r)
		more[taken->n++] = steal_ptr(*c);
	return r;
}

static int add_adopted(struct customers_taken *taken, const char *name, const char *netns,
		       struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
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
	c = customer_new(name, path, false, inode);
	if (!c)
		return err_nomem(err);
	c->cookie = kernel_ns_cookie(ns);
	return write_and_take(taken, &c, err);
}

/* After a failure the customer's file may say that it is unfinished: the caller undoes that. */
static int add_made(struct customers_taken *taken, const char *name, struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	cleanup_ns struct kernel_ns *ns = NULL;
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
	c = customer_new(name, path, true, 0);
	if (!c)
		return err_nomem(err);
	r = customer_write(c, err);
	if (r)
		return r;
	r = kernel_netns_make(path, err);
	if (r) {
		remove_file(name);
		return r;
	}
	r = kernel_ns_open(path, &ns, err);
	if (r)
		return err_prefix(err, r, "the new namespace of customer %s", name);
	c->pub.inode = kernel_ns_inode(ns);
	c->cookie = kernel_ns_cookie(ns);
	return write_and_take(taken, &c, err);
}

int customer_add_locked(struct customers_taken *taken, const char *name, const char *netns,
			struct lock *lock, struct mfw_err **err)
{
	int r = netns ? add_adopted(taken, name, netns, err) : add_made(taken, name, err);

	/* What could not be undone is the next one's to undo. */
	if (r && undo_unfinished(NULL))
		lock_abandon(lock);
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
	*ret = !r && inode == c->pub.inode && !has_other_cookie(c);
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
	site_close(mfw, c->pub.name);
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
	remove_file(name);
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

int customer_names(char ***ret, size_t *ret_n, struct mfw_err **err)
{
	cleanup_free char **names = NULL;
	struct customer **all;
	size_t n, kept = 0;
	int r = read_all(&all, &n, err);

	if (r)
		return r;
	names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; names && i < n; i++)
		if (all[i]->pub.inode)
			names[kept++] = (char *)steal_ptr(all[i]->pub.name);
	free_all(all, n);
	if (!names)
		return err_nomem(err);
	*ret = steal_ptr(names);
	*ret_n = kept;
	return 0;
}
