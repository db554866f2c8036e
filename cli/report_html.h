/* report_html.h: the report as one page that needs nothing else: no network, no other file. */
#ifndef KEYLIFT_CLI_REPORT_HTML_H
#define KEYLIFT_CLI_REPORT_HTML_H

#include "cli/report.h"

/* Prints the page of a JSON report that was united from others, and deletes it. `start` is a path of the
 * repository whose CODEOWNERS and history tell more about the findings. */
void report_html_page(cJSON *united, const struct options *options, const char *start, struct output *o);

#endif
