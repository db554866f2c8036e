/* report_html.c: puts the JSON report into the page of cli/html. The page's policy lets it load nothing, and
 * run the one script of ours, by its hash; the report is data in it, in which no "<" is left to end a script
 * with. */
#include "cli/report_html.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/system.h"
#include "cli/codeowners.h"
#include "cli/project.h"

/* cli/html, compiled in by cmake/KeyliftEmbed.cmake. */
extern const char html_html[], html_css[], html_js[];
extern const size_t html_html_len, html_css_len, html_js_len;

/* ---- what the page tells beside the report ---- */

/* A member of an archive belongs to whom the archive does. */
static void add_owners(cJSON *report, const char *start, const struct output *o) {
    struct arena arena = ARENA_INIT;
    struct project project = {0};
    struct error e = {0};
    const char *here = path_real(&arena, ".");
    if (here != NULL && project_find(&project, start, &arena, &e) == KL_OK && project.git_top != NULL) {
        struct codeowners owners;
        struct report_writer w;
        struct buf names = BUF_INIT(CODEOWNERS_MAX_BYTES);
        codeowners_read(project.git_top, &owners);
        report_writer_init(&w, o);
        cJSON *finding;
        cJSON_ArrayForEach(finding, json_get(report, "findings")) {
            const char *path = json_string(finding, "path");
            const char *seen =
                path != NULL ? project_reported_path(&project, here, report_file_of(path, &arena), &arena)
                             : NULL;
            if (seen != NULL && owners.count > 0) {
                codeowners_of(&owners, seen, &names);
                report_add_filtered(&w, finding, "owner", buf_cstr(&names));
            }
        }
        report_writer_release(&w);
        buf_release(&names);
        codeowners_release(&owners);
    }
    arena_release(&arena);
}

/* The age of what a commit brought is its author's date. */
static void add_dates(cJSON *report) {
    cJSON *finding;
    cJSON_ArrayForEach(finding, json_get(report, "findings")) {
        const char *date = json_string(finding, "author_date");
        if (date != NULL) {
            json_add_string(finding, "since", date);
        }
    }
}

/* ---- the page ---- */

/* JSON that stands in a script element and may be read as JavaScript: "<", ">" and "&" would be markup,
 * U+2028 and U+2029 ends of lines. They occur in strings alone, where all may be escaped. */
static void script_json(struct slice json, struct buf *out) {
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (c == '<' || c == '>' || c == '&') {
            buf_printf(out, "\\u%04x", (unsigned)c);
        } else if (c == '\xe2' && i + 2 < json.len && json.ptr[i + 1] == '\x80' &&
                   (json.ptr[i + 2] == '\xa8' || json.ptr[i + 2] == '\xa9')) {
            buf_str(out, json.ptr[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            buf_char(out, c);
        }
    }
}

/* Content Security Policy Level 3, "hash-source". */
static void hash_source(const char *directive, struct slice text, struct buf *out) {
    unsigned char hash[32];
    sha256(text, hash);
    buf_printf(out, "; %s 'sha256-", directive);
    encode_base64(slice_of((const char *)hash, sizeof hash), out);
    buf_char(out, '\'');
}

static void policy(struct buf *out) {
    buf_str(out, "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:");
    hash_source("style-src", slice_of(html_css, html_css_len), out);
    hash_source("script-src", slice_of(html_js, html_js_len), out);
}

static void data(const cJSON *report, struct buf *out) {
    struct buf json = BUF_INIT(REPORT_MAX_BYTES);
    json_print(report, false, &json);
    script_json(buf_as_slice(&json), out);
    out->over |= json.over;
    buf_release(&json);
}

static void page(const cJSON *report, struct buf *out) {
    struct slice rest = slice_of(html_html, html_html_len);
    for (;;) {
        size_t from = slice_find(rest, SLICE_LIT("{{"), 0);
        buf_slice(out, slice_sub(rest, 0, from == SIZE_MAX ? rest.len : from));
        if (from == SIZE_MAX) {
            return;
        }
        size_t to = slice_find(rest, SLICE_LIT("}}"), from);
        struct slice word = slice_sub(rest, from + 2, to);
        if (slice_eq_cstr(word, "policy")) {
            policy(out);
        } else if (slice_eq_cstr(word, "style")) {
            buf_slice(out, slice_of(html_css, html_css_len));
        } else if (slice_eq_cstr(word, "script")) {
            buf_slice(out, slice_of(html_js, html_js_len));
        } else {
            data(report, out);
        }
        rest = slice_sub(rest, to + 2, rest.len);
    }
}

void report_html_page(cJSON *report, const struct options *options, const char *start, struct output *o) {
    char now[21];
    system_format_time(system_unix_time(), now);
    json_add_string(report, "made", now);
    json_add_string(report, "fail_on", severity_name((enum severity)options->fail_on));
    add_owners(report, start, o);
    add_dates(report);
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    page(report, &text);
    out_raw(o, buf_as_slice(&text));
    o->pending.over |= text.over;
    buf_release(&text);
    cJSON_Delete(report);
}

void report_html_scan(const struct report *r, struct output *o) {
    report_html_page(report_json_document(r, o, report_json_findings), r->options, r->paths[0], o);
}
