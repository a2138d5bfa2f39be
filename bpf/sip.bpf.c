/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>
#include <mfw/words.h>

MFW_MATCHER_PLAIN(
	sip, "payload of UDP begins with the start line of SIP",
	"True when a whole UDP datagram begins with a start line of SIP 2.0: METHOD URI SIP/2.0, "
	"or\n"
	"SIP/2.0 CODE REASON, with one space between them and CRLF behind. Not for SSDP, whose\n"
	"NOTIFY says HTTP/1.1. Never true for fragments and for packets that are cut off.");

/* Blocks of 64 bytes that the start line may take. */
#define SIP_LINE_BLOCKS 64
/* Longest name of a method. */
#define SIP_METHOD_MAX  32
/* "SIP/2.0 NNN " is the shortest beginning of a line, but for its end. */
#define SIP_LINE_MIN    12

#define SIP_VERSION  0x302e322f504953ULL   /* "SIP/2.0" */
#define SIP_RESPONSE 0x20302e322f504953ULL /* "SIP/2.0 " */

/* The line that begins at off, as far as it was looked at. */
struct sip_line {
	struct __sk_buff *skb;
	__u32 off; /* of the next block */
	__u32 end; /* of the payload */
	__u32 n_spaces;
	__u32 space; /* the first one; 0: none yet */
	__u32 cr;    /* the first CR, with LF behind it; 0: none */
};

static long sip_scan(__u32 i, struct sip_line *line)
{
	__u64 crs, spaces;
	union mfw_block b;
	__u32 at;

	(void)i;
	if (line->off >= line->end || mfw_load_block(line->skb, line->off, line->end, &b))
		return 1;
	crs = mfw_find_char(&b, '\r');
	spaces = mfw_find_char(&b, ' ') & mfw_bits_below(crs);
	if (!line->space && spaces)
		line->space = line->off + mfw_lowest_bit(spaces);
	line->n_spaces += mfw_count_bits(spaces);
	if (!crs) {
		line->off += MFW_BLOCK;
		return 0;
	}
	at = mfw_lowest_bit(crs);
	if (at < MFW_BLOCK && b.b[at + 1] == '\n')
		line->cr = line->off + at;
	return 1;
}

/* 1 for what can stand in a token: letters, digits and -.!%*_+`'~ */
static const __u8 sip_token[256] = {
	['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['-'] = 1, ['.'] = 1,
	['!'] = 1,         ['%'] = 1,         ['*'] = 1,         ['_'] = 1, ['+'] = 1,
	['`'] = 1,         ['\''] = 1,        ['~'] = 1,
};

/* METHOD: from the beginning to the first space. Nothing branches on a byte. */
static __always_inline bool sip_is_method(const union mfw_block *b, __u32 len)
{
	__u32 last = len - 1, bad = 0;

	if (last >= SIP_METHOD_MAX)
		return false;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SIP_METHOD_MAX; i++)
		bad |= (sip_token[b->b[i]] ^ 1) & ~((last - i) >> 31);
	return !bad;
}

/* Three digits, the first 1 to 6, and a space. */
static __always_inline bool sip_is_code(const __u8 *p)
{
	return p[0] >= '1' && p[0] <= '6' && p[1] >= '0' && p[1] <= '9' && p[2] >= '0' &&
	       p[2] <= '9' && p[3] == ' ';
}

/* Whether " SIP/2.0" is before the end of the line, and something between it and the method. */
static __always_inline bool sip_ends_request(const struct sip_line *line)
{
	__u64 version = 0;

	if (line->n_spaces != 2 || line->cr - line->space < 10)
		return false;
	bpf_skb_load_bytes(line->skb, line->cr - 8, &version, 8);
	return version == (SIP_VERSION << 8 | ' ');
}

static __always_inline bool sip_is_start_line(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	/* What is in the packet's memory the verifier does not know: as 0, in a loop, it must not.
	 */
	struct sip_line line = {
		.skb = skb, .n_spaces = pkt->pad2, .space = pkt->pad2, .cr = pkt->pad2};
	union mfw_block b;

	line.off = pkt->payload_off;
	line.end = pkt->payload_end;
	if (mfw_load_block(skb, line.off, line.end, &b))
		return false;
	bpf_loop(SIP_LINE_BLOCKS, sip_scan, &line, 0);
	if (!line.cr)
		return false;
	if (b.w[0] == SIP_RESPONSE)
		return sip_is_code(&b.b[8]);
	return sip_ends_request(&line) && sip_is_method(&b, line.space - pkt->payload_off);
}

int sip(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	if (!pkt || pkt->proto != IPPROTO_UDP || !mfw_has_whole_payload(pkt) ||
	    pkt->payload_end - pkt->payload_off < SIP_LINE_MIN)
		return 0;
	return sip_is_start_line(skb, pkt);
}

MFW_MAIN_PLAIN(sip);

#define REQUEST   "OPTIONS sip:x SIP/2.0\r\n"
#define RESPONSE  "SIP/2.0 200 OK\r\n"
#define UDP(text) text, MFW_IP4_UDP(5060, 5060, text)
#define LONG_URI                                                                                   \
	"sip:0123456789012345678901234567890123456789012345678901234567890123456789@example.com"

/* clang-format off */
MFW_TESTS_PLAIN(sip) = {
	/* requests */
	{ MFW_TEST_TEXT("request", MFW_MATCH, UDP(REQUEST)) },
	{ MFW_TEST_TEXT("request with more behind", MFW_MATCH,
		UDP("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n\r\n")) },
	{ MFW_TEST_TEXT("a line longer than a block", MFW_MATCH,
		UDP("INVITE " LONG_URI ";transport=udp SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("CR and LF in different blocks", MFW_MATCH,
		UDP("INVITE sip:01234567890123456789012345678901234567890123 SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("every character of a token", MFW_MATCH,
		UDP("azAZ09-.!%*_+`'~ sip:x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("another port", MFW_MATCH, REQUEST, MFW_IP4_UDP(1, 2, REQUEST)) },
	{ MFW_TEST_TEXT("ipv6", MFW_MATCH, REQUEST,
		MFW_IP6(8 + sizeof(REQUEST) - 1, 17), MFW_UDP(1, 2, 8 + sizeof(REQUEST) - 1)) },
	{ MFW_TEST_TEXT("no URI", MFW_NO_MATCH, UDP("OPTIONS SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("an empty URI", MFW_NO_MATCH, UDP("OPTIONS  SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("no method", MFW_NO_MATCH, UDP(" sip:x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("a separator in the method", MFW_NO_MATCH, UDP("OPT:ONS sip:x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("a byte above 127 in the method", MFW_NO_MATCH,
		UDP("OPT\xc4ONS sip:x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("a method of 33 bytes", MFW_NO_MATCH,
		UDP("A23456789012345678901234567890123 sip:x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("two spaces", MFW_NO_MATCH, UDP("OPTIONS sip:x  SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("a space in the URI", MFW_NO_MATCH, UDP("OPTIONS sip: x SIP/2.0\r\n")) },
	{ MFW_TEST_TEXT("something behind the version", MFW_NO_MATCH,
		UDP("OPTIONS sip:x SIP/2.0 \r\n")) },
	{ MFW_TEST_TEXT("another version", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.1\r\n")) },
	{ MFW_TEST_TEXT("a version in lower case", MFW_NO_MATCH, UDP("OPTIONS sip:x sip/2.0\r\n")) },
	{ MFW_TEST_TEXT("LF alone", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\n")) },
	{ MFW_TEST_TEXT("CR alone", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\rAccept: a\r\n")) },
	{ MFW_TEST_TEXT("SSDP", MFW_NO_MATCH, UDP("NOTIFY * HTTP/1.1\r\n")) },
	{ MFW_TEST_TEXT("CRLF before it", MFW_NO_MATCH, UDP("\r\n" REQUEST)) },
	{ MFW_TEST_TEXT("keep-alive", MFW_NO_MATCH, UDP("\r\n\r\n")) },
	{ MFW_TEST_TEXT("nothing", MFW_NO_MATCH, UDP("")) },

	/* responses */
	{ MFW_TEST_TEXT("response", MFW_MATCH, UDP(RESPONSE)) },
	{ MFW_TEST_TEXT("an empty reason", MFW_MATCH, UDP("SIP/2.0 180 \r\n")) },
	{ MFW_TEST_TEXT("a reason with spaces", MFW_MATCH, UDP("SIP/2.0 606 Not Acceptable !\r\n")) },
	{ MFW_TEST_TEXT("no space behind the code", MFW_NO_MATCH, UDP("SIP/2.0 200\r\n")) },
	{ MFW_TEST_TEXT("two digits", MFW_NO_MATCH, UDP("SIP/2.0 20 OK\r\n")) },
	{ MFW_TEST_TEXT("four digits", MFW_NO_MATCH, UDP("SIP/2.0 2000 OK\r\n")) },
	{ MFW_TEST_TEXT("a code below 100", MFW_NO_MATCH, UDP("SIP/2.0 099 OK\r\n")) },
	{ MFW_TEST_TEXT("a code above 699", MFW_NO_MATCH, UDP("SIP/2.0 700 OK\r\n")) },
	{ MFW_TEST_TEXT("a code of letters", MFW_NO_MATCH, UDP("SIP/2.0 2OO OK\r\n")) },
	{ MFW_TEST_TEXT("HTTP", MFW_NO_MATCH, UDP("HTTP/1.1 200 OK\r\n")) },

	/* what is not all there */
	{ MFW_TEST_TEXT("no end of the line", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\r")) },
	{ MFW_TEST_TEXT("no end of a response", MFW_NO_MATCH, UDP("SIP/2.0 200 OK")) },
	{ MFW_TEST_TEXT("the end is padding", MFW_NO_MATCH, REQUEST,
		MFW_IP4_UDP(1, 2, "OPTIONS sip:x SIP/2.0\r")) },
	{ MFW_TEST_TEXT("cut behind the line", MFW_CUT_NO_MATCH, REQUEST,
		MFW_IP4(500, 17), MFW_UDP(1, 2, 480)) },
	{ MFW_TEST_TEXT("cut in the line", MFW_CUT_NO_MATCH, "OPTIONS sip:x",
		MFW_IP4_UDP(1, 2, REQUEST)) },
	{ MFW_TEST_TEXT("first fragment", MFW_NO_MATCH, REQUEST,
		MFW_IP4_FRAG(28 + sizeof(REQUEST) - 1, 17, 0x2000),
		MFW_UDP(1, 2, 8 + sizeof(REQUEST) - 1)) },
	{ MFW_TEST_TEXT("later fragment", MFW_NO_MATCH, REQUEST,
		MFW_IP4_FRAG(20 + sizeof(REQUEST) - 1, 17, 0x0003)) },
};
/* clang-format on */

MFW_LICENSE;
