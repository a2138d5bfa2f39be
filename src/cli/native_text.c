/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/native_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/native_value.h"

/* What a register holds, until something is done with it. */
struct loaded {
	char label[48]; /* "ip saddr"; empty: nothing */
	char text[128]; /* libnftnl's, in case it stays unused */
	const char *name;
	enum value_format format;
	unsigned len; /* bytes; 0: not known */
	struct value mask;
	char mask_text[160];
	bool masked;
	bool used;
};

struct writer {
	FILE *out;
	const char *family;
	const char *hint;
	const char *gap;
	struct loaded loaded;
	unsigned l4proto; /* what a comparison has established; 0: nothing */
};

static void put(struct writer *w, const char *text)
{
	fprintf(w->out, "%s%s", w->gap, text);
	w->gap = " ";
}

static void put_raw(struct writer *w, const char *name, const char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == ' ' || text[len - 1] == '\n'))
		len--;
	fprintf(w->out, "%s[ %s %.*s ]", w->gap, name, (int)len, text);
	w->gap = " ";
}

/* A load that nothing nice came of. */
static void give_up_load(struct writer *w)
{
	struct loaded *l = &w->loaded;

	if (l->label[0] && !l->used)
		put_raw(w, l->name, l->text);
	if (l->masked && !l->used)
		put_raw(w, "bitwise", l->mask_text);
	*l = (struct loaded){};
}

static void begin_load(struct writer *w, const struct mfw_expr_info *expr, const char *label,
		       enum value_format format, unsigned len)
{
	give_up_load(w);
	snprintf(w->loaded.label, sizeof(w->loaded.label), "%s", label);
	snprintf(w->loaded.text, sizeof(w->loaded.text), "%s", expr->text);
	w->loaded.name = expr->name;
	w->loaded.format = format;
	w->loaded.len = len;
}

static bool read_meta(struct writer *w, const struct mfw_expr_info *expr)
{
	char key[32], label[48];
	enum value_format format = VALUE_HOST;

	if (sscanf(expr->text, "load %31s => reg", key) != 1)
		return false;
	if (!strcmp(key, "iifname") || !strcmp(key, "oifname")) {
		begin_load(w, expr, key, VALUE_NAME, 0);
		return true;
	}
	if (!strcmp(key, "l4proto"))
		format = VALUE_PROTO;
	else if (!strcmp(key, "nfproto"))
		format = VALUE_NFPROTO;
	else if (strcmp(key, "mark") != 0 && strcmp(key, "iif") != 0 && strcmp(key, "oif") != 0)
		return false;
	snprintf(label, sizeof(label), "meta %s", key);
	begin_load(w, expr, label, format, format == VALUE_HOST ? 4 : 1);
	return true;
}

static bool read_ct(struct writer *w, const struct mfw_expr_info *expr)
{
	if (strncmp(expr->text, "load state =>", 13) != 0)
		return false;
	begin_load(w, expr, "ct state", VALUE_CT_STATE, 4);
	return true;
}

struct field {
	const char *label;
	const char *base;
	unsigned offset, len;
	enum value_format format;
	const char *family; /* NULL: any */
};

static const struct field fields[] = {
	{"ether daddr", "link", 0, 6, VALUE_MAC, NULL},
	{"ether saddr", "link", 6, 6, VALUE_MAC, NULL},
	{"ether type", "link", 12, 2, VALUE_ETHER_TYPE, NULL},
	{"ip saddr", "network", 12, 4, VALUE_IP, NULL},
	{"ip daddr", "network", 16, 4, VALUE_IP, NULL},
	{"ip protocol", "network", 9, 1, VALUE_PROTO, "ip"},
	{"ip ttl", "network", 8, 1, VALUE_NET, "ip"},
	{"ip6 saddr", "network", 8, 16, VALUE_IP6, NULL},
	{"ip6 daddr", "network", 24, 16, VALUE_IP6, NULL},
	{"ip6 nexthdr", "network", 6, 1, VALUE_PROTO, "ip6"},
	{"ip6 hoplimit", "network", 7, 1, VALUE_NET, "ip6"},
	{"sport", "transport", 0, 2, VALUE_NET, NULL},
	{"dport", "transport", 2, 2, VALUE_NET, NULL},
};

static bool read_payload(struct writer *w, const struct mfw_expr_info *expr)
{
	unsigned len, offset;
	char base[16], label[48];

	if (sscanf(expr->text, "load %ub @ %15s header + %u => reg", &len, base, &offset) != 3)
		return false;
	/* An IPv4 address in a table that sees IPv6 only is something else. */
	if (len == 4 && !strcmp(w->family, "ip6"))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];

		if (f->len != len || f->offset != offset || strcmp(f->base, base) != 0)
			continue;
		if (f->family && strcmp(f->family, w->family) != 0)
			continue;
		snprintf(label, sizeof(label), "%s%s%s",
			 base[0] == 't' ? l4proto_name(w->l4proto) : "", base[0] == 't' ? " " : "",
			 f->label);
		begin_load(w, expr, label, f->format, len);
		return true;
	}
	return false;
}

static bool read_bitwise(struct writer *w, const struct mfw_expr_info *expr)
{
	const char *p = strchr(expr->text, '&');
	struct value invert;

	if (!w->loaded.label[0] || w->loaded.masked || !p)
		return false;
	if (!value_read(p + 1, &w->loaded.mask))
		return false;
	p = strchr(p, '^');
	if (!p || !value_read(p + 1, &invert) || !value_is_zero(&invert))
		return false;
	snprintf(w->loaded.mask_text, sizeof(w->loaded.mask_text), "%s", expr->text);
	w->loaded.masked = true;
	return true;
}

static bool read_cmp(struct writer *w, const struct mfw_expr_info *expr)
{
	static const char *const ops[][2] = {
		{"eq", ""},     {"neq", "!= "}, {"lt", "< "},
		{"lte", "<= "}, {"gt", "> "},   {"gte", ">= "},
	};
	struct loaded *l = &w->loaded;
	struct value value;
	char op[8], text[160];
	int at = 0;

	if (!l->label[0] || sscanf(expr->text, "%7s reg %*d %n", op, &at) != 1 || !at ||
	    !value_read(expr->text + at, &value))
		return false;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i][0], op) != 0)
			continue;
		if (!native_value_print(&value, l->format, l->len, l->masked ? &l->mask : NULL,
					w->hint, ops[i][1], text, sizeof(text)))
			return false;
		put(w, l->label);
		put(w, text);
		if (l->format == VALUE_PROTO && !i && !l->masked)
			w->l4proto = value.bytes[0];
		/* It stays: a range is two comparisons of one load. */
		l->used = true;
		return true;
	}
	return false;
}

static bool read_counter(struct writer *w, const struct mfw_expr_info *expr)
{
	unsigned long long packets, bytes;

	if (sscanf(expr->text, "pkts %llu bytes %llu", &packets, &bytes) != 2)
		return false;
	give_up_load(w);
	fprintf(w->out, "%scounter packets %llu bytes %llu", w->gap, packets, bytes);
	w->gap = " ";
	return true;
}

static bool read_limit(struct writer *w, const struct mfw_expr_info *expr)
{
	unsigned long long rate, burst;
	char unit[16];
	unsigned flags;

	if (sscanf(expr->text, "rate %llu/%15s burst %llu type packets flags %x", &rate, unit,
		   &burst, &flags) != 4)
		return false;
	give_up_load(w);
	fprintf(w->out, "%slimit rate %s%llu/%s burst %llu packets", w->gap,
		flags & 1 ? "over " : "", rate, unit, burst);
	w->gap = " ";
	return true;
}

static bool read_immediate(struct writer *w, const struct mfw_expr_info *expr)
{
	char verdict[16], chain[256] = "";
	int n = sscanf(expr->text, "reg 0 %15s -> %255s", verdict, chain);

	if (n < 1 || !strncmp(verdict, "0x", 2))
		return false;
	give_up_load(w);
	put(w, verdict);
	if (n == 2)
		put(w, chain);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct writer *w, const struct mfw_expr_info *expr);
} readers[] = {
	{"meta", read_meta},           {"payload", read_payload}, {"ct", read_ct},
	{"bitwise", read_bitwise},     {"cmp", read_cmp},         {"counter", read_counter},
	{"immediate", read_immediate}, {"limit", read_limit},
};

static void write_expr(struct writer *w, const struct mfw_expr_info *expr)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!strcmp(readers[i].name, expr->name) && readers[i].read(w, expr))
			return;
	}
	give_up_load(w);
	put_raw(w, expr->name, expr->text);
}

char *native_text(const struct mfw_rule *rule, const char *family, const char *hint,
		  const char *const *xt_texts)
{
	char *text = NULL;
	size_t size;
	struct writer w = {.family = family, .hint = hint, .gap = ""};

	w.out = open_memstream(&text, &size);
	if (!w.out)
		return NULL;
	for (size_t i = 0; i < rule->n_exprs; i++) {
		const struct mfw_expr_info *expr = rule->exprs[i];

		if (expr->xt_name) {
			give_up_load(&w);
			put(&w, *xt_texts ? *xt_texts : "?");
			xt_texts++;
		} else {
			write_expr(&w, expr);
		}
	}
	give_up_load(&w);
	if (fclose(w.out)) {
		free(text);
		return NULL;
	}
	return text;
}
