/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/kernel.h"

#define ARRAY_FLAGS (BPF_F_INNER_MAP | BPF_F_MMAPABLE)

static int refuse(int code, const char *what, struct mfw_err **err)
{
	if (code == EPERM)
		return err_make(err, EPERM, "bpf.denied",
				"cannot %s: this needs CAP_BPF; run as root", what);
	return err_make(err, code, "bpf.map", "cannot %s: %s%s", what, strerror(code),
			code == ENOMEM ? "; the control group's limit of memory may be too low"
				       : "");
}

/* ---- arrays ---- */

static size_t bytes_of(size_t size, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = (size + 7) / 8 * 8 * n;

	return (len + page - 1) / page * page;
}

static int map_memory(struct kernel_array *a, int protection)
{
	a->len = bytes_of(a->size, a->n);
	a->data = mmap(NULL, a->len, protection, MAP_SHARED, a->fd, 0);
	if (a->data != MAP_FAILED)
		return 0;
	a->data = NULL;
	return -errno;
}

int kernel_array_new(size_t size, size_t n, struct kernel_array *ret, struct mfw_err **err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = ARRAY_FLAGS);
	struct kernel_array a = {.fd = -1, .size = size, .n = n};
	int r;

	a.fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mfw_array", sizeof(uint32_t), (uint32_t)size,
			      (uint32_t)n, &opts);
	if (a.fd < 0)
		return refuse(errno, "make a map", err);
	r = map_memory(&a, PROT_READ | PROT_WRITE);
	if (r) {
		kernel_array_close(&a);
		return refuse(-r, "write to a map", err);
	}
	*ret = a;
	return 0;
}

void kernel_array_close(struct kernel_array *a)
{
	if (a->data)
		munmap(a->data, a->len);
	if (a->fd >= 0)
		close(a->fd);
	*a = KERNEL_NO_ARRAY;
}

/* ---- slots ---- */

int kernel_slot_new(size_t size, int *ret_fd, struct mfw_err **err)
{
	cleanup(kernel_array_close) struct kernel_array sample = KERNEL_NO_ARRAY;
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int fd, r = kernel_array_new(size, 1, &sample, err);

	if (r)
		return r;
	opts.inner_map_fd = (uint32_t)sample.fd;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "mfw_slot", sizeof(uint32_t),
			    sizeof(uint32_t), 1, &opts);
	if (fd < 0)
		return refuse(errno, "make a map of maps", err);
	*ret_fd = fd;
	return 0;
}

int kernel_slot_put(int slot, const struct kernel_array *a)
{
	const uint32_t zero = 0;

	return bpf_map_update_elem(slot, &zero, &a->fd, BPF_ANY) ? -errno : 0;
}

int kernel_slot_get(int slot, bool writable, struct kernel_array *ret)
{
	struct kernel_array a = KERNEL_NO_ARRAY;
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info), zero = 0, id;
	int r;

	if (bpf_map_lookup_elem(slot, &zero, &id))
		return -errno;
	a.fd = bpf_map_get_fd_by_id(id);
	if (a.fd < 0)
		return -errno;
	r = bpf_obj_get_info_by_fd(a.fd, &info, &len) ? -errno : 0;
	a.size = info.value_size;
	a.n = info.max_entries;
	r = r ? r : map_memory(&a, writable ? PROT_READ | PROT_WRITE : PROT_READ);
	if (r)
		kernel_array_close(&a);
	else
		*ret = a;
	return r;
}

/* ---- any map ---- */

int kernel_map_open(const char *path, int *ret_fd)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int kernel_map_id(int fd, uint32_t *ret)
{
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	*ret = info.id;
	return 0;
}

int kernel_prog_uses_map(int fd, uint32_t map_id)
{
	uint32_t ids[KERNEL_PROG_MAPS_MAX], len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = ARRAY_SIZE(ids), .map_ids = (uintptr_t)ids};

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	for (uint32_t i = 0; i < info.nr_map_ids && i < ARRAY_SIZE(ids); i++)
		if (ids[i] == map_id)
			return 1;
	/* What does not fit may have it. */
	return info.nr_map_ids > ARRAY_SIZE(ids);
}
