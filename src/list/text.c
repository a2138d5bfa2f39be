/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/text.h"
#include "base/address.h"
#include "base/complain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define BAD_ENTRY "list.entry"
#define SHOWN     60

static int refuse(char why[TEXT_WHY_LEN], const char *text, size_t len, const char *reason)
{
	int shown = len < SHOWN ? (int)len : SHOWN;
	char copy[SHOWN + 1];

	for (int i = 0; i < shown; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '.';
	snprintf(why, TEXT_WHY_LEN, "'%.*s%s' %s", shown, copy, len > SHOWN ? "..." : "", reason);
	return -EINVAL;
}

/* ---- addresses ---- */

#define NO_ADDRESS                                                                                 \
	"is no address or network: write such as 192.0.2.1, 198.51.100.0/24 or 2001:db8::/32"

/* What a wrong one was meant to be. */
static const char *guess(const char *text, size_t len)
{
	if (memchr(text, '-', len) || memmem(text, len, "..", 2))
		return "is a range, and a list has addresses and networks: write ADDRESS/LENGTH";
	for (size_t i = 0; i < len; i++)
		if ((text[i] >= 'g' && text[i] <= 'z') || (text[i] >= 'G' && text[i] <= 'Z'))
			return "is no address or network; a list of names is made with --type name";
	return NO_ADDRESS;
}

/* The decimal number behind '/': -1 is none. */
static int read_length(const char *text, size_t len)
{
	int n = 0;

	if (!len || len > 3 || (*text == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

static int refuse_host_bits(char why[TEXT_WHY_LEN], const char *text, size_t len, int family,
			    struct address network, int length)
{
	char right[48], reason[160];

	address_text(family, network, right);
	snprintf(reason, sizeof(reason), "has bits set behind its prefix: the network is %s/%d",
		 right, length);
	return refuse(why, text, len, reason);
}

static void set_address(struct list_entry *ret, int family, struct address a, int length)
{
	ret->family = (uint8_t)family;
	if (family == 4)
		ret->four = (struct net4){(uint32_t)a.low, (uint8_t)length};
	else
		ret->six = (struct net6){a.high, a.low, (uint8_t)length};
}

static int read_address(const char *text, size_t len, struct list_entry *ret,
			char why[TEXT_WHY_LEN])
{
	const char *slash = memchr(text, '/', len);
	size_t part = slash ? (size_t)(slash - text) : len;
	struct address a, last;
	int family = address_parse(text, part, &a), bits = family == 4 ? 32 : 128, length = bits;

	if (!family)
		return refuse(why, text, len, guess(text, len));
	if (slash)
		length = read_length(slash + 1, len - part - 1);
	if (length < 0 || length > bits)
		return refuse(why, text, len,
			      family == 4 ? "has no prefix length from 0 to 32 behind '/'"
					  : "has no prefix length from 0 to 128 behind '/'");
	if (!address_spread(family, (unsigned)length, &a, &last))
		return refuse_host_bits(why, text, len, family, a, length);
	set_address(ret, family, a, length);
	return 0;
}

/* ---- names ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that is written behind a backslash, and how many characters that took; 0: none is. */
static size_t read_escape(const char *text, size_t len, char *ret)
{
	int high, low;

	if (len && (*text == '"' || *text == '\\')) {
		*ret = *text;
		return 1;
	}
	if (len >= 3 && *text == 'x') {
		high = hex_digit(text[1]);
		low = hex_digit(text[2]);
		*ret = (char)(high << 4 | low);
		return high >= 0 && low >= 0 ? 3 : 0;
	}
	if (len < 3)
		return 0;
	for (int i = 0, n = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '7')
			return 0;
		n = n * 8 + (text[i] - '0');
		*ret = (char)n;
	}
	return *text <= '3' ? 3 : 0;
}

static int read_quoted(const char *text, size_t len, struct text_entry *ret, size_t *ret_len,
		       char why[TEXT_WHY_LEN])
{
	size_t n = 0, at = 1;

	while (at < len && text[at] != '"') {
		char c = text[at++];

		if (c == '\\') {
			size_t taken = read_escape(text + at, len - at, &c);

			if (!taken)
				return refuse(
					why, text, len,
					"has a '\\' that is not one of \\\" \\\\ \\xHH \\OOO");
			at += taken;
		}
		if (n < sizeof(ret->name))
			ret->name[n] = c;
		n++;
	}
	if (at + 1 != len)
		return refuse(why, text, len,
			      at < len ? "has more behind the closing quote"
				       : "has no closing quote");
	*ret_len = n;
	return 0;
}

static int read_plain(const char *text, size_t len, struct text_entry *ret, char why[TEXT_WHY_LEN])
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return refuse(why, text, len,
				      "has white space or a control character in it: one name a "
				      "line, or write it as \"...\"");
	memcpy(ret->name, text, len < sizeof(ret->name) ? len : sizeof(ret->name));
	return 0;
}

static int read_name(const char *text, size_t len, struct text_entry *ret, char why[TEXT_WHY_LEN])
{
	size_t n = len;
	int r = *text == '"' ? read_quoted(text, len, ret, &n, why)
			     : read_plain(text, len, ret, why);

	if (r)
		return r;
	if (!n || n > MFW_LIST_NAME_MAX)
		return refuse(why, text, len,
			      n ? "is longer than the 255 bytes of a name" : "is an empty name");
	ret->entry.family = 0;
	ret->entry.name.text = ret->name;
	ret->entry.name.len = n;
	return 0;
}

int text_entry(enum mfw_list_kind kind, const char *text, size_t len, struct text_entry *ret,
	       char why[TEXT_WHY_LEN])
{
	if (!len)
		return refuse(why, text, len, "is no entry: it is empty");
	return kind == MFW_LIST_IP ? read_address(text, len, &ret->entry, why)
				   : read_name(text, len, ret, why);
}

int text_add(enum mfw_list_kind kind, const char *text, struct entries *entries,
	     struct mfw_err **err)
{
	struct text_entry entry;
	char why[TEXT_WHY_LEN];

	if (text_entry(kind, text, strlen(text), &entry, why))
		return err_make(err, EINVAL, BAD_ENTRY, "%s", why);
	return entries_add(entries, &entry.entry) ? err_nomem(err) : 0;
}

/* ---- files ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Where the comment begins, or the end. In quotes there is none. */
static const char *find_comment(const char *at, const char *end)
{
	bool quoted = at < end && *at == '"', blank = true;

	for (at += quoted; at < end; at++) {
		if (quoted) {
			quoted = *at != '"';
			at += *at == '\\';
			blank = false;
			continue;
		}
		if (blank && (*at == '#' || *at == ';'))
			return at;
		blank = is_blank(*at);
	}
	return end;
}

struct reader {
	enum mfw_list_kind kind;
	struct entries *entries;
	struct complaints complaints;
	unsigned line;
};

/* 0, or -ENOMEM. What is wrong is a complaint. */
static int read_line(struct reader *r, const char *start, const char *end)
{
	struct text_entry entry;
	char why[TEXT_WHY_LEN];
	const char *at = start;

	while (at < end && is_blank(*at))
		at++;
	end = find_comment(at, end);
	while (end > at && is_blank(end[-1]))
		end--;
	if (at == end)
		return 0;
	if (!text_entry(r->kind, at, (size_t)(end - at), &entry, why))
		return entries_add(r->entries, &entry.entry);
	complain(&r->complaints, BAD_ENTRY, r->line, (unsigned)(at - start) + 1, "%s", why);
	return 0;
}

int text_read(enum mfw_list_kind kind, const char *name, const char *text, size_t len,
	      struct entries *entries, struct mfw_err **err)
{
	struct reader r = {.kind = kind, .entries = entries, .complaints.name = name};
	const char *end = text + len, *next;

	for (; text < end && r.complaints.n < TEXT_ERRORS_MAX; text = next + 1) {
		next = memchr(text, '\n', (size_t)(end - text));
		next = next ? next : end;
		r.line++;
		if (read_line(&r, text, next))
			r.complaints.no_memory = true;
		if (r.complaints.no_memory)
			break;
	}
	return complaints_end(&r.complaints, err);
}

int text_load(enum mfw_list_kind kind, const char *path, struct entries *entries,
	      struct mfw_err **err)
{
	bool input = !strcmp(path, "-");
	cleanup_close int fd = input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				     : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *name = input ? "standard input" : path;
	cleanup_buf struct buf text = {};
	int r = fd < 0 ? -errno : buf_read_fd(&text, fd, TEXT_FILE_MAX);

	if (r == -EFBIG)
		return err_make(err, EFBIG, "list.too_large", "%s is larger than 512 MB", name);
	if (r)
		return err_make(err, -r, "list.read", "cannot read %s: %s", name, strerror(-r));
	return text_read(kind, name, text.data ? text.data : "", text.len, entries, err);
}

/* ---- printing ---- */

static int print_address(int family, struct address a, unsigned length, struct buf *out)
{
	char text[48];

	address_text(family, a, text);
	if (length == (family == 4 ? 32 : 128))
		return buf_add_str(out, text);
	return buf_printf(out, "%s/%u", text, length);
}

/* Whether the name would be read as it is. */
static bool is_plain(const char *name, size_t len)
{
	if (*name == '"' || *name == '#' || *name == ';')
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

int text_print(const struct entries *entries, size_t i, struct buf *out)
{
	size_t n_nets = ENTRIES_N(entries->nets, struct net4);
	size_t n_hosts = ENTRIES_N(entries->hosts, uint32_t);
	size_t n_six = ENTRIES_N(entries->six, struct net6);
	const struct net4 *four;
	const struct net6 *six;
	const struct name *name;

	if (i < n_nets) {
		four = ENTRIES_AT(entries->nets, struct net4, i);
		return print_address(4, (struct address){.low = four->address}, four->length, out);
	}
	i -= n_nets;
	if (i < n_hosts)
		return print_address(
			4, (struct address){.low = *ENTRIES_AT(entries->hosts, uint32_t, i)}, 32,
			out);
	i -= n_hosts;
	if (i < n_six) {
		six = ENTRIES_AT(entries->six, struct net6, i);
		return print_address(6, (struct address){six->high, six->low}, six->length, out);
	}
	name = ENTRIES_AT(entries->names, struct name, i - n_six);
	if (is_plain(entries_name(entries, name), name->len))
		return buf_add(out, entries_name(entries, name), name->len);
	return buf_add_quoted(out, entries_name(entries, name), name->len);
}
