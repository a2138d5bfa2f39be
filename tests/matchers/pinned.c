/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pinned MATCHERS: the same rule three ways, in namespaces of its own: `bpftool prog load` and
 * `iptables -m bpf` of the object alone and of a generated program, with real packets over lo.
 */
#include "base/cleanup.h"
#include "catalog/catalog.h"
#include "codegen/codegen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define SKIP 77
#define PORT 5999

static int n_checks;
static bool failed;

static void check(bool good, const char *what, const char *detail)
{
	printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++n_checks, what, detail);
	failed |= !good;
}

static int run(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(...) run((char *const[]){__VA_ARGS__, NULL})

static bool raise_loopback(void)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	return fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &req);
}

static bool enter_own_namespaces(void)
{
	return !unshare(CLONE_NEWNET | CLONE_NEWNS) &&
	       !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) && raise_loopback();
}

/* Sends a datagram to ourselves. Whether it came. */
static bool passes(int family, const char *end, size_t len)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	struct sockaddr *to = family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
	socklen_t to_len = family == AF_INET ? sizeof(in) : sizeof(in6);
	cleanup_close int rx = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cleanup_close int tx = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval patience = {.tv_usec = 200000};
	static char data[60000], got[60000];

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	memset(data, '.', sizeof(data));
	memcpy(data + len - strlen(end), end, strlen(end));
	setsockopt(rx, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(rx, to, to_len) || sendto(tx, data, len, 0, to, to_len) != (ssize_t)len)
		return false;
	return recv(rx, got, sizeof(got), 0) == (ssize_t)len;
}

static void check_drops(int family, const char *form, const char *dropped, const char *passed)
{
	const char *ip = family == AF_INET ? "IPv4" : "IPv6";
	static const size_t lens[] = {5, 100, 1400, 40000};

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		char what[80];

		snprintf(what, sizeof(what), "%s, %s, %zu bytes", form, ip, lens[i]);
		check(!passes(family, dropped, lens[i]), what, "dropped");
		check(passes(family, passed, lens[i]), what, "passed");
	}
}

/* Loads, pins, puts a rule, tries, and takes all away. */
static void check_object(const char *form, const char *object, const char *dropped,
			 const char *passed)
{
	static const char pin[] = "/sys/fs/bpf/x";
	int r = RUN("bpftool", "prog", "load", (char *)object, (char *)pin);

	check(!r, form, "bpftool loads it");
	if (r)
		return;
	r = RUN("iptables", "-A", "INPUT", "-p", "udp", "-m", "bpf", "--object-pinned", (char *)pin,
		"-j", "DROP");
	r |= RUN("ip6tables", "-A", "INPUT", "-p", "udp", "-m", "bpf", "--object-pinned",
		 (char *)pin, "-j", "DROP");
	check(!r, form, "iptables takes it");
	if (!r) {
		check_drops(AF_INET, form, dropped, passed);
		check_drops(AF_INET6, form, dropped, passed);
	}
	RUN("iptables", "-F");
	RUN("ip6tables", "-F");
	unlink(pin);
}

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static bool write_program(struct catalog *catalog, const char *text, const char *path)
{
	const struct scheme scheme = {.ctx = catalog, .matcher = find};
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf object = {};
	cleanup_fclose FILE *file = fopen(path, "w");

	return file && !expr_parse(text, &scheme, &expr, NULL) &&
	       !codegen_object(&(struct codegen_input){.expr = expr, .path = TEST_PATH}, &object,
			       NULL) &&
	       fwrite(object.data, object.len, 1, file) == 1;
}

static void check_program(struct catalog *catalog, const char *text, const char *dropped,
			  const char *passed)
{
	char path[] = "/tmp/mfw-pinned.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || !write_program(catalog, text, path))
		check(false, text, "is compiled");
	else
		check_object(text, path, dropped, passed);
	close(fd);
	unlink(path);
}

int main(int argc, char **argv)
{
	cleanup_free char *object = NULL;
	struct catalog *catalog = NULL;

	if (argc != 2 || asprintf(&object, "%s/suffix.bpf.o", argv[1]) < 0 ||
	    catalog_new(argv[1], &catalog, NULL))
		return 2;
	if (!enter_own_namespaces()) {
		printf("1..0 # SKIP no namespaces: %s\n", strerror(errno));
		return SKIP;
	}
	setvbuf(stdout, NULL, _IONBF, 0);
	check_object("alone", object, "xyzzy", "xyzzz");
	check_program(catalog, "suffix(bytes=\"abc\")", "abc", "xyzzy");
	check_program(catalog, "not suffix(bytes=\"abc\")", "xyzzy", "abc");
	printf("1..%d\n", n_checks);
	catalog_free(catalog);
	return failed;
}
