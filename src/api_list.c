/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public functions: lists of addresses and names. */
#include <errno.h>
#include <string.h>

#include "apply/customer_file.h"
#include "apply/lists.h"
#include "list/text.h"
#include "model/name.h"

/* Copies a caller's structure, which may be of an older, shorter version. */
#define TAKE(ret, from)                                                                            \
	memcpy(&(ret), (from), (from)->size < sizeof(ret) ? (from)->size : sizeof(ret))

static int take_id(const struct mfw_list_id *from, struct list_at *ret, struct mfw_err **err)
{
	cleanup_customer struct customer *customer = NULL;
	struct mfw_list_id id = {};
	int r;

	TAKE(id, from);
	*ret = (struct list_at){id.customer, id.name};
	r = lists_check_name(id.name, err);
	if (!r && id.customer)
		r = name_check("customer", id.customer, err);
	if (!r && id.customer)
		r = customer_read(id.customer, &customer, err);
	return r;
}

static enum mfw_list_type public_type(enum mfw_list_kind kind)
{
	return kind == MFW_LIST_IP ? MFW_LIST_TYPE_IP : MFW_LIST_TYPE_NAME;
}

/* ---- changing ---- */

static int read_input(const struct mfw_list_input *from, enum mfw_list_kind kind,
		      struct entries *entries, struct mfw_err **err)
{
	struct mfw_list_input input = {};
	int r = 0;

	TAKE(input, from);
	for (size_t i = 0; i < input.n_entries && !r; i++)
		r = text_add(kind, input.entries[i], entries, err);
	if (!r && input.file)
		r = text_load(kind, input.file, entries, err);
	return r;
}

static void give(const struct lists_change *change, struct mfw_list_change *ret)
{
	struct mfw_list_change all = {
		.entries = change->entries,
		.changed = change->changed,
		.unchanged = change->unchanged,
		.covered = change->covered,
	};

	if (!ret)
		return;
	all.size = ret->size;
	memcpy(ret, &all, ret->size < sizeof(all) ? ret->size : sizeof(all));
}

/* type 0: that of the list that is there, or of addresses. */
static int choose_kind(const struct list_at *at, enum mfw_list_type type, enum mfw_list_kind *ret,
		       struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r;

	switch ((int)type) {
	case MFW_LIST_TYPE_IP: *ret = MFW_LIST_IP; return 0;
	case MFW_LIST_TYPE_NAME: *ret = MFW_LIST_NAME; return 0;
	case 0: break;
	default: return err_make(err, EINVAL, "list.type", "there is no such type of lists");
	}
	*ret = MFW_LIST_IP;
	r = lists_kind(at, ret, &why);
	if (!r || r == -ENOENT || (why && !strcmp(mfw_err_kind(why), "list.broken")))
		return 0;
	if (err)
		*err = steal_ptr(why);
	return r;
}

int mfw_list_set(struct mfw *mfw, const struct mfw_list_id *id, enum mfw_list_type type,
		 const struct mfw_list_input *input, struct mfw_list_change *ret,
		 struct mfw_err **err)
{
	cleanup_entries struct entries entries = {};
	struct lists_change change;
	enum mfw_list_kind kind;
	struct list_at at;
	int r = take_id(id, &at, err);

	r = r ? r : choose_kind(&at, type, &kind, err);
	r = r ? r : read_input(input, kind, &entries, err);
	r = r ? r : lists_set(mfw, &at, kind, &entries, &change, err);
	if (!r)
		give(&change, ret);
	return r;
}

static int change_list(struct mfw *mfw, const struct mfw_list_id *id, enum lists_verb verb,
		       const struct mfw_list_input *input, struct mfw_list_change *ret,
		       struct mfw_err **err)
{
	cleanup_entries struct entries entries = {};
	struct lists_change change;
	enum mfw_list_kind kind;
	struct list_at at;
	int r = take_id(id, &at, err);

	r = r ? r : lists_kind(&at, &kind, err);
	r = r ? r : read_input(input, kind, &entries, err);
	r = r ? r : lists_change(mfw, &at, verb, kind, &entries, &change, err);
	if (!r)
		give(&change, ret);
	return r;
}

int mfw_list_add(struct mfw *mfw, const struct mfw_list_id *id, const struct mfw_list_input *input,
		 struct mfw_list_change *ret, struct mfw_err **err)
{
	return change_list(mfw, id, LISTS_ADD, input, ret, err);
}

int mfw_list_del(struct mfw *mfw, const struct mfw_list_id *id, const struct mfw_list_input *input,
		 struct mfw_list_change *ret, struct mfw_err **err)
{
	return change_list(mfw, id, LISTS_DEL, input, ret, err);
}

int mfw_list_drop(struct mfw *mfw, const struct mfw_list_id *id, struct mfw_err **err)
{
	struct list_at at;
	int r = take_id(id, &at, err);

	return r ? r : lists_drop(mfw, &at, err);
}

/* ---- one list ---- */

struct mfw_list_content {
	struct mfw_list_info pub;
	char *customer, *name;
	struct kernel_array array;
	struct area area;
	struct entries entries; /* read when they are asked for */
	bool read;
	struct buf text;
};

static int open_content(const struct list_at *at, struct mfw_list_content *c, struct mfw_err **err)
{
	cleanup_close int slot = -1;
	int r = lists_slot(at, &slot, err);

	r = r ? r : lists_now(at, slot, false, &c->array, &c->area, err);
	if (r)
		return r;
	c->name = strdup(at->name);
	c->customer = at->customer ? strdup(at->customer) : NULL;
	if (!c->name || (at->customer && !c->customer))
		return err_nomem(err);
	c->pub = (struct mfw_list_info){
		MFW_SIZE(struct mfw_list_info),
		.customer = c->customer,
		.name = c->name,
		.type = public_type(area_head(&c->area)->kind),
		.entries = list_count(&c->area),
		.bytes = c->array.len,
	};
	return 0;
}

static int new_content(const struct list_at *at, struct mfw_list_content **ret,
		       struct mfw_err **err)
{
	struct mfw_list_content *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return err_nomem(err);
	c->array = KERNEL_NO_ARRAY;
	r = open_content(at, c, err);
	if (r)
		mfw_list_free(c);
	else
		*ret = c;
	return r;
}

int mfw_list_read(struct mfw *mfw, const struct mfw_list_id *id, struct mfw_list_content **ret,
		  struct mfw_err **err)
{
	struct list_at at;
	int r = take_id(id, &at, err);

	(void)mfw;
	return r ? r : new_content(&at, ret, err);
}

const struct mfw_list_info *mfw_list_get(const struct mfw_list_content *list)
{
	return &list->pub;
}

const char *mfw_list_entry(struct mfw_list_content *list, uint64_t i)
{
	if (!list->read &&
	    (list_read(&list->area, &list->entries) || entries_tidy(&list->entries, NULL)))
		return NULL;
	list->read = true;
	if (i >= entries_count(&list->entries))
		return NULL;
	list->text.len = 0;
	return text_print(&list->entries, i, &list->text) ? NULL : list->text.data;
}

int mfw_list_has(const struct mfw_list_content *list, const char *entry, bool *ret,
		 struct mfw_err **err)
{
	enum mfw_list_kind kind = area_head(&list->area)->kind;
	struct text_entry one;
	char why[TEXT_WHY_LEN];

	if (text_entry(kind, entry, strlen(entry), &one, why))
		return err_make(err, EINVAL, "list.entry", "%s", why);
	if ((one.entry.family == 4 && one.entry.four.length != 32) ||
	    (one.entry.family == 6 && one.entry.six.length != 128))
		return err_make(err, EINVAL, "list.entry",
				"'%.80s' is a network: packets have addresses, one of these can be "
				"looked for",
				entry);
	*ret = list_find(&list->area, &one.entry);
	return 0;
}

void mfw_list_free(struct mfw_list_content *list)
{
	if (!list)
		return;
	kernel_array_close(&list->array);
	entries_clear(&list->entries);
	buf_clear(&list->text);
	free(list->customer);
	free(list->name);
	free(list);
}

/* ---- all lists ---- */

struct mfw_lists {
	struct mfw_list_content **all;
	size_t n;
};

struct gathering {
	struct mfw_lists *lists;
	const char *customer;
	struct mfw_err **err;
};

static int gather(void *ctx, const char *name)
{
	struct gathering *g = ctx;
	struct mfw_lists *lists = g->lists;
	struct mfw_list_content **more = reallocarray(lists->all, lists->n + 1, sizeof(*more));
	int r;

	if (!more)
		return err_nomem(g->err);
	lists->all = more;
	r = new_content(&(struct list_at){g->customer, name}, &more[lists->n], g->err);
	lists->n += !r;
	/* Deleted since the directory was read. */
	return r == -ENOENT ? 0 : r;
}

static int by_name(const void *a, const void *b)
{
	const struct mfw_list_content *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int gather_of(struct mfw_lists *lists, const char *customer, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	struct gathering g = {lists, customer, &why};
	size_t first = lists->n;
	int r = lists_each(customer, gather, &g);

	if (r && !why)
		return err_make(err, -r, "list.denied", "cannot see which lists there are: %s%s",
				strerror(-r), r == -EACCES ? "; run as root" : "");
	if (r && err)
		*err = steal_ptr(why);
	if (!r && lists->n > first)
		qsort(lists->all + first, lists->n - first, sizeof(*lists->all), by_name);
	return r;
}

static int gather_all(struct mfw_lists *lists, struct mfw_err **err)
{
	struct customer **all = NULL;
	size_t n = 0;
	int r = gather_of(lists, NULL, err);

	r = r ? r : customer_all(&all, &n, err);
	for (size_t i = 0; i < n; i++) {
		r = r ? r : gather_of(lists, all[i]->pub.name, err);
		customer_free(all[i]);
	}
	free(all);
	return r;
}

int mfw_lists_read(struct mfw *mfw, const char *customer, struct mfw_lists **ret,
		   struct mfw_err **err)
{
	struct mfw_lists *lists = calloc(1, sizeof(*lists));
	cleanup_customer struct customer *c = NULL;
	int r;

	(void)mfw;
	if (!lists)
		return err_nomem(err);
	r = customer ? name_check("customer", customer, err) : gather_all(lists, err);
	if (!r && customer)
		r = customer_read(customer, &c, err);
	if (!r && customer)
		r = gather_of(lists, customer, err);
	if (r)
		mfw_lists_free(lists);
	else
		*ret = lists;
	return r;
}

const struct mfw_list_info *mfw_lists_get(const struct mfw_lists *lists, size_t i)
{
	return i < lists->n ? &lists->all[i]->pub : NULL;
}

void mfw_lists_free(struct mfw_lists *lists)
{
	if (!lists)
		return;
	for (size_t i = 0; i < lists->n; i++)
		mfw_list_free(lists->all[i]);
	free(lists->all);
	free(lists);
}
