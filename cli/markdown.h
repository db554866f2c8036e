/* markdown.h: text that means itself in Markdown (CommonMark, and GitHub's tables). */
#ifndef KEYLIFT_CLI_MARKDOWN_H
#define KEYLIFT_CLI_MARKDOWN_H

#include "base/buf.h"
#include "base/redact.h"

/* Words: filtered, on one line, with every sign escaped that means something. */
void markdown_text(const struct redactor *r, const char *text, struct buf *out);
/* A path, a name, a command as code; not filtered, as out_path is not. In a table too. */
void markdown_code(const char *text, struct buf *out);

#endif
