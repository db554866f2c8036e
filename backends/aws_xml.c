/* aws_xml.c: as much XML as STS's answers have: elements without attributes that hold
 * text. The documents are small, come over TLS from AWS, and only the text of elements
 * whose names are known is wanted, so nothing is built. */
#include "backends/aws.h"

static const struct {
    const char *entity, *text;
} entities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&apos;", "'"}};

/* Any other reference means that the text is not what we take it for. */
static bool decode(struct slice in, struct buf *out) {
    for (size_t at = 0; at < in.len;) {
        if (in.ptr[at] == '<')
            return false;
        if (in.ptr[at] != '&') {
            buf_char(out, in.ptr[at++]);
            continue;
        }
        size_t i = 0;
        while (i < KL_ARRAY_LEN(entities) && !slice_starts(slice_sub(in, at, in.len), entities[i].entity))
            i++;
        if (i == KL_ARRAY_LEN(entities))
            return false;
        buf_str(out, entities[i].text);
        at += strlen(entities[i].entity);
    }
    return true;
}

bool aws_xml_text(struct slice xml, const char *element, struct buf *out) {
    struct arena scratch = ARENA_INIT;
    const char *open = arena_printf(&scratch, "<%s>", element);
    const char *close = arena_printf(&scratch, "</%s>", element);
    size_t from = slice_find(xml, slice_cstr(open), 0), to = SIZE_MAX;
    if (from != SIZE_MAX) {
        from += strlen(open);
        to = slice_find(xml, slice_cstr(close), from);
    }
    bool found = to != SIZE_MAX && decode(slice_sub(xml, from, to), out);
    arena_release(&scratch);
    return found;
}
