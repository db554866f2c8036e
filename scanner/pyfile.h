/* pyfile.h: the bytes of one Python source file as text.
 *
 * CPython's rules (PEP 263, "Encoding declarations" in the language reference):
 * a UTF-8 BOM, else a coding comment in the first two lines, else UTF-8. The
 * lexer sees UTF-8 text without the BOM; a file in another encoding is
 * transcoded, and pyfile_byte_offset maps text offsets back to the file, where
 * edits are made. Every byte sequence is a valid input: bytes that the declared
 * encoding does not allow are kept, one for one, and `decodable` is false. */
#ifndef KEYLIFT_SCANNER_PYFILE_H
#define KEYLIFT_SCANNER_PYFILE_H

#include "base/arena.h"
#include "base/error.h"

struct pyfile {
    struct slice bytes;   /* as on disk; borrowed from the caller */
    struct slice text;    /* UTF-8, BOM removed; inside `bytes` for UTF-8 files */
    const char *encoding; /* Python's canonical name: "utf-8", "utf-8-sig", "iso8859-1"... */
    bool has_bom;
    bool decodable;          /* CPython would accept the bytes under that encoding */
    bool transcoded;         /* text is not a part of bytes */
    const uint32_t *offsets; /* transcoded: byte offset of every text offset (sparse, private) */
    size_t offsets_len;
};

/* Never fails for content; `arena` holds transcoded text. */
void pyfile_decode(struct pyfile *f, struct slice bytes, struct arena *arena);
size_t pyfile_byte_offset(const struct pyfile *f, size_t text_offset);

/* Line starts of the *text*, made once a file when first needed. A line ends
 * with LF, CRLF or CR. Lines and columns count from 1; columns in code points.
 * A position costs a search by halves and a bounded count, however long the
 * line. In text that is not decodable, columns count what begins a character. */
struct pylines {
    uint32_t *starts;
    size_t count;
    uint32_t *points; /* code points before every block; NULL: all is ASCII (private) */
};
void pylines_build(struct pylines *l, struct slice text, struct arena *arena);
void pylines_position(const struct pylines *l, struct slice text, size_t text_offset, uint32_t *line,
                      uint32_t *column);

#endif
