/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BPF object file in memory. Nothing in it is trusted. */
#ifndef CATALOG_OBJECT_H
#define CATALOG_OBJECT_H

#include <bpf/btf.h>
#include <libelf.h>

#include "base/err.h"

/* Every refusal of an object is of this kind. */
#define OBJECT_BROKEN "matcher.broken"

struct object {
	Elf *elf;
	struct btf *btf;
};

/*
 * data stays the caller's, is 8-aligned and outlives the object. Errors: matcher.broken.
 */
int object_open(struct object *object, char *data, size_t len, struct mfw_err **err);
/* {} may be closed. */
void object_close(struct object *object);
/*
 * A hash of what the object's programs are made of: of all sections but debugging information, the
 * tests' vectors in it, and line numbers, which are most of it. data is 8-aligned.
 */
#define OBJECT_DIGEST_LEN 16
void object_digest(char *data, size_t len, unsigned char ret[OBJECT_DIGEST_LEN]);
/* The `len` bytes of the data symbol of that name; NULL when it is not there or of another size. */
const void *object_symbol(const struct object *object, const char *name, size_t len);

/* The type without const, volatile and typedef; *id follows it. NULL: a type id leads nowhere. */
const struct btf_type *object_type(const struct object *object, uint32_t *id);
/* A name; "" where there is none. */
const char *object_name(const struct object *object, uint32_t offset);
/* Whether the type is a pointer to the structure of that name; *ret is that structure's id. */
bool object_points_to(const struct object *object, uint32_t id, const char *name, uint32_t *ret);
bool object_returns_int(const struct object *object, const struct btf_type *proto);
/*
 * The decl tag after number *at (0: the first) on a type, or on its member `component` (-1: on the
 * type itself); *at becomes its number. NULL: no more.
 */
const char *object_tag(const struct object *object, uint32_t type, int component, uint32_t *at);

#define cleanup_object cleanup(object_close)

#endif
