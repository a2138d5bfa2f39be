/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "observe/capture_file.h"

#define READ_AHEAD (256 * 1024)

/* ---- reading ---- */

int capture_read(struct capture *capture, void *ret, size_t len, bool inside, struct mfw_err **err)
{
	size_t n = fread(ret, 1, len, capture->file);

	capture->position += n;
	if (n == len)
		return 1;
	if (ferror(capture->file))
		return err_make(err, errno, "capture.read", "cannot read %s: %s", capture->name,
				strerror(errno));
	capture->broken_off = n || inside;
	return 0;
}

int capture_read_body(struct capture *capture, size_t len, struct mfw_err **err)
{
	static const char zeros[4096];

	capture->body.len = 0;
	/* Of no bytes, too, there is an address. */
	if (buf_add(&capture->body, "", 0))
		return err_nomem(err);
	while (capture->body.len < len) {
		size_t left = len - capture->body.len,
		       n = left < sizeof(zeros) ? left : sizeof(zeros);
		int r;

		/* Only what is there takes memory, whatever the length says. */
		if (buf_add(&capture->body, zeros, n))
			return err_nomem(err);
		r = capture_read(capture, capture->body.data + capture->body.len - n, n, true, err);
		if (r <= 0)
			return r;
	}
	return 1;
}

int capture_damaged(const struct capture *capture, struct mfw_err **err, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return err_make(err, EINVAL, "capture.damaged", "%s is damaged before byte %llu: %s",
			capture->name, (unsigned long long)capture->position, what);
}

uint16_t capture_u16(const struct capture *capture, const void *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return capture->swapped ? bswap_16(value) : value;
}

uint32_t capture_u32(const struct capture *capture, const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return capture->swapped ? bswap_32(value) : value;
}

/* ---- links ---- */

static size_t n_links(const struct capture *capture)
{
	return capture->links.len / sizeof(struct capture_link);
}

int capture_add_link(struct capture *capture, const struct capture_link *link, struct mfw_err **err)
{
	if (n_links(capture) == CAPTURE_LINKS_MAX)
		return capture_damaged(capture, err, "it has more than %d interfaces",
				       CAPTURE_LINKS_MAX);
	return buf_add(&capture->links, link, sizeof(*link)) ? err_nomem(err) : 0;
}

const struct capture_link *capture_link(const struct capture *capture, uint32_t link)
{
	const struct capture_link *links = (const void *)capture->links.data;

	return link < n_links(capture) ? &links[link] : NULL;
}

/* ---- opening ---- */

static bool begins(const uint8_t start[4], const char *magic)
{
	return !memcmp(start, magic, strlen(magic));
}

static int refuse_format(const struct capture *capture, const uint8_t start[4],
			 struct mfw_err **err)
{
	if (begins(start, "\x1f\x8b") || begins(start, "\x28\xb5\x2f\xfd") ||
	    begins(start, "\xfd"
			  "7zX") ||
	    begins(start, "BZh"))
		return err_make(err, EINVAL, "capture.format",
				"%s is compressed: give what it unpacks to, for instance by zcat "
				"and the file name '-'",
				capture->name);
	return err_make(err, EINVAL, "capture.format",
			"%s is neither pcap nor pcapng: it begins with %02x %02x %02x %02x",
			capture->name, start[0], start[1], start[2], start[3]);
}

static int begin(struct capture *capture, struct mfw_err **err)
{
	uint8_t start[4];
	uint32_t magic;
	int r = capture_read(capture, start, sizeof(start), false, err);

	if (r < 0)
		return r;
	if (!r)
		return err_make(err, EINVAL, "capture.format",
				"%s is neither pcap nor pcapng: it has less than 4 bytes",
				capture->name);
	memcpy(&magic, start, sizeof(magic));
	if (magic == PCAPNG_SECTION)
		return pcapng_begin(capture, err);
	capture->swapped = magic == bswap_32(PCAP_MICRO) || magic == bswap_32(PCAP_NANO);
	magic = capture_u32(capture, start);
	if (magic != PCAP_MICRO && magic != PCAP_NANO)
		return refuse_format(capture, start, err);
	return pcap_begin(capture, magic, err);
}

static int refuse_open(const char *path, int code, struct mfw_err **err)
{
	return err_make(err, code, "capture.open", "cannot open the capture %s: %s", path,
			strerror(code));
}

static int open_file(const char *path, struct capture *capture, struct mfw_err **err)
{
	bool is_stdin = !strcmp(path, "-");
	cleanup_close int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
					: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return refuse_open(path, errno, err);
	if (S_ISDIR(st.st_mode))
		return refuse_open(path, EISDIR, err);
	capture->size = S_ISREG(st.st_mode) ? st.st_size : 0;
	capture->name = strdup(is_stdin ? "standard input" : path);
	capture->file = fdopen(fd, "r");
	/* It is open for writing only. */
	if (!capture->file && errno == EINVAL)
		return refuse_open(path, EBADF, err);
	if (!capture->name || !capture->file)
		return err_nomem(err);
	steal_fd(&fd);
	setvbuf(capture->file, NULL, _IOFBF, READ_AHEAD);
	return 0;
}

int capture_open(const char *path, struct capture **ret, struct mfw_err **err)
{
	cleanup_capture struct capture *capture = calloc(1, sizeof(*capture));
	int r = capture ? open_file(path, capture, err) : err_nomem(err);

	r = r ? r : begin(capture, err);
	if (!r)
		*ret = steal_ptr(capture);
	return r;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	if (capture->file)
		fclose(capture->file);
	buf_clear(&capture->links);
	buf_clear(&capture->body);
	free(capture->name);
	free(capture);
}

/* ---- packets ---- */

int capture_next(struct capture *capture, struct capture_packet *ret, struct mfw_err **err)
{
	int r = capture->next(capture, ret, err);

	if (r == 1)
		ret->number = ++capture->n_packets;
	return r;
}

bool capture_broken_off(const struct capture *capture)
{
	return capture->broken_off;
}

uint64_t capture_position(const struct capture *capture)
{
	return capture->position;
}

uint64_t capture_size(const struct capture *capture)
{
	return capture->size;
}
