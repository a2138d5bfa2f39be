/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/own_dir.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int own_dir_check(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 0022) ? 0 : -EEXIST;
}

int own_dir(const char *path)
{
	int r = own_dir_check(path);

	if (r != -ENOENT)
		return r;
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return own_dir_check(path);
}
