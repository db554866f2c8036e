/* site.c: see site.h. First the tokens of the literal itself, then the tree. */
#include "rewriters/site.h"

#include "base/buf.h"
#include "rewriters/notebook_text.h"

static const char reason_span[] = "the place is not a string literal";

static const char *comment_reason(const struct source *s, uint32_t token) {
    return notebook_is_magic(s, token) ? "in a line that IPython reads itself (%magic, !shell)"
                                       : "in a comment";
}

/* Which token a span that matches no literal is inside of. */
static const char *span_reason(const struct source *s, size_t start) {
    switch (s->tokens.items[source_token_after(s, start)].kind) {
    case PY_COMMENT:
        return comment_reason(s, source_token_after(s, start));
    case PY_STRING:
        return "inside another string (a docstring, a doctest)";
    case PY_FSTRING_START:
    case PY_FSTRING_MIDDLE:
    case PY_FSTRING_END:
        return "only a part of an f-string";
    default:
        return reason_span;
    }
}

/* Literals, `+`, parentheses and line ends: nothing else may be in the span. A
 * parenthesis that follows an operand would be a call. */
static const char *check_tokens(const struct source *s, const struct rewrite_site *site, uint32_t start,
                                uint32_t end) {
    bool after_operand = false;
    for (uint32_t i = source_token_after(s, start); s->tokens.items[i].start < end; i++) {
        const struct py_token *t = &s->tokens.items[i];
        switch (t->kind) {
        case PY_STRING:
            if (((t->flags & PY_STR_BYTES) != 0) != site->is_bytes)
                return site->is_bytes ? "text, not bytes" : "bytes, not text";
            after_operand = true;
            break;
        case PY_NL:
            break;
        case PY_COMMENT:
            return "a comment stands inside the concatenation and would be lost";
        case PY_FSTRING_START:
        case PY_FSTRING_MIDDLE:
        case PY_FSTRING_END:
            return "only a part of an f-string";
        case PY_OP:
            if ((t->op != '+' && t->op != '(' && t->op != ')') || (t->op == '(' && after_operand))
                return reason_span;
            after_operand = t->op == ')';
            break;
        default:
            return reason_span;
        }
    }
    return NULL;
}

static const char *check_value(const struct source *s, const struct rewrite_site *site, uint32_t start,
                               uint32_t end, struct arena *arena) {
    struct buf value = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    const char *reason = NULL;
    for (uint32_t i = source_token_after(s, start); s->tokens.items[i].start < end && !reason; i++) {
        struct slice part;
        if (s->tokens.items[i].kind != PY_STRING)
            continue;
        switch (py_string_value(s->text, &s->tokens.items[i], arena, &part)) {
        case PY_VALUE_OK:
            buf_slice(&value, part);
            break;
        case PY_VALUE_NAMED_ESCAPE:
            reason = "has a \\N{...} escape, whose value is not known here";
            break;
        case PY_VALUE_INVALID:
            reason = "a literal that Python rejects";
            break;
        }
    }
    if (!reason && site->value) {
        struct slice expected = secret_slice(site->value);
        if (!buf_ok(&value) || value.len != expected.len ||
            (value.len && memcmp(value.ptr, expected.ptr, value.len) != 0))
            reason = "the literal's value is not the one that is stored";
    }
    buf_release(&value);
    return reason;
}

static bool is_literal_type(const char *type) {
    return pytree_is(type, "string") || pytree_is(type, "concatenated_string") ||
           pytree_is(type, "binary_operator") || pytree_is(type, "parenthesized_expression");
}

/* Between [from, to) there is nothing but `bracket`, repeated. */
static bool only_brackets(const struct source *s, uint32_t from, uint32_t to, char bracket) {
    for (uint32_t i = source_token_after(s, from); s->tokens.items[i].start < to; i++) {
        const struct py_token *t = &s->tokens.items[i];
        if (t->kind != PY_NL && !(t->kind == PY_OP && t->op == (uint8_t)bracket))
            return false;
    }
    return true;
}

/* The node that is replaced: the outermost of those with the span, or the
 * smallest around it if that has only parentheses more: the span of
 * "a" + ("b" + "c") ends before the last parenthesis. 0 if there is none. */
static size_t find_expression(const struct source *s, const struct pytree_walker *w, uint32_t start,
                              uint32_t end) {
    size_t found = 0;
    for (size_t i = w->count; i-- > 1;) {
        const struct pytree_step *step = &w->steps[i];
        bool exact = step->start == start && step->end == end;
        if (!exact && found)
            break;
        if (!is_literal_type(step->type))
            continue;
        if (!exact && (!only_brackets(s, step->start, start, '(') || !only_brackets(s, end, step->end, ')')))
            break;
        found = i;
    }
    return found;
}

static const struct site_rule *match(const struct site_rule *rules, const struct site_view *v) {
    const struct pytree_step *parent = &v->steps[v->index - 1];
    const char *field = v->steps[v->index].field;
    for (; rules->parent; rules++) {
        if (!pytree_is(rules->parent, parent->type))
            continue;
        if (rules->field && (!field || !pytree_is(rules->field, field)))
            continue;
        if (!rules->test || rules->test(v))
            break;
    }
    return rules;
}

const char *site_check_tree(struct site_view v, size_t node, size_t judged) {
    for (v.index = node; v.index > 0; v.index--) {
        const struct site_rule *rule = match(site_around_rules, &v);
        if (rule->verdict == SITE_REFUSE)
            return rule->reason;
    }
    /* Values flow through parentheses, `or` and chained assignments: the rules
     * that refuse are asked for each node that the value comes to. Only the
     * first one needs to be a known place: the others hold expressions. */
    for (v.index = judged; v.index > 0; v.index--) {
        const struct site_rule *rule = match(site_direct_rules, &v);
        bool is_last_row = !rule->parent;
        if (rule->verdict == SITE_REFUSE && (v.index == judged || !is_last_row)) {
            /* `x = y = ".."` ends in the statement that holds the assignments;
             * a tuple or a choice may stand alone as well. */
            bool is_statement = pytree_is(v.steps[v.index - 1].type, "expression_statement");
            bool is_text = v.index == judged || pytree_is(v.steps[v.index].type, "parenthesized_expression");
            return is_statement && !is_text ? NULL : rule->reason;
        }
        if (rule->verdict != SITE_FLOW)
            return NULL;
    }
    return NULL;
}

/* `f"{call('S3CRET')}"`: before Python 3.12, the quotes around a field may not
 * stand in it. */
const char *site_check_fields(const struct source *s, const struct pytree_step *steps, size_t node,
                              struct site_place *place) {
    for (size_t i = node; i > 1; i--) {
        if (!pytree_is(steps[i - 1].type, "interpolation"))
            continue;
        const struct py_token *t = &s->tokens.items[source_token_after(s, steps[i - 2].start)];
        if (t->flags & PY_STR_T)
            return "in a field of a template string, which keeps its spelling";
        place->in_fstring = true;
        if (!(t->flags & PY_STR_TRIPLE))
            place->quotes |=
                s->text.ptr[t->start + t->prefix_len] == '"' ? SITE_DOUBLE_QUOTE : SITE_SINGLE_QUOTE;
    }
    return NULL;
}

const char *site_decide(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                        bool from_environment, struct arena *arena, struct site_place *place) {
    if (site->is_mention)
        return site_decide_mention(s, site, place);
    size_t start = source_text_offset(s, site->start_byte), end = source_text_offset(s, site->end_byte);
    if (start == SIZE_MAX || end == SIZE_MAX || start >= end)
        return reason_span;
    if (rewrite_site_is_part(site))
        return site_decide_part(s, w, site, from_environment, arena, place);
    uint32_t first = source_token_after(s, start), last = source_token_after(s, end - 1);
    if (s->tokens.items[first].start != start || s->tokens.items[last].end != end)
        return span_reason(s, start);
    if (s->tokens.items[first].kind == PY_COMMENT)
        return comment_reason(s, first);
    const char *reason = check_tokens(s, site, (uint32_t)start, (uint32_t)end);
    if (reason)
        return reason;
    pytree_seek(w, (uint32_t)start, (uint32_t)end);
    size_t node = find_expression(s, w, (uint32_t)start, (uint32_t)end);
    if (!node)
        return "only a part of a larger expression";
    uint32_t from = w->steps[node].start, to = w->steps[node].end;
    if ((reason = check_tokens(s, site, from, to)) || (reason = check_value(s, site, from, to, arena)))
        return reason;
    struct site_view view = {
        .source = s, .site = site, .steps = w->steps, .from_environment = from_environment};
    *place = (struct site_place){.start = from,
                                 .end = to,
                                 .literal_start = from,
                                 .literal_end = to,
                                 .statement_start = w->steps[1].start,
                                 .edits = {{from, to, "", "", true, true}},
                                 .edit_count = 1,
                                 .site = site};
    if ((reason = site_check_tree(view, node, node)))
        return reason;
    return site_check_fields(s, w->steps, node, place);
}
