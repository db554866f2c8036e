/* rule.c: see rule.h. Which rules apply to a string is told by two automata,
 * one over the string and one over its name; only those patterns are run. */
#include "scanner/rule.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/bisect.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/thread.h"
#include "scanner/allowlist.h"
#include "scanner/classify.h"
#include "scanner/gitleaks_file.h"
#include "scanner/rule_pattern.h"
#include "scanner/rule_table.h"
#include "scanner/text_rule.h"

#define RULE_BITS RULE_NAME_BITS

/* A pattern is compiled when a keyword of it is first seen, by whichever thread
 * sees it, and then shared. */
struct shared_code {
    _Atomic(pcre2_code *) code;
    size_t reach;              /* of that code */
    struct rule_anchor anchor; /* of that code; none where everything is tried everywhere */
};

struct rule_set {
    size_t count; /* built-in rules first, then the user's */
    size_t words; /* of a bit set */
    struct rule_list own;
    struct text_rules *text; /* of those, the ones over whole files */
    struct allow_set *allows;
    struct keyword_builder *own_keywords, *own_names;
    struct keyword_table own_keyword_table, own_name_table;
    struct rule_needs *needs;
    uint16_t shortest;               /* of all enabled rules */
    uint16_t shortest_by_name;       /* of those with name words */
    uint16_t shortest_without_digit; /* of these, of those that match what has none */
    uint64_t enabled[RULE_BITS];
    uint64_t with_keywords[RULE_BITS]; /* the others are called by their name words */
    uint64_t with_names[RULE_BITS];
    struct shared_code *codes;
    struct mutex *compiling;
    bool exhaustive;
    bool names_all; /* --rules says which rules there are */
};

struct rule_matcher {
    const struct rule_set *set;
    struct rule_scratch scratch;
    uint64_t called[RULE_BITS]; /* by the words of the text before, or more */
};

static const struct rule *set_rule(const struct rule_set *s, size_t i) {
    return i < rule_count() ? rule_at(i) : &s->own.items[i - rule_count()];
}

static void set_bit(uint64_t *bits, size_t i) {
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}
static bool get_bit(const uint64_t *bits, size_t i) {
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

const struct rule *rule_find(const char *id) {
    struct bisection b = {.high = rule_count()};
    while (bisect(&b))
        bisect_tell(&b, strcmp(rule_at(b.middle)->id, id) < 0);
    bool found = b.low < rule_count() && strcmp(rule_at(b.low)->id, id) == 0;
    return found ? rule_at(b.low) : NULL;
}

bool rule_is_built_in(const char *id) {
    bool generic = false;
    for (size_t i = 0; classify_ids[i] != NULL && !generic; i++)
        generic = strcmp(classify_ids[i], id) == 0;
    return generic || rule_find(id) != NULL;
}

/* ---- making a set ---- */

static bool is_text(const struct rule_set *s, size_t i) {
    return set_rule(s, i)->text != NULL;
}

/* A rule over whole files may replace a built-in one. */
static bool is_taken(const struct rule_set *s, size_t number) {
    const char *id = set_rule(s, number)->id;
    for (size_t i = is_text(s, number) ? rule_count() : 0; i < number; i++)
        if (strcmp(set_rule(s, i)->id, id) == 0)
            return true;
    return false;
}

static enum kl_status read_own_rules(struct rule_set *s, const char *const *files, struct error *e) {
    enum kl_status status = KL_OK;
    for (; files != NULL && *files != NULL && status == KL_OK; files++)
        status = rule_file_read_any(*files, &s->own, e);
    if (status != KL_OK)
        return status;
    s->count = rule_count() + s->own.count;
    if (s->count > RULE_MAX_RULES)
        return error_set(e, KL_ERR_LIMIT, "more than %u rules", RULE_MAX_RULES);
    for (size_t i = rule_count(); i < s->count; i++) {
        if (is_taken(s, i))
            return error_set(e, KL_ERR_USAGE, "%s%srule %s: the id is already in use",
                             set_rule(s, i)->where ? set_rule(s, i)->where : "",
                             set_rule(s, i)->where ? ": " : "", set_rule(s, i)->id);
    }
    return KL_OK;
}

static enum kl_status build_own_tables(struct rule_set *s, struct error *e) {
    s->own_keywords = keyword_builder_new();
    s->own_names = keyword_builder_new();
    for (size_t i = rule_count(); i < s->count; i++) {
        const struct rule *r = set_rule(s, i);
        bool good = true;
        if (is_text(s, i))
            continue;
        for (size_t k = 0; r->keywords[k] != NULL; k++)
            good = good && keyword_builder_add(s->own_keywords, r->keywords[k], (uint16_t)i);
        for (size_t k = 0; r->name_words != NULL && r->name_words[k] != NULL; k++)
            good = good && keyword_builder_add(s->own_names, r->name_words[k], (uint16_t)i);
        if (!good)
            return error_set(e, KL_ERR_LIMIT,
                             "%s: rule %s: too many keywords, or too many different characters", r->where,
                             r->id);
        pcre2_code *code = NULL;
        enum kl_status status = rule_compile(r, &code, NULL, e);
        if (status != KL_OK)
            return error_prefix(e, "%s", r->where);
        s->needs[i] = rule_needs_of(r->pattern, code);
        atomic_init(&s->codes[i].code, code);
    }
    s->own_keyword_table = keyword_builder_finish(s->own_keywords).table;
    s->own_name_table = keyword_builder_finish(s->own_names).table;
    return text_rules_new(&s->own, &s->text, e);
}

static void clear_bit(uint64_t *bits, size_t i) {
    bits[i / 64] &= ~((uint64_t)1 << (i % 64));
}

/* Marks the rules of this id; the classifier's ids are of no rule here. */
static void mark(struct rule_set *s, const char *id, bool on) {
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(set_rule(s, i)->id, id) != 0)
            continue;
        if (on)
            set_bit(s->enabled, i);
        else
            clear_bit(s->enabled, i);
    }
}

static void mark_all(struct rule_set *s, const char *const *ids, bool on) {
    for (; ids != NULL && *ids != NULL; ids++)
        mark(s, *ids, on);
}

/* Rules over whole files are no business of the filters here; one with the id of a built-in rule is in its
 * place. */
static void choose_text_rules(struct rule_set *s) {
    for (size_t i = rule_count(); i < s->count; i++) {
        if (!is_text(s, i))
            continue;
        const struct rule *replaced = rule_find(set_rule(s, i)->id);
        if (replaced != NULL)
            clear_bit(s->enabled, (size_t)(replaced - rule_at(0)));
        if (get_bit(s->enabled, i))
            text_rules_enable(s->text, set_rule(s, i));
        clear_bit(s->enabled, i);
    }
}

static void lower_to(uint16_t *least, uint16_t length) {
    if (length < *least)
        *least = length;
}

static void choose(struct rule_set *s, const struct rule_set_options *o) {
    for (size_t i = 0; i < s->count && o->only == NULL; i++)
        set_bit(s->enabled, i);
    for (size_t i = 0; i < s->own.disabled.count && o->only == NULL; i++) {
        const struct rule *r = rule_find(s->own.disabled.items[i]);
        if (r != NULL)
            clear_bit(s->enabled, (size_t)(r - rule_at(0)));
    }
    s->names_all = o->only != NULL;
    mark_all(s, o->only, true);
    mark_all(s, o->skip, false);
    choose_text_rules(s);
    s->shortest = UINT16_MAX;
    s->shortest_by_name = s->shortest_without_digit = UINT16_MAX;
    for (size_t i = 0; i < s->count; i++) {
        if (!get_bit(s->enabled, i))
            continue;
        bool by_name = set_rule(s, i)->name_words != NULL;
        lower_to(&s->shortest, s->needs[i].length);
        if (by_name)
            lower_to(&s->shortest_by_name, s->needs[i].length);
        if (by_name && !s->needs[i].digit)
            lower_to(&s->shortest_without_digit, s->needs[i].length);
        if (set_rule(s, i)->keywords[0] != NULL)
            set_bit(s->with_keywords, i);
        if (by_name)
            set_bit(s->with_names, i);
    }
}

enum kl_status rule_set_new(const struct rule_set_options *o, struct rule_set **out, struct error *e) {
    *out = NULL;
    struct rule_set *s = mem_calloc(1, sizeof *s);
    s->exhaustive = o->exhaustive;
    s->compiling = mutex_new();
    s->count = rule_count();
    enum kl_status status = read_own_rules(s, o->files, e);
    if (status == KL_OK) {
        s->words = (s->count + 63) / 64;
        s->codes = mem_calloc(s->count, sizeof *s->codes);
        s->needs = mem_calloc(s->count, sizeof *s->needs);
        memcpy(s->needs, rule_table_needs, rule_count() * sizeof *s->needs);
        if (s->own.count > 0)
            status = build_own_tables(s, e);
        if (status == KL_OK)
            status = allow_set_new(&s->own, &s->allows, e);
    }
    if (status == KL_OK)
        choose(s, o);
    if (status != KL_OK) {
        rule_set_free(s);
        return status;
    }
    *out = s;
    return KL_OK;
}

void rule_set_free(struct rule_set *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; s->codes != NULL && i < s->count; i++)
        pcre2_code_free(atomic_load(&s->codes[i].code));
    keyword_builder_free(s->own_keywords);
    keyword_builder_free(s->own_names);
    text_rules_free(s->text);
    allow_set_free(s->allows);
    rule_list_release(&s->own);
    mutex_free(s->compiling);
    free(s->codes);
    free(s->needs);
    free(s);
}

/* ---- matching ---- */

struct rule_matcher *rule_matcher_new(const struct rule_set *s) {
    struct rule_matcher *m = mem_calloc(1, sizeof *m);
    m->set = s;
    uint32_t pairs = s->text != NULL ? text_rules_pairs(s->text) : 0;
    rule_scratch_init(&m->scratch, pairs > RULE_PAIRS ? pairs : RULE_PAIRS);
    return m;
}

void rule_matcher_free(struct rule_matcher *m) {
    if (m == NULL)
        return;
    rule_scratch_release(&m->scratch);
    free(m);
}

bool rule_set_disables(const struct rule_set *s, const char *id) {
    bool listed = false;
    for (size_t i = 0; i < s->own.disabled.count && !listed; i++)
        listed = strcmp(s->own.disabled.items[i], id) == 0;
    return listed && !s->names_all;
}

struct rule_own rule_matcher_own(struct rule_matcher *m) {
    return (struct rule_own){m->set->text, m->set->allows, &m->scratch};
}

static enum kl_status code_of(const struct rule_set *s, size_t i, pcre2_code **out, struct error *e) {
    struct shared_code *shared = &s->codes[i];
    *out = atomic_load_explicit(&shared->code, memory_order_acquire);
    if (*out != NULL)
        return KL_OK;
    mutex_lock(s->compiling);
    enum kl_status status = KL_OK;
    *out = atomic_load_explicit(&shared->code, memory_order_acquire);
    if (*out == NULL) {
        shared->reach = rule_reach(set_rule(s, i)->pattern);
        status = rule_compile(set_rule(s, i), out, s->exhaustive ? NULL : &shared->anchor, e);
        if (status == KL_OK)
            atomic_store_explicit(&shared->code, *out, memory_order_release);
    }
    mutex_unlock(s->compiling);
    return status;
}

/* The rules that could match: a keyword stands in the value, and a name word in
 * the name, for those rules that have any. */
static bool filter(struct rule_matcher *m, struct slice value, struct slice name, uint64_t *bits) {
    const struct rule_set *s = m->set;
    uint64_t by_value[RULE_BITS], by_name[RULE_BITS];
    memset(by_value, 0, s->words * sizeof *by_value);
    memset(by_name, 0, s->words * sizeof *by_name);
    bool any = keyword_find(&rule_table_keywords, value, by_value);
    if (s->own.count > 0)
        any |= keyword_find(&s->own_keyword_table, value, by_value);
    if (name.len > 0 && value.len >= s->shortest_by_name) {
        any |= keyword_find_plain(&rule_table_name_words, name, by_name);
        if (s->own.count > 0)
            any |= keyword_find_plain(&s->own_name_table, name, by_name);
    }
    for (size_t w = 0; any && w < s->words; w++) {
        uint64_t value_fits = by_value[w] | ~s->with_keywords[w], name_fits = by_name[w] | ~s->with_names[w];
        bits[w] = s->enabled[w] & value_fits & name_fits;
    }
    return any;
}

/* More bytes than any keyword has. */
#define KEYWORD_REACH ((size_t)256)

static const struct rule_change all_new = {0, SIZE_MAX};

static struct slice around(struct slice text, struct rule_change change, size_t reach) {
    size_t start = change.start > reach ? change.start - reach : 0;
    size_t end = change.end < text.len && text.len - change.end > reach ? change.end + reach : text.len;
    return slice_sub(text, start, end);
}

/* Whether nothing that the change brought matches: then all is as it was. What lies farther away than a match
 * reaches does not touch it, and what is cut off of its neighbourhood can at worst look like a match. */
static bool is_dull(struct rule_matcher *m, size_t i, const pcre2_code *code, struct slice text,
                    struct rule_change change) {
    const struct shared_code *c = &m->set->codes[i];
    if (change.end == SIZE_MAX || c->reach == SIZE_MAX)
        return false;
    struct slice part = around(text, change, 2 * c->reach);
    return part.len < text.len && !rule_may_match(code, &c->anchor, &m->scratch, part);
}

static enum kl_status run_rules(struct rule_matcher *m, const uint64_t *bits, struct slice value,
                                struct slice name, struct rule_change change,
                                void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                                struct error *e) {
    const struct rule_set *s = m->set;
    enum kl_status status = KL_OK;
    for (size_t w = 0; w < s->words; w++) {
        for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
            size_t i = w * 64 + bits_lowest(left);
            pcre2_code *code = NULL;
            if (!rule_needs_met(s->needs[i], value))
                continue;
            enum kl_status one = code_of(s, i, &code, e);
            if (one == KL_OK && !is_dull(m, i, code, value, change))
                one = rule_run(set_rule(s, i), code, &s->codes[i].anchor, &m->scratch, value, name, found,
                               ctx, e);
            if (one != KL_OK)
                status = one;
        }
    }
    return status;
}

enum kl_status rule_match_value(struct rule_matcher *m, struct slice value, struct slice name,
                                void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                                struct error *e) {
    const struct rule_set *s = m->set;
    uint64_t bits[RULE_BITS];
    if (value.len < s->shortest)
        return KL_OK;
    if (s->exhaustive)
        memcpy(bits, s->enabled, sizeof bits);
    else if (!filter(m, value, name, bits))
        return KL_OK;
    return run_rules(m, bits, value, name, all_new, found, ctx, e);
}

/* Words that were called by the text before stay: that a word stands there is a condition of a match, so that
 * one too many finds nothing more. */
enum kl_status rule_match_text(struct rule_matcher *m, struct slice text, struct rule_change change,
                               void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                               struct error *e) {
    const struct rule_set *s = m->set;
    uint64_t bits[RULE_BITS];
    if (s->exhaustive || s->own.count > 0)
        return rule_match_value(m, text, slice_of("", 0), found, ctx, e);
    if (change.end == SIZE_MAX)
        memset(m->called, 0, sizeof m->called);
    (void)keyword_find(&rule_table_keywords, around(text, change, KEYWORD_REACH), m->called);
    for (size_t w = 0; w < s->words; w++)
        bits[w] = s->enabled[w] & m->called[w] & ~s->with_names[w];
    return run_rules(m, bits, text, slice_of("", 0), change, found, ctx, e);
}

/* ---- for who knows no name ---- */

bool rule_set_is_plain(const struct rule_set *s) {
    return s->own.count == 0 && s->allows == NULL && !s->exhaustive;
}

size_t rule_shortest(const struct rule_matcher *m) {
    return m->set->shortest;
}

size_t rule_shortest_by_name(const struct rule_matcher *m) {
    return m->set->shortest_by_name;
}

size_t rule_shortest_without_digit(const struct rule_matcher *m) {
    return m->set->shortest_without_digit;
}

bool rule_names_in(struct slice text, uint64_t *names) {
    return keyword_find_plain(&rule_table_name_words, text, names);
}

bool rule_could_match(struct rule_matcher *m, struct slice value, const uint64_t *names) {
    const struct rule_set *s = m->set;
    for (size_t w = 0; w < s->words; w++) {
        for (uint64_t left = names[w] & s->enabled[w] & s->with_names[w]; left != 0; left &= left - 1) {
            size_t i = w * 64 + bits_lowest(left);
            pcre2_code *code = NULL;
            struct error e;
            if (!rule_needs_met(s->needs[i], value))
                continue;
            if (code_of(s, i, &code, &e) != KL_OK || rule_matches(code, &m->scratch, value))
                return true;
        }
    }
    return false;
}
