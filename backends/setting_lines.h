/* setting_lines.h: lines that set environment variables, in the language of a shell,
 * into a new file that only its owner can read. The file's name says which shell:
 *
 *     .sh           POSIX sh, bash, zsh, dash     export NAME='value'
 *     .fish         fish                          set -gx NAME 'value'
 *     .ps1          PowerShell                    $env:NAME = 'value'
 *     .cmd, .bat    cmd of Windows                set "NAME=value"
 *
 *     struct setting_lines *s;
 *     setting_lines_open(path, &s, e)          nothing is written yet
 *     setting_lines_add(s, name, value, e)     KL_ERR_UNSUPPORTED: this shell cannot say it
 *     setting_lines_close(s) */
#ifndef KEYLIFT_BACKENDS_SETTING_LINES_H
#define KEYLIFT_BACKENDS_SETTING_LINES_H

#include "base/buf.h"
#include "base/error.h"

struct setting_lines;

/* KL_ERR_USAGE for another ending, KL_ERR_CONFLICT for a file that is there,
 * KL_ERR_REFUSED for a place in a git repository that git does not ignore. */
enum kl_status setting_lines_open(const char *path, struct setting_lines **out, struct error *e) KL_MUST_USE;
/* The first line makes the file (0600). A name that is there already is left as it is. */
enum kl_status setting_lines_add(struct setting_lines *s, const char *name, struct slice value,
                                 struct error *e) KL_MUST_USE;
void setting_lines_close(struct setting_lines *s); /* NULL is fine */

/* One line, with its end, for a file called `path`. For tests, and for setting_lines_add. */
enum kl_status setting_line(const char *path, const char *name, struct slice value, struct buf *out,
                            struct error *e) KL_MUST_USE;

#endif
