/* site_part.c: a secret that is a part of a literal. What is around it stays as
 * it is spelled:
 *
 *     f"https://{host}/?key=S3CRET"      f"https://{host}/?key={read}"
 *     "https://" + host + "?key=S3CRET"  "https://" + host + ("?key=" + read)
 *     "pg://bob:S3CRET@%s/db" % host     "pg://bob:" + read + "@%s/db" % host
 *
 * Templates are site_template.c's. */
#include "rewriters/site_part.h"

#include "rewriters/notebook_text.h"

static const char reason_span[] = "the secret is spelled by several literals";

/* The string that the secret is in, with what it is implicitly joined to. */
static const char *find_run(struct part *p) {
    size_t i = p->step_count;
    while (i-- > 1 && !pytree_is(p->steps[i].type, "string"))
        if (pytree_is(p->steps[i].type, "interpolation") || pytree_is(p->steps[i].type, "format_specifier"))
            return "in the format specification of a field";
    if (i == SIZE_MAX || i == 0)
        return reason_span;
    p->string = i;
    p->run = pytree_is(p->steps[i - 1].type, "concatenated_string") ? i - 1 : i;
    p->first_token = source_token_after(p->source, p->steps[p->run].start);
    p->last_token = source_token_after(p->source, p->steps[p->run].end - 1);
    for (uint32_t t = p->first_token; t <= p->last_token; t++)
        if (p->source->tokens.items[t].flags & PY_STR_T && p->source->tokens.items[t].kind != PY_NAME)
            return "a part of a template string (t-string)";
    return NULL;
}

/* The pieces before, in and behind the secret, each as a literal of its own, make
 * what the whole literal makes: no border lies inside of an escape. */
static const char *check_pieces(const struct part *p, const struct rewrite_site *site, struct arena *arena) {
    const struct py_token *t = &p->source->tokens.items[p->token];
    struct slice whole, piece[3];
    const uint32_t border[] = {p->body_start, p->from, p->to, p->body_end};
    if (((t->flags & PY_STR_BYTES) != 0) != site->is_bytes)
        return site->is_bytes ? "text, not bytes" : "bytes, not text";
    if (py_string_value(p->source->text, t, arena, &whole) != PY_VALUE_OK)
        return "has an escape whose value is not known here";
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        if (py_string_part(p->source->text, t, border[i], border[i + 1], arena, &piece[i]) != PY_VALUE_OK ||
            at + piece[i].len > whole.len ||
            (piece[i].len && memcmp(whole.ptr + at, piece[i].ptr, piece[i].len) != 0))
            return "the secret begins or ends inside of an escape";
        at += piece[i].len;
    }
    if (at != whole.len || piece[1].len == 0)
        return "the secret begins or ends inside of an escape";
    if (site->value && !slice_eq(piece[1], secret_slice(site->value)))
        return "the literal's value is not the one that is stored";
    return NULL;
}

/* May a literal end before the secret? */
static const char *check_ends(const struct part *p) {
    const struct py_token *t = &p->source->tokens.items[p->token];
    struct slice before = slice_sub(p->source->text, p->body_start, p->from);
    size_t backslashes = 0;
    while (backslashes < before.len && before.ptr[before.len - 1 - backslashes] == '\\')
        backslashes++;
    bool raw_field = t->kind == PY_FSTRING_MIDDLE && t->flags & PY_STR_RAW; /* rf"\\{read}" */
    if (backslashes % 2 && !raw_field)
        return "a backslash stands right before the secret";
    char quote = p->source->text.ptr[t->start + t->prefix_len];
    if (t->kind == PY_STRING && before.len && before.ptr[before.len - 1] == quote)
        return "a quote stands right before the secret";
    return NULL;
}

struct slice part_opening(const struct part *p) {
    const struct py_token *t = &p->source->tokens.items[p->token];
    return slice_sub(p->source->text, t->start, p->body_start);
}

struct slice part_closing(const struct part *p) {
    const struct py_token *t = &p->source->tokens.items[p->token];
    return slice_sub(p->source->text, p->body_end, t->end);
}

void part_edit(struct part *p, struct site_edit edit) {
    p->place->edits[p->place->edit_count++] = edit;
}

/* Places where `a + b` stands as a literal does. Elsewhere it gets parentheses. */
static bool is_loose(const struct pytree_step *parent, const struct pytree_step *child) {
    static const char *const types[] = {"assignment",
                                        "augmented_assignment",
                                        "keyword_argument",
                                        "argument_list",
                                        "pair",
                                        "return_statement",
                                        "list",
                                        "tuple",
                                        "set",
                                        "parenthesized_expression",
                                        "expression_list",
                                        "default_parameter",
                                        "typed_default_parameter",
                                        "comparison_operator",
                                        "conditional_expression",
                                        "boolean_operator",
                                        "lambda",
                                        "list_comprehension",
                                        "set_comprehension",
                                        "generator_expression",
                                        "interpolation",
                                        "named_expression"};
    for (size_t i = 0; i < KL_ARRAY_LEN(types); i++)
        if (pytree_is(parent->type, types[i]))
            return true;
    if (!pytree_is(parent->type, "binary_operator") || !child->field || !pytree_is(child->field, "left"))
        return false;
    TSNode operator= pytree_child(parent->node, "operator");
    return !ts_node_is_null(operator) && pytree_is(ts_node_type(operator), "+");
}

void part_parenthesise(struct part *p, size_t step) {
    const struct pytree_step *outer = &p->steps[step];
    if (is_loose(&p->steps[step - 1], outer))
        return;
    struct site_edit *edits = p->place->edits;
    size_t last = p->place->edit_count - 1;
    if (edits[0].start == outer->start)
        edits[0].before = arena_printf(p->arena, "(%s", edits[0].before);
    else
        part_edit(p, (struct site_edit){outer->start, outer->start, "(", "", false, false});
    if (edits[last].end == outer->end)
        edits[last].after = arena_printf(p->arena, "%s)", edits[last].after);
    else
        part_edit(p, (struct site_edit){outer->end, outer->end, "", ")", false, false});
}

/* "before" + read + "behind"; what would be empty is left out. */
bool part_split(struct part *p) {
    const struct py_token *t = &p->source->tokens.items[p->token];
    struct slice opening = part_opening(p), closing = part_closing(p);
    bool before = p->from > p->body_start, behind = p->to < p->body_end;
    bool joined_before = p->token > p->first_token, joined_behind = p->token < p->last_token;
    struct site_edit edit = {before ? p->from : t->start, behind ? p->to : t->end, "", "", true, true};
    if (before)
        edit.before = arena_printf(p->arena, "%.*s + ", (int)closing.len, closing.ptr);
    else if (joined_before)
        edit.before = "+ ";
    if (behind)
        edit.after = arena_printf(p->arena, " + %.*s", (int)opening.len, opening.ptr);
    else if (joined_behind)
        edit.after = " +";
    part_edit(p, edit);
    return before || behind || joined_before || joined_behind;
}

static void replace_text_of_fstring(struct part *p) {
    const struct py_token *tokens = p->source->tokens.items;
    const struct py_token *start = &tokens[p->token - 1], *end = &tokens[p->token + 1];
    bool all = p->run == p->string && start->kind == PY_FSTRING_START && end->kind == PY_FSTRING_END &&
               p->from == p->body_start && p->to == p->body_end;
    if (all) {
        part_edit(p, (struct site_edit){start->start, end->end, "", "", true, true});
        p->place->literal_start = start->start;
        p->place->literal_end = end->end;
        return;
    }
    part_edit(p, (struct site_edit){p->from, p->to, "{", "}", true, true});
    p->place->in_fstring = true;
}

/* An f-string's own quotes count too where the expression goes into it. */
static void forbid_own_quote(struct part *p) {
    const struct py_token *t =
        &p->source->tokens.items[source_token_after(p->source, p->steps[p->string].start)];
    if (!(t->flags & PY_STR_TRIPLE))
        p->place->quotes |=
            p->source->text.ptr[t->start + t->prefix_len] == '"' ? SITE_DOUBLE_QUOTE : SITE_SINGLE_QUOTE;
}

static const char *decide_fstring(struct part *p, struct site_view view) {
    const char *reason = site_check_tree(view, p->run, p->run);
    if (reason)
        return reason;
    replace_text_of_fstring(p);
    p->place->start = p->place->edits[0].start;
    p->place->end = p->place->edits[0].end;
    if (p->place->in_fstring)
        forbid_own_quote(p);
    return site_check_fields(p->source, p->steps, p->run, p->place);
}

static const char *decide_string(struct part *p, struct site_view view) {
    struct template template = {0};
    const char *reason = NULL;
    size_t outer = template_of(p, &template) ? template.outer : p->run;
    if ((reason = site_check_tree(view, p->run, outer)))
        return reason;
    p->place->start = p->steps[outer].start;
    p->place->end = p->steps[outer].end;
    if (template.mark)
        reason = template_decide(p, &template);
    else if (part_split(p))
        part_parenthesise(p, outer);
    return reason ? reason : site_check_fields(p->source, p->steps, p->run, p->place);
}

const char *site_decide_part(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                             bool from_environment, struct arena *arena, struct site_place *place) {
    size_t from = source_text_offset(s, site->secret_start_byte),
           to = source_text_offset(s, site->secret_end_byte);
    if (from == SIZE_MAX || to == SIZE_MAX || from >= to)
        return reason_span;
    uint32_t token = source_token_after(s, from);
    const struct py_token *t = &s->tokens.items[token];
    if (notebook_is_magic(s, token))
        return "in a line that IPython reads itself (%magic, !shell)";
    if (t->kind != PY_STRING && t->kind != PY_FSTRING_MIDDLE)
        return reason_span;
    struct slice body = py_string_body(s->text, t);
    struct part p = {.source = s, .arena = arena, .place = place, .site = site, .token = token};
    p.from = (uint32_t)from;
    p.to = (uint32_t)to;
    p.body_start = (uint32_t)(body.ptr - s->text.ptr);
    p.body_end = p.body_start + (uint32_t)body.len;
    if (p.from < p.body_start || p.to > p.body_end)
        return reason_span;
    pytree_seek(w, p.from, p.to);
    p.steps = w->steps;
    p.step_count = w->count;
    const char *reason = find_run(&p);
    if (reason || (reason = check_pieces(&p, site, arena)) || (reason = check_ends(&p)))
        return reason;
    *place = (struct site_place){
        .literal_start = t->start, .literal_end = t->end, .statement_start = p.steps[1].start, .site = site};
    struct site_view view = {
        .source = s, .site = site, .steps = w->steps, .from_environment = from_environment};
    return t->kind == PY_STRING ? decide_string(&p, view) : decide_fstring(&p, view);
}
