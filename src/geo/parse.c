/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file, line by line and column by column. */
#include "base/complain.h"
#include "geo/geo.h"

#include <errno.h>
#include <string.h>

#define SHOWN  60
#define SYNTAX "geo.syntax"
#define VALUE  "geo.value"

/* A run of bytes of the line that is read. */
struct piece {
	const char *text;
	size_t len;
};

struct reader {
	enum geo_kind kind;
	struct complaints complaints;
	struct geo_data *data;
	unsigned line;
	const char *start; /* of the line */
	const char *at, *end;
	size_t n;
};

static unsigned column(const struct reader *r, const char *at)
{
	return (unsigned)(at - r->start) + 1;
}

/* For a message: what is not printable becomes a point. */
static const char *show(struct piece p, char ret[SHOWN + 4])
{
	size_t n = p.len < SHOWN ? p.len : SHOWN;

	for (size_t i = 0; i < n; i++)
		ret[i] = p.text[i] >= ' ' && p.text[i] <= '~' ? p.text[i] : '.';
	snprintf(ret + n, 4, "%s", p.len > n ? "..." : "");
	return ret;
}

/* ---- columns ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\r';
}

static bool ends_column(char c)
{
	return c == ',' || c == '\t';
}

static struct piece trim(struct piece p)
{
	while (p.len && is_blank(*p.text)) {
		p.text++;
		p.len--;
	}
	while (p.len && is_blank(p.text[p.len - 1]))
		p.len--;
	return p;
}

static bool has(struct piece p, char c)
{
	return p.len && memchr(p.text, c, p.len);
}

/* In quotes; r->at is behind the first one. */
static bool read_quoted(struct reader *r, struct piece *ret)
{
	const char *quote = memchr(r->at, '"', r->end - r->at);

	if (!quote) {
		complain(&r->complaints, SYNTAX, r->line, column(r, r->at - 1),
			 "there is no closing quote");
		return false;
	}
	*ret = trim((struct piece){r->at, quote - r->at});
	for (r->at = quote + 1; r->at < r->end && is_blank(*r->at);)
		r->at++;
	if (r->at == r->end || ends_column(*r->at) || *r->at == '#')
		return true;
	complain(&r->complaints, SYNTAX, r->line, column(r, r->at),
		 "expected a comma behind the closing quote");
	return false;
}

/* The next column, and steps over what ends it. A line that has no more has an empty one. */
static bool read_column(struct reader *r, struct piece *ret)
{
	const char *start;

	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	if (r->at < r->end && *r->at == '"') {
		r->at++;
		if (!read_quoted(r, ret))
			return false;
	} else {
		for (start = r->at; r->at < r->end && !ends_column(*r->at) && *r->at != '#';)
			r->at++;
		*ret = trim((struct piece){start, r->at - start});
	}
	if (r->at < r->end && ends_column(*r->at))
		r->at++;
	return true;
}

/* ---- ranges ---- */

static bool is_number(struct piece p)
{
	for (size_t i = 0; i < p.len; i++)
		if (p.text[i] < '0' || p.text[i] > '9')
			return false;
	return p.len;
}

/* 0, which is no family. */
static int refuse_address(struct reader *r, struct piece p)
{
	char text[SHOWN + 4];

	if (!p.len)
		complain(&r->complaints, SYNTAX, r->line, column(r, p.text),
			 "expected an address, such as 192.0.2.1 or 2001:db8::1");
	else
		complain(&r->complaints, SYNTAX, r->line, column(r, p.text),
			 "'%s' is no address: write all of it, such as 192.0.2.1 or 2001:db8::1%s",
			 show(p, text),
			 is_number(p) ? "; an address as one number is not taken" : "");
	return 0;
}

static bool read_prefix(struct reader *r, struct piece p, unsigned max, unsigned *ret)
{
	unsigned prefix = 0;
	bool good = p.len && p.len <= 3;

	for (size_t i = 0; good && i < p.len; i++) {
		good = p.text[i] >= '0' && p.text[i] <= '9';
		prefix = prefix * 10 + (unsigned)(p.text[i] - '0');
	}
	*ret = prefix;
	if (good && prefix <= max)
		return true;
	complain(&r->complaints, SYNTAX, r->line, column(r, p.text),
		 "expected the prefix length behind the '/', 0 to %u", max);
	return false;
}

static int read_network(struct reader *r, struct piece p, struct geo_range *ret)
{
	const char *slash = memchr(p.text, '/', p.len);
	struct piece net = {p.text, slash - p.text};
	struct piece bits = {slash + 1, p.len - net.len - 1};
	int family = address_parse(net.text, net.len, &ret->first);
	unsigned prefix;
	char right[48];

	if (!family)
		return refuse_address(r, net);
	if (!read_prefix(r, bits, family == 4 ? 32 : 128, &prefix))
		return 0;
	if (address_spread(family, prefix, &ret->first, &ret->last))
		return family;
	address_text(family, ret->first, right);
	complain(&r->complaints, VALUE, r->line, column(r, p.text),
		 "this is a host's address in that network: the network is %s/%u", right, prefix);
	return 0;
}

static int read_ends(struct reader *r, struct piece first, struct piece last, struct geo_range *ret)
{
	int family = address_parse(first.text, first.len, &ret->first), other;

	if (!family)
		return refuse_address(r, first);
	other = address_parse(last.text, last.len, &ret->last);
	if (!other)
		return refuse_address(r, last);
	if (family == other && address_order(ret->first, ret->last) <= 0)
		return family;
	complain(&r->complaints, VALUE, r->line, column(r, first.text),
		 family == other ? "the range is upside down: write the lower address first"
				 : "a range has both ends in one family");
	return 0;
}

/* Whether a column can only be meant as an address: no value has one of these. */
static bool is_like_address(struct piece p)
{
	return has(p, '.') || has(p, ':');
}

/* The columns that say which addresses, and the one behind them. The family, or 0. */
static int read_range(struct reader *r, struct piece first, struct piece *ret_value,
		      struct geo_range *ret)
{
	const char *dash = first.len ? memchr(first.text, '-', first.len) : NULL;
	struct piece last = first;

	if (!read_column(r, ret_value))
		return 0;
	if (has(first, '/'))
		return read_network(r, first, ret);
	if (dash) {
		last = trim((struct piece){dash + 1, first.len - (dash + 1 - first.text)});
		first = trim((struct piece){first.text, dash - first.text});
	} else if (is_like_address(*ret_value)) {
		last = *ret_value;
		if (!read_column(r, ret_value))
			return 0;
	}
	return read_ends(r, first, last, ret);
}

/* ---- values ---- */

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool read_country(struct piece p, uint32_t *ret)
{
	if (p.len != 2 || !is_capital(p.text[0]) || !is_capital(p.text[1]))
		return false;
	*ret = (uint32_t)(p.text[0] - 'A') * 26 + (uint32_t)(p.text[1] - 'A');
	return true;
}

/* No leading zeros: in the language they would mean octal. */
static bool read_asnum(struct piece p, uint32_t *ret)
{
	uint64_t number = 0;

	if (p.len > 2 && p.text[0] == 'A' && p.text[1] == 'S')
		p = (struct piece){p.text + 2, p.len - 2};
	if (!p.len || p.len > 10 || (p.len > 1 && *p.text == '0'))
		return false;
	for (size_t i = 0; i < p.len; i++) {
		if (p.text[i] < '0' || p.text[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(p.text[i] - '0');
	}
	*ret = (uint32_t)number;
	return number <= UINT32_MAX;
}

static bool read_value(struct reader *r, struct piece p, uint32_t *ret)
{
	char text[SHOWN + 4];

	if (r->kind == GEO_COUNTRY ? read_country(p, ret) : read_asnum(p, ret))
		return true;
	if (!p.len)
		complain(&r->complaints, SYNTAX, r->line, column(r, p.text),
			 "nothing is said about these addresses: a line is RANGE,VALUE");
	else if (r->kind == GEO_COUNTRY)
		complain(&r->complaints, VALUE, r->line, column(r, p.text),
			 "'%s' is no country: two capital letters, such as BR", show(p, text));
	else
		complain(&r->complaints, VALUE, r->line, column(r, p.text),
			 "'%s' is no AS number: 0 to 4294967295, such as 64500 or AS64500",
			 show(p, text));
	return false;
}

/* ---- lines ---- */

static bool is_title(struct piece p)
{
	static const char *const titles[] = {"network",  "range",          "first",  "start",
					     "start_ip", "ip_range_start", "ip_from"};

	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		if (strlen(titles[i]) == p.len && !memcmp(titles[i], p.text, p.len))
			return true;
	return false;
}

static bool is_empty(const struct reader *r)
{
	struct piece p = trim((struct piece){r->start, r->end - r->start});

	return !p.len || *p.text == '#';
}

static void read_line(struct reader *r)
{
	struct geo_range range = {.line = r->line};
	struct piece first, value;
	struct buf *to;
	int family;

	if (is_empty(r) || !read_column(r, &first))
		return;
	if (r->line == 1 && is_title(first))
		return;
	family = read_range(r, first, &value, &range);
	if (!family || !read_value(r, value, &range.value))
		return;
	to = family == 4 ? &r->data->ranges4 : &r->data->ranges6;
	r->complaints.no_memory |= !!buf_add(to, &range, sizeof(range));
	r->n++;
}

static const char *skip_mark(const char *text, size_t len)
{
	return len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? text + 3 : text;
}

static void read_lines(struct reader *r, const char *text, const char *end)
{
	while (text < end && r->complaints.n < GEO_ERRORS_MAX && !r->complaints.no_memory) {
		const char *newline = memchr(text, '\n', end - text);

		r->line++;
		r->start = r->at = text;
		r->end = newline ? newline : end;
		read_line(r);
		text = newline ? newline + 1 : end;
		if (r->n > GEO_RANGES_MAX) {
			complain(&r->complaints, "geo.too_large", r->line, 1,
				 "a file has at most %d ranges", GEO_RANGES_MAX);
			return;
		}
	}
}

int geo_parse(enum geo_kind kind, const char *name, const char *text, size_t len,
	      struct geo_data *ret, struct mfw_err **err)
{
	cleanup_geo_data struct geo_data data = {};
	struct reader reader = {.kind = kind, .complaints = {.name = name}, .data = &data};
	const char *start = len ? skip_mark(text, len) : text;
	int r;

	read_lines(&reader, start, text + len);
	r = complaints_end(&reader.complaints, err);
	if (r)
		return r;
	*ret = data;
	data = (struct geo_data){};
	return 0;
}

void geo_data_clear(struct geo_data *data)
{
	buf_clear(&data->ranges4);
	buf_clear(&data->ranges6);
}
