#include "rewriters/undo.h"

#include "base/arena.h"
#include "base/encode.h"
#include "base/mem.h"
#include "rewriters/journal.h"
#include "rewriters/notebook_text.h"
#include "rewriters/spelling.h"

/* Around a literal stand brackets, blanks and a few names; more is no frame. */
#define FRAME_MAX_BYTES 200u

static struct slice old_of(const struct rewrite_request *r, const struct rewrite_edit *edit) {
    return slice_sub(r->bytes, (size_t)edit->start_byte, (size_t)edit->end_byte);
}

/* The one site inside an edit; NULL when there is none, or more than one. */
static const struct rewrite_site *site_in(const struct rewrite_request *r, const struct rewrite_edit *edit) {
    const struct rewrite_site *found = NULL;
    for (size_t i = 0; i < r->site_count; i++) {
        const struct rewrite_site *s = &r->sites[i];
        if (rewrite_site_from(s) < edit->start_byte || rewrite_site_to(s) > edit->end_byte)
            continue;
        if (found)
            return NULL;
        found = s;
    }
    return found;
}

/* A text that the journal may keep as it is: UTF-8, short, and no literal or
 * comment, which could hold anything. */
static bool is_frame(struct slice text) {
    if (text.len > FRAME_MAX_BYTES || !utf8_valid(text))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || strchr("'\"#", text.ptr[i]))
            return false;
    return true;
}

/* The quotes of a literal that the secret fills. */
static bool is_quotes(struct slice text) {
    if (text.len > sizeof "rb\"\"\"" - 1)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr("rRbBuUfF'\"", text.ptr[i]))
            return false;
    return true;
}

/* The record of a literal whose text, and what was replaced around it, is given as Python reads it. */
static cJSON *record_spelled(const struct rewrite_site *site, struct slice before, struct slice spelled,
                             struct slice after) {
    bool part = rewrite_site_is_part(site);
    if (part ? !is_quotes(before) || !is_quotes(after) : !is_frame(before) || !is_frame(after))
        return NULL;
    struct slice value = secret_slice(site->value);
    cJSON *spelling = part ? spelling_of_part(spelled, value, site->is_bytes) : spelling_of(spelled, value);
    if (!spelling)
        return NULL;
    cJSON *o = cJSON_CreateObject();
    json_add_slice(o, "before", before);
    json_add_slice(o, "after", after);
    json_add_string(o, "name", site->stored_name ? site->stored_name : site->name);
    cJSON_AddBoolToObject(o, "binary", site->is_bytes);
    cJSON_AddItemToObject(o, "spelling", spelling);
    return o;
}

/* In a notebook, Python stands in strings of JSON. */
static cJSON *record_in_json(const struct rewrite_site *site, struct slice before, struct slice spelled,
                             struct slice after) {
    struct buf text[3];
    for (size_t i = 0; i < KL_ARRAY_LEN(text); i++)
        buf_init_secret(&text[i], KL_MAX_REWRITE_BYTES);
    cJSON *o = NULL;
    if (notebook_unescape(before, &text[0]) && notebook_unescape(spelled, &text[1]) &&
        notebook_unescape(after, &text[2]))
        o = record_spelled(site, buf_as_slice(&text[0]), buf_as_slice(&text[1]), buf_as_slice(&text[2]));
    if (o)
        cJSON_AddTrueToObject(o, "json");
    for (size_t i = 0; i < KL_ARRAY_LEN(text); i++)
        buf_release(&text[i]);
    return o;
}

static cJSON *record_literal(const struct rewrite_request *r, const struct rewrite_edit *edit) {
    const struct rewrite_site *site = site_in(r, edit);
    if (!site)
        return NULL;
    struct slice old = old_of(r, edit);
    size_t from = (size_t)(rewrite_site_from(site) - edit->start_byte),
           to = (size_t)(rewrite_site_to(site) - edit->start_byte);
    struct slice before = slice_sub(old, 0, from), after = slice_sub(old, to, old.len);
    return (rewrite_is_notebook(r->path) ? record_in_json : record_spelled)(site, before,
                                                                            slice_sub(old, from, to), after);
}

static cJSON *record_edit(const struct rewrite_request *r, const struct rewrite_edit *edit) {
    struct slice old = old_of(r, edit);
    if (edit->holds_secret)
        return record_literal(r, edit);
    if (!utf8_valid(old) || slice_find_byte(old, '\0', 0) != SIZE_MAX)
        return NULL;
    cJSON *o = cJSON_CreateObject();
    json_add_slice(o, "old", old);
    return o;
}

static bool refuse_sites(const struct rewrite_request *r, uint64_t from, uint64_t to) {
    bool any = false;
    for (size_t i = 0; i < r->site_count; i++) {
        struct rewrite_site *s = &r->sites[i];
        if (s->rewritten && rewrite_site_from(s) >= from && rewrite_site_to(s) <= to) {
            s->rewritten = false;
            s->reason = "undo could not write this spelling again exactly";
            any = true;
        }
    }
    return any;
}

bool undo_refuse(const struct rewrite_request *r, const struct rewrite_output *out) {
    bool refused = false;
    for (size_t i = 0; i < out->edit_count; i++) {
        const struct rewrite_edit *edit = &out->edits[i];
        cJSON *o = record_edit(r, edit);
        if (!o) {
            bool local = edit->holds_secret && refuse_sites(r, edit->start_byte, edit->end_byte);
            refused = local || refuse_sites(r, 0, UINT64_MAX) || refused;
        }
        cJSON_Delete(o);
    }
    return refused;
}

static uint32_t line_of(struct slice bytes, uint64_t at) {
    uint32_t line = 1;
    for (size_t i = 0; i < bytes.len && i < at; i++)
        line += bytes.ptr[i] == '\n';
    return line;
}

enum kl_status undo_record(const struct rewrite_request *r, const struct rewrite_output *out, cJSON **record,
                           struct error *e) {
    uint64_t at = 0, done = 0; /* in the new file; in the old one */
    *record = cJSON_CreateArray();
    for (size_t i = 0; i < out->edit_count; i++) {
        const struct rewrite_edit *edit = &out->edits[i];
        cJSON *o = record_edit(r, edit);
        if (!o) {
            cJSON_Delete(*record);
            *record = NULL;
            return error_set(e, KL_ERR_UNSUPPORTED,
                             "%s, line %u: undo could not restore this spelling exactly", r->path,
                             (unsigned)line_of(r->bytes, edit->start_byte));
        }
        at += edit->start_byte - done;
        json_add_count(o, "at", at);
        json_add_count(o, "bytes", edit->text_len);
        cJSON_AddItemToArray(*record, o);
        at += edit->text_len;
        done = edit->end_byte;
    }
    return KL_OK;
}

static enum kl_status restore_edit(const cJSON *edit, undo_value_fn value, void *ctx, struct buf *out,
                                   struct error *e) {
    const char *old = json_string(edit, "old"), *name = json_string(edit, "name");
    if (old) {
        buf_str(out, old);
        return KL_OK;
    }
    const char *before = json_string(edit, "before"), *after = json_string(edit, "after");
    if (!name || !before || !after)
        return error_set(e, KL_ERR_PARSE, "the journal's record of an edit is not complete");
    struct secret s = {0};
    enum kl_status st = value(ctx, name, json_bool(edit, "binary", false), &s, e);
    struct buf text = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    if (st == KL_OK) {
        buf_str(&text, before);
        if (!spelling_restore(json_get(edit, "spelling"), secret_slice(&s), &text))
            st = error_set(e, KL_ERR_CONFLICT, "the value of %s is not the one that left the file", name);
        buf_str(&text, after);
    }
    if (json_bool(edit, "json", false))
        notebook_escape(buf_as_slice(&text), out);
    else
        buf_slice(out, buf_as_slice(&text));
    buf_release(&text);
    secret_release(&s);
    return st;
}

static enum kl_status restore_all(const cJSON *edits, struct slice current, undo_value_fn value, void *ctx,
                                  struct buf *out, struct error *e) {
    const cJSON *edit;
    size_t done = 0;
    cJSON_ArrayForEach(edit, edits) {
        double at = json_number(edit, "at", -1), len = json_number(edit, "bytes", -1);
        if (at < (double)done || len < 0 || at + len > (double)current.len)
            return error_set(e, KL_ERR_PARSE, "the journal's record of an edit lies outside the file");
        buf_slice(out, slice_sub(current, done, (size_t)at));
        enum kl_status st = restore_edit(edit, value, ctx, out, e);
        if (st != KL_OK)
            return st;
        done = (size_t)(at + len);
    }
    buf_slice(out, slice_sub(current, done, current.len));
    return KL_OK;
}

bool undo_is_written(const cJSON *file, struct slice current) {
    char hex[65];
    const char *written = json_string(file, "new_sha256");
    sha256_hex(current, hex);
    return written && strcmp(hex, written) == 0;
}

/* The old file's tag is 16 bits of its hash (journal.h). */
bool undo_is_old(const cJSON *file, struct slice bytes) {
    char hex[65];
    const char *tag = json_string(file, "old_tag");
    sha256_hex(bytes, hex);
    bool same = tag && strlen(tag) == 4 && strncmp(hex, tag, 4) == 0 &&
                json_number(file, "old_bytes", -1) == (double)bytes.len;
    mem_wipe(hex, sizeof hex);
    return same;
}

enum kl_status undo_file(const cJSON *file, struct slice current, undo_value_fn value, void *ctx,
                         struct buf *out, struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf old = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    const char *path = journal_get_path(file, "path", &a);
    const cJSON *edits = json_get(file, "undo");
    enum kl_status st = KL_OK;
    if (!path)
        path = "a file of the journal";
    if (!undo_is_written(file, current))
        st = error_set(e, KL_ERR_CONFLICT, "%s has changed since keylift wrote it", path);
    else if (json_bool(file, "create", false))
        st = error_set(e, KL_ERR_NOT_FOUND, "%s was not there before keylift wrote it", path);
    else if (!cJSON_IsArray(edits))
        st = error_set(e, KL_ERR_UNSUPPORTED, "%s: the journal does not say how it was", path);
    if (st == KL_OK && (st = restore_all(edits, current, value, ctx, &old, e)) != KL_OK)
        error_prefix(e, "%s", path);
    if (st == KL_OK && (!buf_ok(&old) || !undo_is_old(file, buf_as_slice(&old))))
        st =
            error_set(e, KL_ERR_CONFLICT, "%s: a value in the vault is not the one that left the file", path);
    if (st == KL_OK)
        buf_slice(out, buf_as_slice(&old));
    buf_release(&old);
    arena_release(&a);
    return st;
}
