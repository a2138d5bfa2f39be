/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers were last given for good: a file each, which a boot begins with. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "apply/history.h"
#include "apply/keep.h"
#include "apply/lists.h"

static int write_customer(struct keep *keep, const char *dir, struct ruleset_customer *customer,
			  struct mfw_err **err)
{
	struct ruleset one = {.customers = &customer, .n_customers = 1};
	cleanup_buf struct buf text = {};
	char path[PATH_MAX];

	if (ruleset_print_json(&one, &text))
		return err_nomem(err);
	snprintf(path, sizeof(path), "%s/%s.json", dir, customer->name);
	return keep_is(path, text.data, text.len)
		       ? 0
		       : keep_write(keep, path, text.data, text.len, err);
}

/* Everybody's lists, where the ruleset has any. No customer has a dot in his name. */
static int write_shared(struct keep *keep, const char *dir, const struct ruleset *rs,
			struct mfw_err **err)
{
	struct ruleset shared = {.lists = rs->lists, .n_lists = rs->n_lists};
	cleanup_buf struct buf text = {};
	char path[PATH_MAX];

	if (!rs->n_lists)
		return 0;
	if (ruleset_print_json(&shared, &text))
		return err_nomem(err);
	snprintf(path, sizeof(path), "%s/shared.lists.json", dir);
	return keep_is(path, text.data, text.len)
		       ? 0
		       : keep_write(keep, path, text.data, text.len, err);
}

/* ---- lists that rules look into, and of which the ruleset does not say what is in them ---- */

struct with_others {
	struct ruleset_list *lists;
	size_t n_first, n; /* the first ones are the ruleset's */
};

static void forget_others(struct with_others *w)
{
	for (size_t i = w->n_first; i < w->n; i++)
		ruleset_list_clear(&w->lists[i]);
	free(w->lists);
}

/* 0 or -ENOMEM. */
static int begin_with(const struct ruleset_list *lists, size_t n, struct with_others *ret)
{
	*ret = (struct with_others){calloc(n + 1, sizeof(*lists)), n, n};
	if (!ret->lists)
		return -ENOMEM;
	if (n)
		memcpy(ret->lists, lists, n * sizeof(*lists));
	return 0;
}

/* As it is now. One that cannot be read cannot be written down. 0 or -ENOMEM. */
static int add_other(struct with_others *w, const char *customer, const char *name)
{
	int r = current_list(customer, name, &w->lists, &w->n, NULL);

	return r == -ENOMEM ? r : 0;
}

static int add_others(const struct others *others, const char *customer, struct with_others *w)
{
	int r = 0;

	for (size_t i = 0; i < others->n && !r; i++)
		if (others->all[i].stays)
			r = add_other(w, customer, others->all[i].name);
	return r;
}

static int write_applied(struct keep *keep, const char *dir, const struct applied_customer *c,
			 struct mfw_err **err)
{
	cleanup(forget_others) struct with_others with = {};
	struct ruleset_customer whole = *c->to;

	if (!c->others.n)
		return write_customer(keep, dir, &whole, err);
	if (begin_with(whole.lists, whole.n_lists, &with) || add_others(&c->others, c->name, &with))
		return err_nomem(err);
	whole.lists = with.lists;
	whole.n_lists = with.n;
	return write_customer(keep, dir, &whole, err);
}

static int see_shared(void *ctx, const char *name)
{
	struct with_others *w = ctx;

	for (size_t i = 0; i < w->n_first; i++)
		if (!strcmp(w->lists[i].name, name))
			return 0;
	return add_other(w, NULL, name);
}

/*
 * All that there are, as the ruleset says it (NULL: it says nothing), or as they are: what is good
 * of other customers may look into those that this ruleset does not have.
 */
static int write_shared_now(struct keep *keep, const char *dir, const struct ruleset *said,
			    struct mfw_err **err)
{
	cleanup(forget_others) struct with_others with = {};
	struct ruleset whole = {};
	int r = begin_with(said ? said->lists : NULL, said ? said->n_lists : 0, &with);

	r = r ? r : lists_each(NULL, see_shared, &with);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_make(err, -r, "list.denied", "cannot see which lists there are: %s",
				strerror(-r));
	whole.lists = with.lists;
	whole.n_lists = with.n;
	return write_shared(keep, dir, &whole, err);
}

/* ---- all of it ---- */

int good_write(const struct mfw *mfw, const struct mfw_applied *a, bool shared,
	       struct mfw_err **err)
{
	cleanup_keep struct keep keep = {};
	char dir[512];
	int r = keep_dir(mfw->state_dir, "good", dir, err);

	for (size_t i = 0; i < a->n && !r; i++) {
		const struct applied_customer *c = &a->all[i];

		if (!c->error && c->to)
			r = write_applied(&keep, dir, c, err);
	}
	if (!r && (a->of->rs.n_lists || a->others.n))
		r = write_shared_now(&keep, dir, shared ? &a->of->rs : NULL, err);
	r = r ? r : keep_finish(&keep, err);
	for (size_t i = 0; i < a->n && !r; i++)
		if (!a->all[i].error && !a->all[i].to)
			good_forget(mfw, a->all[i].name);
	return r;
}

int good_write_shared(const struct mfw *mfw, struct mfw_err **err)
{
	cleanup_keep struct keep keep = {};
	char dir[512];
	int r = keep_dir(mfw->state_dir, "good", dir, err);

	r = r ? r : write_shared_now(&keep, dir, NULL, err);
	return r ? r : keep_finish(&keep, err);
}

int good_write_ruleset(const struct mfw *mfw, const struct ruleset *rs, struct mfw_err **err)
{
	cleanup_keep struct keep keep = {};
	char dir[512];
	int r = keep_dir(mfw->state_dir, "good", dir, err);

	for (size_t i = 0; i < rs->n_customers && !r; i++)
		r = write_customer(&keep, dir, rs->customers[i], err);
	r = r ? r : write_shared(&keep, dir, rs, err);
	return r ? r : keep_finish(&keep, err);
}

void good_forget(const struct mfw *mfw, const char *customer)
{
	char path[PATH_MAX];

	if (!mfw->state_dir)
		return;
	snprintf(path, sizeof(path), "%s/good/%s.json", mfw->state_dir, customer);
	unlink(path);
}

struct forgetting {
	const struct mfw *mfw;
	const struct ruleset *rs;
};

static int forget_other(void *ctx, const char *file)
{
	struct forgetting *f = ctx;
	char name[MFW_NAME_MAX + 1];
	size_t len = strcspn(file, ".");

	if (len > MFW_NAME_MAX || strcmp(file + len, ".json") != 0)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)len, file);
	if (!ruleset_find(f->rs, name))
		good_forget(f->mfw, name);
	return 0;
}

int good_replace(const struct mfw *mfw, const struct ruleset *rs, struct mfw_err **err)
{
	struct forgetting f = {mfw, rs};
	char dir[512];
	int r;

	if (!mfw->state_dir)
		return err_make(err, EINVAL, "history.none",
				"nothing is kept: no state directory is given");
	r = good_write_ruleset(mfw, rs, err);
	if (r)
		return r;
	snprintf(dir, sizeof(dir), "%.400s/good", mfw->state_dir);
	return keep_each(dir, forget_other, &f) ? err_nomem(err) : 0;
}
