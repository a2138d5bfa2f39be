/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"
#include "codegen/codegen.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>

#define LOG_LEN    (1 << 16)
#define FRAME_MAX  3400
#define PACKET_MIN 20
#define REPEAT     200000

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_DEBUG || !getenv("MFW_TEST_VERBOSE"))
		return 0;
	return vfprintf(stderr, fmt, ap);
}

void run_quiet(void)
{
	libbpf_set_print(print);
}

int run_open(struct run *run, const void *data, size_t len)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "mfw_test");

	*run = (struct run){.fd = -1};
	run->object = bpf_object__open_mem(data, len, &opts);
	return run->object ? 0 : -errno;
}

int run_load(struct run *run)
{
	struct bpf_program *program = bpf_object__next_program(run->object, NULL);
	char *log = calloc(1, LOG_LEN), *found;
	int r;

	if (!log || !program) {
		free(log);
		return -EINVAL;
	}
	bpf_program__set_log_buf(program, log, LOG_LEN);
	bpf_program__set_log_level(program, 4);
	r = bpf_object__load(run->object);
	run->fd = bpf_program__fd(program);
	found = strstr(log, "processed ");
	run->insns = found ? strtoul(found + strlen("processed "), NULL, 10) : 0;
	if (r)
		fprintf(stderr, "%s\n", log);
	bpf_program__set_log_buf(program, NULL, 0);
	free(log);
	return r;
}

static int use_maps(const struct run *run, const struct run_map *maps, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(run->object, maps[i].name);

		r = map ? bpf_map__reuse_fd(map, maps[i].fd) : 0;
	}
	return r;
}

int run_expr(struct run *run, const struct expr *expr)
{
	return run_expr_with(run, expr, NULL, 0);
}

int run_expr_with(struct run *run, const struct expr *expr, const struct run_map *maps, size_t n)
{
	const struct codegen_input input = {.expr = expr, .path = TEST_PATH};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf object = {};
	int r;

	*run = (struct run){.fd = -1};
	r = codegen_object(&input, &object, &err);
	if (r) {
		fprintf(stderr, "%s\n", mfw_err_message(err));
		return r;
	}
	r = run_open(run, object.data, object.len);
	r = r ? r : use_maps(run, maps, n);
	return r ? r : run_load(run);
}

void run_close(struct run *run)
{
	bpf_object__close(run->object);
	*run = (struct run){.fd = -1};
}

/* The kernel does not run frames of IPv6 that are shorter than its header, so they are of no kind.
 */
static uint16_t ether_type(const uint8_t *packet, size_t len)
{
	if (!len || packet[0] >> 4 != 6)
		return ETH_P_IP;
	return len < 40 ? ETH_P_802_EX1 : ETH_P_IPV6;
}

int run_packet(const struct run *run, const uint8_t *packet, size_t len, unsigned *ret_ns)
{
	uint8_t frame[FRAME_MAX] = {};
	struct ethhdr *eth = (struct ethhdr *)frame;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = ret_ns ? REPEAT : 1);

	if (len > sizeof(frame) - ETH_HLEN)
		return -E2BIG;
	eth->h_proto = htobe16(ether_type(packet, len));
	memcpy(frame + ETH_HLEN, packet, len);
	opts.data_size_in = ETH_HLEN + (len < PACKET_MIN ? PACKET_MIN : len);
	if (bpf_prog_test_run_opts(run->fd, &opts))
		return -errno;
	if (ret_ns)
		*ret_ns = opts.duration;
	return opts.retval;
}
