/* undo_view.c: see undo_view.h. */
#include "cli/undo_view.h"

#include "cli/diff_mask.h"

#define EDITS_SHOWN 20 /* of one file */
#define INDENT 13

/* What holds no more than one line of a terminal, the rest counted. */
static void show_text(struct output *o, const char *label, struct slice text) {
    struct buf masked, shown = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_init_secret(&masked, KL_MAX_CONFIG_BYTES);
    text = slice_trim(text);
    size_t lines = 1, end = slice_find_byte(text, '\n', 0);
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    redact_text(o->redactor, slice_trim(slice_sub(text, 0, end)), &masked);
    diff_mask_line(buf_as_slice(&masked), &shown);
    out_text(o, "%*s%-9s", INDENT, "", label);
    out_path(o, MARK_NONE, text.len ? buf_cstr(&shown) : "(nothing)"); /* filtered; controls shown */
    if (lines > 1)
        out_text(o, " ... (%zu lines)", lines);
    out_text(o, "\n");
    buf_release(&masked);
    buf_release(&shown);
}

static struct slice line_around(struct slice bytes, size_t at) {
    size_t start = at, end = slice_find_byte(bytes, '\n', at);
    while (start > 0 && bytes.ptr[start - 1] != '\n')
        start--;
    return slice_sub(bytes, start, end);
}

static size_t line_number(struct slice bytes, size_t at) {
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += bytes.ptr[i] == '\n';
    return line;
}

/* Edits stand in order: each is looked for behind the one before. */
static void show_now(struct output *o, struct slice now, struct slice written, size_t *from) {
    size_t at = written.len ? slice_find(now, written, *from) : SIZE_MAX;
    if (at == SIZE_MAX) {
        out_text(o, "%*s%-9sit is not there any more\n", INDENT, "", "now");
        return;
    }
    *from = at + written.len;
    out_text(o, "%*s%-9sline %zu\n", INDENT, "", "now", line_number(now, at));
    show_text(o, "", line_around(now, at));
}

static void show_edit(struct output *o, const cJSON *planned, const cJSON *undo, struct slice now,
                      size_t *from) {
    const char *old = json_string(undo, "old"), *text = json_string(planned, "text");
    struct slice written = slice_trim(slice_cstr(text));
    if (old) {
        show_text(o, "was", slice_cstr(old));
    } else {
        const char *before = json_string(undo, "before"), *after = json_string(undo, "after");
        struct buf was = BUF_INIT(KL_MAX_CONFIG_BYTES);
        buf_printf(&was, "%s[redacted]%s", before ? before : "", after ? after : "");
        show_text(o, "was", buf_as_slice(&was));
        buf_release(&was);
    }
    show_text(o, "keylift", written);
    show_now(o, now, written, from);
}

void undo_view(struct output *o, const cJSON *planned, const cJSON *undo, struct slice now) {
    const cJSON *edits = json_get(planned, "edits"), *edit = edits ? edits->child : NULL;
    const cJSON *record = cJSON_IsArray(undo) ? undo->child : NULL;
    int count = cJSON_GetArraySize(edits), shown = 0;
    size_t from = 0;
    if (!record || count != cJSON_GetArraySize(undo))
        return;
    for (; edit && record && shown < EDITS_SHOWN; edit = edit->next, record = record->next, shown++) {
        if (shown > 0)
            out_text(o, "\n");
        show_edit(o, edit, record, now, &from);
    }
    if (shown < count)
        out_text(o, "%*s... and %d more\n", INDENT, "", count - shown);
}
