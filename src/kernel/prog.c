/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "base/libbpf_words.h"
#include "kernel/kernel.h"
#include "kernel/verifier_log.h"

#define LOG_LEN         (1024 * 1024)
/* A quarter of what has been seen to do harm. */
#define AT_ONCE         256
#define SETTLE_MS       100
/* BPF_LOG_STATS of the kernel: only the counts at the end. */
#define LOG_STATISTICS  4
/* The string by which a program says what it was built from. */
#define SOURCE_VARIABLE "bpf_metadata_mfw_match"

/* ---- loading ---- */

DEFINE_CLEANUP(bpf_object, struct bpf_object *, bpf_object__close)
DEFINE_CLEANUP(btf, struct btf *, btf__free)

/* What the programs of an object are called, for a refusal. */
static void list_programs(struct bpf_object *object, struct buf *out)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, object)
		buf_printf(out, "%s%s (SEC \"%s\")", out->len ? ", " : "", bpf_program__name(p),
			   bpf_program__section_name(p));
}

static bool wanted(struct bpf_program *p, const char *name)
{
	return name ? !strcmp(bpf_program__name(p), name)
		    : bpf_program__type(p) == BPF_PROG_TYPE_SOCKET_FILTER;
}

/* Chooses one program of the object and leaves the others unloaded. */
static int choose(struct bpf_object *object, const char *path, const char *name,
		  struct bpf_program **ret, struct mfw_err **err)
{
	cleanup_buf struct buf there = {};
	struct bpf_program *p, *chosen = NULL;
	size_t n = 0;

	bpf_object__for_each_program (p, object) {
		bpf_program__set_autoload(p, false);
		if (!wanted(p, name))
			continue;
		chosen = p;
		n++;
	}
	if (n == 1) {
		bpf_program__set_autoload(chosen, true);
		*ret = chosen;
		return 0;
	}
	list_programs(object, &there);
	return err_make(err, EINVAL, "bpf.program",
			"%s has %s socket-filter program, and exactly one is needed, in "
			"SEC(\"socket\"); its programs: %s",
			path, n ? "more than one" : "no", there.len ? there.data : "none");
}

static int refuse_load(int r, const char *path, const char *log, const struct buf *words,
		       struct mfw_err **err)
{
	if (*log)
		return verifier_log_refuse(r, path, log, err);
	if (r == -EPERM)
		return err_make(err, EPERM, "bpf.denied",
				"cannot load the program of %s: this needs CAP_BPF; run as root",
				path);
	err_make(err, -r, "bpf.load", "cannot load the program of %s: %s", path, strerror(-r));
	err_set_detail(err, words->data);
	return r;
}

/* libbpf has numbers of its own behind those of the system. */
static int refuse_open(int r, const char *path, const struct buf *words, struct mfw_err **err)
{
	char why[128];

	libbpf_strerror(r, why, sizeof(why));
	if (-r >= __LIBBPF_ERRNO__START)
		r = -EINVAL;
	err_make(err, -r, "bpf.object",
		 "%s is not an eBPF object that libbpf can read (made by clang -target bpf -g): %s",
		 path, why);
	err_set_detail(err, words->data);
	return r;
}

/* Lets the object use maps that are there already. */
static int reuse_maps(struct bpf_object *object, const struct prog_source *source,
		      struct mfw_err **err)
{
	for (size_t i = 0; i < source->n_maps; i++) {
		const struct prog_map *m = &source->maps[i];
		struct bpf_map *map = bpf_object__find_map_by_name(object, m->name);
		int r = !map ? -ENOENT : m->fd < 0 ? 0 : bpf_map__reuse_fd(map, m->fd);

		if (r)
			return err_make(err, -r, "bpf.map", "%s cannot use the map %s: %s",
					source->name, m->name,
					map ? strerror(-r) : "it has no map of that name");
	}
	return 0;
}

/* Gives the caller the maps that were made for it; all of them, or none. */
static int give_maps(struct bpf_object *object, const struct prog_source *source)
{
	cleanup_free int *fds = calloc(source->n_maps + 1, sizeof(*fds));
	size_t n = 0;

	for (; fds && n < source->n_maps; n++) {
		const struct prog_map *m = &source->maps[n];
		struct bpf_map *map = bpf_object__find_map_by_name(object, m->name);

		fds[n] = m->fd < 0 ? fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0) : -1;
		if (m->fd < 0 && fds[n] < 0)
			break;
	}
	for (size_t i = 0; i < n; i++) {
		if (n == source->n_maps && fds[i] >= 0)
			source->maps[i].fd = fds[i];
		else if (fds[i] >= 0)
			close(fds[i]);
	}
	return n == source->n_maps ? 0 : -EMFILE;
}

static bool has_types(const struct bpf_map *map)
{
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info);

	return !bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &len) && info.btf_value_type_id;
}

/*
 * When the kernel has no memory for a map's types, or to bind a map that no instruction names,
 * libbpf takes it for an older one and goes on: the program would run, and not say what it matches.
 */
static int keep_words(const struct bpf_object *object, const struct bpf_program *program,
		      const struct prog_source *source, struct mfw_err **err)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	const struct btf *btf = bpf_object__btf(object);

	if (!source->speaks)
		return 0;
	if (map && btf && btf__find_by_name_kind(btf, SOURCE_VARIABLE, BTF_KIND_VAR) > 0 &&
	    has_types(map) && !bpf_prog_bind_map(bpf_program__fd(program), bpf_map__fd(map), NULL))
		return 0;
	return err_make(
		err, EAGAIN, "bpf.load",
		"cannot load the program of %s so that it says what it matches: the kernel "
		"did not take the text, or its type, as it does when it is short of memory; "
		"try again",
		source->name);
}

/* What the caller gets of a loaded object. */
static int take(struct bpf_object *object, const struct bpf_program *program,
		const struct prog_source *source, int *ret_fd, struct mfw_err **err)
{
	int r = keep_words(object, program, source, err), fd;

	if (r)
		return r;
	fd = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
	r = fd < 0 ? -errno : give_maps(object, source);
	if (r) {
		cleanup_close_p(&fd);
		return err_make(err, -r, "bpf.load", "cannot keep the program of %s: %s",
				source->name, strerror(-r));
	}
	*ret_fd = fd;
	return 0;
}

int kernel_prog_load(const struct prog_source *source, int *ret_fd, unsigned *ret_processed,
		     struct mfw_err **err)
{
	cleanup(bpf_object_p) struct bpf_object *object = NULL;
	cleanup_free char *log = calloc(1, LOG_LEN);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "mfw");
	cleanup_buf struct buf words = {};
	struct bpf_program *chosen = NULL;
	int r;

	LISTEN_TO_LIBBPF(&words);
	if (!log)
		return err_nomem(err);
	object = bpf_object__open_mem(source->elf, source->len, &opts);
	if (!object)
		return refuse_open(-errno, source->name, &words, err);
	r = choose(object, source->name, source->program, &chosen, err);
	r = r ? r : reuse_maps(object, source, err);
	if (r)
		return r;
	bpf_program__set_log_buf(chosen, log, LOG_LEN);
	/* Otherwise the verifier says nothing when it accepts. */
	if (ret_processed)
		bpf_program__set_log_level(chosen, LOG_STATISTICS);
	r = bpf_object__load(object);
	/* The counts alone do not say why: once more, with all that the verifier says. */
	if (r && ret_processed)
		return kernel_prog_load(source, ret_fd, NULL, err);
	if (r)
		return refuse_load(r, source->name, log, &words, err);
	r = take(object, chosen, source, ret_fd, err);
	if (!r && ret_processed)
		*ret_processed = verifier_log_processed(log);
	return r;
}

int kernel_prog_open(const char *path, int *ret_fd, struct mfw_err **err)
{
	int fd = bpf_obj_get(path);

	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	switch (errno) {
	case ENOENT:
		return err_make(err, ENOENT, "bpf.pin_missing",
				"there is no pinned program %s; bpftool prog show pinned %s tries "
				"the same, and ip netns exec hides /sys/fs/bpf",
				path, path);
	case EACCES:
		return err_make(err, EACCES, "bpf.pin_denied",
				"%s cannot be opened: it is not a BPF pin, or this process may not "
				"read it or a directory above it",
				path);
	case EPERM:
		return err_make(err, EPERM, "bpf.denied",
				"%s cannot be opened: this needs CAP_BPF; run as root", path);
	}
	return err_make(err, errno, "bpf.not_program", "%s is not a pinned program: %s", path,
			strerror(errno));
}

/* Maps and links are pinned and opened alike, and answer the same question with other structures.
 */
static bool is_program(int fd)
{
	char link[64], what[64] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, what, sizeof(what) - 1) > 0 && !strcmp(what, "anon_inode:bpf-prog");
}

int kernel_prog_info(int fd, struct prog_info *ret, struct mfw_err **err)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);
	const char *type;

	if (!is_program(fd))
		return err_make(err, EINVAL, "bpf.not_program",
				"what is pinned there is a map or a link, not a program");
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return err_make(err, errno, "bpf.not_program",
				"the kernel says nothing of the program: %s", strerror(errno));
	*ret = (struct prog_info){.id = info.id,
				  .socket_filter = info.type == BPF_PROG_TYPE_SOCKET_FILTER};
	type = libbpf_bpf_prog_type_str(info.type);
	snprintf(ret->type, sizeof(ret->type), "%s", type ? type : "unknown");
	snprintf(ret->name, sizeof(ret->name), "%s", info.name);
	return 0;
}

/* ---- the program's own words ---- */

/* Finds the variable in the map's BTF and copies its string. 0 or -ENOENT. */
static int read_variable(const struct btf *btf, uint32_t type_id, const char *data, size_t len,
			 struct buf *ret)
{
	const struct btf_type *section = btf__type_by_id(btf, type_id);
	const struct btf_var_secinfo *var;

	if (!section || !btf_is_datasec(section))
		return -ENOENT;
	var = btf_var_secinfos(section);
	for (int i = 0; i < btf_vlen(section); i++, var++) {
		const struct btf_type *t = btf__type_by_id(btf, var->type);
		const char *name = btf__name_by_offset(btf, t->name_off);

		if (strcmp(name, SOURCE_VARIABLE) || var->offset > len ||
		    var->size > len - var->offset)
			continue;
		return buf_add(ret, data + var->offset, strnlen(data + var->offset, var->size));
	}
	return -ENOENT;
}

static int read_map(uint32_t id, struct buf *ret)
{
	cleanup(btf_p) struct btf *btf = NULL;
	cleanup_close int fd = bpf_map_get_fd_by_id(id);
	cleanup_free char *data = NULL;
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info), zero = 0;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -ENOENT;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.max_entries != 1 || !info.btf_value_type_id)
		return -ENOENT;
	data = malloc(info.value_size);
	btf = btf__load_from_kernel_by_id(info.btf_id);
	if (!data || !btf || bpf_map_lookup_elem(fd, &zero, data))
		return -ENOENT;
	return read_variable(btf, info.btf_value_type_id, data, info.value_size, ret);
}

int kernel_prog_by_id(uint32_t id, int *ret_fd)
{
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int kernel_prog_source(int fd, struct buf *ret)
{
	uint32_t ids[16] = {}, len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = ARRAY_SIZE(ids), .map_ids = (uintptr_t)ids};
	cleanup_buf struct buf words = {};
	int r = -ENOENT;

	LISTEN_TO_LIBBPF(&words);
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	for (uint32_t i = 0; i < info.nr_map_ids && i < ARRAY_SIZE(ids) && r == -ENOENT; i++)
		r = read_map(ids[i], ret);
	return r;
}

size_t kernel_programs_at_once(void)
{
	return AT_ONCE;
}

void kernel_programs_settle(void)
{
	struct timespec time = {.tv_nsec = SETTLE_MS * 1000000l};

	nanosleep(&time, NULL);
}

int kernel_jit_works(void)
{
	static const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	cleanup_close int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "mfw_try", "GPL", insns,
					     ARRAY_SIZE(insns), NULL);
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	return info.jited_prog_len > 0;
}
