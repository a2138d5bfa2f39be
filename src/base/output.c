/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int refuse(const struct output *output, int code, struct mfw_err **err)
{
	return err_make(err, code, "file.write", "cannot write %s: %s", output->path,
			strerror(code));
}

/* A link is not followed: it may be one to an open file, whose name is somebody else's. */
static bool is_for_a_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) || S_ISREG(st.st_mode);
}

static int open_beside(struct output *output, int *ret, struct mfw_err **err)
{
	int code;

	if (asprintf(&output->beside, "%s.XXXXXX", output->path) < 0) {
		output->beside = NULL;
		return err_nomem(err);
	}
	*ret = mkostemp(output->beside, O_CLOEXEC);
	if (*ret >= 0)
		return 0;
	code = errno;
	free(steal_ptr(output->beside));
	return refuse(output, code, err);
}

static int open_place(const struct output *output, int *ret, struct mfw_err **err)
{
	*ret = open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return *ret < 0 ? refuse(output, errno, err) : 0;
}

int output_open(struct output *output, const char *path, struct mfw_err **err)
{
	int fd = -1, r;

	output->path = strdup(path);
	if (!output->path)
		return err_nomem(err);
	r = is_for_a_file(path) ? open_beside(output, &fd, err) : open_place(output, &fd, err);
	if (r)
		return r;
	output->out = fdopen(fd, "w");
	if (output->out)
		return 0;
	close(fd);
	return err_nomem(err);
}

int output_write(struct output *output, const void *data, size_t len, struct mfw_err **err)
{
	return fwrite(data, 1, len, output->out) == len ? 0 : refuse(output, errno, err);
}

int output_finish(struct output *output, struct mfw_err **err)
{
	if (fflush(output->out))
		return refuse(output, errno, err);
	if (!output->beside)
		return 0;
	if (fchmod(fileno(output->out), 0644) || rename(output->beside, output->path))
		return refuse(output, errno, err);
	free(steal_ptr(output->beside));
	return 0;
}

void output_clear(struct output *output)
{
	if (output->out)
		fclose(output->out);
	if (output->beside)
		unlink(output->beside);
	free(output->beside);
	free(output->path);
	*output = (struct output){};
}
