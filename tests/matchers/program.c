/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions as programs in the kernel, on made packets. Each construct of the
 * language has lines of its own; each expression is also asked under `not`, and both with and
 * without expr_fold().
 */
#include "catalog/catalog.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

/* Parser included; the verifier of Linux 6.1 goes through 5500 for a search. */
#define INSNS_MAX 6000

struct packet {
	char letter;
	const char *what;
	const char *hex;
};

#define V4(len, frag, ttl, proto) "4500" len "0001" frag ttl proto "0000c0000201c6336402"
#define V6(len, next)                                                                              \
	"60000000" len next "4020010db8000000000000000000000001"                                   \
	"20010db8000000000000000000000002"
#define UDP(len) "13c413c4" len "0000"
#define TCP      "9c4001bb00000001000000005002ffff00000000"

static const struct packet packets[] = {
	{'t', "TCP SYN 40000 > 443", V4("0028", "0000", "40", "06") TCP},
	{'u', "UDP 5060 > 5060, Hello",
	 V4("0023", "0000", "80", "11") UDP("000f") "48656c6c6f2121"},
	{'i', "ICMP echo request", V4("001c", "0000", "01", "01") "0800000000010001"},
	{'o', "UDP behind IPv4 options",
	 "46000020000100004011"
	 "0000c0000201c633640294040000" UDP("0008")},
	{'f', "first fragment", V4("0024", "2000", "40", "11") UDP("0100") "48656c6c6f212121"},
	{'l', "later fragment", V4("0024", "0003", "40", "11") UDP("0100") "48656c6c6f212121"},
	{'c', "UDP header cut off", V4("001c", "0000", "40", "11") "13c413c4"},
	{'b', "IPv4 header below 20", "440000140001000040110000c0000201c6336402"},
	{'x', "neither version", "500000140001000040110000c0000201c6336402"},
	{'6', "IPv6 UDP", V6("000d", "11") UDP("000d") "48656c6c6f"},
	{'h', "IPv6, hop-by-hop, TCP", V6("001c", "00") "0600050200000100" TCP},
	{'g', "IPv6, later fragment", V6("0010", "2c") "1100001000000001" UDP("0008")},
	{'m', "ICMPv6 neighbour solicitation", V6("0008", "3a") "8700000000000000"},
	{'s', "SCTP", V4("0020", "0000", "40", "84") "13c413c40000000000000000"},
};

/* An expression, and the letters of the packets that it is true for. */
static const char *const cases[][2] = {
	/* fields */
	{"ip.ttl == 64", "tofl6hgmsc"},
	{"ip.ttl lt 65", "tiofl6hgmsc"},
	{"ip.ttl ne 64", "uibx"},
	{"ip.ttl in {1 128}", "ui"},
	{"ip.ttl & 0x81", "ui"},
	{"ip.ttl >= 0", "tuioflc6hgms"},
	{"ip.len == 40", "t"},
	{"ip.len gt 50", "6hg"},
	{"ip.len == 28", "ic"},
	{"ip.hdr_len == 20", "tuiflcs"},
	{"ip.hdr_len == 24", "o"},
	{"ip.hdr_len == 40", "6hgm"},
	{"ip.opt.type == 148", "o"},
	{"ip.opt.type ne 148", "tuiflcbx6hgms"},
	{"ip.opt.type in {0..255}", "o"},
	{"ip.proto == \"udp\"", "uoflc6g"},
	{"ip.proto contains \"cmp\"", "im"},
	{"ip.proto wildcard \"*TP\"", "s"},
	{"len(ip.proto) == 3", "tuoflc6hg"},
	{"substring(ip.proto, -1) in {\"p\"}", "tuioflc6hgs"},
	{"tcp.dstport == 443", "th"},
	{"tcp.dstport ne 443", "uioflcbx6gms"},
	{"tcp.srcport in {1..39999 40001..65535}", ""},
	{"udp.dstport == 5060", "uof6"},
	{"udp.srcport in {5060}", "uof6"},
	{"tcp.flags == 2", "th"},
	{"tcp.flags.syn", "th"},
	{"not tcp.flags.syn", "uioflcbx6gms"},
	{"tcp.flags.ack or tcp.flags & 0x12", "th"},
	{"tcp.flags in {0..255}", "th"},
	{"icmp.type == 8", "i"},
	{"icmp.code == 0", "im"},
	{"icmp.type gt 100", "m"},

	/* addresses */
	{"ip.src == 192.0.2.1", "tuioflcs"},
	{"ip.src != 192.0.2.1", "bx6hgm"},
	{"ip.dst in {198.51.100.0/24}", "tuioflcs"},
	{"ip.dst in {198.51.100.3..198.51.100.9 2001:db8::2}", "6hgm"},
	{"ip.src < 192.0.2.1", ""},
	{"ip.src <= 192.0.2.1", "tuioflcs"},
	{"ip.src > ::", "6hgm"},
	{"ip.src >= 2001:db8::2", ""},
	{"ip.src in {::/0}", "6hgm"},
	{"ip.src in {0.0.0.0/0 ::/0}", "tuioflcs6hgm"},
	{"ip.src in {2001:db8::/32 192.0.2.0/24}", "tuioflcs6hgm"},
	{"ip.src in {2001:db8::1:0/112 ::1..::2 2001:db8::1}", "6hgm"},
	{"ip.src in {1.0.0.0 2.0.0.0/8 9.0.0.0 11.0.0.1 192.0.2.0..192.0.2.2 255.255.255.255}",
	 "tuioflcs"},

	/* bytes */
	{"udp contains \"Hello\"", "uf6"},
	{"udp contains \"o!!\"", "uf"},
	{"udp contains \"o\"", "uf6"},
	{"udp contains \"hello\"", ""},
	{"lower(udp) contains \"hello\"", "uf6"},
	{"udp contains \"\"", "uof6"},
	{"ends_with(udp, \"Hello\")", "6"},
	{"not ends_with(udp, \"Hello\")", "tuioflcbxhgms"},
	{"starts_with(udp, \"\\x13\\xc4\")", "uof6"},
	{"substring(udp, 8) == \"Hello\"", "6"},
	{"substring(udp, 8) ne \"Hello\"", "tuioflcbxhgms"},
	{"substring(udp, 8, 10) in {\"Ha\" \"He\"}", "uf6"},
	{"substring(udp, -2) == \"!!\"", "uf"},
	{"substring(udp, 100) == \"\"", "uof6"},
	{"substring(udp, 8) wildcard \"h*o\"", "6"},
	{"substring(udp, 8) wildcard \"h*l*o*!\"", "uf"},
	{"substring(udp, 8) strict wildcard \"H*\"", "uf6"},
	{"substring(udp, 8) strict wildcard \"h*\"", ""},
	{"substring(udp, 8) wildcard \"*\"", "uof6"},
	{"substring(udp, 8) < \"Hello!\"", "o6"},
	{"substring(udp, 8) <= \"Hello\"", "o6"},
	{"substring(udp, 8) > \"Hello\"", "uf"},
	{"substring(udp, 8) >= \"Hello!!\\x00\"", "f"},
	{"len(udp) == 15", "u"},
	{"len(substring(udp, 8)) lt 5", "o"},
	{"len(ip) == 40", "t"},
	{"starts_with(tcp, \"\\x9c\")", "th"},
	{"starts_with(icmp, \"\\x08\")", "i"},
	{"bit_slice(ip, 0, 4) == 4", "tuioflcs"},
	{"bit_slice(udp, 16, 32) == 5060", "uof6"},
	{"bit_slice(tcp, 107, 112) in {2}", "th"},
	{"bit_slice(tcp, 110, 111) == 1", "th"},
	{"bit_slice(udp, 64, 96) == 0x48656c6c", "uf6"},
	{"bit_slice(udp, 2000, 2001) ne 1", "tuioflcbx6hgms"},

	/* and, or, xor, not */
	{"tcp.flags.syn or udp.dstport == 5060 and ip.src in {::/0}", "th6"},
	{"tcp.flags.syn xor ip.ttl == 64", "oflc6gms"},
	{"not (tcp.dstport == 443 or not ip.ttl == 64)", "oflc6gms"},
	{"tcp.dstport == 443 and udp.dstport == 5060", ""},
	{"udp.dstport == 5060 and udp.srcport == 5060 and ip.ttl gt 100", "u"},
	{"not udp.dstport ne 5060 and len(udp) == 8", "o"},
	{"true", "tuioflcbx6hgms"},
	{"false", ""},
};

static int n_checks;
static bool failed;

static void check(bool good, const char *text, const char *what, const char *detail)
{
	printf("%s %d - %s: %s%s\n", good ? "ok" : "not ok", ++n_checks, text, what, detail);
	failed |= !good;
}

static size_t bytes_of(const char *hex, uint8_t *ret)
{
	size_t n = 0;

	for (; hex[0]; hex += 2)
		sscanf(hex, "%2hhx", &ret[n++]);
	return n;
}

static void ask_all(const struct expr *expr, const char *text, const char *expected, bool invert)
{
	char wrong[64] = "";
	struct run run;

	if (run_expr(&run, expr)) {
		check(false, text, "its program loads", "");
		run_close(&run);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		uint8_t packet[256];
		size_t len = bytes_of(packets[i].hex, packet);
		bool want = !strchr(expected, packets[i].letter) == invert;

		if (run_packet(&run, packet, len, NULL) != want)
			strncat(wrong, (char[]){packets[i].letter, 0}, sizeof(wrong) - 1);
	}
	check(!*wrong, text, invert ? "under not, wrong for: " : "wrong for: ", wrong);
	if (run.insns >= INSNS_MAX)
		check(false, text, "the verifier processes too much", "");
	run_close(&run);
}

static void try_case(const struct scheme *scheme, const char *text, const char *expected, bool fold)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	struct expr not = {.kind = EXPR_NOT, .operands = &expr, .n_operands = 1};

	if (expr_parse(text, scheme, &expr, &err) || (fold && expr_fold(&expr, scheme))) {
		check(false, text, "is parsed: ", mfw_err_message(err));
		return;
	}
	ask_all(expr, text, expected, false);
	ask_all(&not, text, expected, true);
}

static const struct field *find_field(void *ctx, const char *name)
{
	(void)ctx;
	return field_find(name);
}

int main(void)
{
	const struct scheme scheme = {.field = find_field};

	run_quiet();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (int fold = 0; fold <= 1; fold++)
			try_case(&scheme, cases[i][0], cases[i][1], fold);
	printf("1..%d\n", n_checks);
	return failed;
}
