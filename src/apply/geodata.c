/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/geodata.h"
#include "apply/lock.h"
#include "apply/users.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#define WORD     sizeof(uint64_t)
#define GEO_LOCK "geo"

/* What people call them: the data, and the option. */
static const char *const nouns[] = {[GEO_COUNTRY] = "countries", [GEO_ASNUM] = "AS numbers"};
static const char *const options[] = {[GEO_COUNTRY] = "country", [GEO_ASNUM] = "asn"};

const char *geodata_map(enum geo_kind kind)
{
	return kind == GEO_COUNTRY ? "mfw_country" : "mfw_asnum";
}

static void pin_dir(char ret[256])
{
	snprintf(ret, 256, "%s/geo", kernel_pin_root());
}

static void pin_path(enum geo_kind kind, char ret[512])
{
	char dir[256];

	pin_dir(dir);
	snprintf(ret, 512, "%s/%s", dir, geo_kind_name(kind));
}

/* ---- looking ---- */

static int refuse_slot(int r, enum geo_kind kind, const char *path, struct mfw_err **err)
{
	if (r == -ENOENT)
		return err_make(err, ENOENT, "geo.missing",
				"no data about the %s of addresses is loaded: mfwctl geo set --%s "
				"FILE",
				nouns[kind], options[kind]);
	return err_make(err, -r, "geo.denied", "cannot open %s: %s%s", path, strerror(-r),
			r == -EACCES || r == -EPERM ? "; run as root" : "");
}

int geodata_slot(enum geo_kind kind, int *ret_fd, struct mfw_err **err)
{
	char path[512];
	int r;

	pin_path(kind, path);
	r = kernel_map_open(path, ret_fd);
	return r ? refuse_slot(r, kind, path, err) : 0;
}

int geodata_read(enum geo_kind kind, struct kernel_array *ret, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array a = KERNEL_NO_ARRAY;
	cleanup_close int slot = -1;
	int r = geodata_slot(kind, &slot, err);

	if (r)
		return r;
	r = kernel_slot_get(slot, false, &a);
	if (!r && (a.size != WORD || !geo_is_sound(a.data, a.n)))
		r = -EINVAL;
	if (r)
		return err_make(err, -r, "geo.broken",
				"the data about the %s of addresses cannot be read: %s; load it "
				"again: mfwctl geo set --%s FILE",
				nouns[kind], strerror(-r), options[kind]);
	*ret = a;
	a = KERNEL_NO_ARRAY;
	return 0;
}

/* ---- loading ---- */

static int make_array(const struct buf *words, struct kernel_array *ret, struct mfw_err **err)
{
	int r = kernel_array_new(WORD, words->len / WORD, ret, err);

	if (!r)
		memcpy(ret->data, words->data, words->len);
	return r;
}

static int put(int slot, const struct kernel_array *array, struct mfw_err **err)
{
	int r = kernel_slot_put(slot, array);

	return r ? err_make(err, -r, "bpf.map", "cannot put the data in its place: %s",
			    strerror(-r))
		 : 0;
}

/* The slot is filled before anybody can find it. */
static int pin_new_slot(enum geo_kind kind, const struct kernel_array *array, struct mfw_err **err)
{
	cleanup_close int slot = -1;
	char dir[256], path[512];
	int r;

	pin_dir(dir);
	pin_path(kind, path);
	r = kernel_pin_dir(dir, err);
	r = r ? r : kernel_slot_new(WORD, &slot, err);
	r = r ? r : put(slot, array, err);
	if (r)
		return r;
	r = kernel_pin(slot, path);
	return r ? err_make(err, -r, "bpffs.denied", "cannot pin the data as %s: %s", path,
			    strerror(-r))
		 : 0;
}

int geodata_new_slot(const struct buf *words, int *ret_fd, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_close int slot = -1;
	int r = make_array(words, &array, err);

	r = r ? r : kernel_slot_new(WORD, &slot, err);
	r = r ? r : put(slot, &array, err);
	if (!r)
		*ret_fd = steal_fd(&slot);
	return r;
}

static int replace(struct mfw *mfw, enum geo_kind kind, const struct kernel_array *array,
		   struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	cleanup_close int slot = -1;
	char path[512];
	int r = lock_take(mfw, GEO_LOCK, LOCK_ALONE, &lock, err);

	if (r)
		return r;
	pin_path(kind, path);
	r = kernel_map_open(path, &slot);
	if (r == -ENOENT)
		return pin_new_slot(kind, array, err);
	return r ? refuse_slot(r, kind, path, err) : put(slot, array, err);
}

int geodata_set(struct mfw *mfw, enum geo_kind kind, const char *file, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_free char *path = realpath(file, NULL);
	cleanup_buf struct buf words = {};
	int r = geo_load(kind, path ? path : file, (uint64_t)time(NULL), &words, err);

	r = r ? r : make_array(&words, &array, err);
	return r ? r : replace(mfw, kind, &array, err);
}

/* ---- deleting ---- */

static int check_users(enum geo_kind kind, int slot, struct mfw_err **err)
{
	cleanup_users struct users users = {};
	cleanup_buf struct buf text = {};
	int r = users_find(slot, &users);

	if (r)
		return err_make(err, -r, "geo.denied", "cannot see who uses the data: %s",
				strerror(-r));
	if (!users.n)
		return 0;
	if (users_text(&users, &text))
		return err_nomem(err);
	return err_make(err, EBUSY, "geo.busy", "the data about the %s of addresses is %s",
			nouns[kind], text.data);
}

/* Alone of all: nobody binds a new program to it meanwhile. */
int geodata_del(struct mfw *mfw, enum geo_kind kind, struct mfw_err **err)
{
	cleanup_lock struct lock global = LOCK_NONE, own = LOCK_NONE;
	cleanup_close int slot = -1;
	char path[512], dir[256];
	int r = lock_take(mfw, LOCK_GLOBAL, LOCK_ALONE, &global, err);

	r = r ? r : lock_take(mfw, GEO_LOCK, LOCK_ALONE, &own, err);
	r = r ? r : geodata_slot(kind, &slot, err);
	r = r ? r : check_users(kind, slot, err);
	if (r)
		return r;
	pin_path(kind, path);
	pin_dir(dir);
	r = kernel_pin_remove(path);
	if (r)
		return refuse_slot(r, kind, path, err);
	kernel_pin_remove_dir(dir);
	return 0;
}
