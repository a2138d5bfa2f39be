/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_ 8192

void answers_check(struct answers *answers, bool good, const char *text, const char *detail)
{
	char shown[2 * LINE_MAX_];

	/* TAP's own mark. */
	snprintf(shown, sizeof(shown), "%s: %s", text, detail);
	for (char *c = shown; *c; c++)
		*c = *c == '#' ? '/' : *c;
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++answers->n_checks, shown);
	answers->failed |= !good;
}

/* "LETTER HEX WHAT" */
static void read_packet(struct answers *answers, const char *line)
{
	struct answers_packet *p = &answers->packets[answers->n_packets];

	if (answers->n_packets == ANSWERS_PACKETS || strlen(line) < 3) {
		answers_check(answers, false, line, "no room, or not a packet");
		return;
	}
	answers->n_packets++;
	p->letter = line[0];
	for (line += 2; p->len < sizeof(p->bytes) && sscanf(line, "%2hhx", &p->bytes[p->len]) == 1;
	     line += 2)
		p->len++;
}

void answers_compare(struct answers *answers, const char *text, const char *letters, bool negated,
		     answers_ask ask, void *ctx)
{
	char wrong[ANSWERS_PACKETS + 1] = "", detail[LINE_MAX_];
	size_t n = 0;

	for (size_t i = 0; i < answers->n_packets; i++) {
		const struct answers_packet *p = &answers->packets[i];
		bool expected = !strchr(letters, p->letter) == negated;

		if (ask(ctx, p->bytes, p->len) != expected)
			wrong[n++] = p->letter;
	}
	snprintf(detail, sizeof(detail), "%s%s%s", negated ? "under not" : "",
		 n ? " wrong for " : "", wrong);
	answers_check(answers, !n, text, detail);
}

int answers_run(struct answers *answers, const char *path,
		void (*seen)(struct answers *answers, const char *text, const char *letters))
{
	cleanup_fclose FILE *file = fopen(path, "r");
	char line[LINE_MAX_], *letters;

	if (!file)
		return 2;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		letters = strchr(line, '\t');
		if (line[0] == '=' && line[1] == ' ') {
			read_packet(answers, line + 2);
		} else if (*line && *line != '#' && letters) {
			*letters++ = 0;
			seen(answers, line, letters);
		} else if (*line && *line != '#') {
			answers_check(answers, false, line, "no TAB");
		}
	}
	printf("1..%d\n", answers->n_checks);
	return answers->failed;
}
