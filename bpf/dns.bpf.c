/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>
#include <mfw/words.h>

MFW_MATCHER(
	dns, "payload of UDP or TCP is a message of DNS",
	"True when the payload of a UDP datagram, or of a TCP segment behind two bytes of length,\n"
	"is a message of DNS. How much of it is looked at:\n"
	"  header    an opcode that there is, the reserved bit Z 0, and room for as many "
	"questions\n"
	"            and records as it counts;\n"
	"  question  also that there is one question (none in a response with an error or an\n"
	"            answer), and that its labels, type and class are there, with a name of at\n"
	"            most 255 bytes;\n"
	"  strict    also that no pointer is in the question's name, that every record is there,\n"
	"            with nothing behind the last, and of a query (opcode 0) that it has no\n"
	"            answer, no authority but for IXFR, at most two additional records (OPT,\n"
	"            TSIG), and AA, TC, RA and RCODE 0. Walks over 4096 labels and records at\n"
	"            most.\n"
	"With `name` the first question's name has to fit, too: as in `bpfgen dns`. Dots before "
	"and\n"
	"behind do not count. `*` alone in a label is any one label, `*{MIN-MAX}` one of so many\n"
	"bytes; elsewhere it is a star. `?` is any byte of a label, `%41` the byte 0x41. `**` at\n"
	"the end is whatever follows, or nothing: `example.**` is example.com and example.co.uk,\n"
	"`example**` also examples.net. `.` is the root. What is no such pattern fits no name.\n"
	"\n"
	"Fields read what is there, of sound messages and of others. Pointers in a question are\n"
	"followed, though servers refuse most of them. Any port. Over TCP it is the first message\n"
	"in a segment that begins one; what is in a later segment is missing. Never true, and no\n"
	"field there, in packets that are cut off and in fragments. Multicast DNS counts "
	"otherwise:\n"
	"ask for level=\"header\".")
MFW_NAMES(any_of, qname,
	  "a list of names: the first question's is one of them, or below one (list set --type "
	  "name)");

/* Words of the language: header, question, strict. */
enum dns_level {
	DNS_LEVEL_HEADER,
	DNS_LEVEL_QUESTION,
	DNS_LEVEL_STRICT,
};

struct dns_params {
	enum dns_level level MFW_DOC("how much of the message is looked at");
	struct mfw_bytes_256 name MFW_DOC("pattern of the first question's name; empty: any");
	bool ignore_case MFW_DOC("A to Z count as a to z in name; `bpfgen dns` has it as -i");
};

MFW_FIELD_INT(dns, id, 0, 65535, "identifier of the message");
MFW_FIELD_BOOL(dns, qr, "whether the message is a response");
MFW_FIELD_INT(dns, opcode, 0, 15, "0: query, 4: notify, 5: update");
MFW_FIELD_BOOL(dns, aa, "whether the answer is authoritative");
MFW_FIELD_BOOL(dns, tc, "whether the message is truncated");
MFW_FIELD_BOOL(dns, rd, "whether recursion is desired");
MFW_FIELD_BOOL(dns, ra, "whether recursion is available");
MFW_FIELD_BOOL(dns, ad, "whether the data is authenticated");
MFW_FIELD_BOOL(dns, cd, "whether checking is disabled");
MFW_FIELD_INT(dns, rcode, 0, 15, "0: no error, 2: server failure, 3: no such name, 5: refused");
MFW_FIELD_INT(dns, qdcount, 0, 65535, "number of questions, as the header has it");
MFW_FIELD_INT(dns, ancount, 0, 65535, "number of answers, as the header has it");
MFW_FIELD_INT(dns, nscount, 0, 65535, "number of authority records, as the header has it");
MFW_FIELD_INT(dns, arcount, 0, 65535, "number of additional records, as the header has it");
MFW_FIELD_TEXT(dns, qname,
	       "name in the first question: lower case, dots between labels, none at the end; "
	       "empty: the root");
MFW_FIELD_INT(dns, qtype, 0, 65535, "type in the first question: 1 A, 28 AAAA, 255 ANY");
MFW_FIELD_INT(dns, qclass, 0, 65535, "class in the first question: 1 IN");

/* Of a name as text; on the wire it has a length before and a zero behind. */
#define DNS_TEXT_MAX    253
#define DNS_HEADER      12
#define DNS_QUESTION    4      /* type and class */
#define DNS_RECORD      10     /* type, class, TTL and length */
#define DNS_QUERY_OPS   0x0077 /* bits of the opcodes: query, iquery, status, notify, update, DSO */
#define DNS_OP_QUERY    0
#define DNS_IXFR        251
#define DNS_FLAG_QR     0x8000
#define DNS_FLAG_AA     0x0400
#define DNS_FLAG_TC     0x0200
#define DNS_FLAG_RD     0x0100
#define DNS_FLAG_RA     0x0080
#define DNS_FLAG_Z      0x0040
#define DNS_FLAG_AD     0x0020
#define DNS_FLAG_CD     0x0010
#define DNS_RCODE       0x000f
#define DNS_NAME_STEPS  256
#define DNS_MATCH_STEPS 512
#define DNS_WALK_STEPS  4096
#define DNS_POINTER     0xc0

/* The header's words, host order. */
enum dns_word { DNS_ID, DNS_FLAGS, DNS_QDCOUNT, DNS_ANCOUNT, DNS_NSCOUNT, DNS_ARCOUNT };

struct dns_message {
	__u32 off; /* of the header */
	__u32 end; /* of what is here */
	__u32 len; /* of the whole message, which over TCP may go on in the next segment */
	__be16 words[DNS_HEADER / 2];
};

static __always_inline __u32 dns_word(const struct dns_message *m, enum dns_word word)
{
	return bpf_ntohs(m->words[word]);
}

static __always_inline __u32 dns_opcode_of(const struct dns_message *m)
{
	return dns_word(m, DNS_FLAGS) >> 11 & 15;
}

/* The message in the payload. */
static __always_inline bool dns_find(struct __sk_buff *skb, const struct mfw_pkt *pkt,
				     struct dns_message *m)
{
	__be16 prefix = 0;

	if (!pkt || !mfw_has_whole_payload(pkt))
		return false;
	m->off = pkt->payload_off;
	m->end = pkt->payload_end;
	m->len = m->end - m->off;
	if (pkt->proto == IPPROTO_TCP) {
		if (m->len < 2 || bpf_skb_load_bytes(skb, m->off, &prefix, 2))
			return false;
		m->len = bpf_ntohs(prefix);
		m->off += 2;
		if (m->end - m->off > m->len)
			m->end = m->off + m->len;
	}
	return m->end - m->off >= DNS_HEADER &&
	       !bpf_skb_load_bytes(skb, m->off, m->words, DNS_HEADER);
}

/* ---- the walk over questions and records ---- */

/* Lent by who calls, as is struct dns_match: the verifier does not follow what is in there. */
struct dns_walk {
	__u32 off; /* of the next label, or of what follows the last one */
	__u32 end;
	__u32 name;    /* where the name begins */
	__u32 records; /* that are still to come */
	__u32 questions;
	__u16 pointers; /* in names of questions */
	__u16 bad;
};

struct dns_walk_loop {
	struct __sk_buff *skb;
	struct dns_walk *w;
};

/* Behind a name: steps over what belongs to it. */
static __always_inline long dns_walk_item(struct __sk_buff *skb, struct dns_walk *w)
{
	__be16 len = 0;

	if (w->questions) {
		w->questions--;
		w->off += DNS_QUESTION;
	} else {
		/* What is cut off here goes on in the next segment, or is missing. */
		if (w->off + DNS_RECORD > w->end ||
		    bpf_skb_load_bytes(skb, w->off + DNS_RECORD - 2, &len, 2)) {
			w->off = w->end;
			return 1;
		}
		w->records--;
		w->off += DNS_RECORD + bpf_ntohs(len);
	}
	w->name = w->off;
	return !(w->questions | w->records) || w->off >= w->end;
}

static long dns_walk_step(__u32 i, const struct dns_walk_loop *l)
{
	struct dns_walk *w = l->w;
	__u8 label = 0;

	(void)i;
	if (w->off >= w->end || bpf_skb_load_bytes(l->skb, w->off, &label, 1))
		return 1;
	if (label & DNS_POINTER && label < DNS_POINTER) {
		w->bad = 1;
		return 1;
	}
	if (label && label < DNS_POINTER) {
		w->off += 1 + label;
		w->bad |= w->off - w->name > DNS_TEXT_MAX + 1;
		return 0;
	}
	w->off += label ? 2 : 1;
	w->pointers |= label & -(__u32) !!w->questions;
	return dns_walk_item(l->skb, w);
}

/* A function of its own, so that the verifier looks at it once. */
__noinline int dns_walk(struct __sk_buff *skb, const struct dns_message *m, struct dns_walk *w,
			__u32 questions, __u32 records)
{
	struct dns_walk_loop loop = {.skb = skb, .w = w};

	if (!m || !w)
		return 0;
	w->off = w->name = m->off + DNS_HEADER;
	w->end = m->end;
	w->questions = questions;
	w->records = records;
	w->pointers = w->bad = 0;
	if (questions | records)
		bpf_loop(DNS_WALK_STEPS, dns_walk_step, &loop, 0);
	return 0;
}

/* The end of the first question; 0: it is not there. */
static __always_inline __u32 dns_question_end(struct __sk_buff *skb, const struct dns_message *m,
					      struct dns_walk *w)
{
	if (!dns_word(m, DNS_QDCOUNT))
		return 0;
	dns_walk(skb, m, w, 1, 0);
	return w->bad || w->questions || w->off > w->end ? 0 : w->off;
}

/* ---- levels ---- */

static __always_inline bool dns_has_header(const struct dns_message *m)
{
	__u32 questions = dns_word(m, DNS_QDCOUNT);
	__u32 records =
		dns_word(m, DNS_ANCOUNT) + dns_word(m, DNS_NSCOUNT) + dns_word(m, DNS_ARCOUNT);

	return !(dns_word(m, DNS_FLAGS) & DNS_FLAG_Z) && DNS_QUERY_OPS >> dns_opcode_of(m) & 1 &&
	       questions * (DNS_QUESTION + 1) + records * (DNS_RECORD + 1) <= m->len - DNS_HEADER;
}

/* What a query may not have. */
static __always_inline bool dns_is_odd_query(struct __sk_buff *skb, const struct dns_message *m,
					     __u32 question_end)
{
	__u32 flags = dns_word(m, DNS_FLAGS);
	__be16 type = 0;

	if (flags & DNS_FLAG_QR || dns_opcode_of(m) != DNS_OP_QUERY)
		return false;
	if (flags & (DNS_FLAG_AA | DNS_FLAG_TC | DNS_FLAG_RA | DNS_RCODE) ||
	    dns_word(m, DNS_ANCOUNT) || dns_word(m, DNS_ARCOUNT) > 2)
		return true;
	if (!dns_word(m, DNS_NSCOUNT))
		return false;
	return bpf_skb_load_bytes(skb, question_end - DNS_QUESTION, &type, 2) ||
	       type != bpf_htons(DNS_IXFR);
}

static __always_inline bool dns_has_question(struct __sk_buff *skb, const struct dns_message *m,
					     struct dns_walk *w, bool strict)
{
	__u32 n = dns_word(m, DNS_QDCOUNT), end;

	/* An error, or what follows in a transfer of a zone: else zeros would do. */
	if (!n)
		return dns_word(m, DNS_FLAGS) & DNS_FLAG_QR &&
		       (dns_word(m, DNS_FLAGS) & DNS_RCODE || dns_word(m, DNS_ANCOUNT));
	end = dns_question_end(skb, m, w);
	return n == 1 && end && !(strict && dns_is_odd_query(skb, m, end));
}

static __always_inline bool dns_has_records(struct __sk_buff *skb, const struct dns_message *m,
					    struct dns_walk *w)
{
	dns_walk(skb, m, w, dns_word(m, DNS_QDCOUNT),
		 dns_word(m, DNS_ANCOUNT) + dns_word(m, DNS_NSCOUNT) + dns_word(m, DNS_ARCOUNT));
	if (w->bad || w->pointers)
		return false;
	if (w->questions | w->records)
		return m->end - m->off < m->len && w->off >= w->end;
	return w->off - m->off == m->len;
}

/* ---- the name as text ---- */

struct dns_name {
	struct __sk_buff *skb;
	struct mfw_value *to;
	__u32 message;
	__u32 off;
	__u32 end;
	__u32 len;
	__u32 left; /* of the label */
	__u32 done;
};

/* Where the pointer leads that begins with these two bytes. */
static __always_inline __u32 dns_target(__u32 message, __u32 high, __u32 low)
{
	return message + ((high & ~DNS_POINTER) << 8 | low);
}

/* What begins with a label's length, a pointer or the end; `at` bytes of the name are there. */
static __always_inline long dns_name_label(struct dns_name *n, __u8 *label, __u32 at)
{
	__u32 len = label[0], take = len < 7 ? len : 7;

	if (!len) {
		n->done = 1;
		return 1;
	}
	if (len >= DNS_POINTER) {
		if (n->end - n->off < 2)
			return 1;
		n->off = dns_target(n->message, len, label[1]);
		return 0;
	}
	if (len & DNS_POINTER)
		return 1;
	if (!at) {
		n->left = len;
		n->off++;
		return 0;
	}
	label[0] = '.';
	n->len = at + 1 + take;
	n->off += 1 + take;
	n->left = len - take;
	return 0;
}

/* Copies eight bytes to where the text ends, and keeps what belongs to the label. */
static long dns_name_step(__u32 i, struct dns_name *n)
{
	__u32 at = n->len, have = n->end - n->off, take;
	__u8 *to;

	(void)i;
	asm volatile("" : "+r"(at));
	if (at > DNS_TEXT_MAX || n->off >= n->end)
		return 1;
	asm volatile("" : "+r"(at));
	to = n->to->data + at;
	if (mfw_load_some(n->skb, n->off, to, have < 8 ? have : 8, 8))
		return 1;
	if (!n->left)
		return dns_name_label(n, to, at);
	take = n->left < 8 ? n->left : 8;
	n->len += take;
	n->off += take;
	n->left -= take;
	return 0;
}

/* ---- patterns of names ---- */

enum dns_match_state {
	DNS_AT_LABEL, /* the pattern and the name are at the beginning of a label */
	DNS_IN_LABEL,
	DNS_IN_MIN, /* of *{MIN-MAX} */
	DNS_IN_MAX,
	DNS_AT_DOT, /* the label has fitted: a dot or the end has to follow */
	DNS_AT_END, /* the pattern has ended: so has the name to */
};

struct dns_match {
	__u64 word; /* the next bytes of the label, `have` of them */
	__u32 message;
	__u32 off; /* in the packet */
	__u32 end;
	__u16 p; /* in the pattern */
	__u16 p_end;
	__u16 min, max;
	__u8 have;
	__u8 left;   /* of the label */
	__u8 behind; /* a label: the next one's length is to be read */
	__u8 over;   /* there is no label any more */
	__u8 state;
	__u8 fits;
};

struct dns_match_loop {
	struct __sk_buff *skb;
	struct dns_match *m;
	const struct dns_params *params;
};

static __always_inline __u32 dns_fold(__u32 c, __u32 fold)
{
	return fold && c - 'A' <= 'Z' - 'A' ? c | 0x20 : c;
}

/* The pattern's byte `more` behind where it is; 0: it has ended. */
static __always_inline __u32 dns_pattern(const struct dns_match_loop *l, __u32 more)
{
	__u32 p = l->m->p + more;

	return p < l->m->p_end ? l->params->name.data[p & 255] : 0;
}

/* The value of a hexadecimal digit; 16: it is none. */
static __always_inline __u32 dns_hex(__u32 c)
{
	__u32 digit = c - '0', letter = (c | 0x20) - 'a';

	return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

/* The length of the name's next label. */
static __always_inline long dns_match_length(const struct dns_match_loop *l)
{
	struct dns_match *m = l->m;
	__u8 label[2] = {};

	/* A pointer's second byte may be behind the end: then so is where it leads. */
	if (m->off >= m->end || bpf_skb_load_bytes(l->skb, m->off, label, 1))
		return 1;
	if (label[0] >= DNS_POINTER) {
		if (bpf_skb_load_bytes(l->skb, m->off + 1, &label[1], 1))
			return 1;
		m->off = dns_target(m->message, label[0], label[1]);
		return 0;
	}
	m->behind = m->have = 0;
	m->over = !label[0];
	m->left = label[0];
	m->off++;
	return !!(label[0] & DNS_POINTER);
}

/* The name's label as a whole fits a star. */
static __always_inline long dns_match_star(struct dns_match *m)
{
	m->off += m->left;
	m->left = 0;
	m->state = DNS_AT_DOT;
	return 0;
}

/* At the end, or at a dot: the name's label has to end, too. */
static __always_inline long dns_match_dot(struct dns_match *m, __u32 c)
{
	m->p++;
	m->state = c ? DNS_AT_LABEL : DNS_AT_END;
	m->behind = 1;
	return m->left || (c && c != '.');
}

static __always_inline long dns_match_range(struct dns_match *m, __u32 c)
{
	__u32 digit = c - '0', in_min = m->state == DNS_IN_MIN;

	m->p++;
	if (digit < 10) {
		if (in_min)
			m->min = m->min * 10 + digit;
		else
			m->max = m->max * 10 + digit;
		return 0;
	}
	if (c == '-' && in_min) {
		m->state = DNS_IN_MAX;
		return 0;
	}
	if (c != '}' || in_min || m->left < m->min || m->left > m->max)
		return 1;
	return dns_match_star(m);
}

/* One byte of the label. */
static __always_inline long dns_match_byte(const struct dns_match_loop *l, __u32 c)
{
	struct dns_match *m = l->m;
	__u32 high = dns_hex(dns_pattern(l, 1)), low = dns_hex(dns_pattern(l, 2)), is, n;
	__u32 any = c == '?', fold = l->params->ignore_case;

	if (!m->left || m->off >= m->end)
		return 1;
	n = m->end - m->off;
	if (!m->have) {
		if (mfw_load_some(l->skb, m->off, &m->word, n < 8 ? n : 8, 8))
			return 1;
		m->have = 8;
	}
	is = m->word & 255;
	m->word >>= 8;
	m->have--;
	m->p++;
	if (c == '%' && (high | low) < 16) {
		c = high << 4 | low;
		m->p += 2;
	}
	m->off++;
	m->left--;
	m->state = DNS_IN_LABEL;
	return !any && dns_fold(c, fold) != dns_fold(is, fold);
}

static long dns_match_step(__u32 i, const struct dns_match_loop *l)
{
	struct dns_match *m = l->m;
	__u32 c = dns_pattern(l, 0), next = dns_pattern(l, 1);

	(void)i;
	if (m->behind)
		return dns_match_length(l);
	if (m->state == DNS_AT_END) {
		m->fits = m->over;
		return 1;
	}
	if (m->state == DNS_IN_MIN || m->state == DNS_IN_MAX)
		return dns_match_range(m, c);
	if (m->state != DNS_AT_DOT && c == '*' && next == '*' && m->p + 2 == m->p_end) {
		m->fits = 1;
		return 1;
	}
	if (m->state != DNS_AT_LABEL && (!c || c == '.'))
		return dns_match_dot(m, c);
	if (m->over || m->state == DNS_AT_DOT)
		return 1;
	if (m->state == DNS_AT_LABEL && c == '*' && (!next || next == '.')) {
		m->p++;
		return dns_match_star(m);
	}
	if (m->state == DNS_AT_LABEL && c == '*' && next == '{') {
		m->p += 2;
		m->min = m->max = 0;
		m->state = DNS_IN_MIN;
		return 0;
	}
	return dns_match_byte(l, c);
}

/* *m: where the name begins. */
__noinline int dns_fits(struct __sk_buff *skb, const struct dns_params *p, struct dns_match *m)
{
	struct dns_match_loop loop = {.skb = skb, .m = m, .params = p};

	if (!p || !m)
		return 0;
	/* The dots before and behind do not count. */
	m->p = 0;
	m->p_end = p->name.len;
	m->p = dns_pattern(&loop, 0) == '.';
	if (m->p < m->p_end && p->name.data[(m->p_end - 1) & 255] == '.')
		m->p_end--;
	m->state = m->p == m->p_end ? DNS_AT_END : DNS_AT_LABEL;
	m->behind = 1;
	m->over = m->fits = 0;
	bpf_loop(DNS_MATCH_STEPS, dns_match_step, &loop, 0);
	return m->fits;
}

/* ---- the matcher ---- */

struct dns_work {
	struct dns_message message;
	struct dns_walk walk;
};

/* A function of its own, whose stack is not that of dns_fits(). */
__noinline int dns_is_sound(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u32 level,
			    struct dns_work *work)
{
	if (!pkt || !work || !dns_find(skb, pkt, &work->message) || !dns_has_header(&work->message))
		return 0;
	if (level != DNS_LEVEL_HEADER &&
	    !dns_has_question(skb, &work->message, &work->walk, level == DNS_LEVEL_STRICT))
		return 0;
	return level != DNS_LEVEL_STRICT || dns_has_records(skb, &work->message, &work->walk);
}

int dns(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct dns_params *p)
{
	union {
		struct dns_work work;
		struct dns_match match;
	} lent = {};
	__u32 off, end;

	if (!pkt || !p || !dns_is_sound(skb, pkt, p->level, &lent.work))
		return 0;
	if (!p->name.len)
		return 1;
	if (!dns_word(&lent.work.message, DNS_QDCOUNT))
		return 0;
	off = lent.work.message.off;
	end = lent.work.message.end;
	lent.match.message = off;
	lent.match.off = off + DNS_HEADER;
	lent.match.end = end;
	return dns_fits(skb, p, &lent.match);
}

/* ---- fields ---- */

static __always_inline int dns_set_word(struct __sk_buff *skb, const struct mfw_pkt *pkt,
					enum dns_word word, __u32 shift, __u32 mask, __u64 *v)
{
	struct dns_message m;

	if (!v || !dns_find(skb, pkt, &m))
		return 0;
	*v = dns_word(&m, word) >> shift & mask;
	return 1;
}

static __always_inline int dns_has_flag(struct __sk_buff *skb, const struct mfw_pkt *pkt,
					__u32 flag)
{
	__u64 v = 0;

	return dns_set_word(skb, pkt, DNS_FLAGS, 0, flag, &v) && v;
}

#define DNS_WORD_FIELD(field, word, shift, mask)                                                   \
	int dns_##field(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)                \
	{                                                                                          \
		return dns_set_word(skb, pkt, word, shift, mask, v);                               \
	}
#define DNS_FLAG_FIELD(field, flag)                                                                \
	int dns_##field(struct __sk_buff *skb, const struct mfw_pkt *pkt)                          \
	{                                                                                          \
		return dns_has_flag(skb, pkt, flag);                                               \
	}

DNS_WORD_FIELD(id, DNS_ID, 0, 0xffff)
DNS_FLAG_FIELD(qr, DNS_FLAG_QR)
DNS_WORD_FIELD(opcode, DNS_FLAGS, 11, 15)
DNS_FLAG_FIELD(aa, DNS_FLAG_AA)
DNS_FLAG_FIELD(tc, DNS_FLAG_TC)
DNS_FLAG_FIELD(rd, DNS_FLAG_RD)
DNS_FLAG_FIELD(ra, DNS_FLAG_RA)
DNS_FLAG_FIELD(ad, DNS_FLAG_AD)
DNS_FLAG_FIELD(cd, DNS_FLAG_CD)
DNS_WORD_FIELD(rcode, DNS_FLAGS, 0, DNS_RCODE)
DNS_WORD_FIELD(qdcount, DNS_QDCOUNT, 0, 0xffff)
DNS_WORD_FIELD(ancount, DNS_ANCOUNT, 0, 0xffff)
DNS_WORD_FIELD(nscount, DNS_NSCOUNT, 0, 0xffff)
DNS_WORD_FIELD(arcount, DNS_ARCOUNT, 0, 0xffff)

int dns_qname(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_value *v)
{
	struct dns_message m;
	struct dns_name n;
	__u64 *words;

	if (!pkt || !v || !dns_find(skb, pkt, &m) || !dns_word(&m, DNS_QDCOUNT))
		return 0;
	n.skb = skb;
	n.to = v;
	n.message = m.off;
	n.off = m.off + DNS_HEADER;
	n.end = m.end;
	n.len = n.left = n.done = pkt->pad2;
	bpf_loop(DNS_NAME_STEPS, dns_name_step, &n, 0);
	v->len = n.len;
	words = (__u64 *)v->data;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_VALUE_MAX / 8; i++) {
		if (i * 8 >= n.len)
			break;
		words[i] = mfw_fold_word(words[i]);
	}
	return n.done;
}

/* at: of the number, before the end of the question. */
static __always_inline int dns_set_question(struct __sk_buff *skb, const struct mfw_pkt *pkt,
					    __u32 at, __u64 *v)
{
	struct dns_work work = {};
	__be16 number = 0;
	__u32 end;

	if (!pkt || !v || !dns_find(skb, pkt, &work.message))
		return 0;
	end = dns_question_end(skb, &work.message, &work.walk);
	if (!end || bpf_skb_load_bytes(skb, end - at, &number, 2))
		return 0;
	*v = bpf_ntohs(number);
	return 1;
}

int dns_qtype(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)
{
	return dns_set_question(skb, pkt, 4, v);
}

int dns_qclass(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)
{
	return dns_set_question(skb, pkt, 2, v);
}

MFW_MAIN(dns, .level = DNS_LEVEL_QUESTION, .ignore_case = true);

/* Questions, and the records behind. */
#define A_IN     "\0\1\0\1"
#define NAME     "\3www\7example\3com"
#define QUESTION NAME "\0" A_IN
#define ANSWER                                                                                     \
	"\300\14" A_IN "\0\0\0\74"                                                                 \
	"\0\4"                                                                                     \
	"\300\0\2\1"
#define OPT                                                                                        \
	"\0"                                                                                       \
	"\0\51"                                                                                    \
	"\20\0"                                                                                    \
	"\0\0\0\0"                                                                                 \
	"\0\0"
/* Identifier and flags; counts of questions, answers, authority, additional. */
#define QUERY                  "\22\64\1\0"
#define RESPONSE               "\22\64\201\200"
#define COUNTS(qd, an, ns, ar) "\0" #qd "\0" #an "\0" #ns "\0" #ar
#define ONE                    "\0\1\0\0\0\0\0\0"
#define UDP(text)              text, MFW_IP4_UDP(5353, 53, text)
/* A message behind its length, which the first argument is. */
#define TCP(length, text)      length text, MFW_IP4_TCP(5353, 53, length text)
#define HEADER                                                                                     \
	{                                                                                          \
		.level = DNS_LEVEL_HEADER                                                          \
	}
#define PLAIN                                                                                      \
	{                                                                                          \
		.level = DNS_LEVEL_QUESTION                                                        \
	}
#define STRICT                                                                                     \
	{                                                                                          \
		.level = DNS_LEVEL_STRICT                                                          \
	}
#define NAMED(text)                                                                                \
	{                                                                                          \
		.level = DNS_LEVEL_QUESTION, .name = MFW_BYTES(text)                               \
	}
#define FOLDED(text)                                                                               \
	{                                                                                          \
		.level = DNS_LEVEL_QUESTION, .name = MFW_BYTES(text), .ignore_case = true          \
	}
#define L63                                                                                        \
	"\77"                                                                                      \
	"012345678901234567890123456789012345678901234567890123456789012"
#define ASK(wire) UDP(QUERY ONE wire A_IN)

/* clang-format off */
MFW_TESTS(dns) = {
	/* header */
	{ MFW_TEST_TEXT("query, header", MFW_MATCH, UDP(QUERY ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("header alone", MFW_MATCH, UDP(RESPONSE "\0\0\0\0\0\0\0\0")), HEADER },
	{ MFW_TEST_TEXT("11 bytes", MFW_NO_MATCH, UDP(QUERY "\0\0\0\0\0\0\0")), HEADER },
	{ MFW_TEST_TEXT("no payload", MFW_NO_MATCH, UDP("")), HEADER },
	{ MFW_TEST_TEXT("the bit Z", MFW_NO_MATCH, UDP("\22\64\1\100" ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("AD and CD", MFW_MATCH, UDP("\22\64\1\60" ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("opcode update", MFW_MATCH, UDP("\22\64\50\0" ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("opcode 3", MFW_NO_MATCH, UDP("\22\64\30\0" ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("opcode 7", MFW_NO_MATCH, UDP("\22\64\70\0" ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("as many as there is room for", MFW_MATCH,
		UDP(QUERY "\0\2\0\0\0\0\0\0" "0123456789")), HEADER },
	{ MFW_TEST_TEXT("more than there is room for", MFW_NO_MATCH,
		UDP(QUERY "\0\2\0\0\0\0\0\0" "012345678")), HEADER },
	{ MFW_TEST_TEXT("65535 of each", MFW_NO_MATCH,
		UDP(QUERY "\377\377\377\377\377\377\377\377" QUESTION)), HEADER },
	{ MFW_TEST_TEXT("text", MFW_NO_MATCH, UDP("OPTIONS sip:x SIP/2.0\r\n")), HEADER },

	/* question */
	{ MFW_TEST_TEXT("query", MFW_MATCH, UDP(QUERY ONE QUESTION)), PLAIN },
	{ MFW_TEST_TEXT("query, IPv6", MFW_MATCH, QUERY ONE QUESTION,
		MFW_IP6(8 + 33, 17), MFW_UDP(5353, 53, 8 + 33)), PLAIN },
	{ MFW_TEST_TEXT("query of the root", MFW_MATCH, UDP(QUERY ONE "\0" A_IN)), PLAIN },
	{ MFW_TEST_TEXT("response", MFW_MATCH, UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION ANSWER)), PLAIN },
	{ MFW_TEST_TEXT("response without question", MFW_NO_MATCH, UDP(RESPONSE "\0\0\0\0\0\0\0\0")), PLAIN },
	{ MFW_TEST_TEXT("refusal without question", MFW_MATCH, UDP("\22\64\201\205" "\0\0\0\0\0\0\0\0")), PLAIN },
	{ MFW_TEST_TEXT("answer without question", MFW_MATCH,
		UDP(RESPONSE "\0\0\0\1\0\0\0\0" "\0" A_IN "\0\0\0\74" "\0\4" "\300\0\2\1")), PLAIN },
	{ MFW_TEST_TEXT("query without question", MFW_NO_MATCH, UDP(QUERY "\0\0\0\0\0\0\0\0")), PLAIN },
	{ MFW_TEST_TEXT("two questions", MFW_NO_MATCH,
		UDP(QUERY "\0\2\0\0\0\0\0\0" QUESTION QUESTION)), PLAIN },
	{ MFW_TEST_TEXT("no class", MFW_NO_MATCH, UDP(QUERY ONE NAME "\0\0\1\0")), PLAIN },
	{ MFW_TEST_TEXT("no end of the name", MFW_NO_MATCH, UDP(QUERY ONE "\3www\7example")), PLAIN },
	{ MFW_TEST_TEXT("a label of 64", MFW_NO_MATCH,
		UDP(QUERY ONE "\100" "0123456789012345678901234567890123456789012345678901234567890123\0"
		    A_IN)), PLAIN },
	{ MFW_TEST_TEXT("a label of 128", MFW_NO_MATCH, UDP(QUERY ONE "\200\0" A_IN)), PLAIN },
	{ MFW_TEST_TEXT("a label of 63", MFW_MATCH, UDP(QUERY ONE L63 "\0" A_IN)), PLAIN },
	{ MFW_TEST_TEXT("a name of 255 bytes", MFW_MATCH,
		UDP(QUERY ONE L63 L63 L63 "\75" "0123456789012345678901234567890123456789012345678901234567890"
		    "\0" A_IN)), PLAIN },
	{ MFW_TEST_TEXT("a name of 256 bytes", MFW_NO_MATCH,
		UDP(QUERY ONE L63 L63 L63 "\76" "01234567890123456789012345678901234567890123456789012345678901"
		    "\0" A_IN)), PLAIN },
	{ MFW_TEST_TEXT("cut off", MFW_CUT_NO_MATCH, QUERY ONE QUESTION,
		MFW_IP4(200, 17), MFW_UDP(5353, 53, 180)), PLAIN },
	{ MFW_TEST_TEXT("cut in the name", MFW_CUT_NO_MATCH, QUERY ONE "\3www\7exa",
		MFW_IP4(28 + 33, 17), MFW_UDP(5353, 53, 8 + 33)), PLAIN },
	{ MFW_TEST_TEXT("the class is padding", MFW_NO_MATCH, QUERY ONE QUESTION,
		MFW_IP4(28 + 31, 17), MFW_UDP(5353, 53, 8 + 31)), PLAIN },
	{ MFW_TEST_TEXT("first fragment", MFW_NO_MATCH, QUERY ONE QUESTION,
		MFW_IP4_FRAG(28 + 33, 17, 0x2000), MFW_UDP(5353, 53, 8 + 33)), PLAIN },
	{ MFW_TEST_TEXT("ICMP", MFW_NO_MATCH, QUERY ONE QUESTION, MFW_IP4(28 + 33, 1),
		MFW_UDP(5353, 53, 8 + 33)), PLAIN },

	/* strict */
	{ MFW_TEST_TEXT("strict", MFW_MATCH, UDP(QUERY ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("EDNS", MFW_MATCH, UDP(QUERY "\0\1\0\0\0\0\0\1" QUESTION OPT)), STRICT },
	{ MFW_TEST_TEXT("an answer", MFW_MATCH, UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION ANSWER)), STRICT },
	{ MFW_TEST_TEXT("two answers", MFW_MATCH,
		UDP(RESPONSE "\0\1\0\2\0\0\0\0" QUESTION ANSWER ANSWER)), STRICT },
	{ MFW_TEST_TEXT("something behind", MFW_NO_MATCH,
		UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION ANSWER "x")), STRICT },
	{ MFW_TEST_TEXT("something behind a header", MFW_NO_MATCH,
		UDP("\22\64\201\205" "\0\0\0\0\0\0\0\0" "x")), STRICT },
	{ MFW_TEST_TEXT("an answer is missing", MFW_NO_MATCH,
		UDP(RESPONSE "\0\1\0\2\0\0\0\0" QUESTION ANSWER)), STRICT },
	{ MFW_TEST_TEXT("an answer that is too long", MFW_NO_MATCH,
		UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION "\300\14" A_IN "\0\0\0\74" "\0\5" "\300\0\2\1")),
	  STRICT },
	{ MFW_TEST_TEXT("an answer's type is missing", MFW_NO_MATCH,
		UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION "\300\14" A_IN "\0\0\0\74\0")), STRICT },
	{ MFW_TEST_TEXT("an answer of a bad name", MFW_NO_MATCH,
		UDP(RESPONSE "\0\1\0\1\0\0\0\0" QUESTION "\200\14" A_IN "\0\0\0\74" "\0\4" "\300\0\2\1")),
	  STRICT },
	{ MFW_TEST_TEXT("a query with an answer", MFW_NO_MATCH,
		UDP(QUERY "\0\1\0\1\0\0\0\0" QUESTION ANSWER)), STRICT },
	{ MFW_TEST_TEXT("a query with authority", MFW_NO_MATCH,
		UDP(QUERY "\0\1\0\0\0\1\0\0" QUESTION ANSWER)), STRICT },
	{ MFW_TEST_TEXT("IXFR with authority", MFW_MATCH,
		UDP(QUERY "\0\1\0\0\0\1\0\0" NAME "\0\0\373\0\1" ANSWER)), STRICT },
	{ MFW_TEST_TEXT("three additional records", MFW_NO_MATCH,
		UDP(QUERY "\0\1\0\0\0\0\0\3" QUESTION OPT OPT OPT)), STRICT },
	{ MFW_TEST_TEXT("a query with AA", MFW_NO_MATCH, UDP("\22\64\5\0" ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("a query with TC", MFW_NO_MATCH, UDP("\22\64\3\0" ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("a query with RA", MFW_NO_MATCH, UDP("\22\64\1\200" ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("a query with RCODE", MFW_NO_MATCH, UDP("\22\64\1\2" ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("an update", MFW_MATCH,
		UDP("\22\64\50\0" "\0\1\0\0\0\1\0\0" QUESTION ANSWER)), STRICT },
	{ MFW_TEST_TEXT("a pointer in the question", MFW_NO_MATCH,
		UDP(QUERY ONE "\3www\300\2" A_IN)), STRICT },

	/* TCP */
	{ MFW_TEST_TEXT("tcp", MFW_MATCH, TCP("\0\41", QUERY ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("tcp, two messages", MFW_MATCH,
		TCP("\0\41", QUERY ONE QUESTION "\0\41" QUERY ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("tcp, a length below the header's", MFW_NO_MATCH,
		TCP("\0\13", QUERY ONE QUESTION)), HEADER },
	{ MFW_TEST_TEXT("tcp, a length within the question", MFW_NO_MATCH,
		TCP("\0\40", QUERY ONE QUESTION)), PLAIN },
	{ MFW_TEST_TEXT("tcp, a length beyond the end", MFW_NO_MATCH,
		TCP("\0\42", QUERY ONE QUESTION)), STRICT },
	{ MFW_TEST_TEXT("tcp, goes on in the next segment", MFW_MATCH,
		TCP("\0\101", RESPONSE "\0\1\0\2\0\0\0\0" QUESTION ANSWER "\300\14" A_IN "\0\0\0")), STRICT },
	{ MFW_TEST_TEXT("tcp, the question goes on in the next segment", MFW_NO_MATCH,
		TCP("\0\41", QUERY ONE "\3www")), PLAIN },
	{ MFW_TEST_TEXT("tcp, the length alone", MFW_NO_MATCH, TCP("\0\41", "")), HEADER },
	{ MFW_TEST_TEXT("tcp without the length", MFW_NO_MATCH, TCP("", QUERY ONE QUESTION)), PLAIN },

	/* names */
	{ MFW_TEST_TEXT("its name", MFW_MATCH, ASK(NAME "\0")), NAMED("www.example.com") },
	{ MFW_TEST_TEXT("dots before and behind", MFW_MATCH, ASK(NAME "\0")), NAMED(".www.example.com.") },
	{ MFW_TEST_TEXT("another name", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("wwx.example.com") },
	{ MFW_TEST_TEXT("a name below it", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("example.com") },
	{ MFW_TEST_TEXT("a name above it", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("www.example.com.org") },
	{ MFW_TEST_TEXT("the beginning of a label", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("www.example.co") },
	{ MFW_TEST_TEXT("labels cut elsewhere", MFW_NO_MATCH, ASK("\13www.example\3com\0")),
	  NAMED("www.example.com") },
	{ MFW_TEST_TEXT("a dot in a label", MFW_MATCH, ASK("\13www.example\3com\0")),
	  NAMED("www%2eexample.com") },
	{ MFW_TEST_TEXT("upper case", MFW_NO_MATCH, ASK("\3wWw\7exAmple\3COM\0")), NAMED("www.example.com") },
	{ MFW_TEST_TEXT("upper case, ignored", MFW_MATCH, ASK("\3wWw\7exAmple\3COM\0")),
	  FOLDED("www.eXample.com") },
	{ MFW_TEST_TEXT("what is no letter is not folded", MFW_NO_MATCH, ASK("\1{\3com\0")), FOLDED("[.com") },
	{ MFW_TEST_TEXT("star", MFW_MATCH, ASK(NAME "\0")), NAMED("*.example.com") },
	{ MFW_TEST_TEXT("star in the middle", MFW_MATCH, ASK(NAME "\0")), NAMED("www.*.com") },
	{ MFW_TEST_TEXT("stars only", MFW_MATCH, ASK(NAME "\0")), NAMED("*.*.*") },
	{ MFW_TEST_TEXT("too many stars", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("*.*.*.*") },
	{ MFW_TEST_TEXT("too few stars", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("*.*") },
	{ MFW_TEST_TEXT("no label for the star", MFW_NO_MATCH, ASK("\7example\3com\0")), NAMED("*.example.com") },
	{ MFW_TEST_TEXT("a star within a label is a star", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("w*.example.com") },
	{ MFW_TEST_TEXT("a star that is a star", MFW_MATCH, ASK("\3w*w\3com\0")), NAMED("w*w.com") },
	{ MFW_TEST_TEXT("range", MFW_MATCH, ASK(NAME "\0")), NAMED("*{3-3}.*{7-63}.com") },
	{ MFW_TEST_TEXT("range, last", MFW_MATCH, ASK(NAME "\0")), NAMED("www.example.*{2-255}") },
	{ MFW_TEST_TEXT("below the range", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("*{4-9}.example.com") },
	{ MFW_TEST_TEXT("above the range", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("*{1-2}.example.com") },
	{ MFW_TEST_TEXT("something behind the range", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("*{1-9}w.example.com") },
	{ MFW_TEST_TEXT("question mark", MFW_MATCH, ASK(NAME "\0")), NAMED("w?w.example.c??") },
	{ MFW_TEST_TEXT("question mark for nothing", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("www?.example.com") },
	{ MFW_TEST_TEXT("question mark for a dot", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("www?example.com") },
	{ MFW_TEST_TEXT("percent", MFW_MATCH, ASK("\3w\0w\3com\0")), NAMED("w%00%77.com") },
	{ MFW_TEST_TEXT("percent without digits", MFW_MATCH, ASK("\3w%g\3com\0")), NAMED("w%g.com") },
	{ MFW_TEST_TEXT("any suffix", MFW_MATCH, ASK(NAME "\0")), NAMED("www.**") },
	{ MFW_TEST_TEXT("any suffix, none", MFW_MATCH, ASK("\7example\0")), NAMED("example.**") },
	{ MFW_TEST_TEXT("any suffix, of a longer label", MFW_NO_MATCH, ASK("\10examples\3net\0")), NAMED("example.**") },
	{ MFW_TEST_TEXT("any end", MFW_MATCH, ASK("\10examples\3net\0")), NAMED("example**") },
	{ MFW_TEST_TEXT("any end, none", MFW_MATCH, ASK("\7example\0")), NAMED("example**") },
	{ MFW_TEST_TEXT("any end, below", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("example**") },
	{ MFW_TEST_TEXT("everything", MFW_MATCH, ASK(NAME "\0")), NAMED("**") },
	{ MFW_TEST_TEXT("two stars elsewhere", MFW_NO_MATCH, ASK(NAME "\0")), NAMED("**.com") },
	{ MFW_TEST_TEXT("the root", MFW_MATCH, ASK("\0")), NAMED(".") },
	{ MFW_TEST_TEXT("not the root", MFW_NO_MATCH, ASK(NAME "\0")), NAMED(".") },
	{ MFW_TEST_TEXT("the root is no label", MFW_NO_MATCH, ASK("\0")), NAMED("*") },
	{ MFW_TEST_TEXT("a name of 255 bytes, all of it", MFW_MATCH,
		ASK(L63 L63 L63 "\75" "0123456789012345678901234567890123456789012345678901234567890\0")),
	  NAMED("*{63-63}.*.*.0123456789012345678901234567890123456789012345678901234567890") },
	{ MFW_TEST_TEXT("a pointer forward", MFW_MATCH, ASK("\3www\300\26" A_IN "\7example\3com\0")),
	  NAMED("www.example.com") },
	{ MFW_TEST_TEXT("a pointer to itself", MFW_NO_MATCH, ASK("\300\14")), NAMED("**") },
	{ MFW_TEST_TEXT("a name that points to itself", MFW_NO_MATCH, ASK("\3www\300\14")), NAMED("*.*.*.com") },
	{ MFW_TEST_TEXT("a pointer beyond the end", MFW_NO_MATCH, ASK("\3www\377\377")), NAMED("www.**") },
};
/* clang-format on */

MFW_LICENSE;
