/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>
#include <mfw/words.h>

MFW_MATCHER(
	sip, "payload of UDP or TCP is a message of SIP",
	"True when the payload of a UDP datagram or of a TCP segment begins a message of SIP 2.0.\n"
	"How much of it is looked at:\n"
	"  line     the start line: METHOD URI SIP/2.0, or SIP/2.0 CODE REASON, with one space\n"
	"           between them and CRLF behind;\n"
	"  headers  also that every line up to the empty one is a header (names in full or in\n"
	"           compact form, in any case and order, folded lines too), and that there are "
	"To,\n"
	"           From, CSeq, Call-ID, Via, and in requests Max-Forwards;\n"
	"  strict   also that those but Via, and Content-Length, are there once only, that CSeq is "
	"a\n"
	"           number and, in requests, their method, Max-Forwards 0 to 255, and "
	"Content-Length\n"
	"           no more than what follows (UDP), or there at all (TCP).\n"
	"Never true for packets that are cut off, nor for SSDP, whose NOTIFY says HTTP/1.1. A "
	"header\n"
	"section has at most 256 lines or pieces of 64 bytes. Over TCP only segments match that\n"
	"begin a message; headers that are in a later segment are missing.")
MFW_INSNS("a walk over the headers, 6000 instructions in itself, beside the start line");

/* Words of the language: line, headers, strict. */
enum sip_level {
	SIP_LEVEL_LINE,
	SIP_LEVEL_HEADERS,
	SIP_LEVEL_STRICT,
};

struct sip_params {
	enum sip_level level MFW_DOC("how much of the message is looked at");
	bool keepalives MFW_DOC(
		"also match keep-alives: nothing but CR, LF and zeros, at most four bytes; no "
		"payload at all; STUN");
	bool fragments MFW_DOC(
		"also match the first fragment of a datagram, by its start line alone; later ones, "
		"which have neither ports nor start line, never match");
};

MFW_FIELD_BYTES(sip, method, "method of a request");
MFW_FIELD_BOOL(sip, is_response, "whether the message is a response");
MFW_FIELD_INT(sip, status, 100, 699, "status code of a response");
MFW_FIELD_BYTES(sip, user_agent, "value of User-Agent");
MFW_FIELD_BYTES(sip, from, "value of From, with its tag");
MFW_FIELD_BYTES(sip, to, "value of To, with its tag");
MFW_FIELD_BYTES(sip, call_id, "value of Call-ID");
MFW_FIELD_BYTES(sip, cseq_method, "method that CSeq names");
MFW_FIELD_INT(sip, content_length, 0, 4294967295, "value of Content-Length");

/* Blocks of 64 bytes that the start line may take; lines, or blocks of long ones, of headers. */
#define SIP_LINE_BLOCKS   16
#define SIP_HEADER_BLOCKS 256
/* Longest name of a method. */
#define SIP_METHOD_MAX    32
/* "SIP/2.0 NNN " is the shortest beginning of a line, but for its end. */
#define SIP_LINE_MIN      12

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

/* ---- the start line ---- */

/* What was found; offsets are into the packet, 0: not there. */
struct sip_start {
	__u32 headers;    /* behind the start line */
	__u32 method_end; /* of requests; they begin with it */
	__u32 status;     /* of responses */
};

/* A function of its own, so that the verifier looks at it once. Whether there is a start line. */
__noinline int sip_start_line(struct __sk_buff *skb, const struct mfw_pkt *pkt,
			      struct sip_start *start)
{
	struct sip_line line = {.skb = skb};
	union mfw_block b;

	if (!pkt || !start || pkt->payload_end - pkt->payload_off < SIP_LINE_MIN)
		return 0;
	/* Before Linux 6.7 what is known to be 0 is taken to be 0 in loops: this is not known. */
	line.n_spaces = line.space = line.cr = pkt->pad2;
	line.off = pkt->payload_off;
	line.end = pkt->payload_end;
	if (mfw_load_block(skb, line.off, line.end, &b))
		return 0;
	bpf_loop(SIP_LINE_BLOCKS, sip_scan, &line, 0);
	if (!line.cr)
		return 0;
	start->headers = line.cr + 2;
	if (b.w[0] == SIP_RESPONSE) {
		start->status = (b.b[8] - '0') * 100 + (b.b[9] - '0') * 10 + (b.b[10] - '0');
		return sip_is_code(&b.b[8]);
	}
	start->method_end = line.space;
	return sip_ends_request(&line) && sip_is_method(&b, line.space - pkt->payload_off);
}

/* The payload is there as a whole: of a message, for its fields. */
static __always_inline bool sip_find(struct __sk_buff *skb, const struct mfw_pkt *pkt,
				     struct sip_start *start)
{
	if (!pkt || !mfw_has_whole_payload(pkt))
		return false;
	return sip_start_line(skb, pkt, start);
}

/* ---- headers ---- */

enum sip_header {
	SIP_OTHER,
	SIP_TO,
	SIP_FROM,
	SIP_CSEQ,
	SIP_CALL_ID,
	SIP_VIA,
	SIP_MAX_FORWARDS,
	SIP_CONTENT_LENGTH,
	SIP_USER_AGENT,
	SIP_HEADERS = 16, /* a power of two */
};

#define SIP_BIT(header) (1u << (header))

struct sip_headers {
	struct __sk_buff *skb;
	__u32 off;             /* of the next line, or of the next block of a long one */
	__u32 end;             /* of the payload */
	__u32 inside;          /* off is inside of a line */
	__u32 bad;             /* a line that is no header */
	__u32 body;            /* behind the empty line; 0: it was not seen */
	__u32 twice;           /* SIP_BIT() of those that were there more than once */
	__u32 at[SIP_HEADERS]; /* where the value of the first one begins, behind ':' */
};

/* 1 when the 16 bytes are equal, without a branch. */
static __always_inline __u32 sip_same(__u64 a, __u64 b, __u64 x, __u64 y)
{
	__u64 differ = (a ^ x) | (b ^ y), minus = -differ;

	asm volatile("" : "+r"(minus));
	return (~(differ | minus)) >> 63;
}

#define SIP_C(text, i)                                                                             \
	((__u64)(__u8)((i) < sizeof(text) - 1 ? text[(i) < sizeof(text) ? (i) : 0] : 0))
#define SIP_W(text, i)                                                                             \
	(SIP_C(text, i) | SIP_C(text, i + 1) << 8 | SIP_C(text, i + 2) << 16 |                     \
	 SIP_C(text, i + 3) << 24 | SIP_C(text, i + 4) << 32 | SIP_C(text, i + 5) << 40 |          \
	 SIP_C(text, i + 6) << 48 | SIP_C(text, i + 7) << 56)
#define SIP_IS(text) sip_same(a, b, SIP_W(text, 0), SIP_W(text, 8))

/* Which header has the name of len bytes, at most 16, that the line begins with. */
__noinline int sip_header_of(const union mfw_block *line, __u32 len)
{
	__u64 a, b;

	if (!line || len > 16)
		return SIP_OTHER;
	a = mfw_fold_word(line->w[0]);
	b = mfw_fold_word(line->w[1]);
	a &= len < 8 ? (1ULL << len * 8) - 1 : ~0ULL;
	b &= len < 8 ? 0 : len < 16 ? (1ULL << (len - 8) * 8) - 1 : ~0ULL;
	return (SIP_IS("to") | SIP_IS("t")) * SIP_TO + (SIP_IS("from") | SIP_IS("f")) * SIP_FROM +
	       SIP_IS("cseq") * SIP_CSEQ + (SIP_IS("call-id") | SIP_IS("i")) * SIP_CALL_ID +
	       (SIP_IS("via") | SIP_IS("v")) * SIP_VIA + SIP_IS("max-forwards") * SIP_MAX_FORWARDS +
	       (SIP_IS("content-length") | SIP_IS("l")) * SIP_CONTENT_LENGTH +
	       SIP_IS("user-agent") * SIP_USER_AGENT;
}

/* Notes the header that the line begins with. A line that begins with a space goes on another one.
 */
static __always_inline void sip_note(struct sip_headers *h, const union mfw_block *line,
				     __u64 line_bits)
{
	__u64 colons = mfw_find_char(line, ':') & line_bits, name;
	__u64 blanks = (mfw_find_char(line, ' ') | mfw_find_char(line, '\t')) & line_bits;
	__u32 header;

	if (blanks & 1)
		return;
	name = mfw_bits_below(colons);
	if (!colons || !name)
		h->bad = 1;
	/* The name ends where blanks before the colon begin. */
	header = sip_header_of(line, mfw_lowest_bit((blanks | colons) & -(__u64) !!colons));
	header &= SIP_HEADERS - 1;
	if (h->at[header]) {
		h->twice |= 1u << header;
		return;
	}
	h->at[header] = h->off + mfw_lowest_bit(colons) + 1;
}

static long sip_step(__u32 i, struct sip_headers *h)
{
	union mfw_block b;
	__u64 crs;
	__u32 at;

	(void)i;
	if (h->off >= h->end || mfw_load_block(h->skb, h->off, h->end, &b))
		return 1;
	crs = mfw_find_char(&b, '\r');
	if (crs & 1 && !h->inside) {
		h->body = b.b[1] == '\n' ? h->off + 2 : 0;
		return 1;
	}
	if (!h->inside)
		sip_note(h, &b, mfw_bits_below(crs));
	h->inside = !crs;
	if (!crs) {
		h->off += MFW_BLOCK;
		return 0;
	}
	at = mfw_lowest_bit(crs);
	if (at >= MFW_BLOCK || b.b[at + 1] != '\n') {
		h->bad = 1;
		return 1;
	}
	h->off += at + 2;
	return 0;
}

/* Reads all headers: the first line begins at `headers`. */
static __always_inline void sip_read(struct __sk_buff *skb, const struct mfw_pkt *pkt,
				     __u32 headers, struct sip_headers *h)
{
	h->skb = skb;
	h->off = headers;
	h->end = pkt->payload_end;
	h->inside = h->bad = h->body = h->twice = pkt->pad2;
#pragma clang loop unroll(disable)
	for (int i = 0; i < SIP_HEADERS; i++)
		h->at[i] = pkt->pad2;
	bpf_loop(SIP_HEADER_BLOCKS, sip_step, h, 0);
}

/* ---- values ---- */

struct sip_value {
	struct __sk_buff *skb;
	__u32 off; /* of the next block */
	__u32 end; /* of the payload */
	__u32 cr;  /* the end of the value, blanks behind it included */
};

/* To the end of a line that no folded one follows. */
static long sip_value_step(__u32 i, struct sip_value *s)
{
	union mfw_block b;
	__u64 crs;
	__u32 at;

	(void)i;
	if (s->off >= s->end || mfw_load_block(s->skb, s->off, s->end, &b))
		return 1;
	crs = mfw_find_char(&b, '\r');
	if (!crs) {
		s->off += MFW_BLOCK;
		return 0;
	}
	at = mfw_lowest_bit(crs);
	if (at >= MFW_BLOCK)
		return 1;
	if (b.b[at + 2] == ' ' || b.b[at + 2] == '\t') {
		s->off += at + 2;
		return 0;
	}
	s->cr = s->off + at;
	return 1;
}

/* Blanks, and the line ends of folded lines. */
static __always_inline __u64 sip_blanks(const union mfw_block *b)
{
	return mfw_find_char(b, ' ') | mfw_find_char(b, '\t') | mfw_find_char(b, '\r') |
	       mfw_find_char(b, '\n');
}

/* Takes what is blank off both ends of the view: up to 64 bytes each. */
__noinline int sip_trim(struct __sk_buff *skb, struct mfw_view *v)
{
	union mfw_block b;
	__u64 blanks;
	__u32 n;

	if (!v || v->off >= v->end || mfw_load_block(skb, v->off, v->end, &b))
		return 0;
	n = mfw_lowest_bit(~sip_blanks(&b));
	v->off = v->off + n < v->end ? v->off + n : v->end;
	n = v->end - v->off < MFW_BLOCK ? v->end - v->off : MFW_BLOCK;
	if (!n || mfw_load_block(skb, v->end - n, v->end, &b))
		return 1;
	blanks = sip_blanks(&b) | (n < MFW_BLOCK ? ~0ULL << n : 0);
	v->end = v->end - n + mfw_bits_used(~blanks);
	return 1;
}

/* The value that begins at `at`, without what is blank before and behind it. */
__noinline int sip_value(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u32 at,
			 struct mfw_view *v)
{
	struct sip_value s = {.skb = skb};

	if (!pkt || !v || !at)
		return 0;
	s.off = at;
	s.end = pkt->payload_end;
	s.cr = pkt->pad2;
	bpf_loop(SIP_HEADER_BLOCKS, sip_value_step, &s, 0);
	if (!s.cr)
		return 0;
	v->off = at < s.cr ? at : s.cr;
	v->end = s.cr;
	return v->off == v->end || sip_trim(skb, v);
}

/* The number that the view is, digits only; -1: it is none, or above 4294967295. */
__noinline __s64 sip_number(struct __sk_buff *skb, const struct mfw_view *v)
{
	__u8 digits[16] = {};
	__u64 number = 0;
	__u32 n;

	if (!v)
		return -1;
	n = v->end - v->off;
	if (!n || n > 10 || mfw_load_some(skb, v->off, digits, n, 10))
		return -1;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 10 && i < n; i++) {
		__u32 digit = digits[i] - '0';

		if (digit > 9)
			return -1;
		number = number * 10 + digit;
	}
	return number > 0xffffffff ? -1 : (__s64)number;
}

/* CSeq's value is a number, blanks, a method: that one becomes the view. 0: it is not. */
__noinline int sip_cseq(struct __sk_buff *skb, struct mfw_view *v)
{
	struct mfw_view number;
	union mfw_block b;
	__u64 blanks;
	__u32 n;

	if (!v || v->off >= v->end || mfw_load_block(skb, v->off, v->end, &b))
		return 0;
	blanks = sip_blanks(&b);
	n = mfw_lowest_bit(blanks);
	number.off = v->off;
	number.end = v->off + n;
	if (number.end >= v->end || sip_number(skb, &number) < 0)
		return 0;
	blanks |= mfw_bits_below(blanks);
	v->off += mfw_lowest_bit(~blanks);
	return v->off < v->end;
}

/* ---- levels ---- */

#define SIP_ONCE                                                                                   \
	(SIP_BIT(SIP_TO) | SIP_BIT(SIP_FROM) | SIP_BIT(SIP_CSEQ) | SIP_BIT(SIP_CALL_ID) |          \
	 SIP_BIT(SIP_MAX_FORWARDS) | SIP_BIT(SIP_CONTENT_LENGTH))

static __always_inline bool sip_has_headers(const struct sip_start *start,
					    const struct sip_headers *h)
{
	__u32 missing = !h->at[SIP_TO] | !h->at[SIP_FROM] | !h->at[SIP_CSEQ] | !h->at[SIP_CALL_ID] |
			!h->at[SIP_VIA];

	if (!h->body || h->bad || missing)
		return false;
	return start->status || h->at[SIP_MAX_FORWARDS];
}

/* Whether the two are the same bytes, at most SIP_METHOD_MAX. */
__noinline int sip_same_bytes(struct __sk_buff *skb, const struct mfw_view *v, __u32 off, __u32 end)
{
	__u64 x[SIP_METHOD_MAX / 8] = {}, y[SIP_METHOD_MAX / 8] = {};
	__u32 n = end - off;

	if (!v || v->end - v->off != n || mfw_load_some(skb, v->off, x, n, SIP_METHOD_MAX) ||
	    mfw_load_some(skb, off, y, n, SIP_METHOD_MAX))
		return 0;
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]));
}

static __always_inline bool sip_is_strict(struct __sk_buff *skb, const struct mfw_pkt *pkt,
					  const struct sip_start *start,
					  const struct sip_headers *h)
{
	struct mfw_view v = {};
	__s64 number;

	if (h->twice & SIP_ONCE)
		return false;
	if (!sip_value(skb, pkt, h->at[SIP_CSEQ], &v) || !sip_cseq(skb, &v))
		return false;
	if (!start->status && !sip_same_bytes(skb, &v, pkt->payload_off, start->method_end))
		return false;
	if (h->at[SIP_MAX_FORWARDS]) {
		if (!sip_value(skb, pkt, h->at[SIP_MAX_FORWARDS], &v))
			return false;
		number = sip_number(skb, &v);
		if (number < 0 || number > 255)
			return false;
	}
	if (!h->at[SIP_CONTENT_LENGTH])
		return pkt->proto == IPPROTO_UDP;
	if (!sip_value(skb, pkt, h->at[SIP_CONTENT_LENGTH], &v))
		return false;
	number = sip_number(skb, &v);
	return number >= 0 && (pkt->proto != IPPROTO_UDP || number <= pkt->payload_end - h->body);
}

/* A function of its own: its stack is not that of what else sip() calls. */
__noinline int sip_message(struct __sk_buff *skb, const struct mfw_pkt *pkt,
			   const struct sip_start *start, __u32 strict)
{
	struct sip_headers h;

	if (!pkt || !start)
		return 0;
	sip_read(skb, pkt, start->headers, &h);
	if (!sip_has_headers(start, &h))
		return 0;
	return !strict || sip_is_strict(skb, pkt, start, &h);
}

/* ---- keep-alives ---- */

#define SIP_STUN_COOKIE 0x2112a442

/* Nothing; CR, LF and zeros; or STUN: its length and its cookie. */
static __always_inline bool sip_is_keepalive(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	__u32 len = pkt->payload_end - pkt->payload_off, n = len < 8 ? len : 8;
	union {
		__u8 b[8];
		__be16 h[4];
		__be32 w[2];
		__u64 d;
	} head = {};

	if (!len)
		return true;
	if (mfw_load_some(skb, pkt->payload_off, &head, n, 8))
		return false;
	if (len <= 4)
		return (mfw_zero_bytes(head.d) | mfw_zero_bytes(head.d ^ MFW_ONES * '\r') |
			mfw_zero_bytes(head.d ^ MFW_ONES * '\n')) == MFW_HIGH;
	return len >= 20 && head.b[0] < 64 && head.w[1] == bpf_htonl(SIP_STUN_COOKIE) &&
	       bpf_ntohs(head.h[1]) == len - 20;
}

/* ---- the matcher ---- */

/* The first fragment of a datagram has its ports, and as much of the payload as fits. */
static __always_inline bool sip_is_first_fragment(const struct mfw_pkt *pkt)
{
	return (pkt->flags & (MFW_PKT_PAYLOAD | MFW_PKT_CUT | MFW_PKT_FRAGMENT)) ==
	       (MFW_PKT_PAYLOAD | MFW_PKT_FRAGMENT);
}

int sip(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct sip_params *p)
{
	struct sip_start start = {};

	if (!pkt || !p)
		return 0;
	if (sip_is_first_fragment(pkt))
		return p->fragments && sip_start_line(skb, pkt, &start);
	if (!mfw_has_whole_payload(pkt))
		return 0;
	if (p->keepalives && sip_is_keepalive(skb, pkt))
		return 1;
	if (!sip_start_line(skb, pkt, &start))
		return 0;
	return p->level == SIP_LEVEL_LINE ||
	       sip_message(skb, pkt, &start, p->level == SIP_LEVEL_STRICT);
}

/* ---- fields ---- */

int sip_method(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	struct sip_start start = {};

	if (!v || !sip_find(skb, pkt, &start) || start.status)
		return 0;
	v->off = pkt->payload_off;
	v->end = start.method_end;
	return 1;
}

int sip_is_response(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	struct sip_start start = {};

	return sip_find(skb, pkt, &start) && start.status;
}

int sip_status(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)
{
	struct sip_start start = {};

	if (!v || !sip_find(skb, pkt, &start))
		return 0;
	*v = start.status;
	return !!start.status;
}

/* Where the value of a header begins; 0: it is not there. */
__noinline __u32 sip_header_at(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u32 headers,
			       __u32 header)
{
	struct sip_headers h;

	if (!pkt)
		return 0;
	sip_read(skb, pkt, headers, &h);
	return h.at[header & (SIP_HEADERS - 1)];
}

/* The value of a header, as it stands in the packet. One after another: each has its stack alone.
 */
static __always_inline int sip_header(struct __sk_buff *skb, const struct mfw_pkt *pkt,
				      __u32 header, struct mfw_view *v)
{
	struct sip_start start = {};

	if (!v || !sip_find(skb, pkt, &start))
		return 0;
	return sip_value(skb, pkt, sip_header_at(skb, pkt, start.headers, header), v);
}

int sip_user_agent(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	return sip_header(skb, pkt, SIP_USER_AGENT, v);
}

int sip_from(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	return sip_header(skb, pkt, SIP_FROM, v);
}

int sip_to(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	return sip_header(skb, pkt, SIP_TO, v);
}

int sip_call_id(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	return sip_header(skb, pkt, SIP_CALL_ID, v);
}

int sip_cseq_method(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
{
	return v && sip_header(skb, pkt, SIP_CSEQ, v) && sip_cseq(skb, v);
}

int sip_content_length(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)
{
	struct mfw_view view = {};
	__s64 number;

	if (!v || !sip_header(skb, pkt, SIP_CONTENT_LENGTH, &view))
		return 0;
	number = sip_number(skb, &view);
	*v = number;
	return number >= 0;
}

MFW_MAIN(sip, .level = SIP_LEVEL_LINE);

#define REQUEST  "OPTIONS sip:x SIP/2.0\r\n"
#define RESPONSE "SIP/2.0 200 OK\r\n"
#define ALONE                                                                                      \
	{                                                                                          \
	}
#define UDP(text) text, MFW_IP4_UDP(5060, 5060, text)
#define TO        "To: <sip:b@x>\r\n"
#define FROM      "From: <sip:a@x>;tag=1\r\n"
#define CSEQ      "CSeq: 1 OPTIONS\r\n"
#define CALL_ID   "Call-ID: 1@192.0.2.1\r\n"
#define VIA       "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
#define MAX       "Max-Forwards: 70\r\n"
#define INVITE                                                                                     \
	"INVITE sip:b@x SIP/2.0\r\n" VIA MAX FROM TO CALL_ID "CSeq: 314 INVITE\r\n"                \
	"Content-Length: 0\r\n\r\n"
#define HEADERS                                                                                    \
	{                                                                                          \
		.level = SIP_LEVEL_HEADERS                                                         \
	}
#define STRICT                                                                                     \
	{                                                                                          \
		.level = SIP_LEVEL_STRICT                                                          \
	}
#define KEEPALIVES                                                                                 \
	{                                                                                          \
		.keepalives = true                                                                 \
	}
#define FRAGMENTS                                                                                  \
	{                                                                                          \
		.fragments = true                                                                  \
	}
#define LONG_URI                                                                                   \
	"sip:0123456789012345678901234567890123456789012345678901234567890123456789@example.com"

/* clang-format off */
MFW_TESTS(sip) = {
	/* requests */
	{ MFW_TEST_TEXT("request", MFW_MATCH, UDP(REQUEST)), ALONE },
	{ MFW_TEST_TEXT("request with more behind", MFW_MATCH,
		UDP("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n\r\n")), ALONE },
	{ MFW_TEST_TEXT("a line longer than a block", MFW_MATCH,
		UDP("INVITE " LONG_URI ";transport=udp SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("CR and LF in different blocks", MFW_MATCH,
		UDP("INVITE sip:01234567890123456789012345678901234567890123 SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("every character of a token", MFW_MATCH,
		UDP("azAZ09-.!%*_+`'~ sip:x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("another port", MFW_MATCH, REQUEST, MFW_IP4_UDP(1, 2, REQUEST)), ALONE },
	{ MFW_TEST_TEXT("ipv6", MFW_MATCH, REQUEST,
		MFW_IP6(8 + sizeof(REQUEST) - 1, 17), MFW_UDP(1, 2, 8 + sizeof(REQUEST) - 1)), ALONE },
	{ MFW_TEST_TEXT("no URI", MFW_NO_MATCH, UDP("OPTIONS SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("an empty URI", MFW_NO_MATCH, UDP("OPTIONS  SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("no method", MFW_NO_MATCH, UDP(" sip:x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("a separator in the method", MFW_NO_MATCH, UDP("OPT:ONS sip:x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("a byte above 127 in the method", MFW_NO_MATCH,
		UDP("OPT\xc4ONS sip:x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("a method of 33 bytes", MFW_NO_MATCH,
		UDP("A23456789012345678901234567890123 sip:x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("two spaces", MFW_NO_MATCH, UDP("OPTIONS sip:x  SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("a space in the URI", MFW_NO_MATCH, UDP("OPTIONS sip: x SIP/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("something behind the version", MFW_NO_MATCH,
		UDP("OPTIONS sip:x SIP/2.0 \r\n")), ALONE },
	{ MFW_TEST_TEXT("another version", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.1\r\n")), ALONE },
	{ MFW_TEST_TEXT("a version in lower case", MFW_NO_MATCH, UDP("OPTIONS sip:x sip/2.0\r\n")), ALONE },
	{ MFW_TEST_TEXT("LF alone", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\n")), ALONE },
	{ MFW_TEST_TEXT("CR alone", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\rAccept: a\r\n")), ALONE },
	{ MFW_TEST_TEXT("SSDP", MFW_NO_MATCH, UDP("NOTIFY * HTTP/1.1\r\n")), ALONE },
	{ MFW_TEST_TEXT("CRLF before it", MFW_NO_MATCH, UDP("\r\n" REQUEST)), ALONE },
	{ MFW_TEST_TEXT("keep-alive", MFW_NO_MATCH, UDP("\r\n\r\n")), ALONE },
	{ MFW_TEST_TEXT("nothing", MFW_NO_MATCH, UDP("")), ALONE },

	/* responses */
	{ MFW_TEST_TEXT("response", MFW_MATCH, UDP(RESPONSE)), ALONE },
	{ MFW_TEST_TEXT("an empty reason", MFW_MATCH, UDP("SIP/2.0 180 \r\n")), ALONE },
	{ MFW_TEST_TEXT("a reason with spaces", MFW_MATCH, UDP("SIP/2.0 606 Not Acceptable !\r\n")), ALONE },
	{ MFW_TEST_TEXT("no space behind the code", MFW_NO_MATCH, UDP("SIP/2.0 200\r\n")), ALONE },
	{ MFW_TEST_TEXT("two digits", MFW_NO_MATCH, UDP("SIP/2.0 20 OK\r\n")), ALONE },
	{ MFW_TEST_TEXT("four digits", MFW_NO_MATCH, UDP("SIP/2.0 2000 OK\r\n")), ALONE },
	{ MFW_TEST_TEXT("a code below 100", MFW_NO_MATCH, UDP("SIP/2.0 099 OK\r\n")), ALONE },
	{ MFW_TEST_TEXT("a code above 699", MFW_NO_MATCH, UDP("SIP/2.0 700 OK\r\n")), ALONE },
	{ MFW_TEST_TEXT("a code of letters", MFW_NO_MATCH, UDP("SIP/2.0 2OO OK\r\n")), ALONE },
	{ MFW_TEST_TEXT("HTTP", MFW_NO_MATCH, UDP("HTTP/1.1 200 OK\r\n")), ALONE },

	/* what is not all there */
	{ MFW_TEST_TEXT("no end of the line", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\r")), ALONE },
	{ MFW_TEST_TEXT("no end of a response", MFW_NO_MATCH, UDP("SIP/2.0 200 OK")), ALONE },
	{ MFW_TEST_TEXT("the end is padding", MFW_NO_MATCH, REQUEST,
		MFW_IP4_UDP(1, 2, "OPTIONS sip:x SIP/2.0\r")), ALONE },
	{ MFW_TEST_TEXT("cut behind the line", MFW_CUT_NO_MATCH, REQUEST,
		MFW_IP4(500, 17), MFW_UDP(1, 2, 480)), ALONE },
	{ MFW_TEST_TEXT("cut in the line", MFW_CUT_NO_MATCH, "OPTIONS sip:x",
		MFW_IP4_UDP(1, 2, REQUEST)), ALONE },
	{ MFW_TEST_TEXT("first fragment", MFW_NO_MATCH, REQUEST,
		MFW_IP4_FRAG(28 + sizeof(REQUEST) - 1, 17, 0x2000),
		MFW_UDP(1, 2, 8 + sizeof(REQUEST) - 1)), ALONE },
	{ MFW_TEST_TEXT("later fragment", MFW_NO_MATCH, REQUEST,
		MFW_IP4_FRAG(20 + sizeof(REQUEST) - 1, 17, 0x0003)), ALONE },

	/* TCP */
	{ MFW_TEST_TEXT("tcp request", MFW_MATCH,
		REQUEST,
		MFW_IP4_TCP(1, 2, REQUEST)), ALONE },
	{ MFW_TEST_TEXT("tcp, the rest of a message", MFW_NO_MATCH,
		"v=0\r\n",
		MFW_IP4_TCP(1, 2, "v=0\r\n")), ALONE },
	{ MFW_TEST_TEXT("tcp without payload", MFW_NO_MATCH,
		"",
		MFW_IP4_TCP(1, 2, "")), ALONE },

	/* headers */
	{ MFW_TEST_TEXT("all headers", MFW_MATCH,
		UDP(INVITE)), HEADERS },
	{ MFW_TEST_TEXT("compact, any case and order", MFW_MATCH,
		UDP("OPTIONS sip:x SIP/2.0\r\nMAX-forwards:70\r\ncseq: 1 OPTIONS\r\nI : a\r\n"
		    "v: SIP/2.0/UDP c\r\nT:b\r\nf\t: a\r\n\r\n")), HEADERS },
	{ MFW_TEST_TEXT("folded lines", MFW_MATCH,
		UDP(REQUEST "Via: SIP/2.0/UDP\r\n  c\r\nTo:\r\n\tb\r\nFrom: a\r\nCSeq: 1\r\n OPTIONS\r\n"
		    "Call-ID: d\r\nMax-Forwards: 7\r\n\r\n")), HEADERS },
	{ MFW_TEST_TEXT("a long header between", MFW_MATCH,
		UDP(REQUEST TO FROM "X: " LONG_URI "\r\n" CSEQ CALL_ID VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("a response needs no Max-Forwards", MFW_MATCH,
		UDP(RESPONSE TO FROM CSEQ CALL_ID VIA "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no headers", MFW_NO_MATCH,
		UDP(REQUEST "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no To", MFW_NO_MATCH,
		UDP(REQUEST FROM CSEQ CALL_ID VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no From", MFW_NO_MATCH,
		UDP(REQUEST TO CSEQ CALL_ID VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no CSeq", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CALL_ID VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no Call-ID", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no Via", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no Max-Forwards", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("headers in the body", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA "\r\n" MAX)), HEADERS },
	{ MFW_TEST_TEXT("a line without a colon", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "nonsense\r\n\r\n")), HEADERS },
	{ MFW_TEST_TEXT("a line without a name", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX ": x\r\n\r\n")), HEADERS },
	{ MFW_TEST_TEXT("a CR in a line", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "X: a\rb\r\n\r\n")), HEADERS },
	{ MFW_TEST_TEXT("no empty line", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX)), HEADERS },
	{ MFW_TEST_TEXT("names that only begin so", MFW_NO_MATCH,
		UDP(REQUEST "Tox: b\r\n" FROM CSEQ CALL_ID VIA MAX "\r\n")), HEADERS },
	{ MFW_TEST_TEXT("twice is no matter", MFW_MATCH,
		UDP(REQUEST TO TO FROM CSEQ CALL_ID VIA MAX "\r\n")), HEADERS },

	/* strict */
	{ MFW_TEST_TEXT("strict", MFW_MATCH,
		UDP(INVITE)), STRICT },
	{ MFW_TEST_TEXT("content as long as it says", MFW_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 4\r\n\r\nv=0\n")), STRICT },
	{ MFW_TEST_TEXT("content longer than it says", MFW_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 3\r\n\r\nv=0\n")), STRICT },
	{ MFW_TEST_TEXT("content shorter than it says", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 5\r\n\r\nv=0\n")), STRICT },
	{ MFW_TEST_TEXT("a length that is no number", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 4a\r\n\r\nv=0\n")), STRICT },
	{ MFW_TEST_TEXT("udp without a length", MFW_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA MAX "\r\nv=0\n")), STRICT },
	{ MFW_TEST_TEXT("tcp without a length", MFW_NO_MATCH,
		REQUEST TO FROM CSEQ CALL_ID VIA MAX "\r\n",
		MFW_IP4_TCP(1, 2, REQUEST TO FROM CSEQ CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("tcp whose body follows", MFW_MATCH,
		REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 99\r\n\r\n",
		MFW_IP4_TCP(1, 2, REQUEST TO FROM CSEQ CALL_ID VIA MAX "l: 99\r\n\r\n")), STRICT },
	{ MFW_TEST_TEXT("another method in CSeq", MFW_NO_MATCH,
		UDP(REQUEST TO FROM "CSeq: 1 INVITE\r\n" CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("any method in a response's CSeq", MFW_MATCH,
		UDP(RESPONSE TO FROM "CSeq: 1 INVITE\r\n" CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("a CSeq without a number", MFW_NO_MATCH,
		UDP(REQUEST TO FROM "CSeq: OPTIONS\r\n" CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("a folded CSeq", MFW_MATCH,
		UDP(REQUEST TO FROM "CSeq:\r\n 1 \r\n OPTIONS \r\n" CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("Max-Forwards above 255", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA "Max-Forwards: 256\r\n\r\n")), STRICT },
	{ MFW_TEST_TEXT("To twice", MFW_NO_MATCH,
		UDP(REQUEST TO TO FROM CSEQ CALL_ID VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("Call-ID twice, once compact", MFW_NO_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID "i: z\r\n" VIA MAX "\r\n")), STRICT },
	{ MFW_TEST_TEXT("Via twice", MFW_MATCH,
		UDP(REQUEST TO FROM CSEQ CALL_ID VIA VIA MAX "\r\n")), STRICT },

	/* keep-alives */
	{ MFW_TEST_TEXT("a message, keep-alives asked for", MFW_MATCH,
		UDP(REQUEST)), KEEPALIVES },
	{ MFW_TEST_TEXT("CRLFCRLF", MFW_MATCH,
		UDP("\r\n\r\n")), KEEPALIVES },
	{ MFW_TEST_TEXT("CRLF", MFW_MATCH,
		UDP("\r\n")), KEEPALIVES },
	{ MFW_TEST_TEXT("CRLF and zero", MFW_MATCH,
		UDP("\r\n\0")), KEEPALIVES },
	{ MFW_TEST_TEXT("an empty datagram", MFW_MATCH,
		UDP("")), KEEPALIVES },
	{ MFW_TEST_TEXT("CRLF and a letter", MFW_NO_MATCH,
		UDP("\r\na")), KEEPALIVES },
	{ MFW_TEST_TEXT("five of them", MFW_NO_MATCH,
		UDP("\r\n\r\n\0")), KEEPALIVES },
	{ MFW_TEST_TEXT("STUN", MFW_MATCH,
		UDP("\0\1\0\0\x21\x12\xa4\x42" "012345678901")), KEEPALIVES },
	{ MFW_TEST_TEXT("STUN of another length", MFW_NO_MATCH,
		UDP("\0\1\0\4\x21\x12\xa4\x42" "012345678901")), KEEPALIVES },
	{ MFW_TEST_TEXT("STUN without its cookie", MFW_NO_MATCH,
		UDP("\0\1\0\0\x21\x12\xa4\x43" "012345678901")), KEEPALIVES },

	/* fragments */
	{ MFW_TEST_TEXT("first fragment, asked for", MFW_MATCH,
		REQUEST,
		MFW_IP4_FRAG(28 + sizeof(REQUEST) - 1, 17, 0x2000), MFW_UDP(1, 2, 1400)), FRAGMENTS },
	{ MFW_TEST_TEXT("first fragment of something else", MFW_NO_MATCH,
		"NOTIFY * HTTP/1.1\r\n",
		MFW_IP4_FRAG(47, 17, 0x2000), MFW_UDP(1, 2, 1400)), FRAGMENTS },
	{ MFW_TEST_TEXT("later fragment, asked for", MFW_NO_MATCH,
		REQUEST,
		MFW_IP4_FRAG(20 + sizeof(REQUEST) - 1, 17, 0x0003)), FRAGMENTS },
	{ MFW_TEST_TEXT("first fragment, cut", MFW_CUT_NO_MATCH,
		REQUEST,
		MFW_IP4_FRAG(1400, 17, 0x2000), MFW_UDP(1, 2, 1500)), FRAGMENTS },
};
/* clang-format on */

MFW_LICENSE;
