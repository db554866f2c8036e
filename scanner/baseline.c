#include "scanner/baseline_internal.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/system.h"

#define BASELINE_VERSION 1
#define ID_DIGITS 8

/* ---- members: one table for reading, printing and comparing ---- */

static const struct {
    const char *key;
    size_t offset;
    bool required;
    bool names_it; /* two entries that differ here are two entries */
} members[] = {
#define MEMBER(field, required, names_it)                                                                    \
    { #field, offsetof(struct baseline_entry, field), required, names_it }
    MEMBER(rule, true, true),    MEMBER(name, true, true),    MEMBER(context, true, true),
    MEMBER(path, true, true),    MEMBER(salt, true, true),    MEMBER(tag, true, true),
    MEMBER(reason, true, false), MEMBER(owner, false, false), MEMBER(expires, false, false),
#undef MEMBER
};

static const char *member(const struct baseline_entry *e, size_t i) {
    return *(const char *const *)((const char *)e + members[i].offset);
}

static void set_member(struct baseline_entry *e, size_t i, const char *value) {
    *(const char **)((char *)e + members[i].offset) = value;
}

static int compare_texts(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "");
}

/* By what names an entry; the rest does not count. */
static int compare_names(const struct baseline_entry *a, const struct baseline_entry *b) {
    int c = 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(members) && c == 0; i++)
        if (members[i].names_it)
            c = compare_texts(member(a, i), member(b, i));
    return c;
}

static int compare_entries(const void *left, const void *right) {
    const struct baseline_entry *a = left, *b = right;
    int c = compare_names(a, b);
    for (size_t i = 0; i < KL_ARRAY_LEN(members) && c == 0; i++)
        c = compare_texts(member(a, i), member(b, i));
    return c;
}

static struct baseline_entry *add_entry(struct baseline *b) {
    b->entries = mem_grow(b->entries, &b->cap, b->count + 1, sizeof *b->entries);
    b->entries[b->count] = (struct baseline_entry){0};
    return &b->entries[b->count++];
}

static void copy_entry(struct baseline *b, const struct baseline_entry *from) {
    struct baseline_entry *to = add_entry(b);
    for (size_t i = 0; i < KL_ARRAY_LEN(members); i++)
        if (member(from, i))
            set_member(to, i, arena_cstr(&b->arena, slice_cstr(member(from, i))));
}

void baseline_release(struct baseline *b) {
    free(b->entries);
    arena_release(&b->arena);
    *b = (struct baseline){0};
}

/* ---- salts ---- */

static const struct baseline_salt *find_salt(const struct baseline *b, const char *id) {
    for (size_t i = 0; i < b->salt_count; i++)
        if (strcmp(b->salts[i].id, id) == 0)
            return &b->salts[i];
    return NULL;
}

static bool add_salt(struct baseline *b, const unsigned char bits[BASELINE_SALT_BYTES]) {
    char hex[65];
    sha256_hex(slice_of(bits, BASELINE_SALT_BYTES), hex);
    const char *id = arena_cstr(&b->arena, slice_of(hex, ID_DIGITS));
    if (find_salt(b, id))
        return true;
    if (b->salt_count == BASELINE_MAX_SALTS)
        return false;
    struct baseline_salt *salt = &b->salts[b->salt_count++];
    salt->id = id;
    memcpy(salt->bits, bits, BASELINE_SALT_BYTES);
    return true;
}

/* ---- reading ---- */

bool baseline_is_date(const char *text) {
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 0, month = 0, day = 0;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
            return false;
    for (size_t i = 0; i < 4; i++)
        year = year * 10 + (unsigned)(text[i] - '0');
    month = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0');
    day = (unsigned)(text[8] - '0') * 10 + (unsigned)(text[9] - '0');
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

static bool is_tag(const char *text) {
    return strlen(text) == BASELINE_TAG_DIGITS && strspn(text, "0123456789abcdef") == BASELINE_TAG_DIGITS;
}

static enum kl_status read_salts(struct baseline *b, const cJSON *list, const char *what, struct error *e) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        struct buf bits = BUF_INIT(BASELINE_SALT_BYTES);
        bool good = cJSON_IsString(item) && decode_hex(slice_cstr(item->valuestring), &bits) &&
                    bits.len == BASELINE_SALT_BYTES;
        bool fits = good && add_salt(b, (const unsigned char *)bits.ptr);
        buf_release(&bits);
        if (!good)
            return error_set(e, KL_ERR_PARSE, "%s: a member of \"salts\" is not %u digits of hexadecimal",
                             what, BASELINE_SALT_BYTES * 2);
        if (!fits)
            return error_set(e, KL_ERR_LIMIT, "%s: more than %u salts", what, BASELINE_MAX_SALTS);
    }
    return KL_OK;
}

static enum kl_status read_entry(struct baseline *b, const cJSON *j, size_t number, const char *what,
                                 struct error *e) {
    struct baseline_entry *entry = add_entry(b);
    for (size_t i = 0; i < KL_ARRAY_LEN(members); i++) {
        const cJSON *value = json_get(j, members[i].key);
        if (value && !cJSON_IsNull(value) && !cJSON_IsString(value))
            return error_set(e, KL_ERR_PARSE, "%s: entry %zu: \"%s\" is no text", what, number,
                             members[i].key);
        if (members[i].required && !cJSON_IsString(value))
            return error_set(e, KL_ERR_PARSE, "%s: entry %zu has no \"%s\"", what, number, members[i].key);
        if (cJSON_IsString(value))
            set_member(entry, i, arena_cstr(&b->arena, slice_cstr(value->valuestring)));
    }
    if (!is_tag(entry->tag))
        return error_set(e, KL_ERR_PARSE, "%s: entry %zu: \"tag\" is not %d digits of hexadecimal", what,
                         number, BASELINE_TAG_DIGITS);
    if (!find_salt(b, entry->salt))
        return error_set(e, KL_ERR_PARSE, "%s: entry %zu: the file has no salt \"%s\"", what, number,
                         entry->salt);
    if (entry->expires && !baseline_is_date(entry->expires))
        return error_set(e, KL_ERR_PARSE, "%s: entry %zu: \"expires\" is no date like 2027-01-31", what,
                         number);
    return KL_OK;
}

static enum kl_status read_document(struct baseline *b, const cJSON *j, const char *what, struct error *e) {
    const cJSON *item, *entries = json_get(j, "entries"), *salts = json_get(j, "salts");
    size_t number = 0;
    if (!cJSON_IsObject(j) || !cJSON_IsArray(entries) || !cJSON_IsArray(salts))
        return error_set(e, KL_ERR_PARSE, "%s: this is no baseline of keylift (it has no \"entries\")", what);
    if (json_number(j, "version", 0) != BASELINE_VERSION)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: this keylift reads version %d of baselines", what,
                         BASELINE_VERSION);
    enum kl_status s = read_salts(b, salts, what, e);
    cJSON_ArrayForEach(item, entries) {
        if (s != KL_OK)
            break;
        s = ++number > BASELINE_MAX_ENTRIES
                ? error_set(e, KL_ERR_LIMIT, "%s: more than %u entries", what, BASELINE_MAX_ENTRIES)
                : read_entry(b, item, number, what, e);
    }
    return s;
}

enum kl_status baseline_parse(struct slice text, const char *what, struct baseline *out, struct error *e) {
    *out = (struct baseline){0};
    if (slice_trim(text).len == 0)
        return KL_OK;
    cJSON *j = NULL;
    enum kl_status s = json_parse(text, what, &j, e);
    if (s == KL_OK)
        s = read_document(out, j, what, e);
    cJSON_Delete(j);
    if (s != KL_OK)
        baseline_release(out);
    return s;
}

/* ---- changing ---- */

void baseline_add(struct baseline *b, const struct finding *f, const char *path,
                  const struct baseline_note *note) {
    char tag[BASELINE_TAG_DIGITS + 1];
    if (b->salt_count == 0) {
        unsigned char bits[BASELINE_SALT_BYTES];
        system_random(bits, sizeof bits);
        (void)add_salt(b, bits);
    }
    baseline_tag(&b->salts[0], &f->value, tag);
    const struct baseline_entry entry = {.rule = f->rule,
                                         .name = f->name,
                                         .context = context_name(f->context),
                                         .path = path,
                                         .salt = b->salts[0].id,
                                         .tag = tag,
                                         .reason = note->reason,
                                         .owner = note->owner,
                                         .expires = note->expires};
    copy_entry(b, &entry);
    b->entries[b->count - 1].answered = f;
}

size_t baseline_prune(struct baseline *b) {
    size_t kept = 0;
    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].answered)
            b->entries[kept++] = b->entries[i];
    size_t dropped = b->count - kept;
    b->count = kept;
    return dropped;
}

static struct baseline_entry *sorted_copy(const struct baseline *b) {
    struct baseline_entry *copy = mem_calloc(b->count + 1, sizeof *copy);
    if (b->count)
        memcpy(copy, b->entries, b->count * sizeof *copy);
    qsort(copy, b->count, sizeof *copy, compare_entries);
    return copy;
}

/* How many entries of this name are at `from` and after it. */
static size_t run_length(const struct baseline_entry *entries, size_t count, size_t from,
                         const struct baseline_entry *name) {
    size_t n = 0;
    while (from + n < count && compare_names(&entries[from + n], name) == 0)
        n++;
    return n;
}

/* A side's entries of one name, in its sorted list. */
struct run {
    const struct baseline_entry *first;
    size_t count;
};

static bool is_same_run(const struct run *a, const struct run *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = compare_entries(&a->first[i], &b->first[i]) == 0;
    return same;
}

/* Who left it alone gives way; where both changed it, the longer one stands: a
 * finding too few in the baseline fails a build, one too many is pruned later. */
static const struct run *choose_run(const struct run runs[3]) {
    if (is_same_run(&runs[0], &runs[1]))
        return &runs[2];
    if (is_same_run(&runs[0], &runs[2]))
        return &runs[1];
    return runs[2].count > runs[1].count ? &runs[2] : &runs[1];
}

/* Three sorted lists at once, one name after another. */
static void merge_entries(const struct baseline *const sides[3], struct baseline *out) {
    struct baseline_entry *lists[3];
    size_t at[3] = {0};
    for (int i = 0; i < 3; i++)
        lists[i] = sorted_copy(sides[i]);
    for (;;) {
        const struct baseline_entry *least = NULL;
        struct run runs[3];
        for (int i = 0; i < 3; i++)
            if (at[i] < sides[i]->count && (!least || compare_names(&lists[i][at[i]], least) < 0))
                least = &lists[i][at[i]];
        if (!least)
            break;
        for (int i = 0; i < 3; i++) {
            runs[i] = (struct run){&lists[i][at[i]], run_length(lists[i], sides[i]->count, at[i], least)};
            at[i] += runs[i].count;
        }
        const struct run *chosen = choose_run(runs);
        for (size_t i = 0; i < chosen->count; i++)
            copy_entry(out, &chosen->first[i]);
    }
    for (int i = 0; i < 3; i++)
        free(lists[i]);
}

enum kl_status baseline_unite(const struct baseline *base, const struct baseline *ours,
                              const struct baseline *theirs, struct baseline *out, struct error *e) {
    *out = (struct baseline){0};
    const struct baseline *const sides[] = {ours, theirs};
    for (size_t i = 0; i < KL_ARRAY_LEN(sides); i++)
        for (size_t s = 0; s < sides[i]->salt_count; s++)
            if (!add_salt(out, sides[i]->salts[s].bits))
                return error_set(e, KL_ERR_LIMIT, "the two baselines have more than %u salts",
                                 BASELINE_MAX_SALTS);
    merge_entries((const struct baseline *const[]){base, ours, theirs}, out);
    return KL_OK;
}

/* ---- printing ---- */

static void print_entry(const struct baseline_entry *entry, struct buf *out) {
    cJSON *j = cJSON_CreateObject();
    struct buf line = BUF_INIT(BASELINE_MAX_BYTES);
    for (size_t i = 0; i < KL_ARRAY_LEN(members); i++)
        if (member(entry, i))
            json_add_slice(j, members[i].key, slice_cstr(member(entry, i)));
    json_print(j, false, &line);
    buf_slice(out, slice_trim(buf_as_slice(&line)));
    buf_release(&line);
    cJSON_Delete(j);
}

static int compare_salts(const void *left, const void *right) {
    return strcmp(((const struct baseline_salt *)left)->id, ((const struct baseline_salt *)right)->id);
}

void baseline_print(const struct baseline *b, struct buf *out) {
    struct baseline_entry *sorted = sorted_copy(b);
    struct baseline_salt salts[BASELINE_MAX_SALTS];
    size_t used = 0;
    for (size_t i = 0; i < b->salt_count; i++) {
        bool needed = i == 0 && b->count == 0;
        for (size_t k = 0; k < b->count && !needed; k++)
            needed = strcmp(b->entries[k].salt, b->salts[i].id) == 0;
        if (needed)
            salts[used++] = b->salts[i];
    }
    qsort(salts, used, sizeof *salts, compare_salts);
    buf_printf(out, "{\"version\": %d,\n \"salts\": [", BASELINE_VERSION);
    for (size_t i = 0; i < used; i++) {
        buf_str(out, i > 0 ? ", \"" : "\"");
        encode_hex(slice_of(salts[i].bits, BASELINE_SALT_BYTES), out);
        buf_char(out, '"');
    }
    buf_str(out, "],\n \"entries\": [");
    for (size_t i = 0; i < b->count; i++) {
        buf_str(out, i > 0 ? ",\n  " : "\n  ");
        print_entry(&sorted[i], out);
    }
    buf_str(out, b->count > 0 ? "\n ]}\n" : "]}\n");
    free(sorted);
}
