/* report_print.c: see report_print.h. */
#include "cli/report_print.h"

#define PRINT_MAX_BYTES ((size_t)4 << 30) /* of one value */

static void put(struct report_printer *p, struct buf *text) {
    if (p->escape != NULL) {
        struct buf escaped = BUF_INIT(PRINT_MAX_BYTES);
        p->escape(buf_as_slice(text), &escaped);
        out_raw(p->output, buf_as_slice(&escaped));
        p->output->pending.over |= escaped.over;
        buf_release(&escaped);
    } else {
        out_raw(p->output, buf_as_slice(text));
    }
    p->output->pending.over |= text->over;
    buf_release(text);
}

static void print(struct report_printer *p, const char *key, const cJSON *j, struct buf *text) {
    if (p->depth > 0 && p->filled) {
        buf_char(text, ',');
    }
    p->filled = true;
    json_print_inside(j, key, p->indented, p->depth, text);
}

void report_print_value(struct report_printer *p, const char *key, cJSON *j) {
    struct buf text = BUF_INIT(PRINT_MAX_BYTES);
    print(p, key, j, &text);
    if (p->depth == 0) {
        buf_char(&text, '\n');
    }
    put(p, &text);
    cJSON_Delete(j);
}

void report_print_members(struct report_printer *p, cJSON *object) {
    struct buf text = BUF_INIT(PRINT_MAX_BYTES);
    const cJSON *member;
    cJSON_ArrayForEach(member, object) {
        print(p, member->string, member, &text);
    }
    put(p, &text);
    cJSON_Delete(object);
}

void report_print_open(struct report_printer *p, const char *key, char opener) {
    struct buf text = BUF_INIT(PRINT_MAX_BYTES);
    cJSON *empty = opener == '{' ? cJSON_CreateObject() : cJSON_CreateArray();
    print(p, key, empty, &text);
    cJSON_Delete(empty);
    p->closers[p->depth++] = text.ptr[--text.len];
    p->filled = false;
    put(p, &text);
}

void report_print_close(struct report_printer *p) {
    struct buf text = BUF_INIT(PRINT_MAX_BYTES);
    p->depth--;
    if (p->filled && p->indented) {
        buf_printf(&text, "\n%*s", (int)(2 * p->depth), "");
    }
    buf_char(&text, p->closers[p->depth]);
    if (p->depth == 0) {
        buf_char(&text, '\n');
    }
    p->filled = true;
    put(p, &text);
}
