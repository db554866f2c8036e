/* probe_list.c: the probes of all files as a C table. */
#include "rules/probe_file.h"

#include <stdlib.h>

#include "rules/emit.h"

void probe_list_release(struct probe_list *l) {
    free((void *)l->items);
    arena_release(&l->strings);
    *l = (struct probe_list){0};
}

size_t probe_list_find(const struct probe_list *l, const struct probe *p) {
    size_t i = 0;
    while (i < l->count && l->items[i] != p)
        i++;
    return i;
}

static void emit_answers(struct buf *out, const struct probe *p) {
    buf_str(out, "        .answers = (const struct probe_answer[]){\n");
    for (size_t i = 0; i < p->answer_count; i++) {
        const struct probe_answer *a = &p->answers[i];
        buf_printf(out, "            {%s, %u, ", a->verdict == PROBE_LIVE ? "PROBE_LIVE" : "PROBE_NOT_LIVE",
                   a->status);
        emit_text(out, a->field);
        buf_str(out, ", ");
        emit_text(out, a->value);
        buf_str(out, "},\n");
    }
    buf_printf(out, "        },\n        .answer_count = %zu,\n", p->answer_count);
}

static void emit_probe(struct buf *out, const struct probe *p) {
    const struct emit_field texts[] = {{"id", p->id},
                                       {"provider", p->provider},
                                       {"method", p->method},
                                       {"host", p->host},
                                       {"path", p->path},
                                       {"basic", p->basic},
                                       {"body", p->body},
                                       {"sign", p->sign},
                                       {"with", p->with},
                                       {"with_prefix", p->with_prefix},
                                       {"with_begins", p->with_begins},
                                       {"elsewhere", p->elsewhere},
                                       {"rarely", p->rarely},
                                       {"source", p->source}};
    buf_str(out, "    {\n");
    emit_fields(out, texts, KL_ARRAY_LEN(texts));
    buf_printf(out, "        .with_hex = %u,\n        .headers = ", p->with_hex);
    emit_list(out, p->headers);
    buf_str(out, ",\n        .begins = ");
    emit_list(out, p->begins);
    buf_str(out, ",\n");
    emit_answers(out, p);
    buf_str(out, "    },\n");
}

void probe_list_emit(const struct probe_list *l, struct buf *out) {
    buf_str(out, "static const struct probe probes[] = {\n");
    for (size_t i = 0; i < l->count; i++)
        emit_probe(out, l->items[i]);
    buf_printf(out, "};\n\nsize_t rule_probe_count(void) { return %zu; }\n", l->count);
    buf_str(out, "const struct probe *rule_probe_at(size_t index) { return &probes[index]; }\n\n");
}
