/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "apply/keep.h"

static void entry_path(const struct mfw *mfw, uint64_t entry, const char *ending,
		       char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s/history/%010" PRIu64 "%s", mfw->state_dir, entry, ending);
}

/* ---- which there are ---- */

struct kept_entries {
	uint64_t numbers[2 * HISTORY_MAX]; /* the last ones, ascending */
	size_t n;
};

static void note_entry(struct kept_entries *e, uint64_t number)
{
	size_t at = e->n;

	while (at && e->numbers[at - 1] > number)
		at--;
	if (e->n == ARRAY_SIZE(e->numbers)) {
		if (!at--)
			return;
		memmove(e->numbers, e->numbers + 1, at * sizeof(*e->numbers));
	} else {
		memmove(e->numbers + at + 1, e->numbers + at, (e->n++ - at) * sizeof(*e->numbers));
	}
	e->numbers[at] = number;
}

/* The number in NUMBER.json; 0: it is another file. */
static uint64_t entry_number(const char *name)
{
	char *end;
	uint64_t number = *name >= '0' && *name <= '9' ? strtoull(name, &end, 10) : 0;

	return number && !strcmp(end, ".json") ? number : 0;
}

static int see_entry(void *ctx, const char *name)
{
	uint64_t number = entry_number(name);

	if (number)
		note_entry(ctx, number);
	return 0;
}

static int find_entries(const struct mfw *mfw, struct kept_entries *ret, struct mfw_err **err)
{
	char dir[512];
	int r;

	*ret = (struct kept_entries){};
	snprintf(dir, sizeof(dir), "%.400s/history", mfw->state_dir);
	r = keep_each(dir, see_entry, ret);
	return r ? err_make(err, -r, "history.denied", "cannot read %s: %s", dir, strerror(-r)) : 0;
}

int history_last(const struct mfw *mfw, uint64_t *ret, struct mfw_err **err)
{
	struct kept_entries entries;
	int r = find_entries(mfw, &entries, err);

	if (r)
		return r;
	if (!entries.n)
		return err_make(err, ENOENT, "history.empty",
				"there is nothing to go back to: %s/history has no entry",
				mfw->state_dir);
	*ret = entries.numbers[entries.n - 1];
	return 0;
}

void history_remove(const struct mfw *mfw, uint64_t entry)
{
	char path[PATH_MAX];

	entry_path(mfw, entry, ".json", path);
	unlink(path);
	entry_path(mfw, entry, ".made", path);
	unlink(path);
}

/* ---- adding ---- */

/* That of its lists only is there what is going to be changed. */
static bool has_before(const struct applied_customer *c)
{
	return c->from && !c->made && (c->had || !c->to);
}

/* What those that differ have now, printed. */
static int print_before(const struct mfw_applied *a, struct buf *out)
{
	cleanup_free struct ruleset_customer **customers = calloc(a->n + 1, sizeof(*customers));
	struct ruleset before = {.customers = customers};

	if (!customers)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		if (has_before(&a->all[i]))
			customers[before.n_customers++] = a->all[i].from;
	before.lists = a->before.lists;
	before.n_lists = a->before.n_lists;
	return ruleset_print_json(&before, out);
}

static int print_made(const struct mfw_applied *a, struct buf *out)
{
	int r = buf_add_str(out, "");

	for (size_t i = 0; i < a->n && !r; i++)
		if (a->all[i].made)
			r = buf_printf(out, "%s\n", a->all[i].name);
	for (size_t i = 0; i < a->of->n_lists && !r; i++) {
		const struct declared_list *l = &a->of->lists[i];

		if (l->made)
			r = buf_printf(out, "%s/%s\n", l->customer ? l->customer->name : "",
				       l->from->name);
	}
	return r;
}

/* What cannot be written down is refused, or else told of: it would be missed afterwards. */
static int check_texts(const struct mfw_applied *a, const struct ruleset_customer *c, bool exact,
		       struct mfw_err **err)
{
	struct mfw_err *why = NULL;
	int r = current_check_texts(c, exact ? err : &why);

	if (!r || exact)
		return r;
	err_prefix(&why, r, "rollback will leave out a rule");
	return err_list_add(&a->of->warnings, why) ? err_nomem(err) : 0;
}

static int write_entry(const struct mfw *mfw, uint64_t entry, const struct buf *before,
		       const struct buf *made, struct mfw_err **err)
{
	cleanup_keep struct keep keep = {};
	char path[PATH_MAX];
	int r;

	/* In this order they are put in place. */
	entry_path(mfw, entry, ".made", path);
	r = keep_write(&keep, path, made->data, made->len, err);
	entry_path(mfw, entry, ".json", path);
	r = r ? r : keep_write(&keep, path, before->data, before->len, err);
	return r ? r : keep_finish(&keep, err);
}

static void forget_old(const struct mfw *mfw, const struct kept_entries *entries)
{
	for (size_t i = 0; entries->n >= HISTORY_MAX && i <= entries->n - HISTORY_MAX; i++)
		history_remove(mfw, entries->numbers[i]);
}

int history_add(const struct mfw *mfw, const struct mfw_applied *applied, bool exact,
		uint64_t *ret_entry, struct mfw_err **err)
{
	cleanup_buf struct buf before = {}, made = {};
	struct kept_entries entries;
	uint64_t entry;
	char dir[512];
	int r = keep_dir(mfw->state_dir, "history", dir, err);

	r = r ? r : find_entries(mfw, &entries, err);
	for (size_t i = 0; i < applied->n && !r; i++)
		if (has_before(&applied->all[i]))
			r = check_texts(applied, applied->all[i].from, exact, err);
	if (r)
		return r;
	if (print_before(applied, &before) || print_made(applied, &made))
		return err_nomem(err);
	entry = entries.n ? entries.numbers[entries.n - 1] + 1 : 1;
	r = write_entry(mfw, entry, &before, &made, err);
	if (r)
		return r;
	forget_old(mfw, &entries);
	*ret_entry = entry;
	return 0;
}

void history_correct(const struct mfw *mfw, const struct mfw_applied *applied, uint64_t entry)
{
	cleanup_keep struct keep keep = {};
	cleanup_buf struct buf made = {};
	char path[PATH_MAX];

	entry_path(mfw, entry, ".made", path);
	if (!print_made(applied, &made) && !keep_write(&keep, path, made.data, made.len, NULL))
		keep_finish(&keep, NULL);
}

/* ---- reading ---- */

static int split(char *text, struct history_entry *ret)
{
	for (char *name = strtok(text, "\n"); name; name = strtok(NULL, "\n")) {
		char **more = reallocarray(ret->made, ret->n_made + 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		ret->made = more;
		more[ret->n_made] = strdup(name);
		if (!more[ret->n_made++])
			return -ENOMEM;
	}
	return 0;
}

static int read_made(const struct mfw *mfw, uint64_t entry, struct history_entry *ret,
		     struct mfw_err **err)
{
	cleanup_buf struct buf text = {};
	cleanup_close int fd = -1;
	char path[PATH_MAX];

	entry_path(mfw, entry, ".made", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || buf_read_fd(&text, fd, 1 << 24) || buf_add(&text, "", 0))
		return err_make(err, errno ? errno : EIO, "history.broken", "cannot read %s", path);
	return split(text.data, ret) ? err_nomem(err) : 0;
}

static int read_before(struct mfw *mfw, uint64_t entry, struct history_entry *ret,
		       struct mfw_err **err)
{
	char path[PATH_MAX];
	int r;

	entry_path(mfw, entry, ".json", path);
	if (access(path, F_OK) && errno == ENOENT)
		return err_make(err, ENOENT, "history.empty",
				"there is no entry %" PRIu64 " in %s/history", entry,
				mfw->state_dir);
	r = declared_new(mfw, &ret->before, err);
	r = r ? r : declared_read(ret->before, path, err);
	if (!r && ret->before->errors.n)
		r = err_make(err, EINVAL, "history.broken", "%s is no ruleset: %s", path,
			     mfw_err_message(ret->before->errors.items[0]));
	return r;
}

int history_read(struct mfw *mfw, uint64_t entry, struct history_entry *ret, struct mfw_err **err)
{
	struct history_entry e = {};
	int r = read_before(mfw, entry, &e, err);

	r = r ? r : read_made(mfw, entry, &e, err);
	if (r)
		history_entry_clear(&e);
	else
		*ret = e;
	return r;
}

bool history_made_list(const struct history_entry *e, const char *customer, const char *name)
{
	char line[2 * MFW_NAME_MAX + 2];

	snprintf(line, sizeof(line), "%.63s/%.63s", customer ? customer : "", name);
	for (size_t i = 0; i < e->n_made; i++)
		if (!strcmp(e->made[i], line))
			return true;
	return false;
}

void history_entry_clear(struct history_entry *e)
{
	declared_free(e->before);
	for (size_t i = 0; i < e->n_made; i++)
		free(e->made[i]);
	free(e->made);
	*e = (struct history_entry){};
}
