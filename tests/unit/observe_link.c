/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/link.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define MACS   "020000000001020000000002"
#define PACKET "450000140000000040fd0000c0000201c0000202"

static const struct {
	const char *what;
	uint16_t type;
	long ip;
	const char *hex;
} cases[] = {
	{"Ethernet, IPv4", 1, 14, MACS "0800" PACKET},
	{"Ethernet, IPv6", 1, 14, MACS "86dd60"},
	{"Ethernet, ARP", 1, -1, MACS "08060001"},
	{"Ethernet, VLAN", 1, 18, MACS "8100000a0800" PACKET},
	{"Ethernet, two VLANs", 1, 22, MACS "88a8000a8100000b86dd60"},
	{"Ethernet, old QinQ", 1, 22, MACS "9100000a8100000b0800"},
	{"Ethernet, VLAN of ARP", 1, -1, MACS "8100000a0806"},
	{"Ethernet, VLAN cut off", 1, -1, MACS "8100000a08"},
	{"Ethernet, nothing behind", 1, 14, MACS "0800"},
	{"Ethernet, cut off", 1, -1, MACS "08"},
	{"Ethernet, empty", 1, -1, ""},
	{"Ethernet, length of 802.3", 1, -1, MACS "0026424203"},
	{"raw", 101, 0, PACKET},
	{"raw, as BSD numbers it", 12, 0, PACKET},
	{"raw, empty", 101, 0, ""},
	{"IPv4", 228, 0, PACKET},
	{"IPv6", 229, 0, "60"},
	{"cooked", 113, 16, "00000001000600000000000000000800" PACKET},
	{"cooked, VLAN", 113, 20, "00000001000600000000000000008100000a0800"},
	{"cooked, ARP", 113, -1, "00000001000600000000000000000806"},
	{"cooked, cut off", 113, -1, "000000010006000000000000000008"},
	{"cooked 2", 276, 20, "0800000000000002000100000000000000000000" PACKET},
	{"cooked 2, IPv6", 276, 20, "86dd000000000002000100000000000000000000"},
	{"cooked 2, cut off", 276, -1, "08000000000000020001000000000000000000"},
	{"loopback, little-endian", 0, 4, "02000000" PACKET},
	{"loopback, big-endian", 0, 4, "00000002" PACKET},
	{"loopback, IPv6 of FreeBSD", 0, 4, "1c000000"},
	{"loopback, IPv6 of macOS", 108, 4, "0000001e"},
	{"loopback, something else", 108, -1, "00000007"},
	{"loopback, cut off", 0, -1, "020000"},
};

static void finds_ip(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].hex) / 2;
		cleanup_free uint8_t *frame = malloc(len + 1);
		long ip;

		for (size_t j = 0; j < len; j++)
			sscanf(cases[i].hex + 2 * j, "%2hhx", &frame[j]);
		frame = realloc(frame, len ? len : 1);
		assert_true(link_known(cases[i].type));
		ip = link_ip(cases[i].type, frame, len);
		if (ip != cases[i].ip)
			fail_msg("%s: %ld", cases[i].what, ip);
	}
}

static void knows_what_it_knows(void **unused)
{
	(void)unused;
	assert_false(link_known(105));
	assert_int_equal(link_ip(105, (const uint8_t *)"", 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_ip),
		cmocka_unit_test(knows_what_it_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
