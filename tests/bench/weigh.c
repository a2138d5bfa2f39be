/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests/bench/match measures with. Serves requests from standard input, one a line, words
 * separated by tabs, and answers each with a line of numbers:
 *
 *	load OBJECT PIN
 *		Loads and pins the object's program. Instructions when loaded, those that the
 *		verifier processed, bytes of machine code, ns of the verifier.
 *
 *	classic CODE PIN
 *		The same of classic bytecode ("N,code jt jf k,...").
 *
 *	run PIN PACKET N
 *		The program's answer, and the picoseconds of one run, of N.
 *
 *	compile EXPR N
 *		The ns that each of N mfw_expr_compile() took.
 *
 *	live NETNS DEVICE PACKET N
 *		N packets off the wire into the namespace; ns of all.
 *
 * PACKET: an Ethernet frame in hexadecimal. Times are the processor's, of the thread that does the
 * work, so that what else the machine does shows less.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mfw/mfw.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "classic.h"

#define MAX_WORDS  8
#define FRAME_MAX  2048
#define LOG_LEN    65536
#define LIVE_BATCH 64

static void die(const char *what, const char *why)
{
	fprintf(stderr, "weigh: %s: %s\n", what, why);
	exit(1);
}

static long long cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* ---- programs ---- */

static unsigned number_behind(const char *log, const char *words)
{
	const char *found = strstr(log, words);

	return found ? strtoul(found + strlen(words), NULL, 10) : 0;
}

static void put_program(int fd, const char *log)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		die("program", strerror(errno));
	printf("%zu %u %u %u", info.xlated_prog_len / sizeof(struct bpf_insn),
	       number_behind(log, "processed "), info.jited_prog_len,
	       number_behind(log, "verification time ") * 1000);
}

static void load(const char *path, const char *pin)
{
	static char log[LOG_LEN];
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program = object ? bpf_object__next_program(object, NULL) : NULL;

	if (!program)
		die(path, "no program");
	*log = 0;
	bpf_program__set_log_buf(program, log, sizeof(log));
	bpf_program__set_log_level(program, 4);
	if (bpf_object__load(object))
		die(path, log);
	unlink(pin);
	if (bpf_obj_pin(bpf_program__fd(program), pin))
		die(pin, strerror(errno));
	put_program(bpf_program__fd(program), log);
	bpf_object__close(object);
}

static void load_classic(const char *code, const char *pin)
{
	static char log[LOG_LEN];
	struct bpf_insn insns[CLASSIC_INSNS_MAX];
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 4);
	size_t n = classic_translate(code, insns);
	int fd;

	*log = 0;
	fd = n ? bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "classic", "GPL", insns, n, &opts) : -1;
	if (fd < 0)
		die("classic", log);
	unlink(pin);
	if (bpf_obj_pin(fd, pin))
		die(pin, strerror(errno));
	put_program(fd, log);
	close(fd);
}

static size_t frame_of(const char *hex, uint8_t frame[FRAME_MAX])
{
	size_t len = 0;

	for (; hex[0] && hex[1] && len < FRAME_MAX; hex += 2)
		sscanf(hex, "%2hhx", &frame[len++]);
	return len;
}

static void run(const char *pin, const char *hex, int n)
{
	uint8_t frame[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = frame_of(hex, frame),
		    .repeat = n);
	int fd = bpf_obj_get(pin);
	long long start = cpu_ns();

	if (fd < 0 || bpf_prog_test_run_opts(fd, &opts))
		die(pin, strerror(errno));
	printf("%u %lld", opts.retval, (cpu_ns() - start) * 1000 / n);
	close(fd);
}

/* ---- the library ---- */

static void compile(struct mfw *mfw, const char *text, int n)
{
	struct mfw_err *err = NULL;
	char path[] = "/tmp/mfw-weigh.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		die(path, strerror(errno));
	close(fd);
	for (int i = 0; i < n; i++) {
		long long start = cpu_ns();

		if (mfw_expr_compile(mfw, text, path, &err))
			die(text, mfw_err_message(err));
		printf("%lld ", cpu_ns() - start);
	}
	unlink(path);
}

/* ---- packets off the wire ---- */

static int load_pass(void)
{
	static const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	static int fd = -1;

	if (fd < 0)
		fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", insns, 2, NULL);
	if (fd < 0)
		die("xdp", strerror(errno));
	return fd;
}

/* Goes to the named network namespace; the one that was left, to be come back to. */
static int enter(const char *netns)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open(netns, O_RDONLY | O_CLOEXEC);

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

/* The device needs a program of this kind of its own before packets can be said to be from it. */
static void live(const char *netns, const char *device, const char *hex, int n)
{
	int here = enter(netns), fd = load_pass(), index = if_nametoindex(device);
	uint8_t frame[FRAME_MAX];
	size_t len = frame_of(hex, frame);
	struct xdp_md ctx = {.data_end = len, .ingress_ifindex = index};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = n, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = LIVE_BATCH);
	long long start;

	if (bpf_xdp_query_id(index, 0, &(uint32_t){0}) || bpf_xdp_attach(index, fd, 0, NULL))
		die(device, strerror(errno));
	start = cpu_ns();
	if (bpf_prog_test_run_opts(fd, &opts))
		die("live frames", strerror(errno));
	printf("%lld", cpu_ns() - start);
	go_back(here);
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

static void answer(struct mfw *mfw, char **words, size_t n)
{
	if (n == 3 && !strcmp(words[0], "load"))
		load(words[1], words[2]);
	else if (n == 3 && !strcmp(words[0], "classic"))
		load_classic(words[1], words[2]);
	else if (n == 4 && !strcmp(words[0], "run"))
		run(words[1], words[2], atoi(words[3]));
	else if (n == 3 && !strcmp(words[0], "compile"))
		compile(mfw, words[1], atoi(words[2]));
	else if (n == 5 && !strcmp(words[0], "live"))
		live(words[1], words[2], words[3], atoi(words[4]));
	else
		die("request", words[0]);
	putchar('\n');
	fflush(stdout);
}

int main(void)
{
	char *words[MAX_WORDS], *line = NULL;
	struct mfw *mfw = NULL;
	struct mfw_err *err = NULL;
	size_t size = 0;

	if (mfw_open(NULL, &mfw, &err))
		die("mfw_open", mfw_err_message(err));
	while (getline(&line, &size, stdin) > 0)
		answer(mfw, words, split(line, words));
	free(line);
	mfw_close(mfw);
	return 0;
}
