/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "kernel/kernel.h"

/* Entries of one call. */
#define BATCH 1024

static int refuse(int r, const char *what, struct mfw_err **err)
{
	return err_make(err, -r, "bpf.map", "cannot %s a map: %s", what, strerror(-r));
}

static bool is_array(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Of a map, and of the room that one entry takes. */
struct shape {
	struct bpf_map_info info;
	uint32_t n_cpus; /* 0: not by CPU */
	size_t value_len;
};

static int look(int fd, struct shape *ret)
{
	uint32_t len = sizeof(ret->info);
	int n_cpus;

	memset(ret, 0, sizeof(*ret));
	if (bpf_obj_get_info_by_fd(fd, &ret->info, &len))
		return -errno;
	ret->value_len = (ret->info.value_size + 7) / 8 * 8;
	if (!is_per_cpu(ret->info.type))
		return 0;
	n_cpus = libbpf_num_possible_cpus();
	if (n_cpus < 0)
		return n_cpus;
	ret->n_cpus = n_cpus;
	ret->value_len *= n_cpus;
	return 0;
}

static int read_btf(uint32_t id, struct buf *ret)
{
	struct btf *btf = btf__load_from_kernel_by_id(id);
	uint32_t len;
	const void *data = btf ? btf__raw_data(btf, &len) : NULL;
	int r = data ? buf_add(ret, data, len) : -ENOMEM;

	btf__free(btf);
	return r;
}

static bool is_zero(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i])
			return false;
	return true;
}

static int add_entry(struct map_content *content, const struct shape *shape, const char *key,
		     const char *value)
{
	static const char zeros[8];
	size_t pad = (8 - shape->info.key_size % 8) % 8;

	if (is_array(shape->info.type) && is_zero(value, shape->value_len))
		return 0;
	if (buf_add(&content->entries, key, shape->info.key_size) ||
	    buf_add(&content->entries, zeros, pad) ||
	    buf_add(&content->entries, value, shape->value_len))
		return -ENOMEM;
	content->n++;
	return 0;
}

/*
 * Key by key. In a map that changes meanwhile the walk may begin anew: it ends after as many steps
 * as there can be entries.
 */
static int walk(int fd, const struct shape *shape,
		int (*seen)(void *ctx, const struct shape *shape, int fd, const char *key,
			    const char *value),
		void *ctx)
{
	cleanup_free char *keys = calloc(2, shape->info.key_size);
	cleanup_free char *value = calloc(1, shape->value_len);
	char *key = keys, *next = keys ? keys + shape->info.key_size : NULL;
	int r = keys && value ? 0 : -ENOMEM;

	for (uint32_t i = 0; !r && i < shape->info.max_entries; i++) {
		if (bpf_map_get_next_key(fd, i ? key : NULL, next))
			return errno == ENOENT ? 0 : -errno;
		memcpy(key, next, shape->info.key_size);
		if (!bpf_map_lookup_elem(fd, key, value))
			r = seen(ctx, shape, fd, key, value);
	}
	return r;
}

static int gather(void *ctx, const struct shape *shape, int fd, const char *key, const char *value)
{
	(void)fd;
	return add_entry(ctx, shape, key, value);
}

/*
 * Many entries in a call. The kernel gives whole buckets: -ENOSPC says that one has more than there
 * is room for. What it gives of one CPU's values is unaligned when it is not by CPU.
 */
static int read_batches(int fd, const struct shape *shape, struct map_content *content)
{
	size_t key_len = shape->info.key_size;
	size_t value_len = shape->n_cpus ? shape->value_len : shape->info.value_size;
	cleanup_free char *keys = calloc(BATCH, key_len), *values = calloc(BATCH, value_len);
	cleanup_free char *value = calloc(1, shape->value_len);
	uint64_t at[32] = {}; /* a bucket's number, or a key */
	bool more = keys && values && value, first = true;
	int r = more ? 0 : -ENOMEM;

	while (more && !r) {
		uint32_t n = BATCH;

		if (key_len > sizeof(at))
			return -EOPNOTSUPP;
		if (bpf_map_lookup_batch(fd, first ? NULL : at, at, keys, values, &n, NULL)) {
			more = false;
			r = errno == ENOENT ? 0 : -errno;
		}
		first = false;
		for (uint32_t i = 0; i < n && !r; i++) {
			memcpy(value, values + i * value_len, value_len);
			r = add_entry(content, shape, keys + i * key_len, value);
		}
	}
	return r;
}

static int read_entries(int fd, const struct shape *shape, struct map_content *content)
{
	int r = read_batches(fd, shape, content);

	if (!r || r == -ENOMEM)
		return r;
	content->entries.len = 0;
	content->n = 0;
	return walk(fd, shape, gather, content);
}

int kernel_map_read(int fd, struct map_content *ret, struct mfw_err **err)
{
	struct timespec now;
	struct shape shape;
	int r = look(fd, &shape);

	if (r)
		return refuse(r, "look at", err);
	ret->key_len = shape.info.key_size;
	ret->value_len = shape.info.value_size;
	ret->n_cpus = shape.n_cpus;
	ret->limit = shape.info.max_entries;
	ret->key_type = shape.info.btf_key_type_id;
	ret->value_type = shape.info.btf_value_type_id;
	if (shape.info.btf_id)
		r = read_btf(shape.info.btf_id, &ret->btf);
	r = r ? r : read_entries(fd, &shape, ret);
	clock_gettime(CLOCK_MONOTONIC, &now);
	ret->now = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	return r ? refuse(r, "read", err) : 0;
}

static int forget(void *ctx, const struct shape *shape, int fd, const char *key, const char *value)
{
	(void)value;
	if (is_array(shape->info.type))
		return bpf_map_update_elem(fd, key, ctx, BPF_ANY) ? -errno : 0;
	return bpf_map_delete_elem(fd, key) && errno != ENOENT ? -errno : 0;
}

/* What is there is gathered before any of it is removed, since to remove upsets a walk. */
static int empty_gathered(int fd, const struct shape *shape, void *zeros)
{
	cleanup_map_content struct map_content content = {};
	size_t key_len = (shape->info.key_size + 7) / 8 * 8;
	int r = read_entries(fd, shape, &content);

	for (size_t i = 0; i < content.n && !r; i++)
		r = forget(zeros, shape, fd,
			   content.entries.data + i * (key_len + shape->value_len), NULL);
	return r;
}

int kernel_map_empty(int fd, struct mfw_err **err)
{
	cleanup_free void *zeros = NULL;
	struct shape shape;
	int r = look(fd, &shape);

	if (r)
		return refuse(r, "look at", err);
	zeros = calloc(1, shape.value_len);
	r = zeros ? empty_gathered(fd, &shape, zeros) : -ENOMEM;
	return r ? refuse(r, "empty", err) : 0;
}
