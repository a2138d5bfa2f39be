/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/program.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "apply/release.h"
#include "apply/source.h"

/* How often a pin that another holder removes under our hands is made again. */
#define LINK_TRIES 16

/* A program on its way to the holder's directory. */
struct staging {
	struct mfw *mfw;
	const struct state_place *place;
	enum match_kind kind;
	const char *text;
	unsigned char hash[PROGRAM_HASH_LEN];
	const char *origin;
	struct source source;
	bool opened;              /* the source is; otherwise only its hash is known */
	struct kept_source *kept; /* NULL: nothing is kept of it */
};

static void staging_clear(struct staging *s)
{
	source_clear(&s->source);
}

static int open_source(struct staging *s, struct mfw_err **err)
{
	int r = s->opened ? 0
			  : source_open(s->mfw, s->place->site->customer, s->place, s->kind,
					s->text, &s->source, err);

	if (r || s->opened)
		return r;
	s->opened = true;
	/* Its pin is named by what it was: there would be something else in it, for all to share.
	 */
	if (s->kept && memcmp(s->hash, s->source.hash, sizeof(s->hash)) != 0)
		return err_make(err, ESTALE, "object.changed",
				"what %.200s is made from has been changed meanwhile; try again",
				s->text);
	memcpy(s->hash, s->source.hash, sizeof(s->hash));
	s->origin = s->source.origin;
	return 0;
}

static int make_program(struct staging *s, int *ret_fd, struct mfw_err **err)
{
	int r = open_source(s, err);

	return r ? r : source_load(&s->source, ret_fd, err);
}

static int refuse_pin(int r, const char *path, struct mfw_err **err)
{
	return err_make(err, -r, "bpffs.denied", "cannot pin the program as %s: %s%s", path,
			strerror(-r), kernel_pin_remedy(-r));
}

static int make_shared(struct staging *s, const char *shared, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	unsigned links;
	int r;

	if (!kernel_pin_links(shared, &links))
		return 0;
	r = make_program(s, &fd, err);
	if (r)
		return r;
	r = kernel_pin(fd, shared);
	return r && r != -EEXIST ? refuse_pin(r, shared, err) : 0;
}

/*
 * Makes sure that the shared pin is there: it may be another holder's already. Threads that want
 * the same program wait for the one that makes it.
 */
static int pin_shared(struct staging *s, const char *shared, struct mfw_err **err)
{
	static pthread_mutex_t making[] = {[0 ... 63] = PTHREAD_MUTEX_INITIALIZER};
	pthread_mutex_t *mutex = &making[s->hash[0] % ARRAY_SIZE(making)];
	unsigned links;
	int r;

	if (!kernel_pin_links(shared, &links))
		return 0;
	pthread_mutex_lock(mutex);
	r = make_shared(s, shared, err);
	pthread_mutex_unlock(mutex);
	return r;
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
static int link_pin(struct staging *s, const char *hex, const char *pin, struct mfw_err **err)
{
	char dir[256], shared[PATH_MAX];
	int r;

	snprintf(dir, sizeof(dir), "%s/prog", kernel_pin_root());
	snprintf(shared, sizeof(shared), "%s/%s", dir, hex);
	r = s->mfw->has_prog_dir ? 0 : kernel_pin_dir(dir, err);
	s->mfw->has_prog_dir = !r && s->mfw->keeps_sources;
	for (int i = 0; i < LINK_TRIES && !r; i++) {
		r = pin_shared(s, shared, err);
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
static int pin_own(struct staging *s, const char *pin_dir, const char *pin, struct mfw_err **err)
{
	struct state *state = &s->source.state;
	cleanup_close int fd = -1;
	int r = state_open(state, pin_dir, err);

	r = r ? r : make_program(s, &fd, err);
	if (r)
		return r;
	r = state_pin(state, pin_dir);
	r = r ? r : state_note(state, pin);
	r = r ? r : kernel_pin(fd, pin);
	return r && r != -EEXIST ? refuse_pin(r, pin, err) : 0;
}

static int get_pin(struct staging *s, const char *hex, const char *pin, struct mfw_err **err)
{
	int r = s->origin ? note_origin(pin, s->origin, err) : 0;

	if (r)
		return r;
	return s->source.state.n ? pin_own(s, s->place->site->pin_dir, pin, err)
				 : link_pin(s, hex, pin, err);
}

/*
 * The holder's link, if it is there: 1 when it is none of the shared pin any more, but of something
 * that somebody has put there. A shared pin that somebody has removed comes back.
 */
static int check_link(const char *hex, const char *pin)
{
	char shared[PATH_MAX];
	uint64_t own, other;
	int r = kernel_pin_id(pin, &own);

	if (r)
		return r;
	snprintf(shared, sizeof(shared), "%s/prog/%s", kernel_pin_root(), hex);
	r = kernel_pin_id(shared, &other);
	if (r == -ENOENT)
		return kernel_pin_link(pin, shared);
	return r ? r : own != other;
}

/* What stands at the link's place is the program, or nothing: 0 or -ENOENT. */
static int clear_link(const struct staging *s, const char *hex, const char *pin)
{
	unsigned links;
	int r = s->source.state.n ? kernel_pin_links(pin, &links) : check_link(hex, pin);

	if (r <= 0)
		return r;
	r = kernel_pin_remove(pin);
	return r ? r : -ENOENT;
}

/* Once for an apply, which has the lock alone; others may remove it when it is empty. */
static int make_pin_dir(struct staging *s, struct mfw_err **err)
{
	struct site *site = s->place->site;
	bool known = s->mfw->keeps_sources && site->has_pin_dir;
	int r = known ? 0 : kernel_pin_dir(site->pin_dir, err);

	site->has_pin_dir = !r;
	return r;
}

/* Which program is pinned there. Links of one pin are asked once, where that is kept. */
static int read_id(struct staging *s, const char *pin, uint32_t *ret, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	struct prog_info info;
	uint64_t what = 0;
	int r;

	if (s->kept && s->kept->prog_id && !kernel_pin_id(pin, &what) && what == s->kept->pin_id) {
		*ret = s->kept->prog_id;
		return 0;
	}
	r = kernel_prog_open(pin, &fd, err);
	r = r ? r : kernel_prog_info(fd, &info, err);
	if (r)
		return r;
	*ret = info.id;
	if (s->kept && !s->kept->prog_id && !kernel_pin_id(pin, &s->kept->pin_id))
		s->kept->prog_id = info.id;
	return 0;
}

/* The program at the holder's link, made if it is not there. */
static int get_linked(struct staging *s, struct program **ret, struct mfw_err **err)
{
	struct site *site = s->place->site;
	char pin[PATH_MAX], hex[PROGRAM_HEX_LEN + 1];
	uint32_t id;
	int r;

	program_hex(s->hash, hex);
	snprintf(pin, sizeof(pin), "%s/%s", site->pin_dir, hex);
	r = make_pin_dir(s, err);
	if (!r && clear_link(s, hex, pin))
		r = get_pin(s, hex, pin, err);
	r = r ? r : read_id(s, pin, &id, err);
	if (r)
		return r;
	*ret = program_new(pin, s->hash, id);
	if (!*ret)
		return err_nomem(err);
	(*ret)->keeps_state = s->source.state.n;
	return 0;
}

/* From what is kept of the match, if it is; 1: it has to be looked at in its place. */
static int stage_kept(struct staging *s, struct rule *rule, struct mfw_err **err)
{
	struct kept_source *kept;
	int r;

	if (!s->mfw->keeps_sources)
		return 1;
	r = source_keep(s->mfw, s->place->site->customer, s->kind, s->text, &kept, err);
	if (r)
		return r;
	if (kept->keeps_state)
		return 1;
	if (kept->everything)
		return 0;
	memcpy(s->hash, kept->hash, sizeof(s->hash));
	s->origin = kept->origin;
	s->kept = kept;
	return get_linked(s, &rule->program, err);
}

int program_stage(struct mfw *mfw, const struct state_place *place, struct rule *rule,
		  struct mfw_err **err)
{
	cleanup(staging_clear) struct staging s = {
		.mfw = mfw, .place = place, .kind = rule->kind, .source = SOURCE_NONE};
	int r;

	if (rule->kind == MATCH_BYTECODE)
		return 0;
	s.text = *rule_match_text(rule, rule->kind);
	r = stage_kept(&s, rule, err);
	if (r <= 0)
		return r;
	r = open_source(&s, err);
	if (!r && !s.source.everything)
		r = get_linked(&s, &rule->program, err);
	return r;
}

int program_identify(struct mfw *mfw, const struct state_place *place, const struct rule *rule,
		     char ret[PROGRAM_HEX_LEN + 1], struct mfw_err **err)
{
	const char *text = *rule_match_text((struct rule *)rule, rule->kind);
	cleanup_source struct source s = SOURCE_NONE;
	struct kept_source *kept;
	int r = source_keep(mfw, place->site->customer, rule->kind, text, &kept, err);

	*ret = 0;
	if (r || kept->everything)
		return r;
	if (!kept->keeps_state) {
		program_hex(kept->hash, ret);
		return 0;
	}
	r = source_open(mfw, place->site->customer, place, rule->kind, text, &s, err);
	if (!r)
		program_hex(s.hash, ret);
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
