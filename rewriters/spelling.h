/* spelling.h: how a literal was written, without its characters, so that undo
 * can write it again from the value that the vault gives back.
 *
 *     value    it's a secret<LF>
 *     literal  'it\'s a ' "secret\n"
 *     spelling ["'", 2, {"e":"s"}, 4, "' \"", 0, {"e":"s"}, "\""]
 *
 * A text stands for itself (prefixes, quotes, blanks, "+", brackets), a number
 * copies so many bytes of the value, 0 all up to what the rest needs (so that
 * a plain literal does not tell its length), and "e" spells one character a
 * letter:
 *
 *     s          a backslash and a letter or sign: \n \\ \'
 *     x X        \xhh with small or capital digits
 *     u v  U V   \uhhhh and \Uhhhhhhhh, small or capital digits
 *     1 2 3      octal of so many digits
 *     c r        a line end of the source that Python reads as LF: CRLF, CR
 *     d          a brace written twice, as in an f-string
 *
 * A part of a literal is the same without quotes; {"bytes":true} goes before it
 * where \x is a byte.
 */
#ifndef KEYLIFT_REWRITERS_SPELLING_H
#define KEYLIFT_REWRITERS_SPELLING_H

#include "base/buf.h"
#include "base/json.h"

#define SPELLING_MAX_BYTES KL_MAX_SECRET_BYTES /* of a literal as written */

/* `literal`: one or more string literals, with blanks, line ends, brackets and
 * "+" between them. `value`: what it evaluates to, UTF-8 or bytes. NULL when
 * it could not be restored exactly, or without keeping text of unknown content:
 * f-strings, \N{...}, comments between the parts, hex digits of mixed case. The
 * caller frees. */
cJSON *spelling_of(struct slice literal, struct slice value) KL_MUST_USE;
/* The same for a part of the body of one literal. */
cJSON *spelling_of_part(struct slice part, struct slice value, bool is_bytes) KL_MUST_USE;
/* Appends the literal. False if the spelling does not fit the value. */
bool spelling_restore(const cJSON *spelling, struct slice value, struct buf *out) KL_MUST_USE;

#endif
