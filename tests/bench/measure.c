/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests/bench/control measures with: a small process, so that what it starts costs the same
 * for everybody, with libmfw in it. Without arguments it serves requests from standard input, one a
 * line, words separated by tabs, and answers each with a line of numbers:
 *
 *	customer NAME...                  makes the customers, with the chains "edge" and "other";
 *ns adds CUSTOMER MATCH N             N changes of one rule each in "other"; the ns of each run LOG
 *NETNS ARG...              a process, begun in NETNS ("-": here), its output in LOG; ns, peak KiB,
 *exit status, ns of user and of system time
 *
 * `measure change CUSTOMER MATCH N` makes one change of N rules in "edge" and prints its ns.
 */
#include <errno.h>
#include <fcntl.h>
#include <mfw/mfw.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 4096

static struct mfw *mfw;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "measure: %s: %s\n", what, why);
	exit(1);
}

static void check(int r, const char *what, struct mfw_err *err)
{
	if (r)
		die(what, mfw_err_message(err));
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* ---- with the library ---- */

static struct mfw_change *begin(const char *customer)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = customer};
	struct mfw_change *change;
	struct mfw_err *err = NULL;

	check(mfw_change_new(mfw, &target, &change, &err), "change", err);
	return change;
}

static void add_rule(struct mfw_change *change, const char *chain, const char *match,
		     const char *ref)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule), .ref = ref, .match = match,
				.action = "drop"};
	struct mfw_err *err = NULL;

	check(mfw_change_rule_add(change, chain, &rule, NULL, &err), "rule", err);
}

static void commit(struct mfw_change *change)
{
	struct mfw_err *err = NULL;

	check(mfw_change_commit(change, &err), "commit", err);
	mfw_change_free(change);
}

static void make_customer(const char *name)
{
	struct mfw_chain edge = {MFW_SIZE(struct mfw_chain), .name = "edge", .hook = "forward"};
	struct mfw_chain other = {MFW_SIZE(struct mfw_chain), .name = "other", .hook = "forward"};
	struct mfw_change *change;
	struct mfw_err *err = NULL;

	check(mfw_customer_add(mfw, name, NULL, &err), "customer", err);
	change = begin(name);
	check(mfw_change_chain_add(change, &edge, &err), "chain", err);
	check(mfw_change_chain_add(change, &other, &err), "chain", err);
	commit(change);
}

static void make_customers(char **words, size_t n)
{
	long long start = now();

	for (size_t i = 0; i < n; i++)
		make_customer(words[i]);
	printf("%lld", now() - start);
}

static void add_one_by_one(const char *customer, const char *match, int n)
{
	for (int i = 0; i < n; i++) {
		long long start = now();
		struct mfw_change *change = begin(customer);

		add_rule(change, "other", match, NULL);
		commit(change);
		printf("%lld ", now() - start);
	}
}

static void add_at_once(const char *customer, const char *match, int n)
{
	long long start = now();
	struct mfw_change *change = begin(customer);
	char ref[16];

	for (int i = 0; i < n; i++) {
		snprintf(ref, sizeof(ref), "n%d", i);
		add_rule(change, "edge", match, ref);
	}
	commit(change);
	printf("%lld\n", now() - start);
}

/* ---- processes ---- */

/* Goes to the named network namespace; the one that was left, to be come back to. */
static int enter(const char *netns)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there;

	if (strcmp(netns, "-") == 0)
		return here;
	there = open(netns, O_RDONLY | O_CLOEXEC);
	if (here < 0 || there < 0 || setns(there, CLONE_NEWNET))
		die(netns, strerror(errno));
	close(there);
	return here;
}

static void go_back(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		die("the first namespace", strerror(errno));
	close(fd);
}

static long long time_of(struct timeval t)
{
	return t.tv_sec * 1000000000ll + t.tv_usec * 1000ll;
}

static void run(const char *log, const char *netns, char **argv)
{
	posix_spawn_file_actions_t files;
	struct rusage used;
	long long start, end;
	int here = enter(netns), status, r;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	start = now();
	r = posix_spawnp(&child, argv[0], &files, NULL, argv, environ);
	if (r)
		die(argv[0], strerror(r));
	while (wait4(child, &status, 0, &used) < 0)
		if (errno != EINTR)
			die("wait4", strerror(errno));
	end = now();
	posix_spawn_file_actions_destroy(&files);
	go_back(here);
	printf("%lld %ld %d %lld %lld", end - start, used.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	       time_of(used.ru_utime), time_of(used.ru_stime));
}

/* ---- requests ---- */

static size_t split(char *line, char **words)
{
	size_t n = 0;

	line[strcspn(line, "\n")] = 0;
	while (line && n + 1 < MAX_WORDS)
		words[n++] = strsep(&line, "\t");
	words[n] = NULL;
	return n;
}

static void answer(char **words, size_t n)
{
	if (n > 1 && strcmp(words[0], "customer") == 0)
		make_customers(words + 1, n - 1);
	else if (n == 4 && strcmp(words[0], "adds") == 0)
		add_one_by_one(words[1], words[2], atoi(words[3]));
	else if (n > 3 && strcmp(words[0], "run") == 0)
		run(words[1], words[2], words + 3);
	else
		die("request", words[0]);
	putchar('\n');
	fflush(stdout);
}

static void serve(void)
{
	char *words[MAX_WORDS], *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0)
		answer(words, split(line, words));
	free(line);
}

int main(int argc, char **argv)
{
	struct mfw_err *err = NULL;

	check(mfw_open(NULL, &mfw, &err), "mfw_open", err);
	if (argc == 5 && strcmp(argv[1], "change") == 0)
		add_at_once(argv[2], argv[3], atoi(argv[4]));
	else if (argc == 1)
		serve();
	else
		die("usage", "see the top of measure.c");
	mfw_close(mfw);
	return 0;
}
