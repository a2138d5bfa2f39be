/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conformance DIR: the cases of DIR/valid.tsv (ID, expression, letters of packets, -: none) and
 * DIR/invalid.tsv (ID, expression, LINE:COLUMN len LENGTH, ...), fields separated by TABs, as TAP:
 * what is valid parses, is printed as what parses to an equal tree, and is true for those packets
 * of DIR/packets.pcap, A being the first one; what is invalid is refused at that place. Without
 * DIR: skipped.
 */
#include "../unit/test.h"
#include "expr/eval.h"
#include "observe/capture.h"
#include "observe/link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 4096

static int n_cases;
static bool failed;

static void report(bool good, const char *id, const char *found)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++n_cases, id);
	if (!good)
		printf("# is: %s\n", found);
	failed |= !good;
}

/* ---- the sample packets ---- */

/* What is known of a packet's source, of the node that sees it, and by matchers. */
static const struct facts {
	const char *country;
	uint32_t asnum;
	const char *node, *region;
	bool sip;
} all_facts[] = {
	{"BR", 64500, "sfo06", "WNAM", false}, {"GB", 13335, "ams01", "WEUR", true}, {}, {},
	{"DE", 64511, "fra02", "WEUR", false},
};

#define N_SAMPLES ARRAY_SIZE(all_facts)

static struct sample {
	uint8_t bytes[2048];
	size_t len;
} samples[N_SAMPLES];

static int ask_matcher(void *ctx, const struct expr *leaf, const struct eval_packet *packet,
		       bool *ret, struct mfw_err **err)
{
	const struct facts *facts = ctx;

	(void)leaf;
	(void)packet;
	(void)err;
	*ret = facts->sip;
	return 0;
}

/* All destinations are in 192.0.2.0/24, or of IPv6. */
static bool is_source(const struct ip *ip)
{
	return ip->family == 4 && ip->bytes[0] != 192;
}

static const char *country(void *ctx, const struct ip *ip)
{
	return is_source(ip) ? ((const struct facts *)ctx)->country : NULL;
}

static bool asnum(void *ctx, const struct ip *ip, uint32_t *ret)
{
	*ret = ((const struct facts *)ctx)->asnum;
	return is_source(ip) && *ret;
}

static const char *node(void *ctx, const struct field *field)
{
	const struct facts *facts = ctx;

	return field->id == FIELD_NODE_NAME ? facts->node : facts->region;
}

static void read_samples(const char *dir)
{
	cleanup_capture struct capture *capture = NULL;
	struct capture_packet packet;
	char path[TEXT_MAX];

	snprintf(path, sizeof(path), "%s/packets.pcap", dir);
	if (capture_open(path, &capture, NULL))
		return;
	while (capture_next(capture, &packet, NULL) == 1 && packet.number <= N_SAMPLES) {
		struct sample *sample = &samples[packet.number - 1];
		long at =
			link_ip(capture_link(capture, packet.link)->type, packet.bytes, packet.len);

		if (at < 0 || packet.len - (size_t)at > sizeof(sample->bytes))
			continue;
		sample->len = packet.len - at;
		memcpy(sample->bytes, packet.bytes + at, sample->len);
	}
}

/* The letters of those that the expression is true for, or "-". */
static void find_matches(const struct expr *expr, char ret[N_SAMPLES + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < N_SAMPLES; i++) {
		const struct eval_hooks hooks = {.ctx = (void *)&all_facts[i],
						 .matcher = ask_matcher,
						 .country = country,
						 .asnum = asnum,
						 .node = node};
		bool answer = false;

		eval(expr, samples[i].bytes, samples[i].len, &hooks, &answer, NULL);
		if (answer)
			ret[n++] = 'A' + i;
	}
	strcpy(ret + n, n ? "" : "-");
}

/* ---- cases ---- */

static void check_valid(const char *id, const char *text, const char *rest)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL, *again = NULL;
	cleanup_buf struct buf out = {};
	char letters[N_SAMPLES + 1];

	if (expr_parse(text, &test_scheme, &expr, &err)) {
		report(false, id, mfw_err_message(err));
		return;
	}
	expr_print(expr, &out);
	report(!expr_parse(out.data, &test_scheme, &again, NULL) && expr_equal(expr, again), id,
	       out.data);
	find_matches(expr, letters);
	report(!strcmp(letters, rest), id, letters);
}

static void check_invalid(const char *id, const char *text, const char *rest)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	unsigned line, column, length;
	char place[64], found[TEXT_MAX];

	if (!expr_parse(text, &test_scheme, &expr, &err)) {
		report(false, id, "valid");
		return;
	}
	mfw_err_place(err, &line, &column, &length);
	snprintf(place, sizeof(place), "%u:%u len %u", line, column, length);
	snprintf(found, sizeof(found), "%s %s", place, mfw_err_message(err));
	report(!strncmp(rest, place, strlen(place)) && strchr("\t", rest[strlen(place)]), id,
	       found);
}

static void replace_newlines(char *text)
{
	while ((text = strstr(text, "\\NL"))) {
		*text++ = '\n';
		memmove(text, text + 2, strlen(text + 2) + 1);
	}
}

static void check_file(const char *dir, const char *name,
		       void (*check)(const char *id, const char *text, const char *rest))
{
	char path[TEXT_MAX], line[TEXT_MAX], *text, *rest;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file) {
		report(false, path, "cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		text = strchr(line, '\t');
		if (!text)
			continue;
		*text++ = 0;
		rest = text + strcspn(text, "\t");
		if (*rest)
			*rest++ = 0;
		replace_newlines(text);
		check(line, text, rest);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("MFW_CONFORMANCE");

	if (!dir && argc == 2)
		dir = argv[1];
	if (!dir || access(dir, R_OK)) {
		printf("1..0 # SKIP no %s (MFW_CONFORMANCE names it)\n", dir ? dir : "directory");
		return 0;
	}
	read_samples(dir);
	check_file(dir, "valid.tsv", check_valid);
	check_file(dir, "invalid.tsv", check_invalid);
	printf("1..%d\n", n_cases);
	return failed;
}
