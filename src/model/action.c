/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/action.h"

#include <ctype.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "model/name.h"

/* Words of one action text, read from left to right. */
struct words {
	const char *text;
	const char *at; /* start of the current word */
	size_t len;     /* its length in the text, 0 at the end */
	char word[256]; /* the word without its quotes */
	struct mfw_err **err;
};

static int refuse(struct words *w, const char *kind, const char *message)
{
	err_make(w->err, EINVAL, kind, "%s", message);
	return err_at_offset(w->err, w->text, w->at - w->text, w->len ? w->len : 1);
}

/* Reads a quoted word at w->at into w->word. */
static int read_quoted(struct words *w)
{
	const char *c = w->at + 1;
	size_t n = 0;

	for (; *c && *c != '"'; c++) {
		if (*c == '\\' && c[1])
			c++;
		if (n < sizeof(w->word))
			w->word[n++] = *c;
	}
	w->len = c - w->at + (*c == '"');
	if (*c != '"')
		return refuse(w, "action.syntax", "the quoted text in the action has no end");
	if (n == sizeof(w->word))
		return refuse(w, "action.syntax", "the quoted text in the action is too long");
	w->word[n] = 0;
	return 0;
}

static int next(struct words *w)
{
	w->at += w->len;
	while (isspace((unsigned char)*w->at))
		w->at++;
	if (*w->at == '"')
		return read_quoted(w);
	for (w->len = 0; w->at[w->len] && !isspace((unsigned char)w->at[w->len]); w->len++)
		;
	if (w->len >= sizeof(w->word))
		return refuse(w, "action.syntax", "a word of the action is too long");
	memcpy(w->word, w->at, w->len);
	w->word[w->len] = 0;
	return 0;
}

static bool is(const struct words *w, const char *word)
{
	return w->len && !strcmp(w->word, word);
}

static int parse_number(struct words *w, uint64_t max, uint64_t *ret, const char *message)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(w->word, &end, 10);
	if (!isdigit((unsigned char)*w->word) || *end || errno || value > max)
		return refuse(w, "action.value", message);
	*ret = value;
	return next(w);
}

static int parse_log_prefix(struct words *w, struct action *a)
{
	int r = next(w);

	if (r)
		return r;
	if (!w->len)
		return refuse(w, "action.syntax", "log prefix needs a text: log prefix \"mfw: \"");
	if (strlen(w->word) > ACTION_PREFIX_MAX)
		return refuse(w, "action.value", "a log prefix has at most 127 bytes");
	strcpy(a->log_prefix, w->word);
	return next(w);
}

static int parse_log_group(struct words *w, struct action *a)
{
	uint64_t group;
	int r = next(w);

	r = r ? r : parse_number(w, UINT16_MAX, &group, "log group is a number from 0 to 65535");
	if (r)
		return r;
	a->log_has_group = true;
	a->log_group = group;
	return 0;
}

static int parse_log(struct words *w, struct action *a)
{
	int r = next(w);

	a->log = true;
	while (!r && (is(w, "prefix") || is(w, "group")))
		r = is(w, "prefix") ? parse_log_prefix(w, a) : parse_log_group(w, a);
	return r;
}

static const struct {
	const char *name;
	uint32_t seconds;
} units[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}};

static int parse_rate(struct words *w, struct action *a)
{
	static const char message[] =
		"a limit's rate is NUMBER/second, NUMBER/minute or NUMBER/hour, such as 10/second";
	unsigned long long rate;
	char *slash;

	errno = 0;
	rate = strtoull(w->word, &slash, 10);
	if (!isdigit((unsigned char)*w->word) || *slash != '/' || errno || !rate ||
	    rate > UINT32_MAX)
		return refuse(w, "action.value", message);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(slash + 1, units[i].name))
			continue;
		a->limit_rate = rate;
		a->limit_unit = units[i].seconds;
		return next(w);
	}
	return refuse(w, "action.value", message);
}

static int parse_limit(struct words *w, struct action *a)
{
	uint64_t burst = ACTION_LIMIT_BURST;
	int r = next(w);

	if (!r && !is(w, "rate"))
		r = refuse(w, "action.syntax", "limit is followed by: rate [over] NUMBER/UNIT");
	r = r ? r : next(w);
	a->limit = true;
	a->limit_over = !r && is(w, "over");
	if (a->limit_over)
		r = next(w);
	r = r ? r : parse_rate(w, a);
	if (!r && is(w, "burst")) {
		r = next(w);
		r = r ? r
		      : parse_number(w, UINT32_MAX, &burst,
				     "a limit's burst is a number of packets from 0 to 4294967295");
		if (!r && is(w, "packets")) /* nft prints this word */
			r = next(w);
	}
	a->limit_burst = burst;
	return r;
}

/* Codes by the names that nft gives them. */
static const struct reject_code {
	enum reject_with with;
	const char *name;
	uint8_t code;
} reject_codes[] = {
	{REJECT_ICMP, "net-unreachable", 0},
	{REJECT_ICMP, "host-unreachable", 1},
	{REJECT_ICMP, "prot-unreachable", 2},
	{REJECT_ICMP, "port-unreachable", 3},
	{REJECT_ICMP, "frag-needed", 4},
	{REJECT_ICMP, "net-prohibited", 9},
	{REJECT_ICMP, "host-prohibited", 10},
	{REJECT_ICMP, "admin-prohibited", 13},
	{REJECT_ICMPV6, "no-route", 0},
	{REJECT_ICMPV6, "admin-prohibited", 1},
	{REJECT_ICMPV6, "addr-unreachable", 3},
	{REJECT_ICMPV6, "port-unreachable", 4},
	{REJECT_ICMPV6, "policy-fail", 5},
	{REJECT_ICMPV6, "reject-route", 6},
	{REJECT_ICMPX, "no-route", NFT_REJECT_ICMPX_NO_ROUTE},
	{REJECT_ICMPX, "port-unreachable", NFT_REJECT_ICMPX_PORT_UNREACH},
	{REJECT_ICMPX, "host-unreachable", NFT_REJECT_ICMPX_HOST_UNREACH},
	{REJECT_ICMPX, "admin-prohibited", NFT_REJECT_ICMPX_ADMIN_PROHIBITED},
};

static const char *const reject_words[] = {
	[REJECT_ICMP] = "icmp",
	[REJECT_ICMPV6] = "icmpv6",
	[REJECT_ICMPX] = "icmpx",
};

static int refuse_reject_code(struct words *w, enum reject_with with)
{
	cleanup_buf struct buf text = {};
	const char *before = "";
	int r = buf_printf(&text, "reject with %s has no such type; it has ", reject_words[with]);

	for (size_t i = 0; i < ARRAY_SIZE(reject_codes) && !r; i++) {
		if (reject_codes[i].with != with)
			continue;
		r = buf_printf(&text, "%s%s", before, reject_codes[i].name);
		before = ", ";
	}
	return r ? err_nomem(w->err) : refuse(w, "action.value", text.data);
}

static int parse_reject_code(struct words *w, struct action *a)
{
	int r = next(w);

	if (!r && is(w, "type")) /* nft's older spelling: reject with icmp type ... */
		r = next(w);
	if (r)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(reject_codes); i++) {
		const struct reject_code *c = &reject_codes[i];

		if (c->with != a->reject_with || !is(w, c->name))
			continue;
		a->reject_code = c->code;
		return next(w);
	}
	return refuse_reject_code(w, a->reject_with);
}

static int parse_reject(struct words *w, struct action *a)
{
	int r = next(w);

	a->verdict = VERDICT_REJECT;
	if (r || !is(w, "with"))
		return r;
	r = next(w);
	if (!r && is(w, "tcp")) {
		a->reject_with = REJECT_TCP_RESET;
		r = next(w);
		if (!r && !is(w, "reset"))
			return refuse(w, "action.syntax", "reject with tcp is followed by: reset");
		return r ? r : next(w);
	}
	for (size_t i = REJECT_ICMP; !r && i < ARRAY_SIZE(reject_words); i++) {
		if (!is(w, reject_words[i]))
			continue;
		a->reject_with = i;
		return parse_reject_code(w, a);
	}
	return r ? r
		 : refuse(w, "action.syntax",
			  "reject with is followed by: tcp reset, icmp TYPE, icmpv6 TYPE or "
			  "icmpx TYPE");
}

static int parse_chain(struct words *w, struct action *a)
{
	int r = next(w);

	r = r ? r : name_check("chain", w->word, w->err);
	if (r)
		return err_at_offset(w->err, w->text, w->at - w->text, w->len ? w->len : 1);
	strcpy(a->chain, w->word);
	return next(w);
}

static const char *const verdict_words[] = {
	[VERDICT_ACCEPT] = "accept", [VERDICT_DROP] = "drop", [VERDICT_CONTINUE] = "continue",
	[VERDICT_RETURN] = "return", [VERDICT_JUMP] = "jump", [VERDICT_GOTO] = "goto",
	[VERDICT_REJECT] = "reject",
};

static int refuse_verdict(struct words *w)
{
	struct nearest nearest = NEAREST_INIT(w->word);

	if (!w->len)
		return refuse(w, "action.syntax",
			      "the action ends without a verdict: accept, drop, reject, continue, "
			      "return, jump CHAIN or goto CHAIN");
	if (is(w, "log"))
		return refuse(
			w, "action.syntax",
			"log stands once, before limit: log [prefix TEXT] [group N] limit ...");
	for (size_t i = 0; i < ARRAY_SIZE(verdict_words); i++)
		nearest_try(&nearest, verdict_words[i]);
	err_make(w->err, EINVAL, "action.syntax",
		 "this is no verdict%s%s%s (accept, drop, reject, continue, return, jump CHAIN, "
		 "goto CHAIN)",
		 nearest.best ? ": did you mean '" : "", nearest.best ? nearest.best : "",
		 nearest.best ? "'?" : "");
	return err_at_offset(w->err, w->text, w->at - w->text, w->len);
}

static int parse_verdict(struct words *w, struct action *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdict_words); i++) {
		if (!is(w, verdict_words[i]))
			continue;
		a->verdict = i;
		if (i == VERDICT_REJECT)
			return parse_reject(w, a);
		return i == VERDICT_JUMP || i == VERDICT_GOTO ? parse_chain(w, a) : next(w);
	}
	return refuse_verdict(w);
}

int action_parse(const char *text, struct action *ret, struct mfw_err **err)
{
	struct words w = {.text = text, .at = text, .err = err};
	struct action a = {};
	int r = next(&w);

	if (!r && is(&w, "log"))
		r = parse_log(&w, &a);
	if (!r && is(&w, "limit"))
		r = parse_limit(&w, &a);
	r = r ? r : parse_verdict(&w, &a);
	if (!r && w.len)
		r = refuse(&w, "action.syntax", "nothing can follow the verdict");
	if (r)
		return r;
	*ret = a;
	return 0;
}

static int print_quoted(const char *text, struct buf *out)
{
	int r = buf_add(out, "\"", 1);

	for (; *text && !r; text++) {
		if (*text == '"' || *text == '\\')
			r = buf_add(out, "\\", 1);
		r = r ? r : buf_add(out, text, 1);
	}
	return r ? r : buf_add(out, "\"", 1);
}

static int print_log(const struct action *a, struct buf *out)
{
	int r = buf_add_str(out, "log ");

	if (!r && *a->log_prefix) {
		r = buf_add_str(out, "prefix ");
		r = r ? r : print_quoted(a->log_prefix, out);
		r = r ? r : buf_add_str(out, " ");
	}
	if (!r && a->log_has_group)
		r = buf_printf(out, "group %u ", a->log_group);
	return r;
}

static const char *unit_name(uint32_t seconds)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (units[i].seconds == seconds)
			return units[i].name;
	return "second";
}

static int print_limit(const struct action *a, struct buf *out)
{
	int r = buf_printf(out, "limit rate %s%llu/%s ", a->limit_over ? "over " : "",
			   (unsigned long long)a->limit_rate, unit_name(a->limit_unit));

	if (!r && a->limit_burst != ACTION_LIMIT_BURST)
		r = buf_printf(out, "burst %u ", a->limit_burst);
	return r;
}

static const char *reject_code_name(const struct action *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(reject_codes); i++)
		if (reject_codes[i].with == a->reject_with &&
		    reject_codes[i].code == a->reject_code)
			return reject_codes[i].name;
	return "?";
}

static int print_verdict(const struct action *a, struct buf *out)
{
	int r = buf_add_str(out, verdict_words[a->verdict]);

	if (r)
		return r;
	if (*a->chain)
		return buf_printf(out, " %s", a->chain);
	if (a->verdict != VERDICT_REJECT || a->reject_with == REJECT_DEFAULT)
		return 0;
	if (a->reject_with == REJECT_TCP_RESET)
		return buf_add_str(out, " with tcp reset");
	return buf_printf(out, " with %s %s", reject_words[a->reject_with], reject_code_name(a));
}

int action_print(const struct action *a, struct buf *out)
{
	int r = 0;

	if (a->log)
		r = print_log(a, out);
	if (!r && a->limit)
		r = print_limit(a, out);
	return r ? r : print_verdict(a, out);
}

const char *action_warning(const struct action *a)
{
	if (a->limit && !a->limit_over &&
	    (a->verdict == VERDICT_DROP || a->verdict == VERDICT_REJECT))
		return "limit without 'over' before drop or reject acts only on what is under the "
		       "limit; 'limit rate over ...' acts on what exceeds it";
	return NULL;
}
