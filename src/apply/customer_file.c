/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/customer_file.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "apply/lock.h"
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

struct customer *customer_new(const char *name, const char *netns, bool made, uint64_t inode)
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

int customer_write(const struct customer *c, struct mfw_err **err)
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

void customer_remove_file(const char *name)
{
	char path[512];

	if (!file_path(name, path, NULL))
		unlink(path);
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

bool customer_has_other_cookie(const struct customer *c)
{
	cleanup_ns struct kernel_ns *ns = NULL;

	return c->cookie && !kernel_ns_open(c->pub.netns, &ns, NULL) &&
	       kernel_ns_cookie(ns) != c->cookie;
}

static const char *full_drift(const struct customer *c)
{
	const char *drift = customer_drift(c->pub.netns, c->pub.inode);

	return drift || !customer_has_other_cookie(c) ? drift : DRIFT_OTHER;
}

/* ---- all of them ---- */

static int by_name(const void *a, const void *b)
{
	const struct customer *const *x = a, *const *y = b;

	return strcmp((*x)->pub.name, (*y)->pub.name);
}

void customers_free(struct customer **all, size_t n)
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

int customer_read_all(struct customer ***ret, size_t *ret_n, struct mfw_err **err)
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
		customers_free(all, n);
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
	int r = customer_read_all(&all, &n, err);

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

int customer_names(char ***ret, size_t *ret_n, struct mfw_err **err)
{
	cleanup_free char **names = NULL;
	struct customer **all;
	size_t n, kept = 0;
	int r = customer_read_all(&all, &n, err);

	if (r)
		return r;
	names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; names && i < n; i++)
		if (all[i]->pub.inode)
			names[kept++] = (char *)steal_ptr(all[i]->pub.name);
	customers_free(all, n);
	if (!names)
		return err_nomem(err);
	*ret = steal_ptr(names);
	*ret_n = kept;
	return 0;
}

void customer_remove_unwritten(void)
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
