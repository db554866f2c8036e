/* site_mention.c: a value that moved, in a comment, a docstring or an output of a
 * notebook. Nothing reads it there, so its name takes its place. */
#include "rewriters/site.h"

static const char reason_spelling[] = "not spelled there as it is";

/* The one place of the value in bytes[start, end). */
static const char *find_value(struct slice bytes, const struct rewrite_site *site, size_t *at) {
    struct slice place = slice_sub(bytes, site->start_byte, site->end_byte),
                 value = secret_slice(site->value);
    *at = value.len ? slice_find(place, value, 0) : SIZE_MAX;
    if (*at == SIZE_MAX)
        return reason_spelling;
    if (slice_find(place, value, *at + 1) != SIZE_MAX)
        return "it stands there more than once";
    *at += site->start_byte;
    return NULL;
}

/* Of JSON, only what no string escapes: then the place is inside of one. */
static const char *decide_output(const struct source *s, const struct rewrite_site *site,
                                 struct site_place *place) {
    struct slice value = secret_slice(site->value);
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || strchr("\"\\", value.ptr[i]))
            return reason_spelling;
    (void)s;
    place->in_bytes = true;
    return NULL;
}

static const char *decide_text(const struct source *s, const struct rewrite_site *site,
                               struct site_place *place) {
    size_t from = source_text_offset(s, site->secret_start_byte);
    size_t to = source_text_offset(s, site->secret_end_byte);
    if (from == SIZE_MAX || to == SIZE_MAX)
        return reason_spelling;
    const struct py_token *t = &s->tokens.items[source_token_after(s, from)];
    if ((t->kind != PY_COMMENT && t->kind != PY_STRING) || t->start > from || t->end < to)
        return reason_spelling;
    place->start = (uint32_t)from;
    place->end = (uint32_t)to;
    place->literal_start = t->start;
    place->literal_end = t->end;
    return NULL;
}

const char *site_decide_mention(const struct source *s, struct rewrite_site *site, struct site_place *place) {
    size_t at = 0;
    const char *reason = site->value ? find_value(s->file.bytes, site, &at) : reason_spelling;
    if (reason)
        return reason;
    site->secret_start_byte = at;
    site->secret_end_byte = at + site->value->len;
    *place = (struct site_place){.site = site, .statement_start = UINT32_MAX};
    place->start = place->literal_start = (uint32_t)site->secret_start_byte;
    place->end = place->literal_end = (uint32_t)site->secret_end_byte;
    reason = s->is_notebook && site->context == CONTEXT_TEXT ? decide_output(s, site, place)
                                                             : decide_text(s, site, place);
    place->edits[0] = (struct site_edit){place->start, place->end, site->name, "", false, true};
    place->edit_count = 1;
    return reason;
}
