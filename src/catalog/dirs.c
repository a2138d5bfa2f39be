/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/dirs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static void close_dir(DIR *dir)
{
	if (dir)
		closedir(dir);
}

DEFINE_CLEANUP(dir_cleanup, DIR *, close_dir)

void dirs_free(char **strings)
{
	for (size_t i = 0; strings && strings[i]; i++)
		free(strings[i]);
	free(strings);
}

static int add_string(char ***strings, size_t *n, const char *text, size_t len)
{
	char **grown = realloc(*strings, (*n + 2) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*strings = grown;
	grown[*n] = strndup(text, len);
	grown[*n + 1] = NULL;
	return grown[(*n)++] ? 0 : -ENOMEM;
}

int dirs_split(const char *path, char ***ret)
{
	cleanup_dirs char **dirs = calloc(1, sizeof(*dirs));
	size_t n = 0, len;

	if (!dirs)
		return -ENOMEM;
	for (; *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (len && add_string(&dirs, &n, path, len))
			return -ENOMEM;
	}
	*ret = steal_ptr(dirs);
	return 0;
}

int dirs_list(const char *path, char ***ret)
{
	cleanup_dirs char **names = calloc(1, sizeof(*names));
	cleanup(dir_cleanup_p) DIR *dir = NULL;
	struct dirent *entry;
	size_t n = 0;

	if (!names)
		return -ENOMEM;
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name), tail = sizeof(DIRS_SUFFIX) - 1;

		if (len > tail && !strcmp(entry->d_name + len - tail, DIRS_SUFFIX) &&
		    add_string(&names, &n, entry->d_name, len - tail))
			return -ENOMEM;
	}
	*ret = steal_ptr(names);
	return 0;
}
