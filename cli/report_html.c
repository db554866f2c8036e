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

struct dressing {
    struct arena arena, scratch;
    struct report_writer writer;
    struct project project;
    const char *here;
    struct codeowners owners;
    bool owned; /* there is a file that says whose is what */
    struct buf names;
};

static void open_dressing(struct dressing *d, const char *start, const struct output *o) {
    struct error e = {0};
    *d = (struct dressing){.names = BUF_INIT(CODEOWNERS_MAX_BYTES)};
    report_writer_init(&d->writer, o);
    d->here = path_real(&d->arena, ".");
    if (d->here != NULL && project_find(&d->project, start, &d->arena, &e) == KL_OK &&
        d->project.git_top != NULL) {
        codeowners_read(d->project.git_top, &d->owners);
        d->owned = d->owners.count > 0;
    }
}

static void close_dressing(struct dressing *d) {
    report_writer_release(&d->writer);
    codeowners_release(&d->owners);
    buf_release(&d->names);
    arena_release(&d->scratch);
    arena_release(&d->arena);
}

/* A member of an archive belongs to whom the archive does. The age of what a commit brought is its author's
 * date. */
static void dress(void *ctx, cJSON *finding) {
    struct dressing *d = ctx;
    const char *path = json_string(finding, "path"), *date = json_string(finding, "author_date"),
               *seen = NULL;
    if (d->owned && path != NULL) {
        seen = project_reported_path(&d->project, d->here, report_file_of(path, &d->scratch), &d->scratch);
    }
    if (seen != NULL) {
        codeowners_of(&d->owners, seen, &d->names);
        report_add_filtered(&d->writer, finding, "owner", buf_cstr(&d->names));
    }
    if (date != NULL) {
        json_add_string(finding, "since", date);
    }
    arena_clear(&d->scratch);
}

static cJSON *page_members(const struct options *options) {
    char now[21];
    cJSON *j = cJSON_CreateObject();
    system_format_time(system_unix_time(), now);
    json_add_string(j, "made", now);
    json_add_string(j, "fail_on", severity_name((enum severity)options->fail_on));
    return j;
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

static void put_policy(struct output *o) {
    struct buf policy = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_str(&policy, "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:");
    hash_source("style-src", slice_of(html_css, html_css_len), &policy);
    hash_source("script-src", slice_of(html_js, html_js_len), &policy);
    out_raw(o, buf_as_slice(&policy));
    buf_release(&policy);
}

/* Where the page has its data. */
struct data {
    const struct report *report; /* of a scan; NULL: */
    cJSON *united;               /* of several reports */
    const struct options *options;
    const char *start; /* a path of the repository that has the findings */
};

static void put_data(const struct data *data, struct output *o) {
    struct dressing d;
    struct report_printer p = {.output = o, .escape = script_json, .dress = dress, .ctx = &d};
    open_dressing(&d, data->start, o);
    cJSON *more = page_members(data->options), *finding;
    if (data->report != NULL) {
        report_print_document(data->report, &p, report_json_findings, more);
    } else {
        cJSON_ArrayForEach(finding, json_get(data->united, "findings")) {
            dress(&d, finding);
        }
        report_print_open(&p, NULL, '{');
        report_print_members(&p, data->united);
        report_print_members(&p, more);
        report_print_close(&p);
    }
    close_dressing(&d);
}

static void page(const struct data *data, struct output *o) {
    struct slice rest = slice_of(html_html, html_html_len);
    for (;;) {
        size_t from = slice_find(rest, SLICE_LIT("{{"), 0);
        out_raw(o, slice_sub(rest, 0, from == SIZE_MAX ? rest.len : from));
        if (from == SIZE_MAX) {
            return;
        }
        size_t to = slice_find(rest, SLICE_LIT("}}"), from);
        struct slice word = slice_sub(rest, from + 2, to);
        if (slice_eq_cstr(word, "policy")) {
            put_policy(o);
        } else if (slice_eq_cstr(word, "style")) {
            out_raw(o, slice_of(html_css, html_css_len));
        } else if (slice_eq_cstr(word, "script")) {
            out_raw(o, slice_of(html_js, html_js_len));
        } else {
            put_data(data, o);
        }
        rest = slice_sub(rest, to + 2, rest.len);
    }
}

void report_html_page(cJSON *united, const struct options *options, const char *start, struct output *o) {
    page(&(struct data){.united = united, .options = options, .start = start}, o);
}

void report_html_scan(const struct report *r, struct output *o) {
    page(&(struct data){.report = r, .options = r->options, .start = r->paths[0]}, o);
}
