/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/context.h"
#include "apply/customer_file.h"
#include "apply/lists.h"
#include "base/nearest.h"
#include "expr/constant.h"
#include "model/name.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

#define LOCK_WAIT_MS 10000

static const struct matcher *find_matcher(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(((struct scope *)ctx)->mfw->catalog, name, &missing, err);
}

static const struct field *find_field(void *ctx, const char *name)
{
	const struct field *field = field_find(name);

	return field ? field : catalog_field(((struct scope *)ctx)->mfw->catalog, name);
}

static const char *nearest_name(void *ctx, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);
	struct catalog *catalog = ((struct scope *)ctx)->mfw->catalog;
	const char *matcher = catalog_nearest(catalog, name), *field = field_nearest(name);
	const char *dotted = strchr(name, '.') ? catalog_nearest_field(catalog, name) : NULL;

	if (matcher)
		nearest_try(&nearest, matcher);
	if (field)
		nearest_try(&nearest, field);
	if (dotted)
		nearest_try(&nearest, dotted);
	return nearest.best ? nearest.best : matcher;
}

static const char *what_others_mean(void *ctx, const char *name)
{
	(void)ctx;
	return field_meant(name);
}

static const char *find_label(void *ctx, const struct field *field)
{
	return node_label(&((struct scope *)ctx)->mfw->node, field);
}

static bool asks_node(const struct expr *expr)
{
	const struct field *field = expr->value ? value_field(expr->value) : NULL;

	for (size_t i = 0; i < expr->n_operands; i++)
		if (asks_node(expr->operands[i]))
			return true;
	return field && field->kind == FIELD_OF_NODE;
}

int context_know_node(struct mfw *mfw, struct mfw_err **err)
{
	int r = mfw->node_known ? 0 : node_read(mfw->node_file, &mfw->node, err);

	mfw->node_known = !r;
	return r;
}

int context_node(struct mfw *mfw, const struct expr *expr, struct mfw_err **err)
{
	return asks_node(expr) ? context_know_node(mfw, err) : 0;
}

/* The file that this code was loaded from, a library or the program. */
static bool own_file(char ret[PATH_MAX])
{
	struct link_map *map;
	Dl_info info;
	ssize_t n;

	if (!dladdr1(own_file, &info, (void **)&map, RTLD_DL_LINKMAP))
		return false;
	/* Of the program the loader knows only what it was called. */
	if (*map->l_name)
		return realpath(map->l_name, ret);
	n = readlink("/proc/self/exe", ret, PATH_MAX - 1);
	ret[n > 0 ? n : 0] = 0;
	return n > 0;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* See struct mfw_options: the first of these directories that there is. */
static void default_matcher_path(char ret[2 * PATH_MAX])
{
	static const char *const beside[] = {"mfw", "../" MFW_LIBDIR "/mfw"};
	char file[PATH_MAX], *slash;

	slash = own_file(file) ? strrchr(file, '/') : NULL;
	for (size_t i = 0; slash && i < ARRAY_SIZE(beside); i++) {
		snprintf(ret, 2 * PATH_MAX, "%.*s/%s", (int)(slash - file), file, beside[i]);
		if (is_dir(ret))
			return;
	}
	snprintf(ret, 2 * PATH_MAX, "%s", MFW_MATCHER_DIR);
}

/* What is known without the matchers. */
static int take_options(struct mfw *mfw, const struct mfw_options *o, struct mfw_err **err)
{
	mfw->lock_wait_ms = o->lock_wait_ms ? o->lock_wait_ms : LOCK_WAIT_MS;
	mfw->holder = strdup(o->holder ? o->holder : program_invocation_short_name);
	mfw->node_file = strdup(o->node_file ? o->node_file : NODE_FILE);
	mfw->state_dir = o->state_dir ? strdup(o->state_dir) : NULL;
	if (!mfw->holder || !mfw->node_file || (o->state_dir && !mfw->state_dir))
		return err_nomem(err);
	mfw->node_known = o->node;
	return o->node ? node_parse(o->node, &mfw->node, err) : 0;
}

static int load_geo(struct mfw *mfw, const struct mfw_options *o, struct mfw_err **err)
{
	const char *const files[] = {[GEO_COUNTRY] = o->country_file, [GEO_ASNUM] = o->asnum_file};
	int r = 0;

	for (enum geo_kind kind = 0; kind < GEO_KINDS && !r; kind++)
		if (files[kind])
			r = geo_load(kind, files[kind], 0, &mfw->given_geo[kind], err);
	return r;
}

/* NAME=FILE, or shared.NAME=FILE. */
static int add_given(struct mfw *mfw, const char *text, struct mfw_err **err)
{
	struct given_list *list = &mfw->given_lists[mfw->n_given_lists];
	bool shared = !strncmp(text, "shared.", strlen("shared."));
	const char *name = text + (shared ? strlen("shared.") : 0), *equals = strchr(name, '=');

	if (!equals || !equals[1])
		return err_make(err, EINVAL, "list.given",
				"'%.80s' gives no list: write NAME=FILE, or shared.NAME=FILE",
				text);
	list->name = strndup(name, (size_t)(equals - name));
	list->path = strdup(equals + 1);
	list->shared = shared;
	mfw->n_given_lists++;
	if (!list->name || !list->path)
		return err_nomem(err);
	return lists_check_name(list->name, err);
}

/* Whoever may not look learns it when a list is asked for. */
static int check_customer(const char *name, struct mfw_err **err)
{
	cleanup_customer struct customer *customer = NULL;
	cleanup_err struct mfw_err *why = NULL;
	int r = name_check("customer", name, err);

	if (r || customer_read(name, &customer, &why) != -ENOENT)
		return r;
	if (err)
		*err = steal_ptr(why);
	return -ENOENT;
}

static int take_lists(struct mfw *mfw, const struct mfw_options *o, struct mfw_err **err)
{
	int r = 0;

	mfw->customer = o->customer ? strdup(o->customer) : NULL;
	mfw->given_lists = calloc(o->n_lists + 1, sizeof(*mfw->given_lists));
	if (!mfw->given_lists || (o->customer && !mfw->customer))
		return err_nomem(err);
	for (size_t i = 0; i < o->n_lists && !r; i++)
		r = add_given(mfw, o->lists[i], err);
	return r || !o->customer ? r : check_customer(o->customer, err);
}

/* One that knows nothing yet; NULL without memory. */
static struct mfw *context_new(void)
{
	struct mfw *mfw = calloc(1, sizeof(*mfw));

	if (!mfw)
		return NULL;
	mfw->no_scope = (struct scope){.mfw = mfw};
	mfw->scheme = (struct scheme){
		.ctx = &mfw->no_scope,
		.field = find_field,
		.matcher = find_matcher,
		.nearest = nearest_name,
		.meant = what_others_mean,
		.node = find_label,
	};
	return mfw;
}

static int fill(struct mfw *mfw, const struct mfw_options *o, struct mfw_err **err)
{
	char path[2 * PATH_MAX];
	int r = take_options(mfw, o, err);

	r = r ? r : load_geo(mfw, o, err);
	r = r ? r : take_lists(mfw, o, err);
	if (r)
		return r;
	default_matcher_path(path);
	/* Parts of the library are where it says they are; its caller may know better. */
	if (asprintf(&mfw->lib_path, "%s:%s", path, o->matcher_path ? o->matcher_path : "") < 0) {
		mfw->lib_path = NULL;
		return err_nomem(err);
	}
	mfw->matcher_path = strdup(o->matcher_path ? o->matcher_path : path);
	return mfw->matcher_path ? catalog_new(mfw->matcher_path, &mfw->catalog, err)
				 : err_nomem(err);
}

int context_open(const struct mfw_options *options, struct mfw **ret, struct mfw_err **err)
{
	struct mfw_options o = {};
	struct mfw *mfw;
	int r;

	if (options && options->size < sizeof(o.size))
		return err_make(err, EINVAL, "options.size",
				"struct mfw_options has no size set; start it with MFW_SIZE");
	if (options)
		memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	mfw = context_new();
	if (!mfw)
		return err_nomem(err);
	r = fill(mfw, &o, err);
	if (r)
		context_close(mfw);
	else
		*ret = mfw;
	return r;
}

static int copy_text(const char *from, char **ret)
{
	*ret = from ? strdup(from) : NULL;
	return !from == !*ret ? 0 : -ENOMEM;
}

int context_again(const struct mfw *mfw, struct mfw **ret, struct mfw_err **err)
{
	struct mfw *other = context_new();

	if (!other)
		return err_nomem(err);
	other->lock_wait_ms = mfw->lock_wait_ms;
	other->node_known = mfw->node_known;
	if (copy_text(mfw->holder, &other->holder) || copy_text(mfw->lib_path, &other->lib_path) ||
	    copy_text(mfw->state_dir, &other->state_dir) ||
	    copy_text(mfw->node_file, &other->node_file) ||
	    copy_text(mfw->node.name, &other->node.name) ||
	    copy_text(mfw->node.region, &other->node.region) ||
	    copy_text(mfw->matcher_path, &other->matcher_path) ||
	    catalog_new(other->matcher_path, &other->catalog, NULL)) {
		context_close(other);
		return err_nomem(err);
	}
	*ret = other;
	return 0;
}

void context_close(struct mfw *mfw)
{
	if (!mfw)
		return;
	site_close(mfw, NULL);
	site_close_left(mfw);
	catalog_free(mfw->catalog);
	node_clear(&mfw->node);
	for (enum geo_kind kind = 0; kind < GEO_KINDS; kind++)
		buf_clear(&mfw->given_geo[kind]);
	for (size_t i = 0; i < mfw->n_given_lists; i++) {
		free(mfw->given_lists[i].name);
		free(mfw->given_lists[i].path);
		free(mfw->given_lists[i].area.lines);
	}
	free(mfw->given_lists);
	free(mfw->customer);
	free(mfw->node_file);
	free(mfw->state_dir);
	free(mfw->lib_path);
	free(mfw->matcher_path);
	free(mfw->holder);
	free(mfw);
}
