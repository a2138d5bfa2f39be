/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's object and the matchers' objects become one, through memory files. */
#include "base/libbpf_words.h"
#include "catalog/object.h"
#include "codegen/build.h"
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

static int add_object(struct bpf_linker *linker, const char *path, enum runtime_object object,
		      struct mfw_err **err)
{
	char file[PATH_MAX];
	struct stat st;
	int r = runtime_path(path, object, file, &st);

	if (r)
		return err_make(err, -r, LINK_FAILED,
				"cannot find lib/%s.bpf.o, a part of libmfw, in %s: install libmfw "
				"again",
				runtime_object_name(object), path && *path ? path : "no directory");
	r = bpf_linker__add_file(linker, file, NULL);
	if (!r)
		return 0;
	return err_make(err, -r, LINK_FAILED, "cannot link %s: %s", file, strerror(-r));
}

static int add_objects(struct bpf_linker *linker, const char *path, const struct code *code,
		       struct mfw_err **err)
{
	unsigned needed = build_objects(code);
	int r = 0;

	for (enum runtime_object i = 0; i < RUNTIME_OBJECTS && !r; i++)
		if (needed & 1u << i)
			r = add_object(linker, path, i, err);
	return r;
}

static int add_matchers(struct bpf_linker *linker, const struct code *code, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < CODE_COUNT(code->functions, struct code_function) && !r; i++) {
		const struct code_function *f = CODE_AT(code->functions, struct code_function, i);

		if (f->matcher && !build_has_before(code, i, f->matcher))
			r = add_matcher(linker, f->matcher, err);
	}
	return r;
}

static int add_program(struct bpf_linker *linker, const char *source, const struct code *code,
		       struct mfw_err **err)
{
	cleanup_image struct image image = {};
	cleanup_close int fd = -1;
	int r;

	if (image_fill(&image, code, source))
		return err_nomem(err);
	r = new_memory_file(&fd, err);
	if (!r)
		r = image_write(&image, code, fd, err);
	if (!r)
		r = add_file(linker, fd, "the program", err);
	return r;
}

/* The program goes last: libbpf gives the maps of files after it wrong offsets. */
static int link_into(int fd, const struct codegen_input *input, const struct code *code,
		     struct mfw_err **err)
{
	cleanup(linker_cleanup_p) struct bpf_linker *linker = NULL;
	char path[FD_PATH_MAX];
	int r;

	fd_path(fd, path);
	linker = bpf_linker__new(path, NULL);
	if (!linker)
		return err_make(err, errno, LINK_FAILED, "cannot start libbpf's linker: %s",
				strerror(errno));
	r = add_objects(linker, input->path, code, err);
	r = r ? r : add_matchers(linker, code, err);
	r = r ? r : add_program(linker, input->source, code, err);
	if (r)
		return r;
	r = bpf_linker__finalize(linker);
	if (r)
		return err_make(err, -r, LINK_FAILED, "cannot link the program: %s", strerror(-r));
	return 0;
}

static int read_back(int fd, struct buf *ret, struct mfw_err **err)
{
	cleanup_buf struct buf object = {};
	int r = lseek(fd, 0, SEEK_SET) ? -errno : buf_read_fd(&object, fd, OBJECT_MAX);

	if (r)
		return err_make(err, -r, LINK_FAILED, "cannot read the program back: %s",
				strerror(-r));
	buf_clear(ret);
	*ret = object;
	object = (struct buf){};
	return 0;
}

/* input with a source in any case */
static int make_object(const struct codegen_input *input, struct buf *ret, struct mfw_err **err)
{
	cleanup_code struct code code = {};
	cleanup_buf struct buf words = {};
	cleanup_close int fd = -1;
	int r = build_checked(input, &code, err);

	if (r)
		return r;
	LISTEN_TO_LIBBPF(&words);
	r = new_memory_file(&fd, err);
	r = r ? r : link_into(fd, input, &code, err);
	r = r ? r : read_back(fd, ret, err);
	if (r && words.len)
		err_set_detail(err, words.data);
	return r;
}

int codegen_object(const struct codegen_input *input, struct buf *ret, struct mfw_err **err)
{
	struct codegen_input whole = *input;
	cleanup_buf struct buf text = {};

	if (!whole.source && expr_print(input->expr, &text))
		return err_nomem(err);
	if (!whole.source)
		whole.source = text.data;
	return make_object(&whole, ret, err);
}
