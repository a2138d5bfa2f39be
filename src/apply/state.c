/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/state.h"

#include <errno.h>
#include <limits.h>
#include <sha2.h>
#include <string.h>

/* A program has 64 maps at most. */
#define MAPS_MAX 32
/* How many rules of a chain can have had the same ref and still be there. */
#define KEYS_MAX 64
#define KEY_LEN  16

/* ---- which maps ---- */

static int add_map(struct state *state, const struct matcher_map *map, struct mfw_err **err)
{
	struct state_map *more;

	for (size_t i = 0; i < state->n; i++)
		if (!strcmp(state->maps[i].map, map->name))
			return 0;
	if (state->n == MAPS_MAX)
		return err_make(err, E2BIG, "bpf.state",
				"the matchers of the expression keep more than %d maps of state: "
				"make it several rules",
				MAPS_MAX);
	more = reallocarray(state->maps, state->n + 1, sizeof(*more));
	if (!more)
		return err_nomem(err);
	state->maps = more;
	more[state->n++] = (struct state_map){.map = map->name, .layout = map->layout, .fd = -1};
	return 0;
}

static int add_value(struct state *state, const struct value *value, struct mfw_err **err)
{
	int r = 0;

	for (; value && !r; value = value->of) {
		const struct matcher *matcher = value->matcher ? value->matcher
						: value->field ? value->field->matcher
							       : NULL;

		for (size_t i = 0; matcher && i < matcher->n_maps && !r; i++)
			r = add_map(state, &matcher->maps[i], err);
	}
	return r;
}

static int add_maps(struct state *state, const struct expr *expr, struct mfw_err **err)
{
	int r = add_value(state, expr->value, err);

	for (size_t i = 0; i < expr->n_operands && !r; i++)
		r = add_maps(state, expr->operands[i], err);
	return r;
}

static bool value_keeps(const struct value *value)
{
	for (; value; value = value->of)
		if ((value->matcher && value->matcher->n_maps) ||
		    (value->field && value->field->matcher && value->field->matcher->n_maps))
			return true;
	return false;
}

bool state_is_kept(const struct expr *expr)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if (state_is_kept(expr->operands[i]))
			return true;
	return value_keeps(expr->value);
}

void state_clear(struct state *state)
{
	for (size_t i = 0; i < state->n; i++)
		cleanup_close_p(&state->maps[i].fd);
	free(state->maps);
	*state = (struct state){};
}

/* ---- their names ---- */

/* try: another key for the same place. The cookie: a namespace of the same inode may have gone. */
static void key_of(const struct state_place *place, unsigned try, char ret[2 * KEY_LEN + 1])
{
	uint64_t numbers[] = {kernel_ns_cookie(place->site->ns), place->chain->family, try};
	const char *texts[] = {place->site->table, place->chain->pub.name, place->ref};
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)numbers, sizeof(numbers));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		SHA256Update(&sha, (const uint8_t *)texts[i], strlen(texts[i]) + 1);
	SHA256Final(digest, &sha);
	for (int i = 0; i < KEY_LEN; i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

/* The key in the name of a pin; false: it has none. */
static bool key_in(const char *name, char ret[2 * KEY_LEN + 1])
{
	if (strncmp(name, STATE_PREFIX, strlen(STATE_PREFIX)) ||
	    strlen(name) < strlen(STATE_PREFIX) + 2 * KEY_LEN)
		return false;
	snprintf(ret, 2 * KEY_LEN + 1, "%s", name + strlen(STATE_PREFIX));
	return true;
}

static void name_of(const struct state_map *map, const char *key, char ret[STATE_NAME_LEN])
{
	snprintf(ret, STATE_NAME_LEN, STATE_PREFIX "%s-%08x-%s", key, map->layout, map->map);
}

/* 1: another rule of the chain has a map of that name. */
static int is_others(const struct state_place *place, const char *name)
{
	for (size_t i = 0; i < place->chain->n_rules; i++) {
		const struct rule *rule = place->chain->rules[i];
		cleanup_buf struct buf names = {};
		int r;

		if (rule == place->old || !rule->program)
			continue;
		r = state_names(rule->program->pin, &names);
		if (r && r != -ENOENT)
			return r;
		if (!r && state_has(&names, name))
			return 1;
	}
	return 0;
}

/* 1: the maps can have these names. */
static int is_free(const struct state_place *place, const struct state *state, const char *key)
{
	char name[STATE_NAME_LEN], path[PATH_MAX];
	unsigned links;
	int r = 0;

	for (size_t i = 0; i < state->n && !r; i++) {
		name_of(&state->maps[i], key, name);
		snprintf(path, sizeof(path), "%s/%s", place->site->pin_dir, name);
		r = kernel_pin_links(path, &links);
		/* What is there may be the rule's own, or left over from one that is gone. */
		r = r == -ENOENT ? 0 : r ? r : is_others(place, name);
	}
	return r < 0 ? r : !r;
}

/* The key of the rule that is replaced, which may have had another ref; then those of the place. */
static int choose_key(const struct state_place *place, const struct state *state,
		      char ret[2 * KEY_LEN + 1])
{
	cleanup_buf struct buf names = {};
	int r = -ENOENT;

	if (place->old && place->old->program)
		r = state_names(place->old->program->pin, &names);
	if (r && r != -ENOENT)
		return r;
	r = !r && key_in(names.data, ret) ? is_free(place, state, ret) : 0;
	for (unsigned i = 0; i < KEYS_MAX && !r; i++) {
		key_of(place, i, ret);
		r = is_free(place, state, ret);
	}
	return r < 0 ? r : r ? 0 : -EEXIST;
}

int state_choose(const struct state_place *place, const struct expr *expr, struct state *ret,
		 struct mfw_err **err)
{
	char key[2 * KEY_LEN + 1];
	int r = add_maps(ret, expr, err);

	if (r || !ret->n)
		return r;
	r = choose_key(place, ret, key);
	if (r)
		return err_make(err, -r, "bpf.state",
				"cannot find a name for the state of rule '%s': %s", place->ref,
				strerror(-r));
	for (size_t i = 0; i < ret->n; i++)
		name_of(&ret->maps[i], key, ret->maps[i].name);
	return 0;
}

/* ---- pins ---- */

int state_open(struct state *state, const char *pin_dir, struct mfw_err **err)
{
	for (size_t i = 0; i < state->n; i++) {
		struct state_map *map = &state->maps[i];
		char path[PATH_MAX];
		int r;

		snprintf(path, sizeof(path), "%s/%s", pin_dir, map->name);
		r = kernel_map_open(path, &map->fd);
		if (r && r != -ENOENT)
			return err_make(err, -r, "bpf.state", "cannot open the state %s: %s", path,
					strerror(-r));
		map->pinned = !r;
	}
	return 0;
}

int state_pin(struct state *state, const char *pin_dir)
{
	int r = 0;

	for (size_t i = 0; i < state->n && !r; i++) {
		struct state_map *map = &state->maps[i];
		char path[PATH_MAX];

		if (map->pinned)
			continue;
		snprintf(path, sizeof(path), "%s/%s", pin_dir, map->name);
		r = kernel_pin(map->fd, path);
		map->pinned = !r;
	}
	return r;
}

/* ---- the note ---- */

static void note_path(const char *program_pin, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s" STATE_NOTE, program_pin);
}

int state_note(const struct state *state, const char *program_pin)
{
	cleanup_buf struct buf names = {};
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < state->n && !r; i++)
		r = buf_printf(&names, "%s%s", i ? " " : "", state->maps[i].name);
	if (r || names.len >= PATH_MAX)
		return r ? r : -ENAMETOOLONG;
	note_path(program_pin, path);
	r = kernel_pin_note(path, names.data);
	return r == -EEXIST ? 0 : r;
}

int state_names(const char *program_pin, struct buf *ret)
{
	char path[PATH_MAX];

	note_path(program_pin, path);
	return kernel_pin_read_note(path, ret);
}

bool state_has(const struct buf *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names->data; at && *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (n == len && !memcmp(at, name, len))
			return true;
		at += n;
	}
	return false;
}
