/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a ruleset. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/declared.h"

static int refuse(int r, const char *path, struct mfw_err **err)
{
	if (r == -ENOMEM)
		return err_nomem(err);
	return err_make(err, -r, "ruleset.read", "cannot read the ruleset %s: %s", path,
			r == -EFBIG ? "it has more than 256 MiB; several files may have more"
				    : strerror(-r));
}

static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len > n && !strcmp(path + len - n, end);
}

static bool is_yaml(const char *path)
{
	return ends_with(path, ".yaml") || ends_with(path, ".yml");
}

static enum doc_format format_of(const char *name, const struct buf *text)
{
	if (is_yaml(name))
		return DOC_YAML;
	return ends_with(name, ".json") ? DOC_JSON : doc_guess(text->data, text->len);
}

int declared_take(struct mfw_ruleset *d, const char *name, struct buf *text, struct mfw_err **err)
{
	size_t len = text->len;
	enum doc_format format;
	char *data;

	if (d->checked)
		return err_make(err, EINVAL, "ruleset.checked",
				"the ruleset has been checked already; begin another");
	/* An empty one has no memory yet. */
	if (buf_add(text, "", 0))
		return err_nomem(err);
	format = format_of(name, text);
	data = buf_steal(text);
	if (!data || ruleset_read(&d->rs, name, format, data, len, &d->errors))
		return err_nomem(err);
	return 0;
}

static int read_fd(struct mfw_ruleset *d, const char *name, int fd, struct mfw_err **err)
{
	cleanup_buf struct buf text = {};
	int r = buf_read_fd(&text, fd, RULESET_FILE_MAX);

	return r ? refuse(r, name, err) : declared_take(d, name, &text, err);
}

static int read_file(struct mfw_ruleset *d, const char *path, struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? refuse(-errno, path, err) : read_fd(d, path, fd, err);
}

/* Of what somebody named, a pipe is as good; in a directory it would hold up a boot for ever. */
static int read_regular(struct mfw_ruleset *d, const char *path, struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return refuse(-errno, path, err);
	if (S_ISREG(st.st_mode))
		return read_fd(d, path, fd, err);
	return err_make(err, EINVAL, "ruleset.read",
			"%s is no file, and what ends in .json, .yaml or .yml in a directory of "
			"rulesets is read as one: rename it",
			path);
}

static int is_ruleset(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (is_yaml(entry->d_name) || ends_with(entry->d_name, ".json"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_entry(struct mfw_ruleset *d, const char *dir, const char *name,
		      struct mfw_err **err)
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return err_nomem(err);
	}
	return read_regular(d, path, err);
}

static int read_dir(struct mfw_ruleset *d, const char *path, struct mfw_err **err)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_ruleset, by_name), r = 0;

	if (n < 0)
		return refuse(-errno, path, err);
	if (!n)
		r = err_make(err, ENOENT, "ruleset.read",
			     "the directory %s has no ruleset: files that end in .json, .yaml or "
			     ".yml",
			     path);
	for (int i = 0; i < n; i++) {
		r = r ? r : read_entry(d, path, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int declared_read(struct mfw_ruleset *d, const char *path, struct mfw_err **err)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return read_fd(d, "standard input", STDIN_FILENO, err);
	if (stat(path, &st))
		return refuse(-errno, path, err);
	return S_ISDIR(st.st_mode) ? read_dir(d, path, err) : read_file(d, path, err);
}
