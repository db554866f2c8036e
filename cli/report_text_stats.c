/* report_text_stats.c: how much was scanned, what was left out, and why: the sentence without which no
 * report says that there is nothing. */
#include "cli/report.h"

#include "cli/baselining.h"

#define EXPIRED_SHOWN 10 /* entries */

static const char *size_text(uint64_t bytes, char out[32]) {
    static const char *const units[] = {"KB", "MB", "GB"};
    struct buf b = BUF_INIT(32);
    double n = (double)bytes / 1000.0;
    size_t unit = 0;
    while (n >= 1000.0 && unit + 1 < KL_ARRAY_LEN(units)) {
        n /= 1000.0;
        unit++;
    }
    if (bytes < 1000) {
        buf_printf(&b, "%u %s", (unsigned)bytes, bytes == 1 ? "byte" : "bytes");
    } else {
        buf_printf(&b, n < 10.0 ? "%.1f %s" : "%.0f %s", n, units[unit]);
    }
    memcpy(out, buf_cstr(&b), b.len + 1);
    buf_release(&b);
    return out;
}

/* ", 5 of them for tokens of providers alone (4 lock, 1 minified)" */
static void print_partly(const struct scan_stats *s, struct output *o) {
    char number[32];
    uint64_t files = 0;
    const char *separator = "";
    for (int i = PARTLY_NOT + 1; i < PARTLY_COUNT; i++) {
        files += s->partly[i];
    }
    if (files == 0) {
        return;
    }
    out_text(o, ", %s of them for tokens of providers alone (", report_number(files, number));
    for (int i = PARTLY_NOT + 1; i < PARTLY_COUNT; i++) {
        if (s->partly[i] > 0) {
            out_text(o, "%s%s %s", separator, report_number(s->partly[i], number),
                     scan_partly_name((enum scan_partly)i));
            separator = ", ";
        }
    }
    out_text(o, ")");
}

/* "Scanned 214 files (1.2 MB); skipped 12: 8 ignored, 4 binary." */
void report_text_scanned(const struct report *r, struct output *o) {
    const struct scan_stats *s = &r->result->stats;
    char number[32], size[32];
    uint64_t skipped = 0;
    for (int i = 0; i < SKIP_REASON_COUNT; i++) {
        skipped += s->skipped[i];
    }
    bool history = report_is_history(r);
    out_text(o, "Scanned %s %s", report_number(s->files, number),
             history ? report_plural(s->files, "version of a file", "versions of files")
                     : report_plural(s->files, "file", "files"));
    if (history) {
        out_text(o, " of %s %s", report_number(s->commits, number),
                 report_plural(s->commits, "commit", "commits"));
    }
    out_text(o, " (%s)", size_text(s->bytes, size));
    print_partly(s, o);
    if (s->archives > 0) {
        out_text(o, "; looked into %s %s", report_number(s->archives, number),
                 report_plural(s->archives, "archive", "archives"));
    }
    out_text(o, "; skipped %s", report_number(skipped, number));
    const char *separator = ": ";
    for (int i = 0; i < SKIP_REASON_COUNT; i++) {
        if (s->skipped[i] > 0) {
            out_text(o, "%s%s %s", separator, report_number(s->skipped[i], number),
                     skip_reason_name((enum skip_reason)i));
            separator = ", ";
        }
    }
    out_text(o, "; ");
    out_mark(o, r->result->error_count > 0 ? MARK_RED : MARK_NONE, "%s %s",
             r->result->error_count > 0 ? report_number(r->result->error_count, number) : "no",
             report_plural(r->result->error_count, "error", "errors"));
    if (r->options->verbose) {
        out_text(o, "; %.3f seconds", s->seconds);
    }
    out_text(o, ".\n");
}

void report_text_verified(const struct report *r, const struct report_counts *n, struct output *o) {
    if (r->verification == NULL) {
        return;
    }
    if (n->verified[PROBE_LIVE] + n->verified[PROBE_NOT_LIVE] + n->verified[PROBE_UNKNOWN] == 0) {
        out_text(o, "Nobody was asked: no finding is of a provider that --verify names.\n");
        return;
    }
    out_text(o, "By their providers: ");
    out_mark(o, n->verified[PROBE_LIVE] > 0 ? MARK_RED : MARK_NONE, "%zu live", n->verified[PROBE_LIVE]);
    out_text(o, ", %zu not live, %zu unknown.\n", n->verified[PROBE_NOT_LIVE], n->verified[PROBE_UNKNOWN]);
}

/* Which entries, whose they are and why they were there: who reads this is to renew them, or to mend the
 * code. */
void report_text_expired(const struct report *r, struct output *o) {
    size_t expired = r->baselining != NULL ? r->baselining->counts.expired : 0, shown = 0;
    char number[32];
    if (expired == 0) {
        return;
    }
    out_text(o, "%s of them %s in the baseline, but only until a day that has passed:\n",
             report_number(expired, number), report_plural(expired, "is", "are"));
    const struct baseline *b = &r->baselining->baseline;
    for (size_t i = 0; i < b->count && shown < EXPIRED_SHOWN; i++) {
        const struct baseline_entry *entry = &b->entries[i];
        if (entry->answered == NULL || entry->answered->suppressed != SUPPRESSED_NO) {
            continue;
        }
        out_text(o, "  ");
        out_path(o, MARK_CYAN, entry->answered->path);
        out_text(o, ":%u  until %s%s", (unsigned)entry->answered->line, entry->expires,
                 entry->owner != NULL ? ", owner " : "");
        out_path(o, MARK_NONE, entry->owner != NULL ? entry->owner : "");
        out_text(o, ": ");
        out_path(o, MARK_NONE, entry->reason != NULL ? entry->reason : "no reason");
        out_text(o, "\n");
        shown++;
    }
    if (expired > shown) {
        out_text(o, "  and %s more\n", report_number(expired - shown, number));
    }
}
