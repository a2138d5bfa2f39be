/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own_dir.h"

#define TEMPORARY ".new"

static int refuse(int code, const char *path, struct mfw_err **err)
{
	return err_make(
		err, code, "history.denied",
		"cannot keep %s: %s; what is applied is written down there, so that one can "
		"go back to it (MFW_STATE_DIR says where)",
		path, strerror(code));
}

static int make_dir(const char *path, struct mfw_err **err)
{
	int r = own_dir(path);

	if (r == -EEXIST)
		return err_make(err, EPERM, "history.denied",
				"%s is not a directory that only its owner, this user, may write: "
				"mend it (chown root, chmod 0700)",
				path);
	return r ? refuse(-r, path, err) : 0;
}

int keep_dir(const char *dir, const char *name, char ret[512], struct mfw_err **err)
{
	int r = make_dir(dir, err);

	snprintf(ret, 512, "%.400s/%s", dir, name);
	return r ? r : make_dir(ret, err);
}

static int add_path(struct keep *keep, const char *path)
{
	if (keep->n == keep->cap) {
		size_t cap = keep->cap ? keep->cap * 2 : 8;
		char **more = reallocarray(keep->paths, cap, sizeof(*more));

		if (!more)
			return -ENOMEM;
		keep->paths = more;
		keep->cap = cap;
	}
	keep->paths[keep->n] = strdup(path);
	return keep->paths[keep->n] ? (keep->n++, 0) : -ENOMEM;
}

int keep_write(struct keep *keep, const char *path, const void *data, size_t len,
	       struct mfw_err **err)
{
	char temporary[PATH_MAX];
	cleanup_close int fd = -1;
	int r;

	if (add_path(keep, path))
		return err_nomem(err);
	snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, path);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r = fd < 0 ? -errno : write_all(fd, data, len);
	return r ? refuse(-r, temporary, err) : 0;
}

/* One for all: a thousand of them would take seconds. */
static int sync_files(const struct keep *keep)
{
	cleanup_close int fd = -1;
	char temporary[PATH_MAX];

	if (!keep->n)
		return 0;
	snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, keep->paths[0]);
	fd = open(temporary, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return (keep->n == 1 ? fsync(fd) : syncfs(fd)) ? -errno : 0;
}

int keep_finish(struct keep *keep, struct mfw_err **err)
{
	char temporary[PATH_MAX];
	int r = sync_files(keep);

	if (r)
		return refuse(-r, keep->paths[0], err);
	for (size_t i = 0; i < keep->n; i++) {
		snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, keep->paths[i]);
		if (rename(temporary, keep->paths[i]))
			return refuse(errno, keep->paths[i], err);
	}
	for (size_t i = 0; i < keep->n; i++)
		free(keep->paths[i]);
	free(keep->paths);
	*keep = (struct keep){};
	return 0;
}

void keep_clear(struct keep *keep)
{
	char temporary[PATH_MAX];

	for (size_t i = 0; i < keep->n; i++) {
		snprintf(temporary, sizeof(temporary), "%s" TEMPORARY, keep->paths[i]);
		unlink(temporary);
		free(keep->paths[i]);
	}
	free(keep->paths);
	*keep = (struct keep){};
}

bool keep_is(const char *path, const void *data, size_t len)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_buf struct buf there = {};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size != len)
		return false;
	return !buf_read_fd(&there, fd, len) && there.len == len && !memcmp(there.data, data, len);
}

int keep_each(const char *path, int (*seen)(void *ctx, const char *name), void *ctx)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			r = seen(ctx, entry->d_name);
	closedir(dir);
	return r;
}
