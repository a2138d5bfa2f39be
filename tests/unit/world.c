/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "world.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

char world_dir[64], world_object[128];
static char run_dir[80];
static char matchers[512];

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

void world_start(char **argv)
{
	if (!argv[1] || !argv[2])
		abort();
	snprintf(matchers, sizeof(matchers), "%s:%s", argv[1], argv[2]);
	strcpy(world_dir, "/tmp/mfw-unit-XXXXXX");
	if (!mkdtemp(world_dir))
		abort();
	snprintf(run_dir, sizeof(run_dir), "%s/run", world_dir);
	snprintf(world_object, sizeof(world_object), "%s/own.bpf.o", world_dir);
	write_file(world_object, "an object");
	fake_start(run_dir);
}

void world_stop(void)
{
	fake_stop();
	remove_tree(world_dir);
}

void world_clear(void)
{
	remove_tree(run_dir);
	fake_stop();
	fake_start(run_dir);
}

static struct mfw *open_waiting(unsigned lock_wait_ms)
{
	struct mfw_options options = {MFW_SIZE(struct mfw_options), .matcher_path = matchers,
				      .holder = "unit", .lock_wait_ms = lock_wait_ms};
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw;

	world_done(mfw_open(&options, &mfw, &err), &err);
	return mfw;
}

struct mfw *world_open(void)
{
	return open_waiting(2000);
}

struct mfw *world_open_hurried(void)
{
	return open_waiting(1);
}

void world_done(int r, struct mfw_err **err)
{
	if (r)
		fail_msg("%d: %s", r, *err ? mfw_err_message(*err) : "no message");
	if (*err)
		fail_msg("success with an error: %s", mfw_err_message(*err));
}

size_t world_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* ---- going back ---- */

#define KEPT_FILES 8

struct world_point {
	struct fake fake;
	void *memory; /* of its maps */
	char name[KEPT_FILES][64];
	char text[KEPT_FILES][512];
	size_t n;
};

struct world_point *world_save(void)
{
	struct world_point *point = calloc(1, sizeof(*point));
	struct dirent *entry;
	char path[256];
	DIR *dir;

	point->fake = *fake;
	point->memory = malloc(fake->map_bytes + 1);
	memcpy(point->memory, fake_memory(), fake->map_bytes);
	snprintf(path, sizeof(path), "%s/customers", run_dir);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		cleanup_close int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);

		if (entry->d_name[0] == '.')
			continue;
		assert_true(point->n < KEPT_FILES);
		fake_copy(point->name[point->n], 64, entry->d_name);
		assert_true(read(fd, point->text[point->n++], 511) > 0);
	}
	if (dir)
		closedir(dir);
	return point;
}

void world_return(const struct world_point *point)
{
	char path[256];

	remove_tree(run_dir);
	*fake = point->fake;
	memcpy(fake_memory(), point->memory, fake->map_bytes);
	/* Whoever had them open has gone. */
	for (size_t i = 0; i < FAKE_NAMESPACES; i++)
		fake->namespaces[i].opened = 0;
	assert_int_equal(mkdir(run_dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/customers", run_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < point->n; i++) {
		snprintf(path, sizeof(path), "%s/customers/%s", run_dir, point->name[i]);
		write_file(path, point->text[i]);
	}
}

void world_point_free(struct world_point *point)
{
	if (point)
		free(point->memory);
	free(point);
}

/* ---- commands ---- */

static int change_of(struct mfw *mfw, const struct mfw_target *target, world_steps steps,
		     struct mfw_err **err)
{
	struct mfw_change *change;
	int r = mfw_change_new(mfw, target, &change, err);

	if (r)
		return r;
	r = steps(change, err);
	r = r ? r : mfw_change_commit(change, err);
	mfw_change_free(change);
	return r;
}

int world_change(struct mfw *mfw, const char *customer, world_steps steps, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = customer};

	return change_of(mfw, &target, steps, err);
}

int world_direct(struct mfw *mfw, const char *table, world_steps steps, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .family = "ip", .table = table};

	return change_of(mfw, &target, steps, err);
}

int world_rule(struct mfw_change *change, const char *ref, enum match_kind kind, const char *match,
	       const char *action, struct mfw_err **err)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .ref = ref, .action = action};

	switch (kind) {
	case MATCH_EXPR: rule.match = match; break;
	case MATCH_OBJECT: rule.object = match; break;
	case MATCH_OBJECT_PINNED: rule.object_pinned = match; break;
	case MATCH_BYTECODE: rule.bytecode = match; break;
	}
	return mfw_change_rule_add(change, "edge", &rule, NULL, err);
}

int world_chain(struct mfw_change *change, const char *name, const char *hook, struct mfw_err **err)
{
	struct mfw_chain chain = {MFW_SIZE(struct mfw_chain), .name = name, .hook = hook};

	return mfw_change_chain_add(change, &chain, err);
}

static int fill_acme(struct mfw_change *change, struct mfw_err **err)
{
	int r = world_chain(change, "edge", "forward", err);

	r = r ? r : world_chain(change, "side", NULL, err);
	r = r ? r : world_rule(change, "s1", MATCH_EXPR, SUFFIX, "drop", err);
	r = r ? r : world_rule(change, "t1", MATCH_EXPR, "true", "jump side", err);
	r = r ? r : world_rule(change, "b1", MATCH_BYTECODE, BYTECODE, "accept", err);
	r = r ? r : world_rule(change, "o1", MATCH_OBJECT, world_object, "accept", err);
	return r ? r : world_rule(change, "p1", MATCH_OBJECT_PINNED, USER_PIN, "accept", err);
}

static int fill_beta(struct mfw_change *change, struct mfw_err **err)
{
	int r = world_chain(change, "edge", "input", err);

	return r ? r : world_rule(change, "s1", MATCH_EXPR, SUFFIX, "drop", err);
}

void world_fill(void)
{
	cleanup_err struct mfw_err *err = NULL;
	struct mfw *mfw = world_open();

	fake_user_pin(USER_PIN, true);
	world_done(mfw_customer_add(mfw, "acme", NULL, &err), &err);
	world_done(mfw_customer_add(mfw, "beta", NULL, &err), &err);
	world_done(world_change(mfw, "acme", fill_acme, &err), &err);
	world_done(world_change(mfw, "beta", fill_beta, &err), &err);
	for (size_t i = 0; i < fake_chain("acme", "edge")->n_rules; i++)
		fake_chain("acme", "edge")->rules[i].packets = 10 + i;
	mfw_close(mfw);
}

int world_begin(void **state)
{
	world_clear();
	world_fill();
	*state = world_open();
	return 0;
}

int world_end(void **state)
{
	mfw_close(*state);
	return 0;
}
