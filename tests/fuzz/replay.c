/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay DIRECTORY...: every file in them through the fuzz target that this is linked with. */
#include "base/buf.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replay_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		cleanup_close int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		cleanup_buf struct buf file = {};

		if (entry->d_name[0] == '.' || fd < 0 || buf_read_fd(&file, fd, 1 << 24))
			continue;
		LLVMFuzzerTestOneInput((const uint8_t *)file.data, file.len);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++)
		n += replay_dir(argv[i]);
	printf("%zu inputs\n", n);
	return n ? 0 : 1;
}
