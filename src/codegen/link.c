/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's object and the matchers' objects become one, through memory files. */
#include "catalog/object.h"
#include "codegen/codegen.h"
#include "codegen/image.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define LINK_FAILED "codegen.link"
#define OBJECT_MAX  (64 << 20)
#define FD_PATH_MAX 32

DEFINE_CLEANUP(linker_cleanup, struct bpf_linker *, bpf_linker__free)

static int new_memory_file(int *ret, struct mfw_err **err)
{
	*ret = memfd_create("mfw", MFD_CLOEXEC);
	if (*ret < 0)
		return err_make(err, errno, LINK_FAILED, "cannot make a memory file: %s",
				strerror(errno));
	return 0;
}

static void fd_path(int fd, char path[FD_PATH_MAX])
{
	snprintf(path, FD_PATH_MAX, "/proc/self/fd/%d", fd);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

static int read_object(const struct matcher *matcher, struct buf *ret, struct mfw_err **err)
{
	cleanup_close int fd = open(matcher->pub.path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : buf_read_fd(ret, fd, OBJECT_MAX);

	if (!r)
		return 0;
	return err_make(err, -r, LINK_FAILED, "cannot read the matcher '%s' (%s): %s",
			matcher->pub.name, matcher->pub.path, strerror(-r));
}

/* What is linked is what was read before: the layout of the parameters depends on it. */
static int check_digest(const struct matcher *matcher, const struct buf *object,
			struct mfw_err **err)
{
	unsigned char digest[sizeof(matcher->digest)];

	object_digest(object->data, object->len, digest);
	if (!memcmp(digest, matcher->digest, sizeof(digest)))
		return 0;
	return err_make(err, ESTALE, LINK_FAILED,
			"the matcher '%s' (%s) has changed since it was read: try again",
			matcher->pub.name, matcher->pub.path);
}

static int add_file(struct bpf_linker *linker, int fd, const char *what, struct mfw_err **err)
{
	char path[FD_PATH_MAX];
	int r;

	fd_path(fd, path);
	r = bpf_linker__add_file(linker, path, NULL);
	if (!r)
		return 0;
	return err_make(err, -r, LINK_FAILED, "cannot link %s: %s", what, strerror(-r));
}

static int add_matcher(struct bpf_linker *linker, const struct matcher *matcher,
		       struct mfw_err **err)
{
	cleanup_buf struct buf object = {};
	cleanup_close int fd = -1;
	int r;

	r = read_object(matcher, &object, err);
	if (!r)
		r = check_digest(matcher, &object, err);
	if (!r)
		r = new_memory_file(&fd, err);
	if (r)
		return r;
	r = write_all(fd, object.data, object.len);
	if (r)
		return err_make(err, -r, LINK_FAILED, "cannot write a memory file: %s",
				strerror(-r));
	return add_file(linker, fd, matcher->pub.path, err);
}

static int add_program(struct bpf_linker *linker, const struct expr *expr, struct code *code,
		       struct mfw_err **err)
{
	cleanup_image struct image image = {};
	cleanup_close int fd = -1;
	int r;

	if (image_fill(&image, code, expr))
		return err_nomem(err);
	r = new_memory_file(&fd, err);
	if (!r)
		r = image_write(&image, code, fd, err);
	if (!r)
		r = add_file(linker, fd, "the program", err);
	return r;
}

/* The program goes last: libbpf gives the maps of files after it wrong offsets. */
static int add_all(struct bpf_linker *linker, const struct expr *expr, struct mfw_err **err)
{
	cleanup_code struct code code = {};
	int r = 0;

	if (code_build(expr, &code))
		return err_nomem(err);
	for (size_t i = 0; i < CODE_COUNT(code.matchers, const struct matcher *) && !r; i++)
		r = add_matcher(linker, *CODE_AT(code.matchers, const struct matcher *, i), err);
	return r ? r : add_program(linker, expr, &code, err);
}

static int link_into(int fd, const struct expr *expr, struct mfw_err **err)
{
	cleanup(linker_cleanup_p) struct bpf_linker *linker = NULL;
	char path[FD_PATH_MAX];
	int r;

	fd_path(fd, path);
	linker = bpf_linker__new(path, NULL);
	if (!linker)
		return err_make(err, errno, LINK_FAILED, "cannot start libbpf's linker: %s",
				strerror(errno));
	r = add_all(linker, expr, err);
	if (r)
		return r;
	r = bpf_linker__finalize(linker);
	if (r)
		return err_make(err, -r, LINK_FAILED, "cannot link the program: %s", strerror(-r));
	return 0;
}

static int refuse(const struct expr *expr, struct mfw_err **err)
{
	cleanup_buf struct buf text = {};

	if (expr_print(expr, &text))
		return err_nomem(err);
	return err_make(err, EOPNOTSUPP, "codegen.unsupported",
			"cannot make a program of '%.200s': this version runs true, false, "
			"matchers, and 'not' before them",
			text.data);
}

int codegen_object(const struct expr *expr, struct buf *ret, struct mfw_err **err)
{
	cleanup_buf struct buf object = {};
	cleanup_close int fd = -1;
	int r;

	if (code_unsupported(expr))
		return refuse(code_unsupported(expr), err);
	r = new_memory_file(&fd, err);
	if (!r)
		r = link_into(fd, expr, err);
	if (r)
		return r;
	if (lseek(fd, 0, SEEK_SET))
		return err_make(err, errno, LINK_FAILED, "cannot read the program back: %s",
				strerror(errno));
	r = buf_read_fd(&object, fd, OBJECT_MAX);
	if (r)
		return err_make(err, -r, LINK_FAILED, "cannot read the program back: %s",
				strerror(-r));
	buf_clear(ret);
	*ret = object;
	object = (struct buf){};
	return 0;
}
