/* output.c: see output.h. Text is formatted, filtered, made safe for a terminal
 * and collected in `pending`. */
#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define OUTPUT_MAX ((size_t)4 << 30) /* a report of some ten million findings */

/* Reports are larger than what memory they may take. */
static void drain(struct output *o) {
    struct error e = {0};
    if (o->pending.len > OUT_PENDING_MAX && out_flush(o, &e) != KL_OK) {
        o->failed = e;
    }
}

static const char *const mark_codes[] = {
    [MARK_NONE] = "",           [MARK_BOLD] = "\x1b[1m",   [MARK_DIM] = "\x1b[2m",   [MARK_RED] = "\x1b[31m",
    [MARK_YELLOW] = "\x1b[33m", [MARK_GREEN] = "\x1b[32m", [MARK_CYAN] = "\x1b[36m",
};

static bool wants_color(int fd, enum color_mode mode) {
    if (mode != COLOR_AUTO) {
        return mode == COLOR_ALWAYS;
    }
    const char *no_color = system_getenv("NO_COLOR"); /* no-color.org: set and not empty */
    const char *term = system_getenv("TERM");
    return system_is_terminal(fd) && (no_color == NULL || no_color[0] == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

void out_init(struct output *o, int fd, enum color_mode mode, struct redactor *r) {
    *o = (struct output){.fd = fd,
                         .what = fd == 1 ? "standard output" : "the output",
                         .color = wants_color(fd, mode),
                         .columns = system_terminal_columns(fd),
                         .redactor = r};
    buf_init_secret(&o->pending, OUTPUT_MAX);
}

/* Code points that move the cursor, reorder what is shown or show nothing. */
static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || c == 0x061c ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe007f);
}

void out_visible(struct slice text, bool keep_layout, struct buf *out) {
    size_t i = 0;
    while (i < text.len) {
        uint32_t c = 0;
        unsigned n = utf8_sequence(text.ptr + i, text.len - i, &c);
        if (n == 0) {
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text.ptr[i]);
            n = 1;
        } else if ((c == '\n' || c == '\t') && keep_layout) {
            buf_char(out, (char)c);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            buf_str(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
        } else if (is_hidden(c)) {
            buf_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
        } else {
            buf_bytes(out, text.ptr + i, n);
        }
        i += n;
    }
}

static void open_mark(struct output *o, enum style_mark mark) {
    if (o->color && mark != MARK_NONE) {
        buf_str(&o->pending, mark_codes[mark]);
    }
}

static void close_mark(struct output *o, enum style_mark mark) {
    if (o->color && mark != MARK_NONE) {
        buf_str(&o->pending, "\x1b[0m");
    }
}

static void append_filtered(struct output *o, const char *fmt, va_list args) KL_PRINTF(2, 0);

static void append_filtered(struct output *o, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len < 0) {
        return;
    }
    size_t size = (size_t)len + 1;
    char *text = mem_alloc(size);
    (void)vsnprintf(text, size, fmt, args);
    struct buf masked;
    buf_init_secret(&masked, OUTPUT_MAX);
    redact_text(o->redactor, slice_of(text, (size_t)len), &masked);
    out_visible(buf_as_slice(&masked), true, &o->pending);
    buf_release(&masked);
    mem_wipe(text, size);
    free(text);
    drain(o);
}

void out_text(struct output *o, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    append_filtered(o, fmt, args);
    va_end(args);
}

void out_mark(struct output *o, enum style_mark mark, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    open_mark(o, mark);
    append_filtered(o, fmt, args);
    close_mark(o, mark);
    va_end(args);
}

static void append_words(struct output *o, const char *word, unsigned at, unsigned indent) {
    bool first = true;
    while (*word != '\0') {
        size_t len = strcspn(word, " \n");
        unsigned width = (unsigned)utf8_count(slice_of(word, len));
        if (!first && at + 1 + width > OUT_COLUMNS) {
            buf_printf(&o->pending, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            buf_char(&o->pending, ' ');
            at++;
        }
        out_visible(slice_of(word, len), false, &o->pending);
        at += width;
        first = false;
        word += len;
        if (word[0] == '\n' && word[1] == '\n') {
            buf_printf(&o->pending, "\n\n%*s", (int)indent, "");
            at = indent;
            first = true;
            word++;
        }
        if (*word != '\0')
            word++;
    }
}

void out_wrapped(struct output *o, enum style_mark mark, const char *text, unsigned at, unsigned indent) {
    struct buf masked;
    buf_init_secret(&masked, OUTPUT_MAX);
    redact_text(o->redactor, slice_cstr(text), &masked);
    open_mark(o, mark);
    append_words(o, buf_cstr(&masked), at, indent);
    close_mark(o, mark);
    buf_char(&o->pending, '\n');
    buf_release(&masked);
    drain(o);
}

void out_path(struct output *o, enum style_mark mark, const char *path) {
    open_mark(o, mark);
    out_visible(slice_cstr(path), false, &o->pending);
    close_mark(o, mark);
}

void out_raw(struct output *o, struct slice bytes) {
    buf_slice(&o->pending, bytes);
    drain(o);
}

void out_now(struct output *o, const char *line) {
    struct error ignored = {0};
    out_text(o, "%s\n", line);
    (void)(out_flush(o, &ignored) == KL_OK);
}

enum kl_status out_flush(struct output *o, struct error *e) {
    enum kl_status s = o->failed.status;
    if (s != KL_OK) {
        *e = o->failed;
        o->failed.status = KL_OK;
    } else if (!buf_ok(&o->pending)) {
        s = error_set(e, KL_ERR_LIMIT, "the output is larger than keylift writes at once");
    } else if (o->pending.len > 0) {
        s = file_write_fd(o->fd, o->what, buf_as_slice(&o->pending), e);
    }
    buf_clear(&o->pending);
    return s == KL_ERR_INTERRUPTED ? KL_OK : s; /* `keylift scan | head`: the reader has seen enough */
}

void out_release(struct output *o) {
    buf_release(&o->pending);
}

enum kl_status out_file_begin(struct out_file *f, const char *path, struct redactor *r, struct error *e) {
    enum kl_status s = file_replace_begin(&f->replacement, path, NULL, e);
    if (s == KL_OK) {
        out_init(&f->output, f->replacement.fd, COLOR_NEVER, r);
        f->output.what = f->replacement.target;
    }
    return s;
}

enum kl_status out_file_end(struct out_file *f, struct error *e) {
    enum kl_status s = out_flush(&f->output, e);
    if (s == KL_OK) {
        s = file_replace_end(&f->replacement, e);
    } else {
        file_replace_abort(&f->replacement);
    }
    out_release(&f->output);
    return s == KL_OK ? file_replace_commit(&f->replacement, e) : s;
}
