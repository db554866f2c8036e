/* verify.c: lexes and parses the new bytes again, and compares them with the old
 * ones outside of the edits: bytes, tokens and their places. */
#include "rewriters/verify.h"

#include "base/mem.h"
#include "rewriters/notebook_text.h"

#define SHORT_VALUE_BYTES 8

static enum kl_status fail(struct error *e, const char *what) {
    return error_set(e, KL_ERR_REFUSED, "the rewritten file would not verify: %s", what);
}

/* The pieces of the old file between the edits stand in the new one, in order,
 * with nothing but the edits' texts between them. */
static bool bytes_outside_equal(struct slice old, const struct rewrite_output *out) {
    size_t from = 0, to = 0;
    for (size_t i = 0; i <= out->edit_count; i++) {
        const struct rewrite_edit *edit = i < out->edit_count ? &out->edits[i] : NULL;
        size_t until = edit ? (size_t)edit->start_byte : old.len;
        if (until < from || until > old.len || to + (until - from) > out->bytes.len)
            return false;
        if (until > from && memcmp(old.ptr + from, out->bytes.ptr + to, until - from) != 0)
            return false;
        to += until - from;
        if (!edit)
            return to == out->bytes.len;
        if (edit->end_byte < edit->start_byte || to + edit->text_len > out->bytes.len ||
            memcmp(out->bytes.ptr + to, edit->text, edit->text_len) != 0)
            return false;
        to += edit->text_len;
        from = (size_t)edit->end_byte;
    }
    return false;
}

/* One of the two files, walked token by token with the edits beside it. */
struct side {
    const struct source *source;
    const struct rewrite_output *out;
    bool is_new;
    uint32_t token;
    size_t edit;
    size_t group;             /* behind the edits from `edit` on that change parts of the same literals */
    size_t start, end, delta; /* of these literals on this side; bytes that the group adds, modulo 2^64 */
    size_t shift;             /* new side: bytes added by the edits before `edit`, modulo 2^64 */
    bool torn;                /* a token lies across the border of an edit */
};

/* The span of the next group, unless it is known. False: there is none. */
static bool find_group(struct side *s) {
    const struct rewrite_edit *edits = s->out->edits;
    if (s->group > s->edit)
        return true;
    if (s->edit >= s->out->edit_count)
        return false;
    size_t start = (size_t)edits[s->edit].literal_start_byte, end = (size_t)edits[s->edit].literal_end_byte;
    s->delta = 0;
    for (s->group = s->edit; s->group < s->out->edit_count; s->group++) {
        const struct rewrite_edit *e = &edits[s->group];
        if (s->group > s->edit && e->literal_start_byte >= end)
            break;
        start = e->literal_start_byte < start ? (size_t)e->literal_start_byte : start;
        end = e->literal_end_byte > end ? (size_t)e->literal_end_byte : end;
        s->delta += e->text_len - (size_t)(e->end_byte - e->start_byte);
    }
    s->start = start + (s->is_new ? s->shift : 0);
    s->end = end + (s->is_new ? s->shift + s->delta : 0);
    return true;
}

/* The next token outside of the edits; NULL at the end. */
static const struct py_token *next_outside(struct side *s) {
    for (; s->token < s->source->tokens.count; s->token++) {
        const struct py_token *t = &s->source->tokens.items[s->token];
        if (t->kind == PY_INDENT || t->kind == PY_DEDENT || t->kind == PY_END || t->start == t->end)
            continue; /* they follow from the bytes */
        size_t start = pyfile_byte_offset(&s->source->file, t->start);
        /* What ends the last line of a notebook's cell is not in the file: behind it stand the outputs. */
        size_t end = t->kind == PY_NEWLINE || t->kind == PY_NL
                         ? pyfile_byte_offset(&s->source->file, t->end - 1) + 1
                         : pyfile_byte_offset(&s->source->file, t->end);
        bool inside = false;
        while (find_group(s)) {
            if (start >= s->end) {
                s->shift += s->delta;
                s->edit = s->group;
                continue;
            }
            inside = start >= s->start && end <= s->end;
            s->torn |= !inside && end > s->start && s->start != s->end;
            break;
        }
        if (inside)
            continue;
        s->token++;
        return t;
    }
    return NULL;
}

static const char *compare_tokens(const struct source *old, const struct source *new,
                                  const struct rewrite_output *out) {
    struct side a = {.source = old, .out = out}, b = {.source = new, .out = out, .is_new = true};
    for (;;) {
        const struct py_token *x = next_outside(&a), *y = next_outside(&b);
        if (a.torn || b.torn)
            return "an edit touches a token beside it";
        if (!x && !y)
            return NULL;
        if (!x || !y || x->kind != y->kind || x->op != y->op ||
            !slice_eq(py_token_text(old->text, x), py_token_text(new->text, y)))
            return "the code beside an edit reads differently";
    }
}

bool verify_shows_value(const char *text, const struct secret *value) {
    struct slice hay = slice_cstr(text), secret = secret_slice(value);
    if (!secret.len)
        return false;
    if (secret.len >= SHORT_VALUE_BYTES)
        return slice_find(hay, secret, 0) != SIZE_MAX;
    struct py_tokens tokens = PY_TOKENS_INIT;
    bool shows = false;
    py_lex(hay, &tokens);
    for (uint32_t i = 0; i < tokens.count; i++)
        if (tokens.items[i].kind == PY_STRING)
            shows |= slice_eq(py_string_body(hay, &tokens.items[i]), secret);
    py_tokens_release(&tokens);
    return shows;
}

static bool shows_any_value(const struct rewrite_request *r, const struct rewrite_output *out) {
    size_t k = 0; /* both are sorted */
    for (size_t i = 0; i < r->site_count; i++) {
        const struct rewrite_site *site = &r->sites[i];
        while (k < out->edit_count && out->edits[k].end_byte <= site->start_byte)
            k++;
        for (size_t m = k; m < out->edit_count && out->edits[m].start_byte <= rewrite_site_from(site); m++)
            if (site->rewritten && site->value && verify_shows_value(out->edits[m].text, site->value))
                return true;
    }
    return false;
}

enum kl_status verify_output(const struct source *old, const struct rewrite_request *r,
                             const struct rewrite_output *out, struct error *e) {
    if (!bytes_outside_equal(r->bytes, out))
        return fail(e, "bytes outside of the edits differ");
    if (shows_any_value(r, out))
        return fail(e, "a value would still stand at its place");
    struct arena arena = ARENA_INIT;
    struct source new = {0};
    const char *problem = NULL;
    enum kl_status status = source_open_path(r->path, out->bytes, &arena, &new, e);
    if (status != KL_OK)
        goto done;
    if (strcmp(new.file.encoding, old->file.encoding) != 0 || new.file.has_bom != old->file.has_bom ||
        new.file.decodable != old->file.decodable)
        problem = "its encoding would change";
    else if (new.tokens.has_error && !old->tokens.has_error)
        problem = "it does not lex";
    else if (pytree_error_count(&new.tree) > pytree_error_count(&old->tree))
        problem = "it does not parse";
    else if (old->is_notebook && !notebook_same_outside(r, out))
        problem = "something other than code would change in the notebook";
    else
        problem = compare_tokens(old, &new, out);
    if (problem)
        status = fail(e, problem);
done:
    source_release(&new);
    arena_release(&arena);
    return status;
}

enum kl_status rewrite_verify(const struct rewrite_request *r, const struct rewrite_output *out,
                              struct error *e) {
    struct arena arena = ARENA_INIT;
    struct source old = {0};
    enum kl_status status = source_open_path(r->path, r->bytes, &arena, &old, e);
    if (status == KL_OK)
        status = verify_output(&old, r, out, e);
    source_release(&old);
    arena_release(&arena);
    return status;
}
