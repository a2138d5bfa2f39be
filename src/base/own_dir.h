/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories that only their owner, this user, may write. */
#ifndef BASE_OWN_DIR_H
#define BASE_OWN_DIR_H

/* 0, -ENOENT, or -EEXIST: what is there is no directory, or others may write in it. */
int own_dir_check(const char *path);
/* Makes it with mode 0700 when it is not there. 0, -EEXIST as above, or -errno of mkdir(). */
int own_dir(const char *path);

#endif
