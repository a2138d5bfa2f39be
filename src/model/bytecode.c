/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/bytecode.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct reader {
	const char *text;
	const char *at;
	struct mfw_err **err;
};

static int refuse(struct reader *r, const char *kind, const char *message)
{
	err_make(r->err, EINVAL, kind,
		 "%s; bytecode is 'N,code jt jf k,code jt jf k,...' with N instructions, as "
		 "tcpdump -ddd prints it with commas for newlines",
		 message);
	return err_at_offset(r->err, r->text, r->at - r->text, 1);
}

static int number(struct reader *r, unsigned long max, unsigned long *ret)
{
	char *end;

	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
	errno = 0;
	if (!isdigit((unsigned char)*r->at))
		return refuse(r, "bytecode.syntax", "a number is missing here");
	*ret = strtoul(r->at, &end, 0);
	if (errno || *ret > max)
		return refuse(r, "bytecode.syntax", "this number is too large for its place");
	r->at = end;
	return 0;
}

static int separator(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
	if (*r->at != ',' && *r->at != '\n')
		return refuse(r, "bytecode.syntax",
			      *r->at ? "a comma is missing here" : "the text ends too soon");
	r->at++;
	return 0;
}

static int instruction(struct reader *r, struct sock_filter *ret)
{
	unsigned long code = 0, jt = 0, jf = 0, k = 0;
	int e = separator(r);

	e = e ? e : number(r, UINT16_MAX, &code);
	e = e ? e : number(r, UINT8_MAX, &jt);
	e = e ? e : number(r, UINT8_MAX, &jf);
	e = e ? e : number(r, UINT32_MAX, &k);
	*ret = (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
	return e;
}

int bytecode_parse(const char *text, struct sock_filter ret[BYTECODE_MAX], size_t *ret_n,
		   struct mfw_err **err)
{
	struct reader r = {.text = text, .at = text, .err = err};
	struct sock_filter code[BYTECODE_MAX];
	unsigned long n;
	int e;

	e = number(&r, UINT16_MAX, &n);
	if (e)
		return e;
	if (!n || n > BYTECODE_MAX)
		return err_make(
			err, E2BIG, "bytecode.too_long",
			"the bytecode has %lu instructions, but xt_bpf takes 1 to %d; write "
			"it as an eBPF program instead (--object, --object-pinned)",
			n, BYTECODE_MAX);
	for (unsigned long i = 0; i < n; i++) {
		e = instruction(&r, &code[i]);
		if (e)
			return e;
	}
	while (*r.at == ',' || isspace((unsigned char)*r.at))
		r.at++;
	if (*r.at)
		return refuse(&r, "bytecode.syntax", "there are more instructions than N says");
	memcpy(ret, code, n * sizeof(*code));
	*ret_n = n;
	return 0;
}

int bytecode_print(const struct sock_filter *code, size_t n, struct buf *out)
{
	int r = buf_printf(out, "%zu", n);

	for (size_t i = 0; i < n && !r; i++)
		r = buf_printf(out, ",%u %u %u %u", code[i].code, code[i].jt, code[i].jf,
			       code[i].k);
	return r;
}
