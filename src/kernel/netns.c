/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>

#define NETNS_DIR "/run/netns"

const char *kernel_run_dir(void)
{
	return "/run/mfw";
}

const char *kernel_netns_dir(void)
{
	return NETNS_DIR;
}

struct job {
	int (*run)(void *arg);
	void *arg;
	int ns_fd; /* to enter first; -1: a new namespace */
};

static int go_and_run(const struct job *job)
{
	int r = job->ns_fd >= 0 ? setns(job->ns_fd, CLONE_NEWNET) : unshare(CLONE_NEWNET);

	return r ? -errno : job->run(job->arg);
}

static void *thread_main(void *job)
{
	return (void *)(intptr_t)go_and_run(job);
}

static int run_in_thread(struct job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	void *result;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setsigmask_np(&attr, &all);
	r = pthread_create(&thread, &attr, thread_main, job);
	pthread_attr_destroy(&attr);
	if (r)
		return -r;
	pthread_join(thread, &result);
	return (int)(intptr_t)result;
}

/* It runs nothing but what is the library's. */
static _Thread_local bool is_own_thread;

void kernel_netns_own_thread(void)
{
	is_own_thread = true;
}

/* The way back to where the thread is; -1 when there is none. */
static int open_home(void)
{
	cleanup_close int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return home >= 0 && !setns(home, CLONE_NEWNET) ? steal_fd(&home) : -1;
}

static int run_here(const struct job *job, int home)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = go_and_run(job);
	/* It could be entered a moment ago. To go on elsewhere would be worse than to end. */
	if (setns(home, CLONE_NEWNET))
		abort();
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

/*
 * setns() changes the calling thread, and a library must not do that to its caller: so a thread of
 * our own goes there. A socket that it opens stays in the namespace. But a thread takes a tenth of
 * the time that a whole command does: a process without threads goes there and back itself, with
 * no signal in between, so nothing of it ever runs elsewhere; and so does a thread of the
 * library's.
 */
int netns_run(int ns_fd, int (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .ns_fd = ns_fd};
	cleanup_close int home = is_own_thread || __libc_single_threaded ? open_home() : -1;

	return home >= 0 ? run_here(&job, home) : run_in_thread(&job);
}

/* -EINVAL unless fd is a network namespace. */
static int check_ns(int fd, uint64_t *ret_inode)
{
	struct stat st;

	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -EINVAL;
	if (fstat(fd, &st))
		return -errno;
	*ret_inode = st.st_ino;
	return 0;
}

int kernel_netns_inode(const char *path, uint64_t *ret)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : check_ns(fd, ret);
}

int netns_open_fd(const char *path, int *ret_fd, uint64_t *ret_inode, struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int r = fd < 0 ? -errno : check_ns(fd, ret_inode);

	if (r == -ENOENT)
		return err_make(err, ENOENT, "netns.missing",
				"there is no network namespace %s (ip netns list shows those there "
				"are)",
				path);
	if (r == -EINVAL)
		return err_make(err, EINVAL, "netns.not",
				"%s is not a network namespace; give a name that ip netns list "
				"shows, or a path such as /proc/PID/ns/net",
				path);
	if (r)
		return err_make(err, -r, "netns.denied", "cannot open the network namespace %s: %s",
				path, strerror(-r));
	*ret_fd = steal_fd(&fd);
	return 0;
}

/*
 * The namespaces' directory must be a shared mount of its own, so that a mount made in it is seen
 * by, and can be removed from, every mount namespace that has it: as iproute2 makes it.
 */
static int make_dir(void)
{
	if (mkdir(NETNS_DIR, 0755) && errno != EEXIST)
		return -errno;
	if (!mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL))
		return -errno;
	return mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) ? -errno : 0;
}

static int bind_self(void *path)
{
	return mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL) ? -errno : 0;
}

/*
 * An empty file that is no namespace is what a killed `ip netns add`, or ours, leaves: a name
 * without a namespace. It can be used again.
 */
static bool left_over(const char *path)
{
	uint64_t inode;
	struct stat st;

	return !lstat(path, &st) && S_ISREG(st.st_mode) && !st.st_size &&
	       kernel_netns_inode(path, &inode) == -EINVAL;
}

void kernel_netns_forget(const char *path)
{
	if (left_over(path))
		unlink(path);
}

int kernel_netns_make(const char *path, struct mfw_err **err)
{
	cleanup_close int fd = -1;
	int r = make_dir();

	if (r)
		return err_make(err, -r, "netns.denied",
				"cannot make %s for network namespaces: %s%s", NETNS_DIR,
				strerror(-r), r == -EPERM || r == -EACCES ? "; run as root" : "");
	kernel_netns_forget(path);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0 && errno == EEXIST)
		return err_make(err, EEXIST, "netns.exists",
				"there is a network namespace %s already; to use it, give it with "
				"--netns",
				path);
	if (fd < 0)
		return err_make(err, errno, "netns.denied", "cannot make %s: %s", path,
				strerror(errno));
	r = netns_run(-1, bind_self, (void *)path);
	if (r) {
		unlink(path);
		return err_make(err, -r, "netns.denied",
				"cannot make the network namespace %s: %s%s", path, strerror(-r),
				r == -EPERM ? "; this needs CAP_SYS_ADMIN, run as root" : "");
	}
	return 0;
}

int kernel_netns_remove(const char *path, struct mfw_err **err)
{
	if (umount2(path, MNT_DETACH) && errno != EINVAL && errno != ENOENT)
		return err_make(err, errno, "netns.denied",
				"cannot remove the network namespace %s: %s", path,
				strerror(errno));
	if (unlink(path) && errno != ENOENT)
		return err_make(err, errno, "netns.busy",
				"cannot remove the network namespace %s: %s; another mount "
				"namespace may hold it",
				path, strerror(errno));
	return 0;
}
