/* cmd_report.c: `keylift report`: what can be done with reports. */
#include "cli/report_entries.h"

int cmd_report(struct cli *c) {
    const struct string_list *words = &c->options.arguments;
    const char *verb = words->count > 0 ? words->items[0] : "";
    bool text = options_was_given(&c->options, "format") && c->options.format == FORMAT_TEXT;
    if (strcmp(verb, "merge") == 0 && text)
        return cli_usage(c, "report merge writes json or html");
    if (strcmp(verb, "diff") == 0 && c->options.format != FORMAT_TEXT)
        return cli_usage(c, "report diff writes text");
    if (strcmp(verb, "diff") == 0 && c->options.output)
        return cli_usage(c, "report diff writes to standard output");
    if (strcmp(verb, "merge") == 0 && words->count > 1)
        return report_merge(c, words->items + 1, words->count - 1);
    if (strcmp(verb, "diff") == 0 && words->count == 3)
        return report_diff(c, words->items[1], words->items[2]);
    return cli_usage(c, "say what to do: keylift report merge REPORT..., or keylift report diff OLD NEW");
}
