/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lists LOOK LIB N ROUNDS FILE: a list of N random IPv4 addresses beside an LPM trie and a hash map
 * with the same ones: ns for keys that are in it and that are not, seconds to load, bytes of kernel
 * memory. Prints JSON; writes the addresses to FILE, one a line.
 */
#include "lists/look.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define N_KEYS (1u << 20) /* as in look.bpf.c */

static uint64_t state = 88172645463325252u;

static uint32_t random_key(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int r, const char *what)
{
	if (!r)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	exit(1);
}

/* What the kernel says a map takes. */
static unsigned long long memory_of(int fd)
{
	cleanup_fclose FILE *f = NULL;
	unsigned long long bytes = 0;
	char path[64], line[128];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	return bytes;
}

/* ---- the addresses ---- */

struct keys {
	struct entries entries; /* tidy */
	uint8_t *there;         /* a bit for each address */
	uint32_t *in, *out;     /* N_KEYS each, in no order */
};

static bool has(const struct keys *keys, uint32_t address)
{
	return keys->there[address >> 3] >> (address & 7) & 1;
}

static void make_keys(struct keys *keys, size_t n)
{
	uint32_t *all = malloc(n * sizeof(*all));

	keys->there = mmap(NULL, 1u << 29, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	keys->in = malloc(N_KEYS * sizeof(uint32_t));
	keys->out = malloc(N_KEYS * sizeof(uint32_t));
	if (!all || !keys->in || !keys->out || keys->there == MAP_FAILED)
		must(-ENOMEM, "keys");
	for (size_t i = 0; i < n;) {
		uint32_t key = random_key();

		if (has(keys, key))
			continue;
		keys->there[key >> 3] |= (uint8_t)(1u << (key & 7));
		all[i++] = key;
		must(entries_add4(&keys->entries, key, 32), "entries");
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		keys->in[i] = all[random_key() % n];
		do
			keys->out[i] = random_key();
		while (has(keys, keys->out[i]));
	}
	free(all);
}

static void write_keys(const struct keys *keys, const char *path)
{
	cleanup_fclose FILE *f = fopen(path, "w");

	for (size_t i = 0; f && i < ENTRIES_N(keys->entries.hosts, uint32_t); i++) {
		struct in_addr a = {htonl(*ENTRIES_AT(keys->entries.hosts, uint32_t, i))};

		fprintf(f, "%s\n", inet_ntoa(a));
	}
	must(f ? 0 : -errno, path);
}

/* ---- loading ---- */

static double load_list(const struct look *look, struct keys *keys, struct area *area)
{
	double start = seconds();

	must(entries_tidy(&keys->entries, NULL), "list");
	must(look_list(look, MFW_LIST_IP, &keys->entries, area), "list");
	return seconds() - start;
}

static double load_trie(int fd, const struct keys *keys)
{
	double start = seconds();

	for (size_t i = 0; i < ENTRIES_N(keys->entries.hosts, uint32_t); i++) {
		uint32_t key[2] = {32, htonl(*ENTRIES_AT(keys->entries.hosts, uint32_t, i))};

		must(bpf_map_update_elem(fd, key, &(uint8_t){1}, 0) ? -errno : 0, "trie");
	}
	return seconds() - start;
}

static double load_hash(int fd, const struct keys *keys)
{
	uint32_t n = (uint32_t)ENTRIES_N(keys->entries.hosts, uint32_t), count = n;
	cleanup_free uint8_t *ones = calloc(n, 1);
	double start = seconds();

	must(ones ? 0 : -ENOMEM, "hash");
	must(bpf_map_update_batch(fd, keys->entries.hosts.data, ones, &count, NULL) ? -errno : 0,
	     "hash");
	return seconds() - start;
}

/* ---- looking ---- */

static const char *const programs[] = {"nothing", "list", "trie", "hash"};

/* All of them in turns. */
static void time_round(const struct look *look, uint32_t *memory, const uint32_t *keys)
{
	memcpy(memory, keys, N_KEYS * sizeof(*keys));
	printf("{");
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		char name[32];

		snprintf(name, sizeof(name), "time_%s", programs[i]);
		printf("%s\"%s\": %u", i ? ", " : "", programs[i], look_time(look, name));
	}
	printf("}");
}

static void time_all(const struct look *look, const struct keys *keys, int rounds)
{
	uint32_t *memory = mmap(NULL, N_KEYS * sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED,
				look_map(look, "keys"), 0);

	must(memory == MAP_FAILED ? -errno : 0, "keys");
	for (int way = 0; way < 2; way++) {
		printf(", \"%s\": [", way ? "misses" : "hits");
		for (int i = 0; i < rounds; i++) {
			printf(i ? ", " : "");
			time_round(look, memory, way ? keys->out : keys->in);
		}
		printf("]");
	}
}

int main(int argc, char **argv)
{
	size_t n = argc == 6 ? strtoul(argv[3], NULL, 10) : 0;
	static struct keys keys;
	struct look look;
	struct area area;

	if (!n || n > N_KEYS)
		return 2;
	must(look_open(&look, argv[1], argv[2], true), "look");
	make_keys(&keys, n);
	printf("{\"load\": {\"list\": %.6f", load_list(&look, &keys, &area));
	printf(", \"trie\": %.6f", load_trie(look_map(&look, "trie"), &keys));
	printf(", \"hash\": %.6f}", load_hash(look_map(&look, "hash"), &keys));
	printf(", \"memory\": {\"list\": %zu, \"trie\": %llu, \"hash\": %llu}",
	       area.n * MFW_LIST_LINE, memory_of(look_map(&look, "trie")),
	       memory_of(look_map(&look, "hash")));
	time_all(&look, &keys, atoi(argv[4]));
	printf("}\n");
	write_keys(&keys, argv[5]);
	look_unmap(&area);
	look_close(&look);
	return 0;
}
