/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers were last given for good: a file each, which a boot begins with. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "apply/history.h"
#include "apply/keep.h"

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

int good_write(const struct mfw *mfw, const struct mfw_applied *a, struct mfw_err **err)
{
	cleanup_keep struct keep keep = {};
	char dir[512];
	int r = keep_dir(mfw->state_dir, "good", dir, err);

	for (size_t i = 0; i < a->n && !r; i++) {
		const struct applied_customer *c = &a->all[i];

		if (!c->error && c->to)
			r = write_customer(&keep, dir, (struct ruleset_customer *)c->to, err);
	}
	if (!r && a->of)
		r = write_shared(&keep, dir, &a->of->rs, err);
	r = r ? r : keep_finish(&keep, err);
	for (size_t i = 0; i < a->n && !r; i++)
		if (!a->all[i].error && !a->all[i].to)
			good_forget(mfw, a->all[i].name);
	return r;
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
