/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/context.h"
#include "base/nearest.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define LOCK_WAIT_MS 10000

static const struct matcher *find_matcher(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static const struct field *find_field(void *ctx, const char *name)
{
	(void)ctx;
	return field_find(name);
}

static const char *nearest_name(void *ctx, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);
	const char *matcher = catalog_nearest(ctx, name), *field = field_nearest(name);

	if (matcher)
		nearest_try(&nearest, matcher);
	if (field)
		nearest_try(&nearest, field);
	return nearest.best ? nearest.best : matcher;
}

/* The directory "mfw" beside the library, then the configured one. */
static void default_matcher_path(char ret[2 * PATH_MAX])
{
	char real[PATH_MAX], *slash;
	Dl_info info;

	snprintf(ret, 2 * PATH_MAX, "%s", MFW_MATCHER_DIR);
	if (!dladdr(default_matcher_path, &info) || !info.dli_fname ||
	    !realpath(info.dli_fname, real))
		return;
	slash = strrchr(real, '/');
	if (slash)
		snprintf(ret, 2 * PATH_MAX, "%.*s/mfw:%s", (int)(slash - real), real,
			 MFW_MATCHER_DIR);
}

int context_open(const struct mfw_options *options, struct mfw **ret, struct mfw_err **err)
{
	struct mfw_options o = {};
	char path[2 * PATH_MAX];
	struct mfw *mfw;
	int r;

	if (options && options->size < sizeof(o.size))
		return err_make(err, EINVAL, "options.size",
				"struct mfw_options has no size set; start it with MFW_SIZE");
	if (options)
		memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	default_matcher_path(path);
	mfw = calloc(1, sizeof(*mfw));
	if (!mfw)
		return err_nomem(err);
	mfw->lock_wait_ms = o.lock_wait_ms ? o.lock_wait_ms : LOCK_WAIT_MS;
	mfw->holder = strdup(o.holder ? o.holder : program_invocation_short_name);
	mfw->lib_path = strdup(path);
	r = mfw->holder && mfw->lib_path
		    ? catalog_new(o.matcher_path ? o.matcher_path : path, &mfw->catalog, err)
		    : err_nomem(err);
	if (r) {
		context_close(mfw);
		return r;
	}
	mfw->scheme = (struct scheme){
		.ctx = mfw->catalog,
		.field = find_field,
		.matcher = find_matcher,
		.nearest = nearest_name,
	};
	*ret = mfw;
	return 0;
}

void context_close(struct mfw *mfw)
{
	if (!mfw)
		return;
	site_close(mfw, NULL);
	catalog_free(mfw->catalog);
	free(mfw->lib_path);
	free(mfw->holder);
	free(mfw);
}
