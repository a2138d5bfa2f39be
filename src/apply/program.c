/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <string.h>

#include "apply/expression.h"

/* Larger than any eBPF object that the kernel would load. */
#define OBJECT_MAX (64u << 20)
/* How often a pin that another holder removes under our hands is made again. */
#define LINK_TRIES 16
/*
 * Beside a link stands, where the match was given as a path, a symbolic link of this ending whose
 * target is that path: rules have no room for it, and it dies with the pin.
 */
#define ORIGIN     "-src"

_Static_assert(CODEGEN_IDENTITY_LEN == PROGRAM_HASH_LEN, "an identity is a program's hash");

/* What a match is made into: its hash, and how to come by the program. */
struct source {
	const char *text; /* of the match */
	unsigned char hash[PROGRAM_HASH_LEN];
	struct expression expr; /* MATCH_EXPR */
	struct buf object;      /* MATCH_OBJECT: the file's bytes */
	int fd;                 /* MATCH_OBJECT_PINNED: the user's program */
	char origin[PATH_MAX];  /* for the two: the path */
};

static void source_clear(struct source *s)
{
	expression_clear(&s->expr);
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

static int open_expr(struct mfw *mfw, struct source *s, struct mfw_err **err)
{
	int r = expression_open(mfw, s->text, &s->expr, err);

	if (!r && codegen_identity(&s->expr.input, s->hash))
		return err_nomem(err);
	return r;
}

static bool matches_everything(const struct expr *expr)
{
	return expr->kind == EXPR_CONST && expr->constant;
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
	char note[PATH_MAX + sizeof(ORIGIN)];
	int r;

	snprintf(note, sizeof(note), "%s" ORIGIN, pin);
	r = kernel_pin_note(note, origin);
	return r && r != -EEXIST ? refuse_pin(r, note, err) : 0;
}

/* 0 also when it is not there. */
static int remove_pin(const char *path)
{
	int r = kernel_pin_remove(path);

	return r == -ENOENT ? 0 : r;
}

/* Removes the shared pin unless a holder has a link to it. */
static int remove_unheld(const char *shared)
{
	unsigned links;
	int r = kernel_pin_links(shared, &links);

	if (r == -ENOENT)
		return 0;
	return r || links > 1 ? r : remove_pin(shared);
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
			remove_unheld(shared);
			return refuse_pin(r, pin, err);
		}
		r = 0;
	}
	return r ? r : refuse_pin(-EAGAIN, pin, err);
}

/* The program at the holder's link, made if it is not there. */
static int get_linked(struct source *s, enum match_kind kind, struct site *site,
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
	if (!r && kernel_pin_links(pin, &links)) {
		r = *s->origin ? note_origin(pin, s->origin, err) : 0;
		r = r ? r : link_pin(s, kind, hex, pin, err);
	}
	r = r ? r : kernel_prog_open(pin, &fd, err);
	r = r ? r : kernel_prog_info(fd, &info, err);
	if (r)
		return r;
	*ret = program_new(pin, s->hash, info.id);
	return *ret ? 0 : err_nomem(err);
}

int program_stage(struct mfw *mfw, struct site *site, struct rule *rule, struct mfw_err **err)
{
	cleanup(source_clear) struct source s = {.fd = -1};
	int r;

	if (rule->kind == MATCH_BYTECODE)
		return 0;
	s.text = *rule_match_text(rule, rule->kind);
	if (rule->kind == MATCH_EXPR)
		r = open_expr(mfw, &s, err);
	else
		r = rule->kind == MATCH_OBJECT ? open_object(&s, err) : open_pinned(&s, err);
	if (!r && !(rule->kind == MATCH_EXPR && matches_everything(s.expr.folded)))
		r = get_linked(&s, rule->kind, site, &rule->program, err);
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
	char note[PATH_MAX + sizeof(ORIGIN)];

	snprintf(note, sizeof(note), "%s" ORIGIN, pin);
	return kernel_pin_read_note(note, ret);
}

/* ---- letting go ---- */

/* How many names a pin has; 1 when it is not there. */
static int count_links(const char *path, unsigned *ret)
{
	int r = kernel_pin_links(path, ret);

	if (r == -ENOENT)
		*ret = 1;
	return r == -ENOENT ? 0 : r;
}

/* Removes the shared pin if no other holder has it. */
static int release_shared(const char *link, const char *shared)
{
	unsigned own, links;
	int r;

	r = count_links(link, &own);
	r = r ? r : count_links(shared, &links);
	return r || links != own || links > 2 ? r : remove_pin(shared);
}

/*
 * Removes a holder's link after all else: while it is there, a failure is made good by the next
 * sweep. Two holders may let go at once, each seeing the other's link: the later one then finds
 * the shared pin alone.
 */
static int release(const char *pin_dir, const char *hex)
{
	char link[PATH_MAX], note[PATH_MAX + sizeof(ORIGIN)], shared[PATH_MAX];
	int r, e;

	snprintf(link, sizeof(link), "%s/%s", pin_dir, hex);
	snprintf(note, sizeof(note), "%s" ORIGIN, link);
	snprintf(shared, sizeof(shared), "%s/prog/%s", kernel_pin_root(), hex);
	r = release_shared(link, shared);
	e = remove_pin(note);
	r = r ? r : e;
	r = r ? r : remove_pin(link);
	return r ? r : remove_unheld(shared);
}

/* The programs of a directory, gathered before any of them is removed. */
struct held {
	char hex[PROGRAM_HEX_LEN + 1];
	bool used;
};

struct holding {
	const char *dir;
	struct held *held;
	size_t n;
};

static void holding_clear(struct holding *h)
{
	free(h->held);
}

/* A program stands there with its name and that of its note: either makes it known. */
static int gather(void *ctx, const char *name)
{
	struct holding *h = ctx;
	struct held *more;

	more = reallocarray(h->held, h->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	h->held = more;
	snprintf(more[h->n].hex, sizeof(more->hex), "%s", name);
	more[h->n++].used = false;
	return 0;
}

static int by_hex(const void *a, const void *b)
{
	return strcmp(((const struct held *)a)->hex, ((const struct held *)b)->hex);
}

static int gather_all(struct holding *h)
{
	int r = kernel_pin_each(h->dir, gather, h);
	size_t kept = 0;

	if (r || !h->n)
		return r;
	qsort(h->held, h->n, sizeof(*h->held), by_hex);
	for (size_t i = 0; i < h->n; i++)
		if (!i || by_hex(&h->held[i], &h->held[i - 1]))
			h->held[kept++] = h->held[i];
	h->n = kept;
	return 0;
}

/* Notes that a rule names one of the holder's links. */
static int mark(void *ctx, const char *path)
{
	struct holding *h = ctx;
	size_t len = strlen(h->dir);
	struct held key, *found;

	if (strncmp(path, h->dir, len) || path[len] != '/')
		return 0;
	snprintf(key.hex, sizeof(key.hex), "%s", path + len + 1);
	found = bsearch(&key, h->held, h->n, sizeof(key), by_hex);
	if (found)
		found->used = true;
	return 0;
}

static int refuse_release(int r, const char *dir, struct mfw_err **err)
{
	return err_make(err, -r, "bpffs.denied", "cannot remove pins of %s: %s", dir, strerror(-r));
}

/* In portions: what is let go of is freed by the kernel a moment later. */
static int release_in_turn(const struct holding *h, size_t i, size_t *n)
{
	if (h->held[i].used)
		return 0;
	if (*n && !(*n % kernel_programs_at_once()))
		kernel_programs_settle();
	++*n;
	return release(h->dir, h->held[i].hex);
}

/* Removes what is not used, and the directory when it is empty then. All is tried. */
static int release_unused(const struct holding *h)
{
	size_t n = 0;
	int r = 0, e;

	for (size_t i = 0; i < h->n; i++) {
		e = release_in_turn(h, i, &n);
		r = r ? r : e;
	}
	e = kernel_pin_remove_dir(h->dir);
	return r || e == -ENOENT || e == -ENOTEMPTY ? r : e;
}

int program_release_all(const char *pin_dir, struct mfw_err **err)
{
	cleanup(holding_clear) struct holding h = {.dir = pin_dir};
	int r = gather_all(&h);

	r = r ? r : release_unused(&h);
	return r ? refuse_release(r, pin_dir, err) : 0;
}

int program_sweep(struct site *site, struct mfw_err **err)
{
	cleanup(holding_clear) struct holding h = {.dir = site->pin_dir};
	int r = gather_all(&h);

	if (r)
		return refuse_release(r, site->pin_dir, err);
	r = h.n ? kernel_nft_pins(site->ns, mark, &h, err) : 0;
	if (r)
		return r;
	r = release_unused(&h);
	return r ? refuse_release(r, site->pin_dir, err) : 0;
}

int program_sweep_shared(struct mfw_err **err)
{
	char dir[256], path[PATH_MAX];
	cleanup(holding_clear) struct holding h = {.dir = dir};
	int r;

	snprintf(dir, sizeof(dir), "%s/prog", kernel_pin_root());
	r = gather_all(&h);
	for (size_t i = 0; i < h.n && !r; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, h.held[i].hex);
		r = remove_unheld(path);
	}
	return r ? refuse_release(r, dir, err) : 0;
}
