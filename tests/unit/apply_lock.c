/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks between processes. */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "apply/lock.h"

/* The child's pipes: it says when it has the lock, and ends when its input does. */
struct holder {
	pid_t pid;
	int from, to;
};

static struct mfw *open_as(const char *name, unsigned wait_ms)
{
	struct mfw_options options = {MFW_SIZE(struct mfw_options), .holder = name,
				      .lock_wait_ms = wait_ms, .matcher_path = "/nowhere"};
	struct mfw *mfw;

	assert_int_equal(mfw_open(&options, &mfw, NULL), 0);
	return mfw;
}

static void hold(const char *name, enum lock_mode mode, int from, int to)
{
	struct mfw *mfw = open_as("the other\x1b one", 2000);
	struct lock lock = LOCK_NONE;
	char c = lock_take(mfw, name, mode, &lock, NULL) ? 'n' : 'y';

	(void)!write(to, &c, 1);
	(void)!read(from, &c, 1);
	lock_release(&lock);
	mfw_close(mfw);
	_exit(0);
}

static struct holder start(const char *name, enum lock_mode mode)
{
	struct holder h;
	int in[2], out[2];
	char c = 0;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	h.pid = fork();
	if (!h.pid) {
		close(in[1]);
		hold(name, mode, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	h.from = out[0];
	h.to = in[1];
	assert_int_equal(read(h.from, &c, 1), 1);
	assert_int_equal(c, 'y');
	return h;
}

static void end(struct holder *h, bool by_force)
{
	int status;

	if (by_force)
		kill(h->pid, SIGKILL);
	close(h->to);
	close(h->from);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void says_who_holds_it(void **state)
{
	struct holder h = start("customer-acme", LOCK_ALONE);
	struct mfw *mfw = open_as("me", 120);
	cleanup_err struct mfw_err *err = NULL;
	struct lock lock = LOCK_NONE;
	double begin = seconds();
	char pid[32];

	(void)state;
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, &err), -EBUSY);
	assert_true(seconds() - begin >= 0.1);
	assert_true(seconds() - begin < 5);
	assert_int_equal(lock.fd, -1);
	assert_string_equal(mfw_err_kind(err), "lock.busy");
	assert_non_null(strstr(mfw_err_message(err), "the other? one"));
	snprintf(pid, sizeof(pid), "pid %d", (int)h.pid);
	assert_non_null(strstr(mfw_err_message(err), pid));
	assert_non_null(strstr(mfw_err_message(err), "120 ms"));
	/* Another lock is free, and this one after its holder's end. */
	assert_int_equal(lock_take(mfw, "customer-beta", LOCK_ALONE, &lock, NULL), 0);
	lock_release(&lock);
	end(&h, false);
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, NULL), 0);
	assert_false(lock.killed);
	lock_release(&lock);
	mfw_close(mfw);
}

static void tells_of_killed_holder(void **state)
{
	struct holder h = start("customer-acme", LOCK_ALONE);
	struct mfw *mfw = open_as("me", 1000);
	struct lock lock = LOCK_NONE;

	(void)state;
	end(&h, true);
	/* Who shares the lock does not clean up, and leaves it to be done. */
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_SHARED, &lock, NULL), 0);
	assert_true(lock.killed);
	lock_release(&lock);
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, NULL), 0);
	assert_true(lock.killed);
	lock_abandon(&lock);
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, NULL), 0);
	assert_true(lock.killed);
	lock_release(&lock);
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, NULL), 0);
	assert_false(lock.killed);
	lock_release(&lock);
	lock_release(&lock);
	mfw_close(mfw);
}

static void is_shared(void **state)
{
	struct holder h = start(LOCK_GLOBAL, LOCK_SHARED);
	struct mfw *mfw = open_as("me", 50);
	cleanup_err struct mfw_err *err = NULL;
	struct lock lock = LOCK_NONE;

	(void)state;
	assert_int_equal(lock_take(mfw, LOCK_GLOBAL, LOCK_SHARED, &lock, NULL), 0);
	lock_release(&lock);
	assert_int_equal(lock_take(mfw, LOCK_GLOBAL, LOCK_ALONE, &lock, &err), -EBUSY);
	assert_non_null(strstr(mfw_err_message(err), "all customers"));
	end(&h, false);
	mfw_close(mfw);
}

/* A lock whose file was removed while somebody waited for it is another lock. */
static void survives_removal(void **state)
{
	struct holder h = start("customer-acme", LOCK_ALONE);
	struct mfw *mfw = open_as("me", 500);
	struct lock lock = LOCK_NONE;

	(void)state;
	lock_remove("customer-acme");
	assert_int_equal(lock_take(mfw, "customer-acme", LOCK_ALONE, &lock, NULL), 0);
	lock_release(&lock);
	end(&h, false);
	mfw_close(mfw);
}

static void refuses_unsafe_directory(void **state)
{
	struct mfw *mfw = open_as("me", 500);
	cleanup_err struct mfw_err *err = NULL;
	struct lock lock = LOCK_NONE;

	(void)state;
	chmod(kernel_run_dir(), 0722);
	rmdir(kernel_run_dir());
	assert_int_equal(mkdir(kernel_run_dir(), 0700), 0);
	assert_int_equal(chmod(kernel_run_dir(), 0777), 0);
	assert_int_equal(lock_take(mfw, "x", LOCK_ALONE, &lock, &err), -EPERM);
	assert_string_equal(mfw_err_kind(err), "run.denied");
	mfw_close(mfw);
}

static int clear(void **state)
{
	(void)state;
	world_clear();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(says_who_holds_it, clear),
		cmocka_unit_test_setup(tells_of_killed_holder, clear),
		cmocka_unit_test_setup(is_shared, clear),
		cmocka_unit_test_setup(survives_removal, clear),
		cmocka_unit_test_setup(refuses_unsafe_directory, clear),
	};
	int failed;

	(void)argc;
	world_start(argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_stop();
	return failed;
}
