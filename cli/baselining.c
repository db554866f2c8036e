/* baselining.c: see baselining.h. */
#include "cli/baselining.h"

#include "base/file.h"
#include "base/system.h"
#include "cli/project.h"

static enum kl_status locate(struct cli *c, const char *path, struct baselining *out, struct error *e) {
    struct project project = {0};
    if (c->options.baseline != NULL) {
        out->path = c->options.baseline;
        return KL_OK;
    }
    const char *start = path != NULL && strcmp(path, "-") != 0 ? path : ".";
    enum kl_status s = project_find(&project, start, &c->arena, e);
    if (s != KL_OK) { /* a path that is not there is the scan's to name */
        s = project_find(&project, ".", &c->arena, e);
    }
    if (s != KL_OK) {
        return s;
    }
    const char *top = project.git_top != NULL ? project.git_top : project.root;
    const char *here = path_real(&c->arena, ".");
    const char *file = path_join(&c->arena, top, BASELINE_FILE);
    out->path = here != NULL ? path_relative(&c->arena, file, here) : file;
    return KL_OK;
}

static enum kl_status read_file(struct cli *c, struct baselining *out, bool may_be_missing, struct error *e) {
    struct buf text = BUF_INIT(BASELINE_MAX_BYTES);
    struct file_info info;
    /* A folder that cannot be entered is the scan's to name. */
    if (c->options.baseline == NULL && file_stat(out->path, &info, e) != KL_OK) {
        return KL_OK;
    }
    enum kl_status s = file_read(out->path, BASELINE_MAX_BYTES, &text, e);
    out->exists = s == KL_OK;
    if (s == KL_OK) {
        s = baseline_parse(buf_as_slice(&text), out->path, &out->baseline, e);
    } else if (s == KL_ERR_NOT_FOUND && (may_be_missing || c->options.baseline == NULL)) {
        s = KL_OK;
    }
    buf_release(&text);
    return s;
}

enum kl_status baselining_open(struct cli *c, const char *path, bool may_be_missing, struct baselining *out,
                               struct error *e) {
    *out = (struct baselining){.arena = &c->arena};
    enum kl_status s = locate(c, path, out, e);
    if (s == KL_OK && !(c->options.no_config && c->options.baseline == NULL)) {
        s = read_file(c, out, may_be_missing, e);
    }
    if (s == KL_OK) {
        out->folder = path_real(&c->arena, path_dirname(&c->arena, out->path));
        if (out->folder == NULL) {
            s = error_set(e, KL_ERR_NOT_FOUND, "%s: there is no such folder", out->path);
        }
    }
    return s;
}

void baselining_release(struct baselining *b) {
    baseline_release(&b->baseline);
}

/* By the folder's real path, for the file itself may be staged and gone. */
const char *baselining_path(struct baselining *b, const struct finding *f) {
    const char *folder = path_real(b->arena, path_dirname(b->arena, f->path));
    if (folder == NULL) {
        return f->path;
    }
    return path_relative(b->arena, path_join(b->arena, folder, path_basename(f->path)), b->folder);
}

static const char *path_of(void *ctx, const struct finding *f) {
    return baselining_path(ctx, f);
}

/* "2026-01-31" */
static void today(char out[21]) {
    system_format_time(system_unix_time(), out);
    out[10] = '\0';
}

bool baselining_has_passed(const char *date) {
    char now[21];
    today(now);
    return strcmp(date, now) < 0;
}

void baselining_match(struct baselining *b, struct scan_result *result) {
    char now[21];
    today(now);
    baseline_match(&b->baseline, result->findings, result->finding_count, path_of, b, now, &b->counts);
}

enum kl_status baselining_write(const struct baselining *b, struct error *e) {
    struct buf text = BUF_INIT(BASELINE_MAX_BYTES);
    baseline_print(&b->baseline, &text);
    enum kl_status s = buf_ok(&text) ? file_write_atomic(b->path, buf_as_slice(&text), 0644, e)
                                     : error_set(e, KL_ERR_LIMIT, "%s would be larger than %zu MB", b->path,
                                                 BASELINE_MAX_BYTES >> 20);
    buf_release(&text);
    return s;
}
