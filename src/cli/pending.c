/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/report.h"

#define SECOND_NS 1000000000ull
#define BOOT_ID   "/proc/sys/kernel/random/boot_id"
/* While it waits; while it is taken back; while it is being written. */
#define WAITING   "pending.json"
#define TAKEN     "pending.taken"
#define WRITTEN   "pending.new"

const char *pending_state_dir(void)
{
	const char *dir = getenv("MFW_STATE_DIR");

	return dir && *dir ? dir : "/var/lib/mfw";
}

static void path_of(const char *name, char ret[512])
{
	snprintf(ret, 512, "%.480s/%s", pending_state_dir(), name);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static void read_boot(char ret[40])
{
	cleanup_close int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, 36);

	ret[n > 0 ? n : 0] = '\0';
}

/* ---- the file ---- */

static bool read_file(const char *name, struct pending *ret)
{
	json_int_t entry, deadline;
	const char *boot;
	char path[512];
	json_t *root;
	bool good;

	path_of(name, path);
	root = json_load_file(path, 0, NULL);
	good = root && !json_unpack(root, "{s:I, s:I, s:s}", "entry", &entry, "deadline_ns",
				    &deadline, "boot", &boot);
	if (good && ret) {
		*ret = (struct pending){.entry = (uint64_t)entry,
					.deadline_ns = (uint64_t)deadline};
		snprintf(ret->boot, sizeof(ret->boot), "%s", boot);
	}
	json_decref(root);
	return good;
}

bool pending_read(struct pending *ret)
{
	return read_file(WAITING, ret);
}

static int sync_file(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -1 : 0;
}

int pending_write(uint64_t entry, uint32_t seconds, struct fault *fault)
{
	char boot[40], path[512], written[512];
	json_t *root;
	int r;

	read_boot(boot);
	path_of(WAITING, path);
	path_of(WRITTEN, written);
	root = json_pack("{s:I, s:I, s:s}", "entry", (json_int_t)entry, "deadline_ns",
			 (json_int_t)(now_ns() + seconds * SECOND_NS), "boot", boot);
	r = !root || json_dump_file(root, written, JSON_COMPACT) || sync_file(written) ||
	    rename(written, path);
	json_decref(root);
	if (!r)
		return 0;
	fault_make(fault, errno, "history.denied", "cannot write %s: %s", path, strerror(errno));
	unlink(written);
	return -1;
}

uint64_t pending_left(const struct pending *p)
{
	uint64_t now = now_ns();

	return now >= p->deadline_ns ? 0 : (p->deadline_ns - now + SECOND_NS - 1) / SECOND_NS;
}

/* Whoever renames it first has decided. 0 or -errno; -ENOENT: it is decided, or there is none. */
static int take(void)
{
	char path[512], taken[512];

	path_of(WAITING, path);
	path_of(TAKEN, taken);
	return rename(path, taken) ? -errno : 0;
}

static void remove_taken(void)
{
	char taken[512];

	path_of(TAKEN, taken);
	unlink(taken);
}

int pending_keep(void)
{
	int r = take();

	if (!r)
		remove_taken();
	return r;
}

void pending_drop(void)
{
	pending_keep();
	remove_taken();
}

/* ---- the guard ---- */

/* What the guard says if it cannot begin: an errno. It ends where the guard has begun. */
#define GUARD_SAYS 3

/* Ends with a process of its own that nothing of ours can end: neither terminal nor parent. */
static _Noreturn void become_guard(const char *const *argv, int says)
{
	int null = open("/dev/null", O_RDWR), failed;
	pid_t child;

	/* Whoever closed his standard streams gets the pipe as one of them. */
	says = fcntl(says, F_DUPFD, GUARD_SAYS);
	setsid();
	child = fork();
	if (child > 0)
		_exit(0);
	failed = errno;
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	dup2(says, GUARD_SAYS);
	fcntl(GUARD_SAYS, F_SETFD, FD_CLOEXEC);
	closefrom(GUARD_SAYS + 1);
	/* Relative paths still mean what they did: the directory stays. */
	if (!child) {
		execv("/proc/self/exe", (char *const *)argv);
		failed = errno;
	}
	(void)!write(GUARD_SAYS, &failed, sizeof(failed));
	_exit(127);
}

/* Until it has begun: who goes on may rely on it. 0 or -errno. */
static int start_guard(const char *const *argv)
{
	cleanup_close int hears = -1, says = -1;
	int fds[2], failed = 0;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	hears = fds[0];
	says = fds[1];
	child = fork();
	if (!child)
		become_guard(argv, says);
	if (child < 0)
		return -errno;
	/* Where SIGCHLD is ignored there is nothing to wait for, and the pipe tells. */
	waitpid(child, NULL, 0);
	close(steal_fd(&says));
	return read(hears, &failed, sizeof(failed)) < 0 ? -errno : -failed;
}

int pending_guard(const struct config *config, struct fault *fault)
{
	const char *argv[8] = {"mfwctl"};
	size_t n = 1;
	int r;

	if (config->matcher_path) {
		argv[n++] = "--matcher-path";
		argv[n++] = config->matcher_path;
	}
	argv[n++] = "guard";
	r = start_guard(argv);
	return r ? fault_make(fault, -r, "confirm.guard",
			      "cannot start the process that would take this back: %s; nothing has "
			      "been changed",
			      strerror(-r))
		 : 0;
}

/* ---- taking back ---- */

static int roll_back(struct session *session, uint64_t entry, struct fault *fault)
{
	/* One whose namespace has gone must not keep the others from theirs. */
	struct mfw_apply_options how = {MFW_SIZE(struct mfw_apply_options), .unconfirmed = true};
	cleanup(applied_free_p) struct mfw_applied *applied = NULL;
	const struct mfw_applied_customer *c;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (mfw_rollback(session->mfw, entry, &how, &applied, &err)) {
		/* Somebody else was quicker. */
		if (!strcmp(mfw_err_kind(err), "history.empty"))
			return mfw_err_free(err), 0;
		return fault_take(fault, err);
	}
	for (size_t i = 0; (c = mfw_applied_get(applied, i)); i++) {
		if (!c->error || !strncmp(mfw_err_kind(c->error), "netns.", 6))
			continue;
		fault_copy(fault, c->error);
		return -1;
	}
	return 0;
}

int pending_revert(struct session *session, struct fault *fault)
{
	struct pending p;
	int r = take();

	/* One that was taken, and is still there, is of somebody who was killed over it. */
	if (r == -ENOENT && !read_file(TAKEN, NULL))
		return 0;
	/* Where that cannot be noted (the disk can only be read, say), it is done all the same. */
	if (read_file(r && r != -ENOENT ? WAITING : TAKEN, &p) &&
	    roll_back(session, p.entry, fault))
		return -1;
	remove_taken();
	return 0;
}

/* Of a boot before this one, it is about rules that are gone. */
static bool is_of_this_boot(const struct pending *p)
{
	char boot[40];

	read_boot(boot);
	return !strcmp(boot, p->boot);
}

int pending_settle(struct session *session, struct fault *fault)
{
	struct pending p;
	bool waits = pending_read(&p);

	if (!waits && !read_file(TAKEN, &p))
		return 0;
	if (!is_of_this_boot(&p)) {
		pending_drop();
		return 0;
	}
	if (waits && pending_left(&p))
		return 0;
	/* It would be taken back again by each command: the guard has done it, or is about to. */
	if (access(pending_state_dir(), W_OK)) {
		report_warning(
			"an apply was not confirmed in time, and it cannot be written down "
			"that it has been taken back: the state directory cannot be written");
		return 0;
	}
	if (pending_revert(session, fault))
		return -1;
	report_warning("an apply was not confirmed in time, and has been taken back");
	return 0;
}
