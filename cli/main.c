/* main.c: reads the command line and the configuration, runs one command, and
 * turns its answer into the exit status. */
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/system.h"
#include "cli/command.h"
#include "cli/rule_names.h"

const char *cli_advice(enum kl_status s) {
    bool is_far_away = s == KL_ERR_CREDENTIALS || s == KL_ERR_PERMISSION || s == KL_ERR_THROTTLED ||
                       s == KL_ERR_NETWORK || s == KL_ERR_TLS || s == KL_ERR_PROTOCOL;
    return is_far_away ? status_advice(s) : NULL;
}

int cli_fail(struct cli *c, const struct error *e) {
    out_mark(&c->err, MARK_RED, "keylift:");
    out_text(&c->err, " ");
    struct buf masked;
    buf_init_secret(&masked, KL_MAX_CONFIG_BYTES);
    redact_text(c->redactor, slice_cstr(e->message), &masked);
    out_path(&c->err, MARK_NONE, buf_cstr(&masked)); /* one line, whatever a path in it holds */
    buf_release(&masked);
    out_text(&c->err, "\n");
    if (cli_advice(e->status))
        out_mark(&c->err, MARK_DIM, "         %s\n", cli_advice(e->status));
    struct error ignored = {0};
    (void)(out_flush(&c->err, &ignored) == KL_OK); /* nowhere left to say so */
    return STATUS_TROUBLE;
}

bool cli_ask(struct cli *c, const char *question) {
    if (c->options.yes)
        return true;
    struct error e = {0};
    struct buf answer = BUF_INIT(256);
    if (out_flush(&c->out, &e) != KL_OK)
        return false;
    enum kl_status s = system_read_line(question, &answer, &e);
    struct slice text = slice_trim(buf_as_slice(&answer));
    bool yes = s == KL_OK && (slice_eq_nocase(text, "y") || slice_eq_nocase(text, "yes"));
    buf_release(&answer);
    if (s != KL_OK)
        out_text(&c->err, "keylift: no terminal to ask on; say --yes to go on without a question\n");
    return yes;
}

int cli_usage(struct cli *c, const char *fmt, ...) {
    struct error e = {.status = KL_ERR_USAGE};
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(e.message, sizeof e.message, fmt, args);
    va_end(args);
    return cli_fail(c, &e);
}

/* --help and --version win over everything else on the line. */
static int run(struct cli *c, struct error *e) {
    if (c->options.version) {
        return cmd_version(c);
    }
    if (c->options.help) {
        help_print(&c->out, c->command);
        return STATUS_DONE;
    }
    if (c->command == NULL) {
        help_print(&c->err, NULL);
        return STATUS_TROUBLE;
    }
    if (c->command->uses_config && config_load(&c->config, &c->options, e) != KL_OK) {
        return cli_fail(c, e);
    }
    if (rule_names_check(c, e) != KL_OK) {
        return cli_fail(c, e);
    }
    return c->command->run(c);
}

int main(int argc, char **argv) {
    secret_process_init();
    mem_process_init();
    system_catch_interrupts();
    struct cli c = {0};
    struct error e = {0};
    c.redactor = redact_new();
    options_init(&c.options);
    enum kl_status parsed = options_parse(&c.options, argc, argv, &c.command, &e);
    out_init(&c.out, 1, (enum color_mode)c.options.color, c.redactor);
    out_init(&c.err, 2, (enum color_mode)c.options.color, c.redactor);

    int status = parsed == KL_OK ? run(&c, &e) : cli_fail(&c, &e);
    if (out_flush(&c.out, &e) != KL_OK) {
        status = cli_fail(&c, &e);
    }
    if (out_flush(&c.err, &e) != KL_OK) {
        status = STATUS_TROUBLE;
    }
    out_release(&c.out);
    out_release(&c.err);
    config_release(&c.config);
    options_release(&c.options);
    redact_free(c.redactor);
    arena_release(&c.arena);
    return status;
}
