/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments as the array that is looked things up in. */
#include "geo/geo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

_Static_assert(8 + sizeof(struct mfw_geo_head) <= MFW_GEO_INDEX4 * 8, "the head has room");

struct table {
	struct buf *words;
	const struct geo_segment *segments;
	size_t n;
	int family;
};

/* The first 16 bits. */
static unsigned slot(const struct table *t, size_t i)
{
	struct address a = t->segments[i].first;

	return t->family == 4 ? (a.low >> 16) & 0xffff : a.high >> 48;
}

/* Whether it begins with the first address of its slot. */
static bool begins_slot(const struct table *t, size_t i)
{
	struct address a = t->segments[i].first;

	return t->family == 4 ? !(a.low & 0xffff) : !(a.high << 16) && !a.low;
}

static void fill_index(const struct table *t, uint64_t *index, uint64_t base)
{
	unsigned words = t->family == 4 ? 1 : MFW_GEO_WORDS6;
	size_t next = 0;

	for (unsigned i = 0; i < MFW_GEO_INDEX; i++) {
		bool begins = next < t->n && slot(t, next) == i && begins_slot(t, next);
		size_t first = begins ? next : next - 1;

		while (next < t->n && slot(t, next) == i)
			next++;
		index[i] = (base + first * words) << 32 | (next - first);
	}
}

static int add_segment(const struct table *t, size_t i)
{
	const struct geo_segment *s = &t->segments[i];
	const uint64_t six[MFW_GEO_WORDS6] = {s->first.high, s->first.low, s->said};
	const uint64_t four = s->first.low << MFW_GEO_SHIFT4 | s->said;

	return t->family == 4 ? buf_add(t->words, &four, sizeof(four))
			      : buf_add(t->words, six, sizeof(six));
}

static int add_family(struct buf *words, const struct buf *segments, int family)
{
	const struct table t = {
		.words = words,
		.segments = (const void *)segments->data,
		.n = segments->len / sizeof(struct geo_segment),
		.family = family,
	};
	uint64_t *index = (uint64_t *)(void *)words->data;

	index += family == 4 ? MFW_GEO_INDEX4 : MFW_GEO_INDEX6;
	fill_index(&t, index, words->len / 8);
	for (size_t i = 0; i < t.n; i++)
		if (add_segment(&t, i))
			return -ENOMEM;
	return 0;
}

static int add_head(struct buf *words, const struct mfw_geo_head *head)
{
	uint64_t *all = calloc(MFW_GEO_SEGMENTS, sizeof(*all));
	int r;

	if (!all)
		return -ENOMEM;
	*all = MFW_GEO_MAGIC;
	memcpy(all + 1, head, sizeof(*head));
	r = buf_add(words, all, MFW_GEO_SEGMENTS * sizeof(*all));
	free(all);
	return r;
}

int geo_build(enum geo_kind kind, const char *name, uint64_t loaded, struct geo_data *data,
	      struct buf *ret, struct mfw_err **err)
{
	struct mfw_geo_head head = {
		.ranges4 = data->ranges4.len / sizeof(struct geo_range),
		.ranges6 = data->ranges6.len / sizeof(struct geo_range),
		.loaded = loaded,
	};
	cleanup_buf struct buf four = {}, six = {}, words = {};
	int r = geo_flatten(kind, name, 4, &data->ranges4, &four, err);

	r = r ? r : geo_flatten(kind, name, 6, &data->ranges6, &six, err);
	if (r)
		return r;
	head.segments4 = four.len / sizeof(struct geo_segment);
	head.segments6 = six.len / sizeof(struct geo_segment);
	snprintf(head.file, sizeof(head.file), "%s", name);
	if (add_head(&words, &head) || add_family(&words, &four, 4) || add_family(&words, &six, 6))
		return err_nomem(err);
	buf_clear(ret);
	*ret = words;
	words = (struct buf){};
	return 0;
}

int geo_load(enum geo_kind kind, const char *path, uint64_t loaded, struct buf *ret,
	     struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	cleanup_geo_data struct geo_data data = {};
	cleanup_buf struct buf text = {};
	int r = fd < 0 ? -errno : buf_read_fd(&text, fd, GEO_FILE_MAX);

	if (r)
		return err_make(err, -r, "geo.read", "cannot read %s: %s", path,
				r == -EFBIG ? "it is larger than 512 MB" : strerror(-r));
	r = geo_parse(kind, path, text.data ? text.data : "", text.len, &data, err);
	return r ? r : geo_build(kind, path, loaded, &data, ret, err);
}
