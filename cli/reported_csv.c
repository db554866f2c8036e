/* reported_csv.c: the places in gitleaks' report as a table (reported_read.h; RFC 4180): the first line names
 * the columns, of which the first is RuleID. */
#include "cli/reported_read.h"

enum { COLUMN_FILE, COLUMN_SECRET, COLUMN_LINE, COLUMN_END_LINE, COLUMN_COLUMN, COLUMNS };
static const char *const column_names[COLUMNS] = {"File", "Secret", "StartLine", "EndLine", "StartColumn"};

bool reported_is_csv(struct slice text) {
    return slice_starts(text, "RuleID,");
}

/* The next field without its quotes; *ends_row when it is the last of its row. Moves *at behind it. */
static const char *next_field(struct arena *a, struct slice text, size_t *at, bool *ends_row) {
    bool quoted = *at < text.len && text.ptr[*at] == '"';
    size_t i = *at + (quoted ? 1 : 0), len = 0, end = i;
    if (quoted) {
        while (end < text.len && (text.ptr[end] != '"' || (end + 1 < text.len && text.ptr[end + 1] == '"')))
            end += text.ptr[end] == '"' ? 2 : 1;
        end = end < text.len ? end : text.len;
    } else {
        while (end < text.len && text.ptr[end] != ',' && text.ptr[end] != '\n')
            end++;
    }
    char *field = arena_cstr(a, slice_sub(text, i, end));
    for (; i < end; i++) {
        field[len++] = text.ptr[i];
        i += quoted && text.ptr[i] == '"' ? 1 : 0;
    }
    len -= !quoted && len > 0 && field[len - 1] == '\r' ? 1 : 0;
    field[len] = '\0';
    while (end < text.len && text.ptr[end] != ',' && text.ptr[end] != '\n')
        end++;
    *ends_row = end >= text.len || text.ptr[end] == '\n';
    *at = end + 1;
    return field;
}

static size_t find_columns(struct reported_reading *r, struct slice text, size_t at, size_t where[COLUMNS]) {
    bool ends = false;
    for (size_t k = 0; k < COLUMNS; k++)
        where[k] = SIZE_MAX;
    for (size_t n = 0; !ends; n++) {
        const char *name = next_field(r->arena, text, &at, &ends);
        for (size_t k = 0; k < COLUMNS; k++)
            where[k] = strcmp(name, column_names[k]) == 0 ? n : where[k];
    }
    return at;
}

static uint32_t number(const char *text) {
    double value = 0;
    for (; *text >= '0' && *text <= '9' && value < 1e12; text++)
        value = value * 10 + (*text - '0');
    return reported_number(value);
}

void reported_read_csv(struct reported_reading *r, struct slice text) {
    size_t where[COLUMNS];
    for (size_t at = find_columns(r, text, 0, where); at < text.len;) {
        const char *found[COLUMNS] = {"", "", "", "", ""};
        bool ends = false;
        for (size_t n = 0; !ends; n++) {
            const char *field = next_field(r->arena, text, &at, &ends);
            for (size_t k = 0; k < COLUMNS; k++)
                found[k] = where[k] == n ? field : found[k];
        }
        reported_add_path(r, found[COLUMN_FILE],
                          (struct site_place){.line = number(found[COLUMN_LINE]),
                                              .end_line = number(found[COLUMN_END_LINE]),
                                              .column = number(found[COLUMN_COLUMN]),
                                              .value = reported_value(r, found[COLUMN_SECRET])});
    }
}
