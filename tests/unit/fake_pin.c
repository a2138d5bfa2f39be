/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs and bpffs. A descriptor of a program is a file in memory that holds its id. */
#include "fake_kernel.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>
#include <sys/mman.h>

/* ---- programs ---- */

static int open_program(uint32_t id, int *ret_fd)
{
	int fd = memfd_create("program", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, &id, sizeof(id), 0) != sizeof(id))
		return -EMFILE;
	*ret_fd = fd;
	return 0;
}

uint32_t fake_id_of(int fd)
{
	uint32_t id;

	return pread(fd, &id, sizeof(id), 0) == sizeof(id) ? id : 0;
}

static uint32_t new_program(const char *source, bool socket_filter)
{
	if (++fake->n_programs >= FAKE_PROGRAMS)
		abort();
	fake->programs[fake->n_programs].other_type = !socket_filter;
	FAKE_COPY(fake->programs[fake->n_programs].source, source);
	return fake->n_programs;
}

/* The bytes of a variable of the object. */
static void copy_variable(Elf *elf, const GElf_Sym *sym, char *ret, size_t size)
{
	Elf_Scn *section = elf_getscn(elf, sym->st_shndx);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;

	if (data && sym->st_value + sym->st_size <= data->d_size && sym->st_size <= size)
		memcpy(ret, (char *)data->d_buf + sym->st_value, sym->st_size);
}

/* What an expression's object says that it was made from; "" for other objects. */
static void read_source(const void *object, size_t len, char ret[96])
{
	Elf *elf = elf_memory((char *)object, len);
	Elf_Scn *section = NULL;

	while (elf && (section = elf_nextscn(elf, section))) {
		Elf_Data *data = elf_getdata(section, NULL);
		GElf_Shdr shdr;
		GElf_Sym sym;

		if (!gelf_getshdr(section, &shdr) || shdr.sh_type != SHT_SYMTAB)
			continue;
		for (int i = 0; gelf_getsym(data, i, &sym); i++) {
			const char *name = elf_strptr(elf, shdr.sh_link, sym.st_name);

			if (name && !strcmp(name, "bpf_metadata_mfw_match"))
				copy_variable(elf, &sym, ret, 95);
		}
	}
	elf_end(elf);
}

int kernel_prog_load(const struct prog_source *source, int *ret_fd, unsigned *ret_processed,
		     struct mfw_err **err)
{
	cleanup_free char *copy = malloc(source->len + 1);
	char text[96] = "";
	FAKE_LOCKED;
	int r = fake_fallible(err);

	if (r)
		return r;
	if (source->len >= 3 && !memcmp(source->elf, "bad", 3))
		return err_make(err, EACCES, "bpf.verifier", "the verifier refuses %s",
				source->name);
	elf_version(EV_CURRENT);
	memcpy(copy, source->elf, source->len);
	read_source(copy, source->len, text);
	if (ret_processed)
		*ret_processed = 1;
	r = fake_bind_maps(new_program(text, true), source);
	return r ? r : open_program(fake->n_programs, ret_fd);
}

int kernel_run_open(int fd, struct kernel_run **ret, struct mfw_err **err)
{
	FAKE_LOCKED;

	(void)fd;
	*ret = NULL;
	return fake_fallible(err);
}

int kernel_run_packet(struct kernel_run *run, const uint8_t *packet, size_t len, bool *ret,
		      bool *ret_by_socket, struct mfw_err **err)
{
	FAKE_LOCKED;

	(void)run;
	(void)packet;
	*ret = len > 20;
	*ret_by_socket = false;
	return fake_fallible(err);
}

void kernel_run_close(struct kernel_run *run)
{
	(void)run;
}

int kernel_prog_measure(int fd, const uint8_t *packet, size_t len, struct prog_cost *ret,
			struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	(void)fd;
	(void)packet;
	(void)len;
	if (!r)
		*ret = (struct prog_cost){.n_insns = 2, .jited_len = 8, .ns = 1};
	return r;
}

int kernel_prog_open(const char *path, int *ret_fd, struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_fallible(err);

	if (r)
		return r;
	if (!file)
		return err_make(err, ENOENT, "bpf.pin_missing", "no pin %s", path);
	if (file->kind != FAKE_PIN)
		return err_make(err, EACCES, "bpf.pin_denied", "%s is no pin", path);
	return open_program(file->prog_id, ret_fd);
}

int kernel_prog_by_id(uint32_t id, int *ret_fd)
{
	FAKE_LOCKED;
	int r = fake_operation();

	if (!r && (!id || id > fake->n_programs))
		r = -ENOENT;
	return r ? r : open_program(id, ret_fd);
}

int kernel_prog_info(int fd, struct prog_info *ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	uint32_t id = fake_id_of(fd);
	int r = fake_fallible(err);

	if (r)
		return r;
	*ret = (struct prog_info){
		.id = id, .socket_filter = !fake->programs[id].other_type, .name = "main"};
	strcpy(ret->type, ret->socket_filter ? "socket_filter" : "xdp");
	return 0;
}

int kernel_prog_source(int fd, struct buf *ret)
{
	FAKE_LOCKED;
	const char *source = fake->programs[fake_id_of(fd)].source;
	int r = fake_operation();

	if (r)
		return r;
	return *source ? buf_add_str(ret, source) : -ENOENT;
}

void fake_freed(size_t n)
{
	fake->freed += n;
	if (fake->freed > fake->most_freed)
		fake->most_freed = fake->freed;
}

size_t kernel_programs_at_once(void)
{
	return FAKE_AT_ONCE;
}

void kernel_programs_settle(void)
{
	fake->freed = 0;
}

int kernel_jit_works(void)
{
	return 1;
}

/* ---- bpffs ---- */

bool kernel_bpffs_mounted(void)
{
	return true;
}

struct fake_file *fake_file(const char *path)
{
	for (size_t i = 0; i < FAKE_FILES; i++)
		if (fake->files[i].kind && !strcmp(fake->files[i].path, path))
			return &fake->files[i];
	return NULL;
}

static bool has_parent(const char *path)
{
	char parent[192];

	FAKE_COPY(parent, path);
	*strrchr(parent, '/') = 0;
	return fake_file(parent) || !strcmp(parent, "/sys/fs/bpf");
}

static int make_file(enum fake_kind kind, const char *path, struct fake_file **ret)
{
	if (fake_file(path))
		return -EEXIST;
	if (!has_parent(path))
		return -ENOENT;
	for (size_t i = 0; i < FAKE_FILES; i++) {
		struct fake_file *file = &fake->files[i];

		if (file->kind)
			continue;
		*file = (struct fake_file){.kind = kind, .inode = ++fake->last_inode};
		FAKE_COPY(file->path, path);
		*ret = file;
		return 0;
	}
	return -ENOSPC;
}

int kernel_pin_dir(const char *path, struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_file *file;
	int r = fake_fallible(err);
	char part[192];

	for (const char *end = path + strlen("/sys/fs/bpf"); !r && *end;) {
		end += strcspn(end + 1, "/") + 1;
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		if (!fake_file(part) && make_file(FAKE_DIR, part, &file))
			r = err_make(err, ENOSPC, "bpffs.denied", "no room for %s", part);
	}
	return r;
}

int kernel_pin(int fd, const char *path)
{
	FAKE_LOCKED;
	struct fake_file *file;
	int r = fake_operation();

	r = r ? r : make_file(FAKE_PIN, path, &file);
	if (!r)
		file->prog_id = fake_id_of(fd);
	return r;
}

uint32_t fake_user_pin(const char *path, bool socket_filter)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);

	if (!file && make_file(FAKE_PIN, path, &file))
		abort();
	file->prog_id = new_program("", socket_filter);
	return file->prog_id;
}

int kernel_pin_link(const char *from, const char *to)
{
	FAKE_LOCKED;
	struct fake_file *old = fake_file(from), *file;
	int r = fake_operation();

	if (!r && !old)
		r = -ENOENT;
	r = r ? r : make_file(FAKE_PIN, to, &file);
	if (!r) {
		file->inode = old->inode;
		file->prog_id = old->prog_id;
	}
	return r;
}

static unsigned count_links(const struct fake_file *file)
{
	unsigned n = 0;

	for (size_t i = 0; i < FAKE_FILES; i++)
		n += fake->files[i].kind && fake->files[i].inode == file->inode;
	return n;
}

int kernel_pin_remove(const char *path)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_operation();

	if (r)
		return r;
	if (!file)
		return -ENOENT;
	if (file->kind == FAKE_DIR)
		return -EISDIR;
	if (file->kind == FAKE_PIN && !(file->prog_id & FAKE_MAP) && count_links(file) == 1)
		fake_freed(1);
	*file = (struct fake_file){};
	return 0;
}

static bool is_in(const struct fake_file *file, const char *dir)
{
	size_t len = strlen(dir);

	return file->kind && !strncmp(file->path, dir, len) && file->path[len] == '/' &&
	       !strchr(file->path + len + 1, '/');
}

int kernel_pin_remove_dir(const char *path)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_operation();

	if (r)
		return r;
	if (!file)
		return -ENOENT;
	for (size_t i = 0; i < FAKE_FILES; i++)
		if (is_in(&fake->files[i], path))
			return -ENOTEMPTY;
	*file = (struct fake_file){};
	return 0;
}

int kernel_pin_id(const char *path, uint64_t *ret)
{
	FAKE_LOCKED;
	struct fake_file *file;
	int r = fake_operation();

	if (r)
		return r;
	file = fake_file(path);
	if (!file)
		return -ENOENT;
	*ret = file->inode;
	return 0;
}

int kernel_pin_links(const char *path, unsigned *ret)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_operation();

	if (r)
		return r;
	if (!file)
		return -ENOENT;
	*ret = count_links(file);
	return 0;
}

int kernel_pin_note(const char *path, const char *text)
{
	FAKE_LOCKED;
	struct fake_file *file;
	int r = fake_operation();

	r = r ? r : make_file(FAKE_NOTE, path, &file);
	if (!r)
		FAKE_COPY(file->text, text);
	return r;
}

int kernel_pin_read_note(const char *path, struct buf *ret)
{
	FAKE_LOCKED;
	struct fake_file *file = fake_file(path);
	int r = fake_operation();

	if (r)
		return r;
	if (!file)
		return -ENOENT;
	return file->kind == FAKE_NOTE ? buf_add_str(ret, file->text) : -EINVAL;
}

int kernel_pin_each(const char *dir, int (*seen)(void *ctx, const char *name), void *ctx)
{
	FAKE_LOCKED;
	int r = fake_operation();

	for (size_t i = 0; i < FAKE_FILES && !r; i++)
		if (is_in(&fake->files[i], dir))
			r = seen(ctx, strrchr(fake->files[i].path, '/') + 1);
	return r;
}
