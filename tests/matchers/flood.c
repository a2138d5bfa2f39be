/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood DIR: a flood of distinct keys through every matcher that keeps state: its maps stay within
 * their limits, the memory that they take stays what it was, and the first packet of a key is
 * answered as it should be. 100 000 keys; 10 million with MFW_TEST_LENGTH=long. Prints a table.
 */
#include "base/cleanup.h"
#include "catalog/catalog.h"
#include "run.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX 128

static int n_checks;
static bool failed;

static void check(bool good, const char *matcher, const char *what)
{
	printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++n_checks, matcher, what);
	failed |= !good;
}

/* ---- packets ---- */

static size_t put_ip(uint8_t *p, uint32_t source, uint8_t proto, size_t len)
{
	static const uint8_t plain[20] = {0x45, [8] = 64, [16] = 192, 0, 2, 1};

	memcpy(p, plain, sizeof(plain));
	p[2] = len >> 8;
	p[3] = len;
	p[9] = proto;
	memcpy(p + 12, &source, sizeof(source));
	return len;
}

static size_t make_udp(uint8_t *p, uint32_t source)
{
	memset(p, 0, 28);
	p[25] = 8;
	return put_ip(p, source, 17, 28);
}

static size_t make_tcp(uint8_t *p, uint32_t source, uint8_t flags, const void *data, size_t len)
{
	static const uint8_t head[20] = {0x40, 1, 5672 >> 8, 5672 & 255, [12] = 0x50, 0, 255, 255};

	memcpy(p + 20, head, sizeof(head));
	p[33] = flags;
	memcpy(p + 40, data, len);
	return put_ip(p, source, 6, 40 + len);
}

static size_t make_syn(uint8_t *p, uint32_t source)
{
	return make_tcp(p, source, 0x02, "", 0);
}

/* One consumer: basic.consume on channel 1. */
static size_t make_consume(uint8_t *p, uint32_t source)
{
	static const uint8_t frame[] = {1, 0, 1, 0, 0, 0, 15, 0, 60, 0, 20,  0,
					0, 0, 0, 0, 0, 0, 0,  0, 0,  0, 0xce};

	return make_tcp(p, source, 0x18, frame, sizeof(frame));
}

static const struct flood {
	const char *matcher, *expr, *map;
	size_t (*make)(uint8_t *packet, uint32_t source);
	bool hash; /* the map's entries are counted; an array has all of them always */
} floods[] = {
	{"rate", "rate(pps=1, burst=1)", "rate_buckets", make_udp, true},
	{"conn_rate", "conn_rate(cps=1, burst=1)", "conn_rate_buckets", make_syn, true},
	{"amqp_consumers", "amqp_consumers(max=1)", "amqp_consumers_conns", make_consume, true},
	{"fair_rate", "fair_rate(pps=1000000)", "fair_rate_cells", make_udp, false},
};

/* ---- maps ---- */

static uint64_t count_entries(int fd, uint64_t limit)
{
	char key[256], next[256];
	uint64_t n = 0;

	while (n <= limit && !bpf_map_get_next_key(fd, n ? key : NULL, next)) {
		memcpy(key, next, sizeof(key));
		n++;
	}
	return n;
}

/* What the kernel says that the map takes, bytes. */
static uint64_t memory_of(int fd)
{
	uint64_t bytes = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %lu", &bytes);
	if (file)
		fclose(file);
	return bytes;
}

/* ---- the flood ---- */

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static int load(struct catalog *catalog, const char *text, struct run *ret)
{
	struct scheme scheme = {.ctx = catalog, .matcher = find};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;

	if (expr_parse(text, &scheme, &expr, &err)) {
		fprintf(stderr, "%s\n", mfw_err_message(err));
		return -1;
	}
	return run_expr(ret, expr);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void pour(const struct flood *flood, const struct run *run, uint32_t n)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, flood->map);
	int fd = map ? bpf_map__fd(map) : -1;
	uint64_t limit = map ? bpf_map__max_entries(map) : 0, before = memory_of(fd), entries;
	uint32_t n_matched = 0;
	uint8_t packet[PACKET_MAX];
	double start = seconds(), took;

	for (uint32_t i = 0; i < n; i++) {
		size_t len = flood->make(packet, i * 2654435761u);

		n_matched += run_packet(run, packet, len, NULL) != 0;
	}
	took = seconds() - start;
	entries = count_entries(fd, limit);
	check(n_matched == 0, flood->matcher, "no key's first packet matches");
	check(limit && entries <= limit, flood->matcher, "entries are within the map's limit");
	check(!flood->hash || entries > limit / 2, flood->matcher, "the newest are remembered");
	check(before && memory_of(fd) == before, flood->matcher, "no memory was taken");
	printf("# %-15s %9u keys, %7lu of %7lu entries, %9lu bytes before and %9lu after, %5.0f ns "
	       "each with the test run\n",
	       flood->matcher, n, entries, limit, before, memory_of(fd), took / n * 1e9);
}

int main(int argc, char **argv)
{
	const char *length = getenv("MFW_TEST_LENGTH");
	uint32_t n = length && !strcmp(length, "long") ? 10000000 : 100000;
	cleanup_err struct mfw_err *err = NULL;
	struct catalog *catalog = NULL;

	run_quiet();
	if (argc != 2 || catalog_new(argv[1], &catalog, &err))
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		struct run run = {.fd = -1};

		if (load(catalog, floods[i].expr, &run))
			check(false, floods[i].matcher, "its program loads");
		else
			pour(&floods[i], &run, n);
		run_close(&run);
	}
	catalog_free(catalog);
	printf("1..%d\n", n_checks);
	return failed;
}
