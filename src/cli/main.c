/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/batch.h"
#include "cli/complete.h"
#include "cli/handlers.h"
#include "cli/options.h"
#include "cli/out.h"
#include "cli/pending.h"
#include "cli/report.h"

/* What these say of an apply that waits, they say first. */
static bool looks_after_pending(const struct command *command)
{
	return command->run == guard_command || command->run == confirm_command ||
	       command->run == boot_command;
}

static int run_command(struct session *session, struct fault *fault)
{
	if (!looks_after_pending(session->command) && pending_settle(session, fault))
		return -1;
	return session->command->run ? session->command->run(session, fault)
				     : change_run(session, fault);
}

static int show_help(struct session *session, const struct parsed *parsed, struct fault *fault)
{
	session->words = parsed->positionals;
	session->n_words = parsed->n_positionals;
	return help(session, fault);
}

static int dispatch(struct session *session, const struct parsed *parsed, struct fault *fault)
{
	const struct config *config = session->config;

	if (config->help || (!parsed->n_positionals && !config->given))
		return show_help(session, parsed, fault);
	if (parsed->command) {
		session->words = config->words;
		session->n_words = config->n_words;
		return run_command(session, fault);
	}
	if (config->version)
		return version(session, fault);
	if (!config->file)
		return fault_usage(fault, "usage.command", "no command is given; see: mfwctl help");
	if (config->given & ~(OPTS_GLOBAL | OPT(FILE)))
		return fault_usage(fault, "usage.option", "-f FILE goes with general options only");
	return pending_settle(session, fault) ? -1 : batch_run(session, config->file, fault);
}

/* Whether what was printed has arrived: a full disk must not look like success. */
static int finish_output(struct fault *fault)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	return fault_make(fault, EIO, "output", "cannot write the output: %s", strerror(errno));
}

/* Errors in the words themselves are to be JSON too when --json is among them. */
static bool wants_json(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && strcmp(words[i], "--") != 0; i++) {
		if (!strcmp(words[i], "--json"))
			return true;
	}
	return false;
}

static int run(const char *const *words, size_t n)
{
	cleanup(parsed_clear) struct parsed parsed = {};
	cleanup_fault struct fault fault = {};
	cleanup(session_close) struct session session = {.config = &parsed.config};
	int status = -1;

	if (!options_parse(&parsed, words, n, &fault)) {
		session.command = parsed.command;
		out_color_init(parsed.config.color);
		status = dispatch(&session, &parsed, &fault);
	}
	if (status >= 0 && !finish_output(&fault))
		return status;
	parsed.config.json |= wants_json(words, n);
	report_fault(&parsed.config, &fault);
	return fault_status(&fault);
}

/*
 * A caller may have closed one of the three: what is opened next would get its number, and be
 * written to or read as if it were standard output and so on. Its place is taken by what can be
 * neither, so that the closed one is still an error.
 */
static void occupy_standard_files(void)
{
	static const int useless[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", useless[fd]) < 0)
			_exit(STATUS_FAILED);
	}
}

int main(int argc, char **argv)
{
	occupy_standard_files();
	/* Without, every character of a message is a write of its own. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (argc > 1 && !strcmp(argv[1], "--complete"))
		return complete((const char *const *)argv + 2, (size_t)argc - 2);
	return run((const char *const *)argv + 1, argc > 0 ? (size_t)argc - 1 : 0);
}
