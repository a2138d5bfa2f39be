/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/source.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <sha2.h>
#include <string.h>

/* Larger than any eBPF object that the kernel would load. */
#define OBJECT_MAX (64u << 20)
_Static_assert(CODEGEN_IDENTITY_LEN == PROGRAM_HASH_LEN, "an identity is a program's hash");

void source_clear(struct source *s)
{
	free(s->origin);
	expression_clear(&s->expr);
	state_clear(&s->state);
	buf_clear(&s->object);
	if (s->fd >= 0)
		close(s->fd);
}

static void hash_of(const char *kind, const char *path, const void *data, size_t len,
		    unsigned char ret[PROGRAM_HASH_LEN])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)kind, strlen(kind) + 1);
	SHA256Update(&sha, (const uint8_t *)path, strlen(path) + 1);
	SHA256Update(&sha, data, len);
	SHA256Final(digest, &sha);
	memcpy(ret, digest, PROGRAM_HASH_LEN);
}

/* The path as it can be used from anywhere. 0 or -ENOMEM. */
static int set_origin(struct source *s)
{
	s->origin = realpath(s->text, NULL);
	if (!s->origin)
		s->origin = strdup(s->text);
	return s->origin ? 0 : -ENOMEM;
}

static int open_object(struct source *s, struct mfw_err **err)
{
	cleanup_close int fd = open(s->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? -errno : buf_read_fd(&s->object, fd, OBJECT_MAX);

	if (r)
		return err_make(err, -r, "object.read", "cannot read the object file %s: %s",
				s->text,
				r == -EFBIG ? "it is larger than any eBPF object" : strerror(-r));
	if (set_origin(s))
		return err_nomem(err);
	hash_of("object", s->origin, s->object.data, s->object.len, s->hash);
	return 0;
}

/* Opened once, here: what is pinned for us is what was looked at, whatever the path names later. */
static int open_pinned(struct source *s, struct mfw_err **err)
{
	struct prog_info info;
	int r = kernel_prog_open(s->text, &s->fd, err);

	r = r ? r : kernel_prog_info(s->fd, &info, err);
	if (r)
		return err_prefix(err, r, "--object-pinned %s", s->text);
	if (!info.socket_filter)
		return err_make(err, EINVAL, "bpf.type",
				"%s is a program of type %s; xt_bpf runs only socket filters "
				"(SEC(\"socket\"))",
				s->text, info.type);
	if (set_origin(s))
		return err_nomem(err);
	hash_of("pinned", s->origin, &info.id, sizeof(info.id), s->hash);
	return 0;
}

/* A program that keeps state is like no other: its maps are part of what it is. */
static void hash_state(struct source *s, const char *pin_dir)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, s->hash, sizeof(s->hash));
	SHA256Update(&sha, (const uint8_t *)pin_dir, strlen(pin_dir) + 1);
	for (size_t i = 0; i < s->state.n; i++)
		SHA256Update(&sha, (const uint8_t *)s->state.maps[i].name,
			     strlen(s->state.maps[i].name) + 1);
	SHA256Final(digest, &sha);
	memcpy(s->hash, digest, PROGRAM_HASH_LEN);
}

static int open_expr(struct mfw *mfw, const char *customer, const struct state_place *place,
		     struct source *s, struct mfw_err **err)
{
	struct scope scope = {.mfw = mfw, .customer = customer};
	int r = expression_open(&scope, s->text, &s->expr, err);

	r = r ? r : expression_bind(&scope, &s->expr, err);
	if (!r && codegen_identity(&s->expr.input, s->hash))
		return err_nomem(err);
	if (r)
		return r;
	s->everything = s->expr.folded->kind == EXPR_CONST && s->expr.folded->constant;
	s->keeps_state = state_is_kept(s->expr.folded);
	if (!place || !s->keeps_state)
		return 0;
	r = state_choose(place, s->expr.folded, &s->state, err);
	if (!r)
		hash_state(s, place->site->pin_dir);
	return r;
}

int source_open(struct mfw *mfw, const char *customer, const struct state_place *place,
		enum match_kind kind, const char *text, struct source *ret, struct mfw_err **err)
{
	cleanup_source struct source s = SOURCE_NONE;
	int r;

	s.kind = kind;
	s.text = text;
	if (kind == MATCH_EXPR)
		r = open_expr(mfw, customer, place, &s, err);
	else
		r = kind == MATCH_OBJECT ? open_object(&s, err) : open_pinned(&s, err);
	if (r)
		return r;
	*ret = s;
	s = SOURCE_NONE;
	return 0;
}

/* ---- loading ---- */

/* The program of an expression; the maps that it keeps state in are opened or made. */
static int load_expr(struct source *s, struct prog_source *program, int *ret_fd,
		     struct mfw_err **err)
{
	size_t n = s->state.n + s->expr.n_maps;
	cleanup_free struct prog_map *maps = calloc(n + 1, sizeof(*maps));
	int r;

	if (!maps)
		return err_nomem(err);
	for (size_t i = 0; i < s->state.n; i++)
		maps[i] = (struct prog_map){s->state.maps[i].map, s->state.maps[i].fd};
	if (s->expr.n_maps)
		memcpy(maps + s->state.n, s->expr.maps, s->expr.n_maps * sizeof(*maps));
	program->maps = maps;
	program->n_maps = n;
	r = kernel_prog_load(program, ret_fd, NULL, err);
	for (size_t i = 0; i < s->state.n; i++)
		s->state.maps[i].fd = maps[i].fd;
	return r;
}

int source_load(struct source *s, int *ret_fd, struct mfw_err **err)
{
	struct prog_source program = {.name = s->text};
	cleanup_buf struct buf elf = {};
	int r = 0;

	switch (s->kind) {
	case MATCH_OBJECT_PINNED:
		*ret_fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
		return *ret_fd < 0 ? err_make(err, errno, "bpf.load", "%s", strerror(errno)) : 0;
	case MATCH_OBJECT:
		program.elf = s->object.data;
		program.len = s->object.len;
		break;
	default:
		r = codegen_object(&s->expr.input, &elf, err);
		program.name = "the expression";
		program.program = CODEGEN_PROGRAM;
		program.speaks = true;
		program.elf = elf.data;
		program.len = elf.len;
		return r ? r : load_expr(s, &program, ret_fd, err);
	}
	return r ? r : kernel_prog_load(&program, ret_fd, NULL, err);
}

/* ---- what is kept ---- */

static int by_match(const void *a, const void *b)
{
	const struct kept_source *x = a, *y = b;

	int order = x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->text, y->text);

	return order ? order
		     : strcmp(x->customer ? x->customer : "", y->customer ? y->customer : "");
}

/* Whether the text may name a list that is a customer's own. */
static bool names_own_list(enum match_kind kind, const char *text)
{
	for (; kind == MATCH_EXPR && (text = strchr(text, '$')); text++)
		if (strncmp(text, "$shared.", strlen("$shared.")) != 0)
			return true;
	return false;
}

static void forget(void *p)
{
	struct kept_source *kept = p;

	free(kept->origin);
	free(kept->canonical);
	free(kept->customer);
	free(kept);
}

void source_forget(struct mfw *mfw)
{
	tdestroy(mfw->sources, forget);
	mfw->sources = NULL;
	mfw->keeps_sources = false;
	mfw->has_prog_dir = false;
}

/* Takes what it needs of the source. NULL without memory. */
static struct kept_source *keep(struct mfw *mfw, const char *customer, struct source *s)
{
	struct kept_source *kept = calloc(1, sizeof(*kept) + strlen(s->text) + 1);

	if (!kept)
		return NULL;
	kept->kind = s->kind;
	kept->text = strcpy(kept->room, s->text);
	kept->everything = s->everything;
	kept->keeps_state = s->keeps_state;
	memcpy(kept->hash, s->hash, sizeof(kept->hash));
	kept->origin = steal_ptr(s->origin);
	if (s->expr.text.data)
		kept->canonical = buf_steal(&s->expr.text);
	kept->customer = customer ? strdup(customer) : NULL;
	if (!customer == !kept->customer && tsearch(kept, &mfw->sources, by_match))
		return kept;
	forget(kept);
	return NULL;
}

int source_keep(struct mfw *mfw, const char *customer, enum match_kind kind, const char *text,
		struct kept_source **ret, struct mfw_err **err)
{
	const char *owner = names_own_list(kind, text) ? customer : NULL;
	struct kept_source key = {.kind = kind, .text = text, .customer = (char *)owner}, **found;
	cleanup_source struct source s = SOURCE_NONE;
	int r;

	found = tfind(&key, &mfw->sources, by_match);
	if (found) {
		*ret = *found;
		return 0;
	}
	r = source_open(mfw, owner, NULL, kind, text, &s, err);
	if (r)
		return r;
	*ret = keep(mfw, owner, &s);
	return *ret ? 0 : err_nomem(err);
}
