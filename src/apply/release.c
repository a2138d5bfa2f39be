/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/release.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "apply/lists.h"
#include "apply/state.h"

/* 0 also when it is not there. */
static int remove_pin(const char *path)
{
	int r = kernel_pin_remove(path);

	return r == -ENOENT ? 0 : r;
}

int release_unheld(const char *shared)
{
	unsigned links;
	int r = kernel_pin_links(shared, &links);

	if (r == -ENOENT)
		return 0;
	return r || links > 1 ? r : remove_pin(shared);
}

/* How many names a pin has; 1 when it is not there. */
static int count_links(const char *path, unsigned *ret)
{
	int r = kernel_pin_links(path, ret);

	if (r == -ENOENT)
		*ret = 1;
	return r == -ENOENT ? 0 : r;
}

/* Removes the shared pin if no other holder has it. */
static int release_shared(const char *link, const char *shared)
{
	unsigned own, links;
	int r;

	r = count_links(link, &own);
	r = r ? r : count_links(shared, &links);
	return r || links != own || links > 2 ? r : remove_pin(shared);
}

/*
 * Removes a holder's link after all else: while it is there, a failure is made good by the next
 * sweep. Two holders may let go at once, each seeing the other's link: the later one then finds
 * the shared pin alone.
 */
static int release(const char *pin_dir, const char *hex)
{
	static const char *const notes[] = {RELEASE_ORIGIN, STATE_NOTE};
	char link[PATH_MAX], note[PATH_MAX + 8], shared[PATH_MAX];
	int r, e;

	snprintf(link, sizeof(link), "%s/%s", pin_dir, hex);
	snprintf(shared, sizeof(shared), "%s/prog/%s", kernel_pin_root(), hex);
	r = release_shared(link, shared);
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		snprintf(note, sizeof(note), "%s%s", link, notes[i]);
		e = remove_pin(note);
		r = r ? r : e;
	}
	r = r ? r : remove_pin(link);
	return r ? r : release_unheld(shared);
}

/* ---- what a directory holds, gathered before any of it is removed ---- */

struct held {
	char name[STATE_NAME_LEN];
	bool used;
};

struct shelf {
	struct held *held; /* by name, each once */
	size_t n;
};

struct holding {
	const char *dir;
	struct shelf programs, states;
};

static void holding_clear(struct holding *h)
{
	free(h->programs.held);
	free(h->states.held);
}

/* A program stands there with its name and that of its notes: each makes it known. */
static int gather(void *ctx, const char *name)
{
	struct holding *h = ctx;
	bool is_state = !strncmp(name, STATE_PREFIX, strlen(STATE_PREFIX));
	struct shelf *shelf = is_state ? &h->states : &h->programs;
	struct held *more;

	if (!strcmp(name, LISTS_DIR))
		return 0;
	more = reallocarray(shelf->held, shelf->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	shelf->held = more;
	snprintf(more[shelf->n].name, is_state ? STATE_NAME_LEN : PROGRAM_HEX_LEN + 1, "%s", name);
	more[shelf->n++].used = false;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct held *)a)->name, ((const struct held *)b)->name);
}

static void sort(struct shelf *shelf)
{
	size_t kept = 0;

	if (shelf->n)
		qsort(shelf->held, shelf->n, sizeof(*shelf->held), by_name);
	for (size_t i = 0; i < shelf->n; i++)
		if (!i || by_name(&shelf->held[i], &shelf->held[i - 1]))
			shelf->held[kept++] = shelf->held[i];
	shelf->n = kept;
}

static int gather_all(struct holding *h)
{
	int r = kernel_pin_each(h->dir, gather, h);

	sort(&h->programs);
	sort(&h->states);
	return r;
}

static void mark(struct shelf *shelf, const char *name, size_t len)
{
	struct held key, *found;

	if (!shelf->n || len >= sizeof(key.name))
		return;
	snprintf(key.name, sizeof(key.name), "%.*s", (int)len, name);
	found = bsearch(&key, shelf->held, shelf->n, sizeof(key), by_name);
	if (found)
		found->used = true;
}

/* Notes that a rule names one of the holder's links. */
static int mark_program(void *ctx, const char *path)
{
	struct holding *h = ctx;
	size_t len = strlen(h->dir);

	if (!strncmp(path, h->dir, len) && path[len] == '/')
		mark(&h->programs, path + len + 1, strlen(path + len + 1));
	return 0;
}

/* Notes what the programs use that are used themselves. */
static int mark_states(struct holding *h)
{
	for (size_t i = 0; h->states.n && i < h->programs.n; i++) {
		cleanup_buf struct buf names = {};
		char pin[PATH_MAX];
		int r;

		if (!h->programs.held[i].used)
			continue;
		snprintf(pin, sizeof(pin), "%s/%s", h->dir, h->programs.held[i].name);
		r = state_names(pin, &names);
		if (r && r != -ENOENT)
			return r;
		for (const char *at = names.data; at && *at; at += strspn(at, " ")) {
			mark(&h->states, at, strcspn(at, " "));
			at += strcspn(at, " ");
		}
	}
	return 0;
}

/* ---- removing it ---- */

static int refuse_release(int r, const char *dir, struct mfw_err **err)
{
	return err_make(err, -r, "bpffs.denied", "cannot remove pins of %s: %s%s", dir,
			strerror(-r), kernel_pin_remedy(-r));
}

/* In portions: what is let go of is freed by the kernel a moment later. */
static int release_in_turn(const struct holding *h, size_t i, size_t *n)
{
	if (h->programs.held[i].used)
		return 0;
	if (*n && !(*n % kernel_programs_at_once()))
		kernel_programs_settle();
	++*n;
	return release(h->dir, h->programs.held[i].name);
}

static int release_states(const struct holding *h)
{
	int r = 0, e;

	for (size_t i = 0; i < h->states.n; i++) {
		char path[PATH_MAX];

		if (h->states.held[i].used)
			continue;
		snprintf(path, sizeof(path), "%s/%s", h->dir, h->states.held[i].name);
		e = remove_pin(path);
		r = r ? r : e;
	}
	return r;
}

/* Removes what is not used, and the directory when it is empty then. All is tried. */
static int release_unused(struct holding *h)
{
	int r = mark_states(h), e;
	size_t n = 0;

	if (r)
		return r;
	for (size_t i = 0; i < h->programs.n; i++) {
		e = release_in_turn(h, i, &n);
		r = r ? r : e;
	}
	e = release_states(h);
	r = r ? r : e;
	e = kernel_pin_remove_dir(h->dir);
	return r || e == -ENOENT || e == -ENOTEMPTY ? r : e;
}

int release_all(const char *pin_dir, struct mfw_err **err)
{
	cleanup(holding_clear) struct holding h = {.dir = pin_dir};
	int r = gather_all(&h);

	r = r ? r : release_unused(&h);
	return r ? refuse_release(r, pin_dir, err) : 0;
}

int release_sweep(struct site *site, struct mfw_err **err)
{
	cleanup(holding_clear) struct holding h = {.dir = site->pin_dir};
	int r = gather_all(&h);

	site->has_pin_dir = false;

	if (r)
		return refuse_release(r, site->pin_dir, err);
	r = h.programs.n ? kernel_nft_pins(site->ns, mark_program, &h, err) : 0;
	if (r)
		return r;
	r = release_unused(&h);
	return r ? refuse_release(r, site->pin_dir, err) : 0;
}

int release_sweep_shared(struct mfw_err **err)
{
	char dir[256], path[PATH_MAX];
	cleanup(holding_clear) struct holding h = {.dir = dir};
	int r;

	snprintf(dir, sizeof(dir), "%s/prog", kernel_pin_root());
	r = gather_all(&h);
	for (size_t i = 0; i < h.programs.n && !r; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, h.programs.held[i].name);
		r = release_unheld(path);
	}
	return r ? refuse_release(r, dir, err) : 0;
}
