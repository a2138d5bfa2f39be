/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"

static int enter_netns(const char *netns)
{
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	if (!netns)
		return 0;
	if (asprintf(&path, "%s%s", strchr(netns, '/') ? "" : "/run/netns/", netns) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || setns(fd, CLONE_NEWNET) ? -errno : 0;
}

_Noreturn static void be_child(int out, void (*work)(void *), void *arg, const char *netns)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    dup2(null, STDIN_FILENO) < 0 || enter_netns(netns))
		_exit(1);
	alarm(CHILD_SECONDS);
	work(arg);
	fflush(stdout);
	_exit(0);
}

static int read_all(int fd, char **ret, size_t *ret_len)
{
	cleanup_free char *data = NULL;
	size_t capacity = 0, len = 0;
	ssize_t n;

	do {
		if (len + 1 >= capacity) {
			char *grown = realloc(data, capacity = capacity ? 2 * capacity : 16384);

			if (!grown)
				return -ENOMEM;
			data = grown;
		}
		n = read(fd, data + len, capacity - len - 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		len += n > 0 ? (size_t)n : 0;
	} while (n);
	data[len] = '\0';
	*ret = steal_ptr(data);
	*ret_len = len;
	return 0;
}

int child_capture(void (*work)(void *arg), void *arg, const char *netns, char **ret,
		  size_t *ret_len)
{
	cleanup_close int from = -1, to = -1;
	int fds[2], result;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	from = fds[0];
	to = fds[1];
	/* What is buffered here must not be printed by the child too. */
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		be_child(to, work, arg, netns);
	close(steal_fd(&to));
	result = read_all(from, ret, ret_len);
	/* If reading failed, the child ends by its next write to the closed pipe, or its alarm. */
	close(steal_fd(&from));
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return result;
}
