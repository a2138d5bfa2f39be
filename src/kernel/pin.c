/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/own_dir.h"
#include "kernel/kernel.h"

#define BPFFS       "/sys/fs/bpf"
#define PIN_ROOT    BPFFS "/mfw"
/* BPF_FS_MAGIC of linux/magic.h */
#define BPFFS_MAGIC 0xcafe4a11

const char *kernel_pin_root(void)
{
	return PIN_ROOT;
}

bool kernel_bpffs_mounted(void)
{
	struct statfs fs;

	return !statfs(BPFFS, &fs) && fs.f_type == BPFFS_MAGIC;
}

static int mount_bpffs(struct mfw_err **err)
{
	if (kernel_bpffs_mounted())
		return 0;
	if (!mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return 0;
	return err_make(err, errno, "bpffs.mount",
			"%s has no bpffs, and it cannot be mounted: %s; as root: mount -t bpf bpf "
			"%s",
			BPFFS, strerror(errno), BPFFS);
}

/* r: what own_dir() said. */
static int explain_dir(int r, const char *path, struct mfw_err **err)
{
	if (r == -EEXIST)
		return err_make(err, EPERM, "bpffs.unsafe",
				"%s is not a directory that only its owner, this user, may write: "
				"others could replace programs in it; remove it or mend it (chown "
				"root, chmod 0700)",
				path);
	if (r)
		return err_make(err, -r, "bpffs.denied", "cannot make the pin directory %s: %s%s",
				path, strerror(-r), kernel_pin_remedy(-r));
	return 0;
}

/* Makes each directory from the pin root down to path. */
int kernel_pin_dir(const char *path, struct mfw_err **err)
{
	char part[PATH_MAX];
	int r = own_dir_check(path);

	if (!r)
		return 0;
	r = mount_bpffs(err);
	for (const char *end = path + strlen(BPFFS); !r && *end;) {
		end += strcspn(end + 1, "/") + 1;
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		r = explain_dir(own_dir(part), part, err);
	}
	return r;
}

int kernel_pin(int fd, const char *path)
{
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int kernel_pin_link(const char *from, const char *to)
{
	return link(from, to) ? -errno : 0;
}

int kernel_pin_remove(const char *path)
{
	return unlink(path) ? -errno : 0;
}

int kernel_pin_remove_dir(const char *path)
{
	return rmdir(path) ? -errno : 0;
}

int kernel_pin_links(const char *path, unsigned *ret)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	*ret = st.st_nlink;
	return 0;
}

int kernel_pin_id(const char *path, uint64_t *ret)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	*ret = st.st_ino;
	return 0;
}

int kernel_pin_note(const char *path, const char *text)
{
	return symlink(text, path) ? -errno : 0;
}

int kernel_pin_read_note(const char *path, struct buf *ret)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text));

	return n < 0 ? -errno : buf_add(ret, text, n);
}

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int kernel_pin_each(const char *path, int (*seen)(void *ctx, const char *name), void *ctx)
{
	cleanup(cleanup_closedir) DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			r = seen(ctx, entry->d_name);
	return r;
}
