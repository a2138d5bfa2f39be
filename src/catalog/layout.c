/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps of a matcher's object. The layout is a hash of all that a map is made of: its type, sizes
 * and flags, and the names, places and types of the members of its keys and values. What a map
 * holds means the same to every program that has the same layout of it.
 */
#include "catalog/read.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>

/* Structures in structures; damaged types may go round in circles. */
#define DEPTH_MAX 16

struct hasher {
	const struct object *object;
	SHA2_CTX sha;
	unsigned depth;
};

static void add_number(struct hasher *h, uint32_t number)
{
	SHA256Update(&h->sha, (const uint8_t *)&number, sizeof(number));
}

/* With its NUL: where it ends is part of what is hashed. */
static void add_name(struct hasher *h, uint32_t offset)
{
	const char *name = object_name(h->object, offset);

	SHA256Update(&h->sha, (const uint8_t *)name, strlen(name) + 1);
}

static bool add_type(struct hasher *h, uint32_t id);

static bool add_members(struct hasher *h, const struct btf_type *type)
{
	const struct btf_member *member = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++, member++) {
		add_name(h, member->name_off);
		add_number(h, btf_member_bit_offset(type, i));
		add_number(h, btf_member_bitfield_size(type, i));
		if (!add_type(h, member->type))
			return false;
	}
	return true;
}

static bool add_type_of(struct hasher *h, const struct btf_type *type)
{
	add_number(h, btf_kind(type));
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: add_number(h, type->size); return true;
	case BTF_KIND_PTR: return add_type(h, type->type);
	case BTF_KIND_ARRAY:
		add_number(h, btf_array(type)->nelems);
		return add_type(h, btf_array(type)->type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: add_number(h, type->size); return add_members(h, type);
	default: return true;
	}
}

static bool add_type(struct hasher *h, uint32_t id)
{
	const struct btf_type *type = object_type(h->object, &id);
	bool sound = false;

	if (!type || ++h->depth > DEPTH_MAX)
		return false;
	/* void, as in the pointer to a value that a map says nothing of. */
	sound = btf_is_void(type) || add_type_of(h, type);
	h->depth--;
	return sound;
}

static bool hash_map(const struct object *object, uint32_t type, uint32_t *ret)
{
	struct hasher h = {.object = object};
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256Init(&h.sha);
	if (!add_type(&h, type))
		return false;
	SHA256Final(digest, &h.sha);
	memcpy(ret, digest, sizeof(*ret));
	return true;
}

/* A name that no other matcher's map in the same program can have. */
static bool is_own_name(const char *name, const char *matcher)
{
	size_t len = strlen(matcher);

	return !strncmp(name, matcher, len) && (!name[len] || name[len] == '_') &&
	       is_matcher_name(name);
}

static int read_map(const struct object *object, uint32_t var, struct matcher *matcher,
		    struct mfw_err **err)
{
	const struct btf_type *type = btf__type_by_id(object->btf, var);
	const char *name = type ? object_name(object, type->name_off) : "";
	struct matcher_map *map = &matcher->maps[matcher->n_maps];

	if (!is_own_name(name, matcher->pub.name))
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"map '%.100s': expected a name that begins with %s_", name,
				matcher->pub.name);
	if (!hash_map(object, type->type, &map->layout))
		return err_make(err, EINVAL, OBJECT_BROKEN, "map '%.100s': its type is damaged",
				name);
	map->name = strdup(name);
	if (!map->name)
		return err_nomem(err);
	matcher->n_maps++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct matcher_map *)a)->name, ((const struct matcher_map *)b)->name);
}

int read_maps(const struct object *object, struct matcher *matcher, struct mfw_err **err)
{
	int section = btf__find_by_name_kind(object->btf, ".maps", BTF_KIND_DATASEC), r = 0;
	const struct btf_type *type = section > 0 ? btf__type_by_id(object->btf, section) : NULL;

	if (!type || !btf_vlen(type))
		return 0;
	if (btf_vlen(type) > READ_MAPS_MAX)
		return err_make(err, EINVAL, OBJECT_BROKEN, "expected at most %d maps, found %d",
				READ_MAPS_MAX, btf_vlen(type));
	matcher->maps = calloc(btf_vlen(type), sizeof(*matcher->maps));
	if (!matcher->maps)
		return err_nomem(err);
	for (int i = 0; i < btf_vlen(type) && !r; i++)
		r = read_map(object, btf_var_secinfos(type)[i].type, matcher, err);
	/* A compiler may turn them over. */
	qsort(matcher->maps, matcher->n_maps, sizeof(*matcher->maps), by_name);
	matcher->keeps_state = true;
	return r;
}
