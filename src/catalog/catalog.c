/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/catalog.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "catalog/dirs.h"
#include "catalog/read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SUFFIX     ".bpf.o"
#define OBJECT_MAX (4 << 20)

struct catalog {
	char **dirs; /* NULL at the end */
	/* Everything that was ever handed out; broken ones have pub.broken. */
	struct matcher **matchers;
	size_t n;
	char *near;
};

DEFINE_CLEANUP(catalog_cleanup, struct catalog *, catalog_free)

int catalog_new(const char *path, struct catalog **ret, struct mfw_err **err)
{
	cleanup(catalog_cleanup_p) struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (!catalog || dirs_split(path, &catalog->dirs))
		return err_nomem(err);
	*ret = steal_ptr(catalog);
	return 0;
}

void catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	for (size_t i = 0; i < catalog->n; i++)
		matcher_free(catalog->matchers[i]);
	free(catalog->matchers);
	dirs_free(catalog->dirs);
	free(catalog->near);
	free(catalog);
}

/* Takes the matcher over, also when there is no memory. */
static int own(struct catalog *catalog, struct matcher *matcher)
{
	struct matcher **grown =
		realloc(catalog->matchers, (catalog->n + 1) * sizeof(*catalog->matchers));

	if (!grown) {
		matcher_free(matcher);
		return -ENOMEM;
	}
	catalog->matchers = grown;
	grown[catalog->n++] = matcher;
	return 0;
}

static int read_bytes(const char *path, struct buf *data, struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : buf_read_fd(data, fd, OBJECT_MAX);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_make(err, -r, OBJECT_BROKEN, "cannot read it: %s", strerror(-r));
	return 0;
}

/* Reads PATH; an error says what is wrong with it, but not yet with which. */
static int read_path(struct catalog *catalog, const char *name, const char *path,
		     struct matcher **ret, struct mfw_err **err)
{
	cleanup_buf struct buf data = {};
	int r = read_bytes(path, &data, err);

	if (!r)
		r = read_matcher(name, path, data.data, data.len, ret, err);
	if (!r && own(catalog, *ret))
		return err_nomem(err);
	return r;
}

static struct matcher *find_read(const struct catalog *catalog, const char *path)
{
	for (size_t i = 0; i < catalog->n; i++)
		if (!catalog->matchers[i]->pub.broken &&
		    !strcmp(catalog->matchers[i]->pub.path, path))
			return catalog->matchers[i];
	return NULL;
}

static char *object_path(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s" DIRS_SUFFIX, dir, name) < 0 ? NULL : path;
}

const struct matcher *catalog_find(struct catalog *catalog, const char *name, bool *ret_missing,
				   struct mfw_err **err)
{
	struct matcher *matcher;

	*ret_missing = false;
	for (char **dir = catalog->dirs; *dir && is_matcher_name(name); dir++) {
		cleanup_free char *path = object_path(*dir, name);
		int r;

		if (!path) {
			err_nomem(err);
			return NULL;
		}
		matcher = find_read(catalog, path);
		if (matcher)
			return matcher;
		if (access(path, F_OK) && (errno == ENOENT || errno == ENOTDIR))
			continue;
		r = read_path(catalog, name, path, &matcher, err);
		if (!r)
			return matcher;
		err_prefix(err, r, "cannot use the matcher '%s' (%s)", name, path);
		return NULL;
	}
	*ret_missing = true;
	return NULL;
}

const struct field *catalog_field(struct catalog *catalog, const char *name)
{
	const char *dot = strchr(name, '.');
	cleanup_free char *first = dot ? strndup(name, dot - name) : NULL;
	const struct matcher *matcher;
	bool missing;

	matcher = first ? catalog_find(catalog, first, &missing, NULL) : NULL;
	for (size_t i = 0; matcher && i < matcher->pub.n_fields; i++)
		if (!strcmp(matcher->fields[i].name, name))
			return &matcher->fields[i];
	return NULL;
}

static const struct matcher *make_broken(struct catalog *catalog, const char *name,
					 const char *path, const char *why)
{
	struct matcher *matcher = matcher_new(name, path);

	if (!matcher)
		return NULL;
	matcher->pub.broken = strdup(why);
	if (!matcher->pub.broken) {
		matcher_free(matcher);
		return NULL;
	}
	return own(catalog, matcher) ? NULL : matcher;
}

struct list {
	const struct matcher **items;
	size_t n;
};

static const struct matcher *hiding(const struct list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->items[i]->pub.name, name))
			return list->items[i];
	return NULL;
}

/* The matcher in DIR, sound or broken; NULL without memory. */
static const struct matcher *read_one(struct catalog *catalog, const struct list *list,
				      const char *dir, const char *name)
{
	cleanup_free char *path = object_path(dir, name), *why = NULL;
	const struct matcher *first = hiding(list, name);
	cleanup_err struct mfw_err *err = NULL;
	struct matcher *matcher;

	if (!path)
		return NULL;
	if (first) {
		if (asprintf(&why, "hidden by %s", first->pub.path) < 0) {
			why = NULL;
			return NULL;
		}
		return make_broken(catalog, name, path, why);
	}
	matcher = find_read(catalog, path);
	if (matcher)
		return matcher;
	if (!read_path(catalog, name, path, &matcher, &err))
		return matcher;
	if (mfw_err_code(err) == ENOMEM)
		return NULL;
	return make_broken(catalog, name, path, mfw_err_message(err));
}

static int add_dir(struct catalog *catalog, const char *dir, struct list *list)
{
	cleanup_dirs char **names = NULL;

	if (dirs_list(dir, &names))
		return -ENOMEM;
	for (char **name = names; *name; name++) {
		const struct matcher **grown =
			realloc(list->items, (list->n + 1) * sizeof(*list->items));
		const struct matcher *matcher;

		if (!grown)
			return -ENOMEM;
		list->items = grown;
		matcher = read_one(catalog, list, dir, *name);
		if (!matcher)
			return -ENOMEM;
		grown[list->n++] = matcher;
	}
	return 0;
}

/* By name; of the same name the hidden one last. */
static int compare(const void *a, const void *b)
{
	const struct matcher *const *x = a, *const *y = b;
	int r = strcmp((*x)->pub.name, (*y)->pub.name);

	return r ? r : !!(*x)->pub.broken - !!(*y)->pub.broken;
}

int catalog_all(struct catalog *catalog, const struct matcher ***ret, size_t *ret_n,
		struct mfw_err **err)
{
	struct list list = {};

	for (char **dir = catalog->dirs; *dir; dir++) {
		if (add_dir(catalog, *dir, &list)) {
			free(list.items);
			return err_nomem(err);
		}
	}
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), compare);
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

const char *catalog_nearest(struct catalog *catalog, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (char **dir = catalog->dirs; *dir; dir++) {
		cleanup_dirs char **names = NULL;

		if (dirs_list(*dir, &names))
			return NULL;
		for (char **known = names; *known; known++) {
			nearest_try(&nearest, *known);
			if (nearest.best != *known)
				continue;
			free(catalog->near);
			catalog->near = strdup(*known);
			nearest.best = catalog->near;
			if (!nearest.best)
				return NULL;
		}
	}
	return nearest.best;
}

const char *catalog_nearest_field(struct catalog *catalog, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);
	cleanup_free const struct matcher **all = NULL;
	size_t n;

	if (catalog_all(catalog, &all, &n, NULL))
		return NULL;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < all[i]->pub.n_fields; j++)
			nearest_try(&nearest, all[i]->fields[j].name);
	return nearest.best;
}
