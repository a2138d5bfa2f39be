/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps: arrays in shared memory that is only ever added to, and slots. A descriptor of a map is a
 * file in memory that holds FAKE_MAP and its number.
 */
#include "fake_kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Addresses, not memory: what is not written takes none. But valgrind reads all of it for leaks. */
#define POOL_LEN (64ULL << 20)
#define PAGE     4096

static char *pool;

static int open_map(uint32_t number, int *ret_fd)
{
	const uint32_t id = FAKE_MAP | number;
	int fd = memfd_create("map", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, &id, sizeof(id), 0) != sizeof(id))
		return -EMFILE;
	*ret_fd = fd;
	return 0;
}

/* The descriptor's map, or NULL. */
static struct fake_map *map_of(int fd)
{
	uint32_t id = fake_id_of(fd);

	return id & FAKE_MAP ? &fake->maps[id & ~FAKE_MAP] : NULL;
}

static struct fake_map *new_map(size_t size, size_t n, bool slot)
{
	struct fake_map *map = &fake->maps[++fake->n_maps];

	if (fake->n_maps >= FAKE_MAPS || fake->map_bytes + size * n > POOL_LEN - PAGE)
		abort();
	*map = (struct fake_map){.size = size, .n = n, .slot = slot, .offset = fake->map_bytes};
	fake->map_bytes += (size * n + PAGE - 1) / PAGE * PAGE;
	return map;
}

static uint32_t number_of(const struct fake_map *map)
{
	return (uint32_t)(map - fake->maps);
}

void fake_start_maps(void)
{
	pool = mmap(NULL, POOL_LEN, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pool == MAP_FAILED)
		abort();
}

void fake_stop_maps(void)
{
	munmap(pool, POOL_LEN);
}

void *fake_memory(void)
{
	return pool;
}

void *fake_slot_data(uint32_t number, size_t *ret_n)
{
	const struct fake_map *map = &fake->maps[number & ~FAKE_MAP],
			      *array = &fake->maps[map->holds];

	if (!map->slot || !map->holds)
		return NULL;
	*ret_n = array->n;
	return pool + array->offset;
}

static int open_array(const struct fake_map *map, struct kernel_array *ret)
{
	int fd, r = open_map(number_of(map), &fd);

	if (!r)
		*ret = (struct kernel_array){.fd = fd,
					     .size = map->size,
					     .n = map->n,
					     .data = pool + map->offset,
					     .len = map->size * map->n};
	return r;
}

int kernel_array_new(size_t size, size_t n, struct kernel_array *ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);
	struct fake_map *map;

	if (r)
		return r;
	map = new_map(size, n, false);
	memset(pool + map->offset, 0, size * n);
	return open_array(map, ret);
}

void kernel_array_close(struct kernel_array *array)
{
	if (array->fd >= 0)
		close(array->fd);
	*array = KERNEL_NO_ARRAY;
}

int kernel_slot_new(size_t size, int *ret_fd, struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	return r ? r : open_map(number_of(new_map(size, 0, true)), ret_fd);
}

int kernel_slot_put(int slot, const struct kernel_array *array)
{
	FAKE_LOCKED;
	struct fake_map *to = map_of(slot), *from = map_of(array->fd);
	int r = fake_operation();

	if (!r && (!to || !from || !to->slot || from->slot || to->size != from->size))
		r = -EINVAL;
	if (!r)
		to->holds = number_of(from);
	return r;
}

int kernel_slot_get(int slot, bool writable, struct kernel_array *ret)
{
	FAKE_LOCKED;
	struct fake_map *map = map_of(slot);
	int r = fake_operation();

	(void)writable;
	if (!r && (!map || !map->slot))
		r = -EINVAL;
	if (!r && !map->holds)
		r = -ENOENT;
	return r ? r : open_array(&fake->maps[map->holds], ret);
}

int kernel_map_open(const char *path, int *ret_fd)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_operation();

	if (!r && !file)
		r = -ENOENT;
	if (!r && (file->kind != FAKE_PIN || !(file->prog_id & FAKE_MAP)))
		r = -EACCES;
	return r ? r : open_map(file->prog_id & ~FAKE_MAP, ret_fd);
}

int kernel_map_id(int fd, uint32_t *ret)
{
	FAKE_LOCKED;
	struct fake_map *map = map_of(fd);
	int r = fake_operation();

	if (!r && !map)
		r = -EINVAL;
	if (!r)
		*ret = number_of(map);
	return r;
}

int kernel_prog_uses_map(int fd, uint32_t map_id)
{
	FAKE_LOCKED;
	uint32_t id = fake_id_of(fd);
	int r = fake_operation();

	if (!r && id & FAKE_MAP)
		r = -EINVAL;
	for (size_t i = 0; !r && i < FAKE_PROGRAM_MAPS; i++)
		r = map_id && fake->programs[id].maps[i] == map_id;
	return r;
}

/* One entry: under 0, the map's number. */
int kernel_map_read(int fd, struct map_content *ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	uint64_t entry[] = {0, fake_id_of(fd) & ~FAKE_MAP};
	int r = fake_fallible(err);

	if (r)
		return r;
	ret->key_len = ret->value_len = 8;
	ret->limit = ret->n = 1;
	return buf_add(&ret->entries, entry, sizeof(entry));
}

int kernel_map_empty(int fd, struct mfw_err **err)
{
	FAKE_LOCKED;

	(void)fd;
	return fake_fallible(err);
}

int fake_bind_maps(uint32_t program, const struct prog_source *source)
{
	if (source->n_maps > FAKE_PROGRAM_MAPS)
		abort();
	for (size_t i = 0; i < source->n_maps; i++) {
		struct prog_map *m = &source->maps[i];

		if (m->fd < 0 && open_map(number_of(new_map(8, 1, false)), &m->fd))
			return -EMFILE;
		fake->programs[program].maps[i] = fake_id_of(m->fd) & ~FAKE_MAP;
	}
	return 0;
}
