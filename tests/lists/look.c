/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "look.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#define FRAME_HEAD 14 /* what a test run takes off */
#define FRAME_MAX  320
#define FRAME_MIN  64
#define TIMES      1000000

/* ---- objects ---- */

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN && getenv("MFW_TEST_VERBOSE") ? vfprintf(stderr, fmt, ap) : 0;
}

static int link_objects(const char *to, const char *dir, const char *lib)
{
	static const char *const parts[] = {"list", "name", "value_name"};
	struct bpf_linker *linker = bpf_linker__new(to, NULL);
	char path[PATH_MAX];
	int r = 0;

	if (!linker)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(parts) && !r; i++) {
		snprintf(path, sizeof(path), "%s/lib/%s.bpf.o", lib, parts[i]);
		r = bpf_linker__add_file(linker, path, NULL);
	}
	snprintf(path, sizeof(path), "%s/look.bpf.o", dir);
	r = r ? r : bpf_linker__add_file(linker, path, NULL);
	r = r ? r : bpf_linker__finalize(linker);
	bpf_linker__free(linker);
	return r;
}

/* What is only compared to takes memory. */
static void leave_out(struct look *look)
{
	static const char *const maps[] = {"keys", "trie", "hash"};
	struct bpf_program *p;

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
		bpf_map__set_max_entries(bpf_object__find_map_by_name(look->object, maps[i]), 1);
	bpf_object__for_each_program (p, look->object)
		if (!strncmp(bpf_program__name(p), "time_", 5))
			bpf_program__set_autoload(p, false);
}

int look_open(struct look *look, const char *dir, const char *lib, bool timed)
{
	cleanup_close int fd = memfd_create("look", MFD_CLOEXEC);
	char path[64];
	int r;

	libbpf_set_print(print);
	*look = (struct look){};
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = link_objects(path, dir, lib);
	if (r)
		return r;
	look->object = bpf_object__open(path);
	if (!look->object)
		return -errno;
	if (!timed)
		leave_out(look);
	r = bpf_object__load(look->object);
	if (!r)
		look->list = look_map(look, "list");
	return r;
}

void look_close(struct look *look)
{
	bpf_object__close(look->object);
}

int look_map(const struct look *look, const char *name)
{
	return bpf_object__find_map_fd_by_name(look->object, name);
}

int look_program(const struct look *look, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(look->object, name));
}

/* ---- lists ---- */

static int new_map(size_t lines, int *ret_fd, struct area *ret)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);

	*ret_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mfw_list", 4, MFW_LIST_CHUNK,
				 (uint32_t)list_chunks(lines), &opts);
	if (*ret_fd < 0)
		return -errno;
	ret->n = lines;
	ret->lines =
		mmap(NULL, lines * MFW_LIST_LINE, PROT_READ | PROT_WRITE, MAP_SHARED, *ret_fd, 0);
	return ret->lines == MAP_FAILED ? -errno : 0;
}

int look_plan(const struct look *look, const struct list_plan *plan, const struct entries *entries,
	      struct area *ret)
{
	cleanup_close int fd = -1;
	uint32_t zero = 0;
	int r = new_map(plan->lines, &fd, ret);

	if (r)
		return r;
	r = list_build(plan, entries, ret);
	if (r)
		look_unmap(ret);
	else if (bpf_map_update_elem(look->list, &zero, &fd, 0))
		r = -errno;
	return r;
}

int look_list(const struct look *look, enum mfw_list_kind kind, const struct entries *entries,
	      struct area *ret)
{
	int r = -ENOSPC;

	for (unsigned attempt = 0; attempt < 8 && r == -ENOSPC; attempt++) {
		struct list_plan plan = list_plan(kind, entries, 42, attempt);

		r = look_plan(look, &plan, entries, ret);
	}
	return r;
}

void look_unmap(struct area *area)
{
	munmap(area->lines, area->n * MFW_LIST_LINE);
}

/* ---- runs ---- */

int look_ask(const struct look *look, const char *program, const void *bytes, size_t len)
{
	uint8_t frame[FRAME_MAX] = {[12] = 0x88, [13] = 0xb5};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = FRAME_HEAD + len);

	if (FRAME_HEAD + len > sizeof(frame))
		return -E2BIG;
	memcpy(frame + FRAME_HEAD, bytes, len);
	if (opts.data_size_in < FRAME_MIN)
		opts.data_size_in = FRAME_MIN;
	if (bpf_prog_test_run_opts(look_program(look, program), &opts))
		return -errno;
	return opts.retval;
}

unsigned look_cost(const struct look *look, const char *program)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(look_program(look, program), &info, &len)
		       ? 0
		       : info.verified_insns;
}

unsigned look_time(const struct look *look, const char *program)
{
	uint8_t frame[FRAME_MIN] = {[12] = 0x88, [13] = 0xb5};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = TIMES);

	return bpf_prog_test_run_opts(look_program(look, program), &opts) ? 0 : opts.duration;
}
