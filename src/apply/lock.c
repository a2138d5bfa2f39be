/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/own_dir.h"

/* Between two looks at a lock that somebody else has, in milliseconds. */
#define LOOK_MS 5

static int make_dir(const char *path, struct mfw_err **err)
{
	int r = own_dir(path);

	if (r == -EEXIST)
		return err_make(err, EPERM, "run.denied",
				"%s is not a directory that only its owner, this user, may write; "
				"run as root, or mend it (chown root, chmod 0700)",
				path);
	if (r)
		return err_make(err, -r, "run.denied", "cannot make %s: %s%s", path, strerror(-r),
				r == -EACCES || r == -EPERM ? "; run as root" : "");
	return 0;
}

int lock_run_dir(const char *name, char ret_path[256], struct mfw_err **err)
{
	int r;

	snprintf(ret_path, 256, "%s/%s", kernel_run_dir(), name);
	if (!own_dir_check(ret_path))
		return 0;
	r = make_dir(kernel_run_dir(), err);
	return r ? r : make_dir(ret_path, err);
}

static int lock_path(const char *name, char ret[512], struct mfw_err **err)
{
	char dir[256];
	int r = lock_run_dir("lock", dir, err);

	if (!r)
		snprintf(ret, 512, "%s/%s", dir, name);
	return r;
}

/* Who the file says holds the lock. */
static void read_holder(int fd, char ret[128])
{
	ssize_t n = pread(fd, ret, 127, 0);

	ret[n > 0 ? n : 0] = 0;
	for (char *c = ret; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

static void write_holder(struct mfw *mfw, struct lock *lock)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%.80s (pid %d)", mfw->holder, (int)getpid());

	/* What is not written only makes a message poorer. */
	(void)!(pwrite(lock->fd, text, n, 0) == n && ftruncate(lock->fd, n));
}

static int refuse(struct mfw *mfw, int fd, const char *name, struct mfw_err **err)
{
	char holder[128];

	read_holder(fd, holder);
	return err_make(err, EBUSY, "lock.busy",
			"another change of %s is under way, by %s; it did not end within %u ms",
			strcmp(name, LOCK_GLOBAL) ? name : "all customers",
			*holder ? holder : "another process", mfw->lock_wait_ms);
}

/* Whether the file at path is still the one behind fd: a customer's lock may be removed. */
static bool same_file(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int wait_for(struct mfw *mfw, int fd, const char *name, int operation, unsigned *waited,
		    struct mfw_err **err)
{
	struct timespec look = {.tv_nsec = LOOK_MS * 1000000};

	while (flock(fd, operation | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_make(err, errno, "lock.denied", "cannot lock %s: %s", name,
					strerror(errno));
		if (*waited >= mfw->lock_wait_ms)
			return refuse(mfw, fd, name, err);
		nanosleep(&look, NULL);
		*waited += LOOK_MS;
	}
	return 0;
}

int lock_take(struct mfw *mfw, const char *name, enum lock_mode mode, struct lock *ret,
	      struct mfw_err **err)
{
	char path[512], holder[128];
	unsigned waited = 0;
	int r = lock_path(name, path, err);

	while (!r) {
		cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd < 0)
			return err_make(err, errno, "lock.denied", "cannot open %s: %s", path,
					strerror(errno));
		r = wait_for(mfw, fd, name, mode == LOCK_ALONE ? LOCK_EX : LOCK_SH, &waited, err);
		if (r || !same_file(fd, path))
			continue;
		*ret = (struct lock){.fd = steal_fd(&fd), .alone = mode == LOCK_ALONE};
		read_holder(ret->fd, holder);
		ret->killed = *holder;
		if (ret->alone)
			write_holder(mfw, ret);
		return 0;
	}
	return r;
}

void lock_release(struct lock *lock)
{
	/* If it fails, the next holder looks for leftovers and finds none. */
	if (lock->fd >= 0 && lock->alone)
		(void)!ftruncate(lock->fd, 0);
	lock_abandon(lock);
}

void lock_abandon(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}

void lock_leave(struct lock *lock)
{
	lock->alone = false;
}

bool lock_is_left(const char *name)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/lock/%s", kernel_run_dir(), name);
	return !stat(path, &st) && st.st_size > 0;
}

void lock_remove(const char *name)
{
	char path[512];

	if (!lock_path(name, path, NULL))
		unlink(path);
}
