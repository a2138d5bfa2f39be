/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <string.h>

#include "apply/expression.h"
#include "apply/release.h"

/* Larger than any eBPF object that the kernel would load. */
#define OBJECT_MAX (64u << 20)
/* How often a pin that another holder removes under our hands is made again. */
#define LINK_TRIES 16
_Static_assert(CODEGEN_IDENTITY_LEN == PROGRAM_HASH_LEN, "an identity is a program's hash");

/* What a match is made into: its hash, and how to come by the program. */
struct source {
	const char *text; /* of the match */
	unsigned char hash[PROGRAM_HASH_LEN];
	struct expression expr; /* MATCH_EXPR */
	struct buf object;      /* MATCH_OBJECT: the file's bytes */
	int fd;                 /* MATCH_OBJECT_PINNED: the user's program */
	char origin[PATH_MAX];  /* for the two: the path */
	struct state state;     /* of the matchers that the expression calls */
};

static void source_clear(struct source *s)
{
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

/* The path as it can be used from anywhere. */
static void absolute(const char *path, char ret[PATH_MAX])
{
	if (!realpath(path, ret))
		snprintf(ret, PATH_MAX, "%s", path);
}

static int open_object(struct source *s, struct mfw_err **err)
{
	cleanup_close int fd = open(s->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? -errno : buf_read_fd(&s->object, fd, OBJECT_MAX);

	if (r)
		return err_make(err, -r, "object.read", "cannot read the object file %s: %s",
				s->text,
				r == -EFBIG ? "it is larger than any eBPF object" : strerror(-r));
	absolute(s->text, s->origin);
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
	absolute(s->text, s->origin);
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

static int open_expr(struct mfw *mfw, const struct state_place *place, struct source *s,
		     struct mfw_err **err)
{
	int r = expression_open(mfw, s->text, &s->expr, err);

	r = r ? r : expression_bind(mfw, &s->expr, false, err);
	if (!r && codegen_identity(&s->expr.input, s->hash))
		return err_nomem(err);
	r = r ? r : state_choose(place, s->expr.folded, &s->state, err);
	if (!r && s->state.n)
		hash_state(s, place->site->pin_dir);
	return r;
}

static bool matches_everything(const struct expr *expr)
{
	return expr->kind == EXPR_CONST && expr->constant;
}

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

/* A new descriptor of the program that is not pinned yet. */
static int make_program(struct source *s, enum match_kind kind, int *ret_fd, struct mfw_err **err)
{
	struct prog_source program = {.name = s->text};
	cleanup_buf struct buf elf = {};
	int r = 0;

	switch (kind) {
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
		program.elf = elf.data;
		program.len = elf.len;
		return r ? r : load_expr(s, &program, ret_fd, err);
	}
	return r ? r : kernel_prog_load(&program, ret_fd, NULL, err);
}

static int refuse_pin(int r, const char *path, struct mfw_err **err)
{
	return err_make(err, -r, "bpffs.denied", "cannot pin the program as %s: %s%s", path,
			strerror(-r),
			r == -ENOSPC || r == -ENOMEM ? "; bpffs is full: mfwctl doctor shows "
						       "left-over pins"
						     : "");
}

/* Makes sure that the shared pin is there: it may be another holder's already. */
static int pin_shared(struct source *s, enum match_kind kind, const char *shared,
		      struct mfw_err **err)
{
	cleanup_close int fd = -1;
	unsigned links;
	int r;

	if (!kernel_pin_links(shared, &links))
		return 0;
	r = make_program(s, kind, &fd, err);
	if (r)
		return r;
	r = kernel_pin(fd, shared);
	return r && r != -EEXIST ? refuse_pin(r, shared, err) : 0;
}

static int note_origin(const char *pin, const char *origin, struct mfw_err **err)
{
	char note[PATH_MAX + sizeof(RELEASE_ORIGIN)];
	int r;

	snprintf(note, sizeof(note), "%s" RELEASE_ORIGIN, pin);
	r = kernel_pin_note(note, origin);
	return r && r != -EEXIST ? refuse_pin(r, note, err) : 0;
}

/* The holder's link; the shared pin may go between the two steps when its last holder lets go. */
static int link_pin(struct source *s, enum match_kind kind, const char *hex, const char *pin,
		    struct mfw_err **err)
{
	char dir[256], shared[PATH_MAX];
	int r;

	snprintf(dir, sizeof(dir), "%s/prog", kernel_pin_root());
	snprintf(shared, sizeof(shared), "%s/%s", dir, hex);
	r = kernel_pin_dir(dir, err);
	for (int i = 0; i < LINK_TRIES && !r; i++) {
		r = pin_shared(s, kind, shared, err);
		if (r)
			return r;
		r = kernel_pin_link(shared, pin);
		if (!r || r == -EEXIST)
			return 0;
		if (r != -ENOENT) {
			release_unheld(shared);
			return refuse_pin(r, pin, err);
		}
		r = 0;
	}
	return r ? r : refuse_pin(-EAGAIN, pin, err);
}

/*
 * A program that keeps state is pinned in the holder's directory only: nobody can share it. The
 * maps come first and the program last, so that one that is there has all that belongs to it.
 */
static int pin_own(struct source *s, const char *pin_dir, const char *pin, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	int r = state_open(&s->state, pin_dir, err);

	r = r ? r : make_program(s, MATCH_EXPR, &fd, err);
	if (r)
		return r;
	r = state_pin(&s->state, pin_dir);
	r = r ? r : state_note(&s->state, pin);
	r = r ? r : kernel_pin(fd, pin);
	return r && r != -EEXIST ? refuse_pin(r, pin, err) : 0;
}

static int get_pin(struct source *s, enum match_kind kind, const char *pin_dir, const char *hex,
		   const char *pin, struct mfw_err **err)
{
	int r = *s->origin ? note_origin(pin, s->origin, err) : 0;

	if (r)
		return r;
	return s->state.n ? pin_own(s, pin_dir, pin, err) : link_pin(s, kind, hex, pin, err);
}

/* The program at the holder's link, made if it is not there. */
static int get_linked(struct source *s, enum match_kind kind, const struct site *site,
		      struct program **ret, struct mfw_err **err)
{
	char pin[PATH_MAX], hex[PROGRAM_HEX_LEN + 1];
	cleanup_close int fd = -1;
	struct prog_info info;
	unsigned links;
	int r;

	program_hex(s->hash, hex);
	snprintf(pin, sizeof(pin), "%s/%s", site->pin_dir, hex);
	r = kernel_pin_dir(site->pin_dir, err);
	if (!r && kernel_pin_links(pin, &links))
		r = get_pin(s, kind, site->pin_dir, hex, pin, err);
	r = r ? r : kernel_prog_open(pin, &fd, err);
	r = r ? r : kernel_prog_info(fd, &info, err);
	if (r)
		return r;
	*ret = program_new(pin, s->hash, info.id);
	if (!*ret)
		return err_nomem(err);
	(*ret)->keeps_state = s->state.n;
	return 0;
}

int program_stage(struct mfw *mfw, const struct state_place *place, struct rule *rule,
		  struct mfw_err **err)
{
	cleanup(source_clear) struct source s = {.fd = -1};
	int r;

	if (rule->kind == MATCH_BYTECODE)
		return 0;
	s.text = *rule_match_text(rule, rule->kind);
	if (rule->kind == MATCH_EXPR)
		r = open_expr(mfw, place, &s, err);
	else
		r = rule->kind == MATCH_OBJECT ? open_object(&s, err) : open_pinned(&s, err);
	if (!r && !(rule->kind == MATCH_EXPR && matches_everything(s.expr.folded)))
		r = get_linked(&s, rule->kind, place->site, &rule->program, err);
	return r;
}

int program_check(const struct program *program, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	struct prog_info info;
	int r = kernel_prog_open(program->pin, &fd, err);

	r = r ? r : kernel_prog_info(fd, &info, err);
	if (r)
		return r;
	if (info.id != program->id)
		return err_make(err, ESTALE, "bpf.pin_replaced",
				"the rule runs program %u, but its pin %s names program %u now: to "
				"touch the rule would change what it does; give it its match again "
				"with mfwctl rule replace",
				program->id, program->pin, info.id);
	return 0;
}

int program_origin(const char *pin, struct buf *ret)
{
	char note[PATH_MAX + sizeof(RELEASE_ORIGIN)];

	snprintf(note, sizeof(note), "%s" RELEASE_ORIGIN, pin);
	return kernel_pin_read_note(note, ret);
}
