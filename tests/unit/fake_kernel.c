/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults, places and namespaces. */
#include "fake_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define OWN_NS "/proc/thread-self/ns/net"

struct fake *fake;
static char run_dir[160];
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void fake_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void fake_unlock(int *unused)
{
	(void)unused;
	pthread_mutex_unlock(&mutex);
}

void fake_copy(char *to, size_t size, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len >= size) {
		fprintf(stderr, "the fake kernel has no room for '%s'\n", text);
		abort();
	}
	memset(to, 0, size);
	if (len)
		memcpy(to, text, len);
}

/* ---- faults ---- */

void fake_arm(enum fake_fault fault, size_t n, int code)
{
	fake->operations = 0;
	fake->fault = fault;
	fake->fault_at = n;
	fake->fault_code = code;
}

bool fake_disarm(void)
{
	bool came = fake->fault && fake->operations >= fake->fault_at;

	fake->fault = FAKE_SOUND;
	return came;
}

int fake_operation(void)
{
	size_t n = __atomic_add_fetch(&fake->operations, 1, __ATOMIC_RELAXED);

	if (!fake->fault || n < fake->fault_at)
		return 0;
	if (fake->fault == FAKE_KILL) {
		kill(getpid(), SIGKILL);
		pause();
	}
	return n == fake->fault_at || fake->fault == FAKE_FAIL_ALL ? -fake->fault_code : 0;
}

int fake_fallible(struct mfw_err **err)
{
	int r = fake_operation();

	return r ? err_make(err, -r, "fake.fault", "the fake kernel fails: %s", strerror(-r)) : 0;
}

/* ---- places ---- */

const char *kernel_run_dir(void)
{
	return run_dir;
}

const char *kernel_pin_root(void)
{
	return "/sys/fs/bpf/mfw";
}

const char *kernel_netns_dir(void)
{
	return "/run/netns";
}

/* ---- namespaces ---- */

static struct fake_ns *find(const char *path)
{
	for (size_t i = 0; i < FAKE_NAMESPACES; i++)
		if (fake->namespaces[i].used && !strcmp(fake->namespaces[i].path, path))
			return &fake->namespaces[i];
	return NULL;
}

/* A new namespace, in the place of one that nobody can reach any more. */
static struct fake_ns *make(const char *path)
{
	for (size_t i = 0; i < FAKE_NAMESPACES; i++) {
		struct fake_ns *ns = &fake->namespaces[i];

		if (ns->used && (*ns->path || ns->opened))
			continue;
		*ns = (struct fake_ns){.used = true, .genid = 1, .inode = ++fake->last_inode};
		FAKE_COPY(ns->path, path);
		return ns;
	}
	fprintf(stderr, "the fake kernel has no room for namespaces\n");
	abort();
}

void fake_start(const char *dir)
{
	FAKE_COPY(run_dir, dir);
	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fake == MAP_FAILED)
		abort();
	fake_start_maps();
	fake->last_inode = 4026531840;
	make(OWN_NS);
}

void fake_stop(void)
{
	fake_stop_maps();
	munmap(fake, sizeof(*fake));
}

static void path_of(const char *name, char ret[128])
{
	if (*name)
		snprintf(ret, 128, "%s/%s", kernel_netns_dir(), name);
	else
		snprintf(ret, 128, OWN_NS);
}

struct fake_ns *fake_netns(const char *name)
{
	char path[128];

	path_of(name, path);
	return find(path);
}

void fake_netns_add(const char *name)
{
	char path[128];

	path_of(name, path);
	make(path);
}

static int open_ns(struct fake_ns *ns, struct kernel_ns **ret, struct mfw_err **err)
{
	struct kernel_ns *opened = calloc(1, sizeof(*opened));

	if (!opened)
		return err_nomem(err);
	opened->ns = ns;
	opened->inode = ns->inode;
	opened->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ns->opened++;
	*ret = opened;
	return 0;
}

int kernel_ns_open(const char *path, struct kernel_ns **ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_ns *ns = find(path ? path : OWN_NS);
	int r = fake_fallible(err);

	if (r)
		return r;
	if (!ns)
		return err_make(err, ENOENT, "netns.missing", "no namespace %s", path);
	return open_ns(ns, ret, err);
}

int kernel_ns_open_new(struct kernel_ns **ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	return r ? r : open_ns(make(""), ret, err);
}

void kernel_ns_close(struct kernel_ns *ns)
{
	FAKE_LOCKED;

	if (!ns)
		return;
	ns->ns->opened--;
	close(ns->fd);
	free(ns);
}

uint64_t kernel_ns_inode(const struct kernel_ns *ns)
{
	return ns->inode;
}

uint64_t kernel_ns_cookie(const struct kernel_ns *ns)
{
	return ns->inode;
}

int kernel_netns_make(const char *path, struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	if (r)
		return r;
	if (find(path))
		return err_make(err, EEXIST, "netns.exists", "there is a namespace %s", path);
	make(path);
	return 0;
}

int kernel_netns_remove(const char *path, struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_ns *ns = find(path);
	int r = fake_fallible(err);

	if (!r && ns)
		FAKE_COPY(ns->path, "");
	return r;
}

void kernel_netns_own_thread(void)
{
}

/* A name goes with its namespace, here. */
void kernel_netns_forget(const char *path)
{
	(void)path;
}

int kernel_netns_inode(const char *path, uint64_t *ret)
{
	FAKE_LOCKED;
	struct fake_ns *ns = find(path);
	int r = fake_operation();

	if (r)
		return r;
	if (!ns)
		return -ENOENT;
	*ret = ns->inode;
	return 0;
}
