/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing lists. Writers come one after the other: those of one holder's lists share a lock. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "apply/customer_file.h"
#include "apply/lists.h"
#include "apply/lock.h"
#include "apply/users.h"
#include "list/combine.h"

static void lock_name(const char *customer, char ret[128])
{
	snprintf(ret, 128, customer ? "lists-%.100s" : "lists", customer);
}

static int lock_lists(struct mfw *mfw, const char *customer, struct lock *ret, struct mfw_err **err)
{
	char name[128];

	lock_name(customer, name);
	return lock_take(mfw, name, LOCK_ALONE, ret, err);
}

/* Against `customer del`, which has the global lock alone. */
static int lock_customer(struct mfw *mfw, const struct list_at *at, struct lock *ret,
			 struct mfw_err **err)
{
	cleanup_customer struct customer *customer = NULL;
	int r = lock_take(mfw, LOCK_GLOBAL, LOCK_SHARED, ret, err);

	if (!r && at->customer)
		r = customer_read(at->customer, &customer, err);
	return r;
}

/* ---- generations ---- */

static int put(int slot, const struct kernel_array *array, struct mfw_err **err)
{
	int r = kernel_slot_put(slot, array);

	return r ? err_make(err, -r, "bpf.map", "cannot put the list in its place: %s",
			    strerror(-r))
		 : 0;
}

/* The entries in the place of what is in the slot. */
static int put_entries(int slot, enum mfw_list_kind kind, const struct entries *entries,
		       struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	int r = lists_build(kind, entries, &array, err);

	return r ? r : put(slot, &array, err);
}

/* The slot is filled before anybody can find it. */
static int pin_new(const struct list_at *at, enum mfw_list_kind kind, const struct entries *entries,
		   struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_close int slot = -1;
	char dir[256], path[512];
	int r = lists_build(kind, entries, &array, err);

	lists_pin_dir(at->customer, dir);
	lists_pin_path(at, path);
	r = r ? r : lists_new_slot(&array, &slot, err);
	r = r ? r : kernel_pin_dir(dir, err);
	if (r)
		return r;
	r = kernel_pin(slot, path);
	if (!r)
		return 0;
	kernel_pin_remove_dir(dir);
	return err_make(err, -r, "bpffs.denied", "cannot pin the list as %s: %s", path,
			strerror(-r));
}

/* ---- set ---- */

static int refuse_kind(const struct list_at *at, enum mfw_list_kind there, struct mfw_err **err)
{
	char word[MFW_NAME_MAX + 16];

	lists_word(at, word);
	return err_make(err, EINVAL, "list.type",
			"%s is a list of type %s, and rules may ask it for that: make another one, "
			"or delete it first (mfwctl list drop %s %s)",
			word, lists_kind_name(there), at->customer ? at->customer : "--shared",
			at->name);
}

/* What is there already is not written again. */
static int replace(const struct list_at *at, int slot, enum mfw_list_kind kind,
		   const struct entries *entries, struct lists_change *ret, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_entries struct entries old = {};
	struct area area;
	int r = lists_now(at, slot, true, &array, &area, NULL);

	/* A broken one is what this makes good. */
	if (r)
		return put_entries(slot, kind, entries, err);
	if (area_head(&area)->kind != kind)
		return refuse_kind(at, area_head(&area)->kind, err);
	list_mend(&area);
	if (list_count(&area) == entries_count(entries)) {
		if (list_read(&area, &old) || entries_tidy(&old, NULL))
			return err_nomem(err);
		if (entries_same(&old, entries)) {
			ret->changed = 0;
			return 0;
		}
	}
	return put_entries(slot, kind, entries, err);
}

int lists_put(struct mfw *mfw, const struct list_at *at, enum mfw_list_kind kind,
	      struct entries *entries, struct lists_change *ret, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	struct lists_change change = {};
	struct entries_noted noted;
	cleanup_close int slot = -1;
	char path[512];
	int r;

	if (entries_tidy(entries, &noted))
		return err_nomem(err);
	r = lists_check_name(at->name, err);
	r = r ? r : lock_lists(mfw, at->customer, &lock, err);
	if (r)
		return r;
	change.entries = change.changed = entries_count(entries);
	change.unchanged = noted.twice;
	change.covered = noted.covered;
	lists_pin_path(at, path);
	r = kernel_map_open(path, &slot);
	change.made = r == -ENOENT;
	if (!r)
		r = replace(at, slot, kind, entries, &change, err);
	else
		r = change.made ? pin_new(at, kind, entries, err) : lists_refuse_slot(r, at, err);
	if (!r)
		*ret = change;
	return r;
}

int lists_set(struct mfw *mfw, const struct list_at *at, enum mfw_list_kind kind,
	      struct entries *entries, struct lists_change *ret, struct mfw_err **err)
{
	cleanup_lock struct lock global = LOCK_NONE;
	int r = lock_customer(mfw, at, &global, err);

	return r ? r : lists_put(mfw, at, kind, entries, ret, err);
}

/* ---- add and del ---- */

/* All of them by one write. */
static int change_copy(int slot, struct area *area, enum lists_verb verb,
		       const struct entries *entries, struct lists_change *ret,
		       struct mfw_err **err)
{
	cleanup_entries struct entries all = {};
	struct entries_noted noted = {};
	size_t before, after;

	if (list_read(area, &all) || entries_tidy(&all, NULL))
		return err_nomem(err);
	before = entries_count(&all);
	if (verb == LISTS_DEL)
		entries_subtract(&all, entries);
	else if (entries_join(&all, entries, NULL))
		return err_nomem(err);
	if (entries_tidy(&all, &noted))
		return err_nomem(err);
	after = entries_count(&all);
	ret->entries = after;
	ret->covered = noted.covered;
	ret->changed = verb == LISTS_DEL ? before - after : after - before;
	ret->unchanged = entries_count(entries) - ret->changed;
	return ret->changed ? put_entries(slot, area_head(area)->kind, &all, err) : 0;
}

/* The only entry there is. */
static struct list_entry single(const struct entries *entries)
{
	struct list_entry entry = {.family = 4};
	const struct name *name;

	if (entries->hosts.len)
		entry.four = (struct net4){*ENTRIES_AT(entries->hosts, uint32_t, 0), 32};
	else if (entries->nets.len)
		entry.four = *ENTRIES_AT(entries->nets, struct net4, 0);
	else if (entries->six.len) {
		entry.family = 6;
		entry.six = *ENTRIES_AT(entries->six, struct net6, 0);
	} else {
		name = ENTRIES_AT(entries->names, struct name, 0);
		entry.family = 0;
		entry.name.text = entries_name(entries, name);
		entry.name.len = name->len;
	}
	return entry;
}

static int change_single(int slot, struct area *area, enum lists_verb verb,
			 const struct entries *entries, struct lists_change *ret,
			 struct mfw_err **err)
{
	struct list_entry entry = single(entries);
	int r;

	if (verb == LISTS_ADD && list_count(area) >= LIST_ENTRIES_MAX)
		r = -ENOSPC; /* it may be there already */
	else
		r = verb == LISTS_ADD ? list_add(area, &entry) : list_del(area, &entry);
	/* No lines are left for it. */
	if (r == -ENOSPC)
		return change_copy(slot, area, verb, entries, ret, err);
	if (r && r != -EEXIST && r != -ENOENT)
		return err_nomem(err);
	ret->changed = !r;
	ret->unchanged = r != 0;
	ret->entries = list_count(area);
	return 0;
}

static int change_open(const struct list_at *at, int slot, enum lists_verb verb,
		       enum mfw_list_kind kind, const struct entries *entries,
		       struct lists_change *ret, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	struct area area;
	int r = lists_now(at, slot, true, &array, &area, err);

	if (!r && area_head(&area)->kind != kind)
		r = refuse_kind(at, area_head(&area)->kind, err);
	if (r)
		return r;
	list_mend(&area);
	switch (entries_count(entries)) {
	case 0: ret->entries = list_count(&area); return 0;
	case 1: return change_single(slot, &area, verb, entries, ret, err);
	default: return change_copy(slot, &area, verb, entries, ret, err);
	}
}

int lists_change(struct mfw *mfw, const struct list_at *at, enum lists_verb verb,
		 enum mfw_list_kind kind, struct entries *entries, struct lists_change *ret,
		 struct mfw_err **err)
{
	cleanup_lock struct lock global = LOCK_NONE, lock = LOCK_NONE;
	struct lists_change change = {};
	struct entries_noted noted;
	cleanup_close int slot = -1;
	int r;

	if (entries_tidy(entries, &noted))
		return err_nomem(err);
	r = lists_check_name(at->name, err);
	r = r ? r : lock_customer(mfw, at, &global, err);
	r = r ? r : lock_lists(mfw, at->customer, &lock, err);
	r = r ? r : lists_slot(at, &slot, err);
	r = r ? r : change_open(at, slot, verb, kind, entries, &change, err);
	change.unchanged += noted.twice;
	if (!r)
		*ret = change;
	return r;
}

/* ---- deleting ---- */

static int check_users(const struct list_at *at, int slot, struct mfw_err **err)
{
	cleanup_users struct users users = {};
	cleanup_buf struct buf text = {};
	char word[MFW_NAME_MAX + 16];
	int r = users_find(slot, &users);

	if (r)
		return err_make(err, -r, "list.denied", "cannot see who uses the list: %s",
				strerror(-r));
	if (!users.n)
		return 0;
	if (users_text(&users, &text))
		return err_nomem(err);
	lists_word(at, word);
	return err_make(err, EBUSY, "list.busy", "the list %s is %s", word, text.data);
}

/* The pin, and the directories that are empty then. */
static int unpin(const struct list_at *at, struct mfw_err **err)
{
	char dir[256], path[512];
	int r;

	lists_pin_dir(at->customer, dir);
	lists_pin_path(at, path);
	r = kernel_pin_remove(path);
	if (r && r != -ENOENT)
		return lists_refuse_slot(r, at, err);
	if (!kernel_pin_remove_dir(dir) && at->customer) {
		*strrchr(dir, '/') = 0;
		kernel_pin_remove_dir(dir);
	}
	return 0;
}

/* Alone of all: nobody binds a new program to it meanwhile. */
int lists_drop(struct mfw *mfw, const struct list_at *at, struct mfw_err **err)
{
	cleanup_lock struct lock global = LOCK_NONE;
	cleanup_customer struct customer *customer = NULL;
	int r = lists_check_name(at->name, err);

	r = r ? r : lock_take(mfw, LOCK_GLOBAL, LOCK_ALONE, &global, err);
	if (!r && at->customer)
		r = customer_read(at->customer, &customer, err);
	return r ? r : lists_drop_locked(mfw, at, err);
}

int lists_drop_locked(struct mfw *mfw, const struct list_at *at, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	cleanup_close int slot = -1;
	int r = lock_lists(mfw, at->customer, &lock, err);

	r = r ? r : lists_slot(at, &slot, err);
	r = r ? r : check_users(at, slot, err);
	return r ? r : unpin(at, err);
}

/* ---- all of a customer's ---- */

static int add_name(void *ctx, const char *name)
{
	return buf_add(ctx, name, strlen(name) + 1);
}

int lists_drop_all(struct mfw *mfw, const char *customer, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	cleanup_buf struct buf names = {};
	char dir[256], name[128];
	int r = lock_lists(mfw, customer, &lock, err);

	if (r)
		return r;
	lists_pin_dir(customer, dir);
	r = kernel_pin_each(dir, add_name, &names);
	if (r)
		return err_make(err, -r, "bpffs.denied", "cannot read %s: %s", dir, strerror(-r));
	for (size_t at = 0; at < names.len && !r; at += strlen(names.data + at) + 1)
		r = unpin(&(struct list_at){customer, names.data + at}, err);
	if (r)
		return r;
	kernel_pin_remove_dir(dir);
	lock_name(customer, name);
	lock_remove(name);
	return 0;
}
