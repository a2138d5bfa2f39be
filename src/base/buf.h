/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing run of bytes. {} is an empty one; buf_clear() ends any. data[len] is always 0. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/cleanup.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

/* 0 or -ENOMEM; on failure the buffer is as it was. */
int buf_add(struct buf *buf, const void *data, size_t len);
int buf_add_str(struct buf *buf, const char *text);
int buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The bytes as a string of the language: printable ASCII as it is, the rest escaped. */
int buf_add_quoted(struct buf *buf, const void *data, size_t len);
/* Reads fd to its end, at most max bytes: -EFBIG beyond; else a negative errno. */
int buf_read_fd(struct buf *buf, int fd, size_t max);
/* Writes all of it to fd: 0 or a negative errno. */
int write_all(int fd, const void *data, size_t len);
/* Takes the text out, to be freed by the caller; NULL without memory. The buffer is empty then. */
char *buf_steal(struct buf *buf);
void buf_clear(struct buf *buf);

#define cleanup_buf cleanup(buf_clear)

#endif
