/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as hexadecimal text: what is read of them, and what is refused. */
#include "observe/capture.h"
#include "test.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

/* ---- pcap ---- */

#define MICRO_LE    "d4c3b2a1020004000000000000000000ffff0000"
#define NANO_LE     "4d3cb2a1020004000000000000000000ffff0000"
#define MICRO_BE    "a1b2c3d400020004000000000000000000000fff"
#define ETHERNET_LE "01000000"
#define RAW_BE      "00000065"
/* 3 of 5 bytes, 2 seconds and 7 units */
#define RECORD_LE   "02000000070000000300000005000000aabbcc"
#define RECORD_BE   "00000002000000070000000300000005aabbcc"

/* ---- pcapng ---- */

#define SECTION_LE "0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000"
#define SECTION_BE "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
/* Ethernet, snaplen 4; with nanoseconds and an offset of -1 second */
#define LINK_LE                                                                                    \
	"01000000140000000100000004000000"                                                         \
	"14000000"
#define LINK_NANO_LE                                                                               \
	"010000002c000000650000000000000009000100090000000e000800ffffffffffffffff000000002c000000"
#define LINK_BE                                                                                    \
	"00000001000000140065000000000000"                                                         \
	"00000014"
#define ENHANCED_LE "06000000240000000000000001000000070000000300000005000000aabbcc0024000000"
#define ENHANCED_BE "00000006000000240000000000000001000000070000000300000005aabbcc0000000024"
#define OLD_LE      "02000000240000000000ffff01000000070000000300000005000000aabbcc0024000000"
/* 5 bytes that there were, 4 that the snaplen lets through */
#define SIMPLE_LE   "03000000180000000500000011223344556677880018000000"
#define OTHER_LE                                                                                   \
	"0500000010000000112233441000000"                                                          \
	"0"

struct expected {
	uint64_t time;
	uint32_t link, len, wire_len;
	uint8_t resolution;
	uint16_t type;
};

static int open_hex(const char *hex, struct capture **ret, struct mfw_err **err)
{
	int fd = memfd_create("capture", MFD_CLOEXEC), r;
	char path[64];

	for (; *hex; hex += 2) {
		unsigned char byte;

		if (sscanf(hex, "%2hhx", &byte) != 1 || write(fd, &byte, 1) != 1)
			fail_msg("not hexadecimal: %s", hex);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = capture_open(path, ret, err);
	close(fd);
	return r;
}

static void check_packet(const struct capture *capture, const struct capture_packet *p,
			 const struct expected *e)
{
	assert_int_equal(p->time, e->time);
	assert_int_equal(p->link, e->link);
	assert_int_equal(p->len, e->len);
	assert_int_equal(p->wire_len, e->wire_len);
	assert_int_equal(capture_link(capture, p->link)->resolution, e->resolution);
	assert_int_equal(capture_link(capture, p->link)->type, e->type);
}

/* All packets are the same. */
static void check(const char *hex, unsigned n, const struct expected *e, bool broken_off)
{
	cleanup_capture struct capture *capture = NULL;
	cleanup_err struct mfw_err *err = NULL;
	struct capture_packet packet;
	unsigned seen = 0;
	int r = open_hex(hex, &capture, &err);

	while (!r && (r = capture_next(capture, &packet, &err)) == 1) {
		assert_int_equal(packet.number, ++seen);
		check_packet(capture, &packet, e);
		assert_memory_equal(packet.bytes, e->len == 3 ? "\xaa\xbb\xcc" : "\x11\x22\x33\x44",
				    e->len);
		r = 0;
	}
	if (r || seen != n || capture_broken_off(capture) != broken_off)
		fail_msg("%s: %u packets, %s", hex, seen, mfw_err_message(err));
	assert_int_equal(capture_position(capture), strlen(hex) / 2);
	assert_int_equal(capture_size(capture), strlen(hex) / 2);
}

static void reads_pcap(void **unused)
{
	const struct expected micro = {2000007, 0, 3, 5, 6, 1}, nano = {2000000007, 0, 3, 5, 9, 1},
			      raw = {2000007, 0, 3, 5, 6, 101};

	(void)unused;
	check(MICRO_LE ETHERNET_LE, 0, NULL, false);
	check(MICRO_LE ETHERNET_LE RECORD_LE RECORD_LE, 2, &micro, false);
	check(NANO_LE ETHERNET_LE RECORD_LE, 1, &nano, false);
	check(MICRO_BE RAW_BE RECORD_BE RECORD_BE RECORD_BE, 3, &raw, false);
	/* What the writer had no time for. */
	check(MICRO_LE ETHERNET_LE RECORD_LE "02000000", 1, &micro, true);
	check(MICRO_LE ETHERNET_LE RECORD_LE "02000000070000000300000005000000aabb", 1, &micro,
	      true);
}

static void reads_pcapng(void **unused)
{
	const uint64_t time = 1ull << 32 | 7;
	const struct expected micro = {time, 0, 3, 5, 6, 1}, nano = {time, 0, 3, 5, 9, 101},
			      raw = {time, 0, 3, 5, 6, 101}, simple = {0, 0, 4, 5, 6, 1},
			      second = {time, 1, 3, 5, 6, 101};

	(void)unused;
	check(SECTION_LE LINK_LE ENHANCED_LE ENHANCED_LE, 2, &micro, false);
	check(SECTION_LE LINK_NANO_LE ENHANCED_LE, 1, &nano, false);
	check(SECTION_BE LINK_BE ENHANCED_BE, 1, &raw, false);
	check(SECTION_LE LINK_LE OLD_LE OTHER_LE OLD_LE, 2, &micro, false);
	check(SECTION_LE OTHER_LE LINK_LE "03000000180000000500000011223344556677"
					  "88"
					  "18000000",
	      1, &simple, false);
	/* A second section's interfaces are numbered on. */
	check(SECTION_LE LINK_LE SECTION_BE LINK_BE ENHANCED_BE, 1, &second, false);
	check(SECTION_LE LINK_LE ENHANCED_LE "0600", 1, &micro, true);
	check(SECTION_LE LINK_LE ENHANCED_LE "0600000024000000000000", 1, &micro, true);
	check(SECTION_LE LINK_LE ENHANCED_LE "0a0d0d0a1c0000004d3c", 1, &micro, true);
}

static void keeps_offsets(void **unused)
{
	cleanup_capture struct capture *capture = NULL;
	struct capture_packet packet;

	(void)unused;
	assert_int_equal(open_hex(SECTION_LE LINK_NANO_LE ENHANCED_LE, &capture, NULL), 0);
	assert_int_equal(capture_next(capture, &packet, NULL), 1);
	assert_int_equal(capture_link(capture, 0)->time_offset, -1);
	assert_null(capture_link(capture, 1));
}

/* What is wrong, the kind, and a part of the message. */
static void refuses(void **unused)
{
	static const char *const cases[][3] = {
		{"", "capture.format", "less than 4 bytes"},
		{"d4c3b2", "capture.format", "less than 4 bytes"},
		{"00112233", "capture.format", "begins with 00 11 22 33"},
		{"1f8b0800", "capture.format", "compressed"},
		{"28b52ffd", "capture.format", "compressed"},
		{"d4c3b2a1020004", "capture.damaged", "ends in its header"},
		{"d4c3b2a1030004000000000000000000ffff000001000000", "capture.damaged",
		 "version 3"},
		{MICRO_LE ETHERNET_LE "00000000000000000100040001000400", "capture.damaged",
		 "262145 bytes"},
		{"0a0d0d0a", "capture.damaged", "ends in its header"},
		{"0a0d0d0a1c0000004d3c2b1b01000000ffffffffffffffff1c000000", "capture.damaged",
		 "no byte order"},
		{"0a0d0d0a180000004d3c2b1a01000000ffffffffffffffff18000000", "capture.damaged",
		 "header of 24"},
		{"0a0d0d0a1c0000004d3c2b1a02000000ffffffffffffffff1c000000", "capture.damaged",
		 "version 2"},
		{SECTION_LE "010000000b000000", "capture.damaged", "a block of 11 bytes"},
		{SECTION_LE "010000000d000000", "capture.damaged", "a block of 13 bytes"},
		{SECTION_LE "01000000fcffffff", "capture.damaged", "a block of 4294967292"},
		{SECTION_LE "010000000c00000010000000", "capture.damaged", "ends as one of 16"},
		{SECTION_LE "010000000c0000000c000000", "capture.damaged", "an interface of 0"},
		{SECTION_LE ENHANCED_LE, "capture.damaged", "interface that is not there"},
		{SECTION_LE LINK_LE SECTION_LE ENHANCED_LE, "capture.damaged", "not there"},
		{SECTION_LE LINK_LE
		 "06000000240000000100000001000000070000000300000005000000aabbcc0024000000",
		 "capture.damaged", "not there"},
		{SECTION_LE LINK_LE
		 "06000000240000000000000001000000070000000500000005000000aabbcc0024000000",
		 "capture.damaged", "5 bytes in a block of 36"},
		{SECTION_LE LINK_LE "060000000c0000000c000000", "capture.damaged",
		 "a packet's block of 12"},
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_capture struct capture *capture = NULL;
		cleanup_err struct mfw_err *err = NULL;
		struct capture_packet packet;
		int r = open_hex(cases[i][0], &capture, &err);

		r = r ? r : capture_next(capture, &packet, &err);
		if (r >= 0 || strcmp(mfw_err_kind(err), cases[i][1]) ||
		    !strstr(mfw_err_message(err), cases[i][2]))
			fail_msg("%s: %d, %s", cases[i][0], r, mfw_err_message(err));
	}
}

static void refuses_what_is_no_file(void **unused)
{
	cleanup_err struct mfw_err *missing = NULL, *directory = NULL;
	struct capture *capture = NULL;

	(void)unused;
	assert_true(capture_open("/nonexistent.pcap", &capture, &missing) < 0);
	assert_string_equal(mfw_err_kind(missing), "capture.open");
	assert_true(capture_open("/", &capture, &directory) < 0);
	assert_non_null(strstr(mfw_err_message(directory), "directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pcap),
		cmocka_unit_test(reads_pcapng),
		cmocka_unit_test(keeps_offsets),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
