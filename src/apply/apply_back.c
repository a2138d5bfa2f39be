/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of an apply afterwards: it is gone back on, or found good. */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/applying.h"

static int check_kept(const struct mfw *mfw, struct mfw_err **err)
{
	if (mfw->state_dir)
		return 0;
	return err_make(err, EINVAL, "history.none",
			"nothing is kept: no state directory is given");
}

int apply_back(struct mfw *mfw, uint64_t entry, const struct mfw_apply_options *options,
	       struct mfw_applied **ret, struct mfw_err **err)
{
	cleanup(history_entry_clear) struct history_entry back = {};
	struct applying a = {.mfw = mfw, .back = &back, .entry = entry, APPLYING_INIT};
	int r = check_kept(mfw, err);

	if (!r && !entry)
		r = history_last(mfw, &a.entry, err);
	r = r ? r : history_read(mfw, a.entry, &back, err);
	if (r)
		return r;
	a.ruleset = back.before;
	r = applying_run(&a, options, ret, err);
	if (!r)
		(*ret)->own = steal_ptr(back.before);
	return r;
}

/* What a customer of that name has is good; so is it that there is none. */
static int keep_customer(struct mfw *mfw, const char *name, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	struct mfw_ruleset *now;
	int r = current_all(mfw, name, false, &now, &why);

	if (!r) {
		r = good_write_ruleset(mfw, &now->rs, err);
		declared_free(now);
		return r;
	}
	if (!strcmp(mfw_err_kind(why), "customer.missing")) {
		good_forget(mfw, name);
		return 0;
	}
	if (err)
		*err = steal_ptr(why);
	return r;
}

int apply_confirm(struct mfw *mfw, uint64_t entry, struct mfw_err **err)
{
	cleanup(history_entry_clear) struct history_entry e = {};
	int r = check_kept(mfw, err);

	r = r ? r : history_read(mfw, entry, &e, err);
	if (r)
		return r;
	for (size_t i = 0; i < e.before->rs.n_customers && !r; i++)
		r = keep_customer(mfw, e.before->rs.customers[i]->name, err);
	for (size_t i = 0; i < e.n_made && !r; i++)
		if (!strchr(e.made[i], '/'))
			r = keep_customer(mfw, e.made[i], err);
	/* Rules may look into some that the ruleset did not have. */
	return r ? r : good_write_shared(mfw, err);
}
