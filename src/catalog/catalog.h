/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matcher objects in directories: what they offer, from their BTF. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/err.h"
#include "model/field.h"
#include "model/matcher.h"

struct catalog;

/*
 * path: directories separated by ':'; those that do not exist are passed over. Nothing is read
 * before it is asked for. Errors: ENOMEM.
 */
int catalog_new(const char *path, struct catalog **ret, struct mfw_err **err);
void catalog_free(struct catalog *catalog);
/*
 * The matcher of that name, from NAME.bpf.o in the first directory that has it; it lives as long
 * as the catalog. Not there: NULL and *ret_missing true. Broken: NULL and *err (matcher.broken).
 */
const struct matcher *catalog_find(struct catalog *catalog, const char *name, bool *ret_missing,
				   struct mfw_err **err);
/*
 * The field NAME.FIELD of the matcher NAME; NULL when there is none, or when the matcher is broken.
 */
const struct field *catalog_field(struct catalog *catalog, const char *name);
/*
 * Reads every object; ret is by name, broken ones and those hidden by an earlier directory with
 * pub.broken set. The array is freed by the caller, the matchers stay the catalog's.
 */
int catalog_all(struct catalog *catalog, const struct matcher ***ret, size_t *ret_n,
		struct mfw_err **err);
/* The name of an object in the directories that is nearest to a wrong one; NULL: none is near. */
const char *catalog_nearest(struct catalog *catalog, const char *name);
/* The same for NAME.FIELD: among all fields of all matchers. */
const char *catalog_nearest_field(struct catalog *catalog, const char *name);

#endif
