/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an object's bytes to a matcher. */
#ifndef CATALOG_READ_H
#define CATALOG_READ_H

#include "catalog/object.h"
#include "model/matcher.h"

/* Fields at most; members of a parameter structure at most. */
#define READ_FIELDS_MAX 64
#define READ_WORDS_MAX  64
#define READ_PARAMS_MAX 64
/* Maps of an object at most. */
#define READ_MAPS_MAX   8

/*
 * Reads the matcher `name` from the bytes of the object file at path (8-aligned, not kept). Errors:
 * matcher.broken (member, expected, found), ENOMEM.
 */
int read_matcher(const char *name, const char *path, char *data, size_t len, struct matcher **ret,
		 struct mfw_err **err);
/* Reads the parameter structure with BTF id `id` into matcher (params.c). */
int read_params(const struct object *object, uint32_t id, struct matcher *matcher,
		struct mfw_err **err);
/* Reads the functions that are fields into matcher (fields.c). */
int read_fields(const struct object *object, struct matcher *matcher, struct mfw_err **err);
/*
 * Adds the parameters that are lists, by the tags of the function with BTF id `func`; the fields
 * are there (names.c).
 */
int read_names(const struct object *object, uint32_t func, struct matcher *matcher,
	       struct mfw_err **err);
/* Reads what maps the object has into matcher (layout.c). */
int read_maps(const struct object *object, struct matcher *matcher, struct mfw_err **err);
/* An empty matcher with a name and a path; NULL without memory. */
struct matcher *matcher_new(const char *name, const char *path);
void matcher_free(struct matcher *matcher);

/* Whether a word can be a matcher's or a parameter's name: [a-z][a-z0-9_]*. */
bool is_matcher_name(const char *name);
/* What follows "mfw:KEY:" in a tag; NULL when it is another tag. */
const char *tag_value(const char *tag, const char *key);

DEFINE_CLEANUP(matcher_cleanup, struct matcher *, matcher_free)
#define cleanup_matcher cleanup(matcher_cleanup_p)

#endif
