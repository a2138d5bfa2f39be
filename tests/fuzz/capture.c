/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a capture: packets are read to the end or to a refusal, IP is found within them, and
 * what is written of them as pcapng is read as the same packets.
 */
#include "observe/capture.h"
#include "../unit/test.h"
#include "observe/link.h"
#include "observe/pcapng.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PATH_LEN 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_packet(const struct capture *capture, const struct capture_packet *p)
{
	long ip = link_ip(capture_link(capture, p->link)->type, p->bytes, p->len);

	if (ip > (long)p->len || p->len > CAPTURE_PACKET_MAX)
		abort();
}

/* Writes the packets that can be read; how many those are. */
static uint64_t copy(const char *from, const char *to)
{
	cleanup_capture struct capture *capture = NULL;
	cleanup_pcapng struct pcapng *out = NULL;
	struct capture_packet packet;
	uint64_t n = 0;

	if (capture_open(from, &capture, NULL))
		return 0;
	if (pcapng_open(to, &out, NULL))
		abort();
	for (; capture_next(capture, &packet, NULL) == 1; n++) {
		check_packet(capture, &packet);
		if (pcapng_add(out, capture, &packet, "a comment", NULL))
			abort();
	}
	if (pcapng_finish(out, NULL))
		abort();
	return n;
}

static bool same(const struct capture *a, const struct capture_packet *p, const struct capture *b,
		 const struct capture_packet *q)
{
	const struct capture_link *x = capture_link(a, p->link), *y = capture_link(b, q->link);

	return p->number == q->number && p->time == q->time && p->len == q->len &&
	       p->wire_len == q->wire_len && !memcmp(p->bytes, q->bytes, p->len) &&
	       x->type == y->type && x->snaplen == y->snaplen && x->resolution == y->resolution &&
	       x->time_offset == y->time_offset;
}

static void compare(const char *from, const char *to, uint64_t n)
{
	cleanup_capture struct capture *a = NULL, *b = NULL;
	struct capture_packet p, q;

	if (capture_open(from, &a, NULL) || capture_open(to, &b, NULL))
		abort();
	for (uint64_t i = 0; i < n; i++)
		if (capture_next(a, &p, NULL) != 1 || capture_next(b, &q, NULL) != 1 ||
		    !same(a, &p, b, &q))
			abort();
	if (capture_next(b, &q, NULL) || capture_broken_off(b))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char from[PATH_LEN], to[PATH_LEN];
	cleanup_close int fd = memfd_create("capture", MFD_CLOEXEC);
	uint64_t n;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	snprintf(to, sizeof(to), "/tmp/mfw-fuzz-capture-%d", (int)getpid());
	n = copy(from, to);
	if (n)
		compare(from, to, n);
	unlink(to);
	return 0;
}
