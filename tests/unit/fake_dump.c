/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state as text that two runs of the same commands share. */
#include "fake_kernel.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "list/text.h"

static void dump_rule(const struct fake_rule *r, struct buf *out)
{
	struct fake_file *pin = *r->pin ? fake_file(r->pin) : NULL;

	if (!*r->ref) {
		buf_add_str(out, "    a rule of somebody else's\n");
		return;
	}
	buf_printf(out, "    %s kind %d mode %d '%s' packets %llu", r->ref, r->kind, r->mode,
		   r->action, (unsigned long long)r->packets);
	if (*r->comment)
		buf_printf(out, " comment '%s'", r->comment);
	if (*r->bytecode)
		buf_printf(out, " bytecode %s", r->bytecode);
	if (*r->pin)
		buf_printf(out, " pin %s%s%s%s", r->pin, pin ? "" : " (gone)",
			   pin && pin->prog_id != r->runs_id ? " (another)" : "",
			   r->named_id != r->runs_id ? " (misnamed)" : "");
	buf_add_str(out, "\n");
}

void fake_dump_rules(const struct fake_ns *ns, struct buf *out)
{
	buf_printf(out, "namespace %s\n", ns->path);
	for (size_t i = 0; i < FAKE_TABLES; i++)
		if (ns->tables[i].family)
			buf_printf(out, "  table %u %s%s\n", ns->tables[i].family,
				   ns->tables[i].name, ns->tables[i].stopped ? ", stopped" : "");
	for (size_t i = 0; i < FAKE_CHAINS; i++) {
		const struct fake_chain *c = &ns->chains[i];

		if (!c->used)
			continue;
		buf_printf(out, "  chain %u %s %s type '%s' hook '%s' %d policy '%s'\n", c->family,
			   c->table, c->name, c->type, c->hook, c->priority, c->policy);
		for (size_t j = 0; j < c->n_rules; j++)
			dump_rule(&c->rules[j], out);
	}
}

static unsigned links(uint32_t inode)
{
	unsigned n = 0;

	for (size_t i = 0; i < FAKE_FILES; i++)
		n += fake->files[i].kind && fake->files[i].inode == inode;
	return n;
}

static int by_path(const void *a, const void *b)
{
	const struct fake_file *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

static bool is_list(const struct fake_file *file)
{
	return file->kind == FAKE_PIN && file->prog_id & FAKE_MAP &&
	       (strstr(file->path, "/list/") || strstr(file->path, "/shared/"));
}

/* What was entered. */
static void dump_list(const struct fake_file *file, struct buf *out)
{
	cleanup_entries struct entries entries = {};
	struct area area = {};

	area.lines = fake_slot_data(file->prog_id, &area.n);
	area.n *= MFW_LIST_CHUNK_LINES;
	buf_printf(out, "list %s:", file->path);
	if (!area.lines || !list_is_sound(&area) || list_read(&area, &entries) ||
	    entries_tidy(&entries, NULL))
		buf_add_str(out, " broken");
	else if (area_book(&area)->busy || list_count(&area) != entries_count(&entries))
		buf_add_str(out, " a change is under way");
	for (size_t i = 0; i < entries_count(&entries); i++) {
		buf_add_str(out, " ");
		text_print(&entries, i, out);
	}
	buf_add_str(out, "\n");
}

void fake_dump_lists(struct buf *out)
{
	for (size_t i = 0; i < FAKE_FILES; i++)
		if (is_list(&fake->files[i]))
			dump_list(&fake->files[i], out);
}

static bool is_list_dir(const char *path)
{
	return !strcmp(strrchr(path, '/'), "/list") || !strcmp(strrchr(path, '/'), "/shared");
}

static void dump_files(struct buf *out)
{
	const struct fake_file *all[FAKE_FILES];
	size_t n = 0;

	for (size_t i = 0; i < FAKE_FILES; i++)
		if (fake->files[i].kind)
			all[n++] = &fake->files[i];
	qsort(all, n, sizeof(*all), by_path);
	for (size_t i = 0; i < n; i++) {
		/* One for lists may be left over without any: it is in nobody's way. */
		bool holder = all[i]->kind == FAKE_DIR && !is_list_dir(all[i]->path) &&
			      strstr(all[i]->path, "mfw/") &&
			      strchr(strstr(all[i]->path, "mfw/") + 4, '/');

		if (all[i]->kind == FAKE_PIN)
			buf_printf(out, "pin %s %u links\n", all[i]->path, links(all[i]->inode));
		if (is_list(all[i]))
			dump_list(all[i], out);
		if (all[i]->kind == FAKE_NOTE)
			buf_printf(out, "note %s -> %s\n", all[i]->path, all[i]->text);
		else if (holder)
			buf_printf(out, "holder %s\n", all[i]->path);
	}
}

static void dump_customer(const char *path, const char *name, struct buf *out)
{
	json_t *root = json_load_file(path, 0, NULL);
	const char *netns = json_string_value(json_object_get(root, "netns"));
	json_int_t inode = json_integer_value(json_object_get(root, "inode"));
	struct fake_ns *ns = NULL;

	if (netns)
		ns = fake_netns(strrchr(netns, '/') + 1);
	buf_printf(out, "customer %s netns %s made %d %s\n", name, netns ? netns : "(unreadable)",
		   json_is_true(json_object_get(root, "made")),
		   ns && ns->inode == (uint64_t)inode ? "as it was" : "drifted");
	json_decref(root);
}

static void dump_lock(const char *path, const char *name, struct buf *out)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_buf struct buf text = {};

	if (!buf_read_fd(&text, fd, 4096) && text.len)
		buf_printf(out, "lock %s of %s\n", name, text.data);
}

static void dump_dir(const char *name, void (*dump)(const char *, const char *, struct buf *),
		     struct buf *out)
{
	char dir[192], path[512];
	struct dirent **entries;
	int n;

	snprintf(dir, sizeof(dir), "%s/%s", kernel_run_dir(), name);
	n = scandir(dir, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			dump(path, entries[i]->d_name, out);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static int by_name(const void *a, const void *b)
{
	const struct fake_ns *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

void fake_dump(struct buf *out)
{
	const struct fake_ns *all[FAKE_NAMESPACES];
	size_t n = 0;

	for (size_t i = 0; i < FAKE_NAMESPACES; i++)
		if (fake->namespaces[i].used && *fake->namespaces[i].path)
			all[n++] = &fake->namespaces[i];
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++)
		fake_dump_rules(all[i], out);
	dump_files(out);
	dump_dir("customers", dump_customer, out);
	dump_dir("lock", dump_lock, out);
}
