/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/lists.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>

#include "apply/site.h"
#include "model/name.h"

#define SHARED_DIR   "shared"
#define ATTEMPTS_MAX 8

/* ---- names ---- */

void lists_word(const struct list_at *at, char ret[MFW_NAME_MAX + 16])
{
	snprintf(ret, MFW_NAME_MAX + 16, "$%s%.63s", at->customer ? "" : "shared.", at->name);
}

const char *lists_kind_name(enum mfw_list_kind kind)
{
	return kind == MFW_LIST_IP ? "ip" : "name";
}

int lists_check_name(const char *name, struct mfw_err **err)
{
	int r = name_check("list", name, err);

	if (r)
		return r;
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return err_make(err, EINVAL, "name.bad",
				"the list '%s' cannot be named in expressions: a list's name is of "
				"a-z 0-9 _",
				name);
	return 0;
}

/* ---- pins ---- */

void lists_pin_dir(const char *customer, char ret[256])
{
	char dir[256];

	if (!customer) {
		snprintf(ret, 256, "%s/" SHARED_DIR, kernel_pin_root());
		return;
	}
	site_pin_dir(customer, 0, dir);
	snprintf(ret, 256, "%.240s/" LISTS_DIR, dir);
}

void lists_pin_path(const struct list_at *at, char ret[512])
{
	char dir[256];

	lists_pin_dir(at->customer, dir);
	snprintf(ret, 512, "%s/%s", dir, at->name);
}

int lists_each(const char *customer, int (*seen)(void *ctx, const char *name), void *ctx)
{
	char dir[256];

	lists_pin_dir(customer, dir);
	return kernel_pin_each(dir, seen, ctx);
}

/* ---- looking ---- */

/* The command that makes it. */
static void set_line(const struct list_at *at, char ret[256])
{
	snprintf(ret, 256, "mfwctl list set %.63s %.63s ENTRY...",
		 at->customer ? at->customer : "--shared", at->name);
}

int lists_refuse_slot(int r, const struct list_at *at, struct mfw_err **err)
{
	char word[MFW_NAME_MAX + 16], line[256];

	lists_word(at, word);
	set_line(at, line);
	if (r != -ENOENT)
		return err_make(err, -r, "list.denied", "cannot open the list %s: %s%s", word,
				strerror(-r), r == -EACCES || r == -EPERM ? "; run as root" : "");
	if (at->customer)
		return err_make(err, ENOENT, "list.missing",
				"the customer %s has no list %s: make it with %s", at->customer,
				word, line);
	return err_make(err, ENOENT, "list.missing", "there is no list %s: make it with %s", word,
			line);
}

int lists_slot(const struct list_at *at, int *ret_fd, struct mfw_err **err)
{
	char path[512];
	int r;

	lists_pin_path(at, path);
	r = kernel_map_open(path, ret_fd);
	return r ? lists_refuse_slot(r, at, err) : 0;
}

int lists_now(const struct list_at *at, int slot, bool writable, struct kernel_array *ret,
	      struct area *ret_area, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array a = KERNEL_NO_ARRAY;
	int r = kernel_slot_get(slot, writable, &a);
	char word[MFW_NAME_MAX + 16], line[256];

	*ret_area = (struct area){a.data, a.n * MFW_LIST_CHUNK_LINES};
	if (!r && (a.size != MFW_LIST_CHUNK || !list_is_sound(ret_area)))
		r = -EINVAL;
	lists_word(at, word);
	set_line(at, line);
	/* It may be whole: that it cannot be looked at now is no reason to make it anew. */
	if (r && r != -EINVAL && r != -ENOENT)
		return err_make(err, -r, "list.denied", "the list %s cannot be read: %s%s", word,
				strerror(-r), r == -EACCES || r == -EPERM ? "; run as root" : "");
	if (r)
		return err_make(err, -r, "list.broken",
				"the list %s cannot be read: %s; make it anew with %s", word,
				strerror(-r), line);
	*ret = a;
	a = KERNEL_NO_ARRAY;
	return 0;
}

int lists_kind(const struct list_at *at, enum mfw_list_kind *ret, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array array = KERNEL_NO_ARRAY;
	cleanup_close int slot = -1;
	struct area area;
	int r = lists_slot(at, &slot, err);

	r = r ? r : lists_now(at, slot, false, &array, &area, err);
	if (!r)
		*ret = area_head(&area)->kind;
	return r;
}

/* ---- making ---- */

static int refuse_full(size_t n, struct mfw_err **err)
{
	return err_make(err, ENOSPC, "list.full",
			"the list would have %zu entries, and a list has room for %u", n,
			LIST_ENTRIES_MAX);
}

/* A seed that nobody can guess: he could make entries that hash alike. */
static int random_seed(uint64_t *ret, struct mfw_err **err)
{
	if (getrandom(ret, sizeof(*ret), 0) == sizeof(*ret))
		return 0;
	return err_make(err, errno, "bpf.map", "the kernel gives no random number: %s",
			strerror(errno));
}

int lists_build(enum mfw_list_kind kind, const struct entries *entries, struct kernel_array *ret,
		struct mfw_err **err)
{
	size_t n = entries_count(entries);
	uint64_t seed;
	int r = n > LIST_ENTRIES_MAX ? refuse_full(n, err) : random_seed(&seed, err);

	for (unsigned attempt = 0; attempt < ATTEMPTS_MAX && !r; attempt++) {
		struct list_plan plan = list_plan(kind, entries, seed + attempt, attempt);
		cleanup(kernel_array_close) struct kernel_array a = KERNEL_NO_ARRAY;
		struct area area;

		r = kernel_array_new(MFW_LIST_CHUNK, list_chunks(plan.lines), &a, err);
		if (r)
			return r;
		area = (struct area){a.data, plan.lines};
		r = list_build(&plan, entries, &area);
		if (!r) {
			*ret = a;
			a = KERNEL_NO_ARRAY;
			return 0;
		}
		r = r == -ENOSPC ? 0 : err_nomem(err);
	}
	return r ? r : refuse_full(n, err);
}

int lists_new_slot(const struct kernel_array *array, int *ret_fd, struct mfw_err **err)
{
	cleanup_close int slot = -1;
	int r = kernel_slot_new(MFW_LIST_CHUNK, &slot, err);

	if (r)
		return r;
	r = kernel_slot_put(slot, array);
	if (r)
		return err_make(err, -r, "bpf.map", "cannot put the list in its place: %s",
				strerror(-r));
	*ret_fd = steal_fd(&slot);
	return 0;
}
