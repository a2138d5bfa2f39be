/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matcher path and the objects in its directories, as lists of strings with NULL at the end. */
#ifndef CATALOG_DIRS_H
#define CATALOG_DIRS_H

#include "base/cleanup.h"

#define DIRS_SUFFIX ".bpf.o"

/* The directories of a path with ':' between them, empty ones left out. 0 or -ENOMEM. */
int dirs_split(const char *path, char ***ret);
/*
 * The names, without DIRS_SUFFIX, of a directory's objects, in any order; none when there is no
 * such directory. 0 or -ENOMEM.
 */
int dirs_list(const char *path, char ***ret);
void dirs_free(char **strings);

DEFINE_CLEANUP(dirs_cleanup, char **, dirs_free)
#define cleanup_dirs cleanup(dirs_cleanup_p)

#endif
