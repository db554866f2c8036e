/* report_stream.c: JSON Lines: an object a line, its kind in "type". Findings of a file are written when it
 * is done, where nothing that comes later can change them. */
#include "cli/report_stream.h"

#include "scanner/classify.h"

struct lines {
    struct output *o;
    struct report_writer w;
};

static void line(struct output *o, const char *type, cJSON *j) {
    cJSON *kind = cJSON_CreateString(type);
    cJSON_InsertItemInArray(j, 0, kind);
    /* cJSON keeps an object as a list: the first item needs its key set by hand. */
    kind->string = cJSON_malloc(sizeof "type");
    memcpy(kind->string, "type", sizeof "type");
    report_print_json(o, j, false);
}

static void error_line(void *ctx, const char *path, const char *message) {
    struct lines *lines = ctx;
    line(lines->o, "error", report_json_error(&lines->w, path, message));
}

void report_jsonl_scan(const struct report *r, struct output *o) {
    struct lines lines = {.o = o};
    bool stream = r->told != NULL && o == r->told->out;
    report_writer_init(&lines.w, o);
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        if (report_has_finding(r->options, f) && !(stream && f->told)) {
            line(o, "finding", report_json_finding(&lines.w, f));
        }
    }
    for (size_t i = 0; i < r->result->read_count; i++) {
        if (report_has_read(r, &r->result->reads[i])) {
            line(o, "environment", report_json_read(&lines.w, &r->result->reads[i]));
        }
    }
    report_each_error(r, error_line, &lines);
    cJSON *stats = report_json_stats(r);
    json_add_string(stats, "tool", "keylift " KEYLIFT_VERSION);
    line(o, "stats", stats);
    report_writer_release(&lines.w);
}

/* ---- while the scan goes on ---- */

#define NAME_MAX_BYTES 64u
#define NAME_MAX_RUN 15u /* letters and digits; less than what redact_name masks in the middle of a name */

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name that is a secret itself is masked (redact_name), but the file that tells so may come later. What the
 * classifier takes for a secret under no name at all may be shown at once. */
static bool may_be_named(const char *name) {
    struct slice n = slice_cstr(name);
    size_t run = 0;
    for (size_t i = 0; i < n.len; i++) {
        run = is_word_byte(n.ptr[i]) ? run + 1 : 0;
        if (run > NAME_MAX_RUN || (run == 0 && strchr("_-.", n.ptr[i]) == NULL)) {
            return false;
        }
    }
    return n.len <= NAME_MAX_BYTES && !classify_could_be(n, CLASSIFY_ANY_KIND, false, false);
}

static bool is_final(const struct report_stream *s, const struct finding *f) {
    bool answered =
        s->baseline.count > 0 && f->suppressed == SUPPRESSED_NO && baseline_may_answer(&s->baseline, f);
    return !answered && may_be_named(f->name);
}

static void tell(void *ctx, struct finding *of_file, size_t count) {
    struct report_stream *s = ctx;
    for (size_t i = 0; i < count; i++) {
        struct finding *f = &of_file[i];
        if (!is_final(s, f)) {
            continue;
        }
        if (s->key.len > 0) {
            value_id_set(f, s->key, s->drops ? s->value_id : arena_alloc(&s->arena, VALUE_ID_MAX));
        }
        if (report_has_finding(&s->cli->options, f)) {
            line(s->out, "finding", report_json_finding(&s->writer, f));
        }
        if (s->drops) {
            report_count_finding(&s->cli->options, f, &s->dropped);
        }
        f->told = true;
    }
    struct error e = {0};
    if (out_flush(s->out, &e) != KL_OK && s->error.status == KL_OK) {
        s->error = e;
    }
}

void report_stream_open(struct report_stream *s, struct cli *c, struct scan_options *o) {
    const struct options *given = &c->options;
    bool here = given->output == NULL || strcmp(given->output, "-") == 0;
    *s = (struct report_stream){.cli = c};
    if (given->format != FORMAT_JSONL || !here || given->verify.count > 0 || given->blame) {
        return;
    }
    s->out = &c->out;
    s->drops = given->also.count == 0;
    report_writer_init(&s->writer, s->out);
    o->tell = tell;
    o->tell_ctx = s;
    o->keep_told = !s->drops;
}

void report_stream_release(struct report_stream *s) {
    if (s->out != NULL) {
        report_writer_release(&s->writer);
    }
    baseline_index_release(&s->baseline);
    arena_release(&s->arena);
}
