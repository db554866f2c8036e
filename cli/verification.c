/* verification.c: see verification.h. */
#include "cli/verification.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"
#include "cli/nearest.h"
#include "cli/report.h"
#include "scanner/finding_pair.h"
#include "scanner/rule.h"

/* One finding, and the question that answers it. */
struct question {
    struct finding *finding, *other; /* the other half of a pair; NULL */
    const struct probe *probe;
    struct slice token, with;
};

struct questions {
    struct question *items;
    size_t count, cap;
};

/* ---- who may be asked ---- */

static bool is_named(const struct string_list *names, const char *id) {
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], id) == 0 || strcmp(names->items[i], VERIFY_ALL) == 0)
            return true;
    return false;
}

static bool is_known(const char *id) {
    bool known = strcmp(id, VERIFY_ALL) == 0;
    for (size_t i = 0; i < rule_probe_count() && !known; i++)
        known = strcmp(rule_probe_at(i)->id, id) == 0;
    return known;
}

enum kl_status verification_check(const struct options *o, struct error *e) {
    if (o->only_live && o->verify.count == 0)
        return error_set(e, KL_ERR_USAGE, "--only-live goes with --verify, which tells what is live");
    for (size_t i = 0; i < o->verify.count; i++) {
        const char *id = o->verify.items[i];
        struct nearest n;
        if (is_known(id))
            continue;
        nearest_init(&n, id);
        for (size_t k = 0; k < rule_probe_count(); k++)
            nearest_offer(&n, rule_probe_at(k)->id);
        return n.best != NULL
                   ? error_set(e, KL_ERR_USAGE, "--verify: no provider \"%s\"; did you mean \"%s\"?", id,
                               n.best)
                   : error_set(
                         e, KL_ERR_USAGE,
                         "--verify: keylift cannot ask a provider \"%s\"; docs/verification.md lists those "
                         "that it can, and \"all\" means all of them",
                         id);
    }
    return KL_OK;
}

/* ---- what is asked ---- */

static void answer(struct finding *f, enum probe_verdict verdict, const char *why) {
    f->verified = verdict;
    f->verified_why = why;
    if (verdict == PROBE_LIVE) {
        f->severity = SEVERITY_HIGH;
        f->confidence = 1.0;
    }
}

static bool begins_with_one(struct slice token, const char *const *begins) {
    bool fits = *begins == NULL;
    for (; *begins != NULL; begins++)
        fits = fits || slice_starts(token, *begins);
    return fits;
}

static bool can_be_asked_with(const void *ctx, const struct finding *other) {
    const struct probe *p = ctx;
    return other->token_len > 0 &&
           (p->with_begins == NULL || slice_starts(finding_token(other), p->with_begins));
}

/* The nearest finding of the same file that can be the other half. The findings of a file lie together. */
static struct finding *other_half(struct scan_result *r, size_t index, const struct probe *p) {
    struct finding *f = &r->findings[index];
    size_t from = index, end = index + 1;
    while (from > 0 && strcmp(r->findings[from - 1].path, f->path) == 0)
        from--;
    while (end < r->finding_count && strcmp(r->findings[end].path, f->path) == 0)
        end++;
    return finding_nearest(r->findings + from, end - from, f, p->with, can_be_asked_with, p);
}

static void add_question(struct questions *q, struct scan_result *r, size_t index, const struct probe *p) {
    struct finding *f = &r->findings[index], *other = p->with != NULL ? other_half(r, index, p) : NULL;
    struct slice token = finding_token(f), with = slice_cstr(f->companion);
    if (token.len == 0) {
        answer(f, PROBE_UNKNOWN, "not asked: it is put together from parts");
    } else if (!begins_with_one(token, p->begins)) {
        answer(f, PROBE_UNKNOWN, "no question is known for tokens of its kind");
    } else if (p->with != NULL && other == NULL) {
        answer(f, PROBE_UNKNOWN, arena_printf(&r->arena, "its other half, %s, is not in the file", p->with));
    } else if (p->with_prefix != NULL && with.len == 0) {
        answer(f, PROBE_UNKNOWN,
               arena_printf(&r->arena, "what belongs to it, %s…, is not in the file", p->with_prefix));
    } else {
        q->items = mem_grow(q->items, &q->cap, q->count + 1, sizeof *q->items);
        q->items[q->count++] =
            (struct question){f, other, p, token, other != NULL ? finding_token(other) : with};
    }
}

static void collect(const struct cli *c, struct scan_result *r, struct questions *q) {
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = &r->findings[i];
        const struct rule *rule = rule_find(f->rule);
        bool shown = f->suppressed == SUPPRESSED_NO || c->options.show_suppressed;
        if (shown && !f->by_own_rule && rule != NULL && rule->probe != NULL &&
            is_named(&c->options.verify, rule->probe->id))
            add_question(q, r, i, rule->probe);
    }
}

static int by_question(const void *a, const void *b) {
    const struct question *x = a, *y = b;
    int order = strcmp(x->probe->host, y->probe->host);
    if (order == 0)
        order = (x->probe > y->probe) - (x->probe < y->probe);
    if (order == 0)
        order = slice_cmp(x->token, y->token);
    return order != 0 ? order : slice_cmp(x->with, y->with);
}

/* ---- asking ---- */

struct list {
    struct buf *out;
    size_t hosts, tokens;
};

static void add_host(void *ctx, const char *host, size_t tokens) {
    struct list *l = ctx;
    buf_printf(l->out, "%s%s (%zu)", l->hosts++ > 0 ? ", " : "", host, tokens);
    l->tokens += tokens;
}

/* Before anything is sent. */
static void announce(struct cli *c, const struct verification *v) {
    struct buf hosts = BUF_INIT(KL_MAX_CONFIG_BYTES), line = BUF_INIT(KL_MAX_CONFIG_BYTES);
    char number[32];
    struct list list = {.out = &hosts};
    verification_each_host(v, add_host, &list);
    buf_printf(&line, "Sending %s %s to %s, over TLS: %s. Providers log such calls.",
               report_number(list.tokens, number),
               report_plural(list.tokens, "token, once,", "tokens, each once,"),
               report_plural(list.hosts, "its provider", "their providers"), buf_cstr(&hosts));
    out_now(&c->err, buf_cstr(&line));
    buf_release(&hosts);
    buf_release(&line);
}

struct tracing {
    struct cli *c;
    struct mutex *lock;
};

static void trace(void *ctx, const char *line) {
    struct tracing *t = ctx;
    mutex_lock(t->lock);
    out_now(&t->c->err, line);
    mutex_unlock(t->lock);
}

static enum kl_status ask(struct cli *c, struct verification *v, struct error *e) {
    struct tracing tracing = {c, mutex_new()};
    struct liveness_options o = {.http = {.trace_ctx = &tracing}};
    if (c->options.verbose >= 2)
        o.http.trace = trace;
    enum kl_status s = liveness_ask(&o, v->tokens, v->token_count, e);
    mutex_free(tracing.lock);
    return s;
}

/* The questions, sorted, as tokens that are each there once; `of`: of each question, its token. */
static void make_tokens(const struct questions *q, struct verification *v, size_t *of) {
    v->tokens = mem_calloc(q->count + 1, sizeof *v->tokens);
    for (size_t i = 0; i < q->count; i++) {
        const struct question *item = &q->items[i];
        if (i == 0 || by_question(item, item - 1) != 0)
            v->tokens[v->token_count++] =
                (struct liveness_token){.probe = item->probe, .token = item->token, .with = item->with};
        of[i] = v->token_count - 1;
    }
}

static void mark(const struct question *q, const struct liveness_token *t, struct arena *a) {
    const char *why = t->why[0] != '\0' ? arena_cstr(a, slice_cstr(t->why)) : NULL;
    answer(q->finding, t->verdict, why);
    if (q->other != NULL && q->other->verified < t->verdict) /* it may have several */
        answer(q->other, t->verdict, why);
}

/* What was found is reported, whatever becomes of the questions. */
static void ask_all(struct cli *c, struct verification *v, struct scan_result *result) {
    struct error e = {0};
    announce(c, v);
    if (ask(c, v, &e) != KL_OK) {
        scan_result_add_error(result, "", arena_printf(&result->arena, "--verify: %s", e.message));
        for (size_t i = 0; i < v->token_count; i++)
            v->tokens[i].verdict = PROBE_UNKNOWN;
    }
    result->interrupted = result->interrupted || system_interrupted();
}

static void leave_live(struct scan_result *r) {
    for (size_t i = 0; i < r->finding_count; i++)
        if (r->findings[i].suppressed == SUPPRESSED_NO && r->findings[i].verified != PROBE_LIVE)
            r->findings[i].suppressed = SUPPRESSED_NOT_LIVE;
}

void verification_run(struct cli *c, struct scan_result *result, struct verification *out) {
    struct questions q = {0};
    collect(c, result, &q);
    if (q.count > 1)
        qsort(q.items, q.count, sizeof *q.items, by_question);
    size_t *of = mem_calloc(q.count + 1, sizeof *of);
    make_tokens(&q, out, of);
    if (out->token_count > 0)
        ask_all(c, out, result);
    for (size_t i = 0; i < q.count; i++)
        mark(&q.items[i], &out->tokens[of[i]], &result->arena);
    if (c->options.only_live)
        leave_live(result);
    free(of);
    free(q.items);
}

void verification_release(struct verification *v) {
    free(v->tokens);
    *v = (struct verification){0};
}

void verification_each_host(const struct verification *v,
                            void (*fn)(void *ctx, const char *host, size_t tokens), void *ctx) {
    size_t sent = v->token_count < LIVENESS_MAX_TOKENS ? v->token_count : LIVENESS_MAX_TOKENS;
    for (size_t i = 0, end; i < sent; i = end) {
        const char *host = v->tokens[i].probe->host;
        for (end = i + 1; end < sent && strcmp(v->tokens[end].probe->host, host) == 0;)
            end++;
        fn(ctx, host, end - i);
    }
}
