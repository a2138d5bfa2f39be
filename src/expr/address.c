/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/address.h"
#include "expr/literal.h"

#include <arpa/inet.h>
#include <string.h>

static unsigned bits_of(const struct ip *ip)
{
	return ip->family == 4 ? 32 : 128;
}

static bool parse(const char *text, size_t len, struct ip *ret)
{
	char copy[INET6_ADDRSTRLEN + 1];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	*ret = (struct ip){.family = strchr(copy, ':') ? 6 : 4};
	return inet_pton(ret->family == 4 ? AF_INET : AF_INET6, copy, ret->bytes) == 1;
}

static bool is_address_char(char c)
{
	return literal_hex_digit(c) >= 0 || c == ':' || c == '.' || c == '/';
}

static size_t chunk_len(const struct lexer *lex, size_t at)
{
	size_t end = at;

	while (end < lex->len && is_address_char(lex->text[end]))
		end++;
	return end - at;
}

static int bad(struct lexer *lex, size_t at, size_t len)
{
	const char *text = lex->text + at;

	if (!len)
		return lex_error(lex, at, len, "expr.syntax",
				 "a range has an address at both ends: 10.0.0.1..10.0.0.9");
	for (size_t i = 0; i + 1 < len; i++)
		if ((!i || text[i - 1] == '.') && text[i] == '0' && text[i + 1] >= '0' &&
		    text[i + 1] <= '9')
			return lex_error(lex, at, len, "expr.syntax",
					 "'%.*s' is no address: numbers in it have no leading 0",
					 (int)len, text);
	return lex_error(lex, at, len, "expr.syntax",
			 "'%.*s' is no address: write all of it, such as 192.0.2.1 or 2001:db8::1",
			 (int)(len < 80 ? len : 80), text);
}

static int none(struct lexer *lex, size_t at)
{
	cleanup_free char *found = lex_quote(lex, at, lex->len);
	char first = at < lex->len ? lex->text[at] : 0;

	return lex_error_rest(lex, at,
			      "expected an address, such as 192.0.2.1 or 2001:db8::1, found "
			      "%s%s",
			      found ? found : "something else",
			      first == '$'   ? ": a list stands without braces, in $name"
			      : first == ',' ? ": items are separated by spaces"
			      : first == '-' ? ": a range is written with two dots, A..B"
			      : first == '"' ? ": addresses stand without quotes"
					     : "");
}

int address_read(struct lexer *lex, size_t at, struct literal *ret, size_t *ret_end)
{
	size_t len = chunk_len(lex, at);
	const char *text = lex->text + at, *slash = memchr(text, '/', len);

	if (!len)
		return none(lex, at);
	if (slash && parse(text, slash - text, &ret->first))
		return lex_error(lex, at, len, "expr.syntax",
				 "this compares with one address, and '%.*s' is a network: write "
				 "in {%.*s}",
				 (int)len, text, (int)len, text);
	if (memmem(text, len, "..", 2))
		return lex_error(lex, at, len, "expr.syntax",
				 "a range stands in a set: write in {%.*s}", (int)len, text);
	if (!parse(text, len, &ret->first))
		return bad(lex, at, len);
	ret->last = ret->first;
	ret->prefix = EXPR_NO_PREFIX;
	*ret_end = at + len;
	return literal_check_end(lex, *ret_end);
}

/* ---- items ---- */

static int read_range(struct lexer *lex, size_t at, size_t len, size_t dots, struct literal *ret)
{
	const char *text = lex->text + at;
	size_t second = dots + 2;

	if (!parse(text, dots, &ret->first))
		return bad(lex, at, dots);
	if (!parse(text + second, len - second, &ret->last))
		return bad(lex, at + second, len - second);
	ret->prefix = EXPR_NO_PREFIX;
	if (ret->first.family != ret->last.family)
		return lex_error(lex, at, len, "expr.value",
				 "a range has both ends in one family: this is IPv%d to IPv%d",
				 ret->first.family, ret->last.family);
	if (memcmp(ret->first.bytes, ret->last.bytes, sizeof(ret->last.bytes)) > 0)
		return lex_error(lex, at, len, "expr.value",
				 "the range is upside down: write the lower address first");
	return 0;
}

/* Sets the bits behind the prefix in last, clears them in first; whether any was set there. */
static bool spread(struct literal *net)
{
	bool any = false;

	net->last = net->first;
	for (unsigned bit = net->prefix; bit < bits_of(&net->first); bit++) {
		uint8_t mask = 0x80 >> bit % 8;

		any |= net->first.bytes[bit / 8] & mask;
		net->first.bytes[bit / 8] &= ~mask;
		net->last.bytes[bit / 8] |= mask;
	}
	return any;
}

static int refuse_host_bits(struct lexer *lex, size_t at, size_t len, const struct literal *net)
{
	char right[INET6_ADDRSTRLEN];

	inet_ntop(net->first.family == 4 ? AF_INET : AF_INET6, net->first.bytes, right,
		  sizeof(right));
	return lex_error(lex, at, len, "expr.value",
			 "%.*s is a host's address in that network: the network is %s/%u", (int)len,
			 lex->text + at, right, net->prefix);
}

static int read_prefix(struct lexer *lex, size_t at, size_t len, size_t slash, struct literal *ret)
{
	const char *text = lex->text + at + slash + 1;
	size_t digits = len - slash - 1;
	unsigned prefix = 0;

	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9' || prefix > 25)
			digits = 0;
		prefix = prefix * 10 + (text[i] - '0');
	}
	if (!digits || prefix > 255)
		return lex_error(lex, at + slash + 1, len - slash - 1, "expr.syntax",
				 "expected the prefix length behind the '/', 0 to %u",
				 bits_of(&ret->first));
	if (prefix > bits_of(&ret->first))
		return lex_error(lex, at, len, "expr.value",
				 "the prefix length is at most %u for IPv%u", bits_of(&ret->first),
				 ret->first.family);
	ret->prefix = prefix;
	return 0;
}

static int read_network(struct lexer *lex, size_t at, size_t len, struct literal *ret)
{
	const char *found = memchr(lex->text + at, '/', len);
	size_t slash = found ? (size_t)(found - lex->text) - at : len;
	int r = 0;

	if (!parse(lex->text + at, slash, &ret->first))
		return bad(lex, at, slash);
	ret->prefix = bits_of(&ret->first);
	if (found)
		r = read_prefix(lex, at, len, slash, ret);
	if (r)
		return r;
	if (spread(ret))
		return refuse_host_bits(lex, at, slash, ret);
	/* One address is one address, with or without /32. */
	if (ret->prefix == bits_of(&ret->first))
		ret->prefix = EXPR_NO_PREFIX;
	return 0;
}

int address_read_item(struct lexer *lex, size_t at, struct literal *ret, size_t *ret_end)
{
	size_t len = chunk_len(lex, at);
	const char *text = lex->text + at, *dots = memmem(text, len, "..", 2);
	int r;

	if (!len)
		return none(lex, at);
	if (dots)
		r = read_range(lex, at, len, dots - text, ret);
	else
		r = read_network(lex, at, len, ret);
	*ret_end = at + len;
	return r ? r : literal_check_end(lex, *ret_end);
}
