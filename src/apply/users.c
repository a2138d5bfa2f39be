/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/users.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "apply/state.h"
#include "kernel/kernel.h"

struct search {
	struct users *users;
	uint32_t map;
	const char *dir;
};

static int look_at(struct search *s, const char *dir, const char *name, size_t len)
{
	cleanup_close int fd = -1;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/%.*s", dir, (int)len, name);
	r = kernel_prog_open(path, &fd, NULL);
	/* One that has just gone uses nothing. */
	if (r)
		return r == -ENOENT ? 0 : r;
	r = kernel_prog_uses_map(fd, s->map);
	if (r <= 0)
		return r;
	if (!s->users->n++)
		kernel_prog_source(fd, &s->users->example);
	return 0;
}

static int see_shared(void *ctx, const char *name)
{
	struct search *s = ctx;

	return look_at(s, s->dir, name, strlen(name));
}

/* In a holder's directory only what keeps state is not a link to a shared one. */
static int see_held(void *ctx, const char *name)
{
	struct search *s = ctx;
	size_t len = strlen(name), note = strlen(STATE_NOTE);

	if (len <= note || strcmp(name + len - note, STATE_NOTE) != 0)
		return 0;
	return look_at(s, s->dir, name, len - note);
}

static int see_holder(void *ctx, const char *name)
{
	const struct search *all = ctx;
	char dir[PATH_MAX];
	struct search s = *all;

	snprintf(dir, sizeof(dir), "%s/%s", all->dir, name);
	s.dir = dir;
	return kernel_pin_each(dir, see_held, &s);
}

int users_find(int map_fd, struct users *ret)
{
	static const struct {
		const char *dir;
		int (*see)(void *ctx, const char *name);
	} places[] = {{"prog", see_shared}, {"customer", see_holder}, {"netns", see_holder}};
	struct search s = {.users = ret};
	int r = kernel_map_id(map_fd, &s.map);

	for (size_t i = 0; i < ARRAY_SIZE(places) && !r; i++) {
		char dir[256];

		snprintf(dir, sizeof(dir), "%s/%s", kernel_pin_root(), places[i].dir);
		s.dir = dir;
		r = kernel_pin_each(dir, places[i].see, &s);
	}
	return r;
}

int users_text(const struct users *users, struct buf *out)
{
	return buf_printf(out,
			  "in use, by %zu program%s, such as that of '%.200s': delete these rules "
			  "first (mfwctl rule list shows them)",
			  users->n, users->n == 1 ? "" : "s",
			  users->example.data ? users->example.data : "?");
}

void users_clear(struct users *users)
{
	buf_clear(&users->example);
}
