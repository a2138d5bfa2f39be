/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

static int resize(struct buf *buf, size_t cap)
{
	char *data = realloc(buf->data, cap);

	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->cap = cap;
	return 0;
}

static int reserve(struct buf *buf, size_t more)
{
	size_t need, cap = buf->cap ? buf->cap : 64;

	if (__builtin_add_overflow(buf->len, more, &need) || need == SIZE_MAX)
		return -ENOMEM;
	need++;
	if (need <= buf->cap)
		return 0;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	return resize(buf, cap);
}

int buf_add(struct buf *buf, const void *data, size_t len)
{
	if (reserve(buf, len))
		return -ENOMEM;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = 0;
	return 0;
}

int buf_add_str(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return buf_add(buf, text, n);
}

int buf_add_quoted(struct buf *buf, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	int r = buf_add_str(buf, "\"");

	for (size_t i = 0; i < len && !r; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\')
			r = buf_printf(buf, "\\%c", bytes[i]);
		else if (bytes[i] >= ' ' && bytes[i] <= '~')
			r = buf_add(buf, bytes + i, 1);
		else
			r = buf_printf(buf, "\\x%02x", bytes[i]);
	}
	return r ? r : buf_add_str(buf, "\"");
}

/*
 * Room for no more than what a regular file says it has, and the read that finds its end; it may
 * say so falsely.
 */
static int reserve_for(struct buf *buf, int fd, size_t max)
{
	struct stat st;

	if (buf->len || fstat(fd, &st) || st.st_size <= 0 || (size_t)st.st_size > max)
		return 0;
	return resize(buf, st.st_size + 2);
}

int buf_read_fd(struct buf *buf, int fd, size_t max)
{
	ssize_t n;

	if (reserve_for(buf, fd, max))
		return -ENOMEM;
	do {
		size_t room = buf->cap > buf->len + 1 ? buf->cap - buf->len - 1 : 65536;

		if (reserve(buf, room))
			return -ENOMEM;
		n = read(fd, buf->data + buf->len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf->len += n;
		buf->data[buf->len] = 0;
		if (buf->len > max)
			return -EFBIG;
	} while (n);
	return 0;
}

int write_all(int fd, const void *data, size_t len)
{
	for (const char *at = data; len;) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= n;
	}
	return 0;
}

char *buf_steal(struct buf *buf)
{
	char *data;

	if (!buf->data && reserve(buf, 0))
		return NULL;
	data = buf->data;
	data[buf->len] = 0;
	*buf = (struct buf){};
	return data;
}

void buf_clear(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){};
}
