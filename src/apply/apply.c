/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "apply/applying.h"
#include "apply/customer.h"
#include "apply/retry.h"

bool applying_wants_texts(const struct applying *a)
{
	return a->options.texts || (a->mfw->state_dir && !a->options.check && !a->options.look);
}

/* ---- before anything is sent ---- */

static int make_customer(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	int r;

	pthread_mutex_lock(&a->mutex);
	r = customer_add_locked(&a->taken, c->name, c->to->netns, &a->lock, err);
	pthread_mutex_unlock(&a->mutex);
	if (r)
		applying_place(err, c, NULL, NULL);
	else
		c->made = true;
	return r;
}

bool applying_is_left_out(const struct mfw_err *err)
{
	static const char *const kinds[] = {"netns.missing", "netns.not", "netns.drift",
					    "netns.denied"};

	for (size_t i = 0; err && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(mfw_err_kind(err), kinds[i]))
			return true;
	return false;
}

static int prepare_one(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = 0;

	if (!c->from)
		r = applying_check_named(a, c, &why);
	if (!r && !c->from)
		r = make_customer(a, c, &why);
	if (!r && c->made)
		r = applying_make_lists(a, c, &why);
	if (!r && (c->made || c->diff.n))
		r = applying_prepare(a, c, &why);
	if (r && !c->made && applying_is_left_out(why)) {
		change_free(steal_ptr(c->change));
		c->error = steal_ptr(why);
		return 0;
	}
	if (r && err)
		*err = steal_ptr(why);
	return r;
}

static int prepare(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	int r = c->to && !c->error ? prepare_one(a, c, err) : 0;

	applying_tell(a);
	return r;
}

static void take_spare(struct applying *a)
{
	for (size_t i = 0; i < APPLYING_SPARE; i++)
		a->spare[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void give_spare(struct applying *a)
{
	for (size_t i = 0; i < APPLYING_SPARE; i++) {
		cleanup_close_p(&a->spare[i]);
		a->spare[i] = -1;
	}
}

/* What is left of one is for whoever has the lock next. */
static void unmake(struct applying *a, struct applied_customer *c)
{
	c->made = customer_del_locked(c->by->mfw, c->name, NULL);
	if (c->made)
		lock_leave(&a->lock);
}

/* Nothing has been sent: nothing remains. */
static void back_out(struct applying *a)
{
	struct mfw_applied *applied = a->applied;

	give_spare(a);
	for (size_t i = 0; i < applied->n; i++)
		change_free(steal_ptr(applied->all[i].change));
	applying_drop_lists(a, NULL);
	for (size_t i = 0; i < applied->n; i++)
		if (applied->all[i].made)
			unmake(a, &applied->all[i]);
}

/* ---- sending ---- */

static int send_one(struct applied_customer *c, struct mfw_err **err)
{
	if (!c->change)
		return 0;
	c->pub.batches++;
	return change_commit(c->change, err);
}

static int send_patiently(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct retry retry;
	int r = send_one(c, err);

	if (r != -ERESTART)
		return r;
	retry_start(c->by->mfw, &retry);
	while (r == -ERESTART && retry_again(&retry)) {
		r = applying_look_again(a, c, err);
		r = r ? r : send_one(c, err);
	}
	return r == -ERESTART ? retry_refuse(&retry, "the ruleset was applied", err) : r;
}

static void send_to(struct applying *a, struct applied_customer *c)
{
	size_t added, changed = 0;
	int r = 0;

	if (c->to)
		applying_count_lists(a, c, &added, &changed);
	/* To delete one is more than one step. */
	c->touched = changed || !c->to;
	if (c->to)
		r = applying_send_lists(a, c, &c->error);
	if (c->to && !r)
		r = send_patiently(a, c, &c->error);
	c->sent = c->to && !r;
	if (c->sent)
		r = applying_drop_others(a, c, &c->error);
	else if (!c->to)
		r = customer_del_locked(c->by->mfw, c->name, &c->error);
	if (r && c->change)
		applying_place_step(&c->error, c, c->change->failed_step, r);
	change_free(steal_ptr(c->change));
}

/* What one customer cannot have, the others can. */
static int send(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	(void)err;
	if (!c->error)
		send_to(a, c);
	applying_tell(a);
	return 0;
}

/* One who was made for this and got nothing goes again, and so do lists that rules were to have. */
static void unmake_failed(struct applying *a)
{
	for (size_t i = 0; i < a->applied->n; i++) {
		struct applied_customer *c = &a->applied->all[i];

		if (!c->error || !c->to || c->sent)
			continue;
		if (!c->made)
			applying_drop_lists(a, c);
		else
			unmake(a, c);
	}
}

/* ---- all of it ---- */

static int choose_customers(struct applying *a, struct mfw_err **err)
{
	const struct ruleset *rs = &a->ruleset->rs;
	const char *only = a->options.only;

	if (only && a->options.prune)
		return err_make(err, EINVAL, "ruleset.customer",
				"to delete all customers that are not in the ruleset, and to apply "
				"only one, exclude each other");
	if (only && !ruleset_find(rs, only))
		return err_make(err, ENOENT, "ruleset.customer", "the ruleset has no customer '%s'",
				only);
	for (size_t i = 0; i < rs->n_customers; i++)
		if ((!only || !strcmp(only, rs->customers[i]->name)) &&
		    !applied_add(a->applied, rs->customers[i]->name, rs->customers[i]))
			return err_nomem(err);
	return 0;
}

/* Those that an apply has made, when that is taken back. */
static bool was_made(const struct history_entry *back, const char *name)
{
	for (size_t i = 0; back && i < back->n_made; i++)
		if (!strcmp(back->made[i], name))
			return true;
	return false;
}

static int choose_deleted(struct applying *a, struct mfw_err **err)
{
	cleanup_free char **names = NULL;
	bool full = false;
	size_t n = 0;
	int r = a->options.prune || a->back ? customer_names(&names, &n, err) : 0;

	for (size_t i = 0; i < n; i++) {
		if (a->back ? was_made(a->back, names[i])
			    : !ruleset_find(&a->ruleset->rs, names[i]))
			full |= !applied_add(a->applied, names[i], NULL);
		free(names[i]);
	}
	return full ? err_nomem(err) : r;
}

/* So that it can be made again. One that cannot be read is deleted all the same. */
static void look_at_deleted(struct applying *a, struct applied_customer *c)
{
	struct worker *by = c->by;

	if (applying_wants_texts(a) &&
	    !current_read(by->mfw, c->name, &by->said, &by->before, &c->from, &c->site, NULL)) {
		current_texts(&by->said, c->from);
		current_lists(c->name, &c->from->lists, &c->from->n_lists, NULL);
	}
	applying_tell(a);
}

static int look(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = 0;

	if (c->to)
		r = applying_look(a, c, &why);
	else
		look_at_deleted(a, c);
	if (r && applying_is_left_out(why))
		c->error = steal_ptr(why);
	else if (r && err)
		*err = steal_ptr(why);
	return c->error ? 0 : r;
}

static bool changes_anything(const struct applying *a)
{
	const struct mfw_applied *applied = a->applied;

	if (applying_changes_lists(a, NULL))
		return true;
	for (size_t i = 0; i < applied->n; i++) {
		const struct applied_customer *c = &applied->all[i];

		if (c->touched || (!c->error && (c->had || c->made || !c->to)))
			return true;
	}
	return false;
}

/* What customers have now is written down before they have it no longer. */
static int get_ready(struct applying *a, struct mfw_err **err)
{
	int r = 0;

	if (!changes_anything(a))
		return 0;
	if (a->mfw->state_dir && !a->back && !a->options.unrecorded)
		r = history_add(a->mfw, a->applied, a->options.ready, &a->entry, err);
	if (r)
		return err_prefix(err, r, "nothing has been changed");
	if (a->options.ready && a->options.ready(a->options.ready_ctx, a->entry))
		r = err_make(err, ECANCELED, "apply.given_up",
			     "it was not to go on; nothing has been changed");
	return r;
}

static void keep_good(struct applying *a)
{
	struct mfw_applied *applied = a->applied;
	struct mfw_err *why = NULL;
	int r = good_write(a->mfw, applied, !a->options.only, &why);

	if (!r)
		return;
	err_prefix(&why, r, "it is applied, but the next boot would not know of it");
	if (applied->error)
		mfw_err_free(why);
	else
		applied->error = why;
}

/* What was done for good is what a boot begins with; what was gone back to is gone back to. */
static void write_down(struct applying *a)
{
	bool failed = false;

	for (size_t i = 0; i < a->applied->n; i++)
		failed |= !!a->applied->all[i].error;
	/* Nothing was done; but who got the entry ready may look for it. */
	if (a->back ? !failed : failed && !changes_anything(a) && !a->options.ready)
		history_remove(a->mfw, a->entry);
	else if (failed && a->entry && !a->back)
		history_correct(a->mfw, a->applied, a->entry);
	if (a->mfw->state_dir && !a->options.unconfirmed)
		keep_good(a);
}

static int prepare_and_send(struct applying *a, struct mfw_err **err)
{
	int r = workers_each(a, prepare, err);

	r = r ? r : get_ready(a, err);
	if (r) {
		if (a->entry && !a->back)
			history_remove(a->mfw, a->entry);
		back_out(a);
		return r;
	}
	r = applying_send_lists(a, NULL, err);
	r = r ? r : workers_each(a, send, err);
	if (r) {
		back_out(a);
		return r;
	}
	unmake_failed(a);
	applying_drop_others(a, NULL, &a->applied->error);
	write_down(a);
	return 0;
}

static void count_all(struct applying *a)
{
	struct mfw_applied *applied = a->applied;

	applying_count_lists(a, NULL, &applied->lists_added, &applied->lists_changed);
	for (size_t i = 0; i < applied->n; i++) {
		struct applied_customer *c = &applied->all[i];

		if (c->to)
			applying_count_lists(a, c, &c->pub.lists_added, &c->pub.lists_changed);
		applied_count(c);
	}
}

static int run(struct applying *a, struct mfw_err **err)
{
	int r = choose_customers(a, err);

	if (!r && !a->options.look)
		r = customer_lock_all(a->mfw, &a->lock, err);
	r = r ? r : choose_deleted(a, err);
	r = r ? r : workers_begin(a, err);
	if (!r && !a->options.only)
		r = applying_look_at_lists(a, NULL, err);
	r = r ? r : applying_look_at_others(a, NULL, err);
	r = r ? r : workers_each(a, look, err);
	if (r && !a->options.check && !a->options.look)
		applying_drop_lists(a, NULL);
	if (!r && !a->options.look)
		r = a->options.check ? applying_try(a, err) : prepare_and_send(a, err);
	if (r)
		return r;
	count_all(a);
	return applying_warn_of_others(a, err);
}

/* Refuses a ruleset that has mistakes, with the first of them. */
static int check_sound(struct mfw_ruleset *d, struct mfw_err **err)
{
	int r = declared_check(d, err);

	if (r || !d->errors.n)
		return r;
	r = -mfw_err_code(d->errors.items[0]);
	return err_copy(err, d->errors.items[0]) ? err_nomem(err) : r;
}

int applying_run(struct applying *a, const struct mfw_apply_options *options,
		 struct mfw_applied **ret, struct mfw_err **err)
{
	cleanup_applied struct mfw_applied *applied = calloc(1, sizeof(*applied));
	int r = applied ? check_sound(a->ruleset, err) : err_nomem(err);

	if (r)
		return r;
	if (options)
		memcpy(&a->options, options,
		       options->size < sizeof(a->options) ? options->size : sizeof(a->options));
	a->applied = applied;
	applied->of = a->ruleset;
	take_spare(a);
	r = run(a, err);
	give_spare(a);
	workers_end(a);
	if (r == -EMFILE)
		err_set_detail(err,
			       "for each customer two files stay open: raise the limit (ulimit "
			       "-n), or apply to one after the other (--only)");
	customers_taken_clear(&a->taken);
	lock_release(&a->lock);
	if (!r)
		*ret = steal_ptr(applied);
	return r;
}

int apply_run(struct mfw *mfw, struct mfw_ruleset *ruleset, const struct mfw_apply_options *options,
	      struct mfw_applied **ret, struct mfw_err **err)
{
	struct applying a = {.mfw = mfw, .ruleset = ruleset, APPLYING_INIT};

	return applying_run(&a, options, ret, err);
}
