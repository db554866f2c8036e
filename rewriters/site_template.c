/* site_template.c: a secret in the template of `%` or `.format`. The new value
 * must not be read as a template: it may hold a % or a brace once it was rotated.
 * So it goes before the template, behind it, or in as one more value:
 *
 *     "pg://bob:S3CRET@%s/db" % host     "pg://bob:" + read + "@%s/db" % host
 *     "https://%s/?key=S3CRET" % host    "https://%s/?key=" % host + read
 *     "{}:S3CRET@{}".format(a, b)        "{}:{key}@{}".format(a, b, key=read)
 *     "%s:S3CRET@%s" % (a, b)            "%s:%s@%s" % (a, read, b) */
#include "rewriters/site_part.h"

#include "base/buf.h"

#define MAX_KEYWORD 60u

static bool is_format_method(const struct part *p, size_t attribute, bool *is_map) {
    struct slice name = pytree_text(p->source->text, pytree_child(p->steps[attribute].node, "attribute"));
    *is_map = slice_eq_cstr(name, "format_map");
    return *is_map || slice_eq_cstr(name, "format");
}

bool template_of(const struct part *p, struct template *out) {
    const struct pytree_step *steps = p->steps;
    size_t i = p->run;
    *out = (struct template){0};
    while (i > 2 && pytree_is(steps[i - 1].type, "parenthesized_expression"))
        i--;
    if (i < 2)
        return false;
    out->is_parenthesised = i != p->run;
    const char *field = steps[i].field ? steps[i].field : "";
    if (pytree_is(steps[i - 1].type, "binary_operator") && pytree_is(field, "left")) {
        TSNode operator= pytree_child(steps[i - 1].node, "operator");
        if (ts_node_is_null(operator) || !pytree_is(ts_node_type(operator), "%"))
            return false;
        out->mark = '%';
        out->outer = i - 1;
        out->values = pytree_child(steps[i - 1].node, "right");
        return true;
    }
    bool calls = i > 2 && pytree_is(steps[i - 1].type, "attribute") && pytree_is(field, "object") &&
                 pytree_is(steps[i - 2].type, "call") && is_format_method(p, i - 1, &out->is_map);
    if (!calls)
        return false;
    out->mark = '{';
    out->outer = i - 2;
    out->values = pytree_child(steps[i - 2].node, "arguments");
    return true;
}

/* What the template says before the secret, and behind it. */
struct sides {
    bool marked_before, marked_behind; /* holds a % or a brace, escaped or not */
    size_t values_before, values_behind;
    bool whole;   /* the secret stands in no field */
    bool counted; /* every field takes the next value of a sequence */
};

static bool is_mark(char c, char mark) {
    return mark == '%' ? c == '%' : c == '{' || c == '}';
}

/* Counts `%s` and the like. False where the text ends inside of one, or is no template. */
static bool count_percents(struct slice text, size_t *count, bool *counted) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '%')
            continue;
        i++;
        if (i < text.len && text.ptr[i] == '(') { /* %(name)s */
            *counted = false;
            i = slice_find_byte(text, ')', i);
            i = i == SIZE_MAX ? text.len : i + 1;
        }
        for (; i < text.len && text.ptr[i] && strchr("#0- +.123456789hlL*", text.ptr[i]); i++)
            *counted = *counted && text.ptr[i] != '*';
        if (i == text.len || !strchr("diouxXeEfFgGcrsab%", text.ptr[i]))
            return false;
        *count += text.ptr[i] != '%';
    }
    return true;
}

/* False where the text ends inside of a field, or has half a one. */
static bool fields_are_closed(struct slice text) {
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool doubled = depth == 0 && i + 1 < text.len && text.ptr[i + 1] == c;
        if ((c == '{' || c == '}') && doubled)
            i++;
        else if (c == '{')
            depth++;
        else if (c == '}' && depth-- == 0)
            return false;
    }
    return depth == 0;
}

/* The values of the run's literals before the secret, and behind it. */
static bool side_values(const struct part *p, struct buf *before, struct buf *behind) {
    const struct source *s = p->source;
    struct slice value;
    for (uint32_t i = p->first_token; i <= p->last_token; i++) {
        const struct py_token *t = &s->tokens.items[i];
        if (t->kind == PY_NL || t->kind == PY_COMMENT)
            continue;
        if (t->kind != PY_STRING)
            return false;
        if (i != p->token) {
            if (py_string_value(s->text, t, p->arena, &value) != PY_VALUE_OK)
                return false;
            buf_slice(i < p->token ? before : behind, value);
            continue;
        }
        if (py_string_part(s->text, t, p->body_start, p->from, p->arena, &value) != PY_VALUE_OK)
            return false;
        buf_slice(before, value);
        if (py_string_part(s->text, t, p->to, p->body_end, p->arena, &value) != PY_VALUE_OK)
            return false;
        buf_slice(behind, value);
    }
    return buf_ok(before) && buf_ok(behind);
}

static bool has_mark(struct slice text, char mark) {
    for (size_t i = 0; i < text.len; i++)
        if (is_mark(text.ptr[i], mark))
            return true;
    return false;
}

static bool look_at_sides(const struct part *p, char mark, struct sides *out) {
    struct buf before = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES), behind = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    *out = (struct sides){.counted = mark == '%'};
    bool known = side_values(p, &before, &behind);
    struct slice left = buf_as_slice(&before), right = buf_as_slice(&behind);
    out->marked_before = has_mark(left, mark);
    out->marked_behind = has_mark(right, mark);
    if (mark == '%')
        out->whole = count_percents(left, &out->values_before, &out->counted) &&
                     count_percents(right, &out->values_behind, &out->counted);
    else
        out->whole = fields_are_closed(left) && fields_are_closed(right);
    buf_release(&before);
    buf_release(&behind);
    return known;
}

/* The template ends before the secret; what is behind it moves behind the whole. */
static void append(struct part *p, const struct template *t) {
    const struct py_token *token = &p->source->tokens.items[p->token];
    uint32_t end = p->steps[t->outer].end;
    struct slice rest = slice_sub(p->source->text, p->to, p->body_end);
    part_edit(p, (struct site_edit){p->from, p->to, "", "", false, true});
    struct site_edit behind = {end, end, " + ", "", true, false};
    if (rest.len) {
        struct slice opening = part_opening(p);
        part_edit(p, (struct site_edit){p->to, p->body_end, "", "", false, false});
        behind.after = arena_printf(p->arena, " + %.*s%.*s", (int)opening.len, opening.ptr,
                                    (int)(token->end - p->to), p->source->text.ptr + p->to);
    }
    part_edit(p, behind);
}

static bool is_keyword(const char *word) {
    struct py_tokens tokens = PY_TOKENS_INIT;
    py_lex(slice_cstr(word), &tokens);
    bool keyword = tokens.items[0].kind == PY_NAME && tokens.items[0].op != KW_NONE;
    py_tokens_release(&tokens);
    return keyword;
}

/* SHOP/API_KEY becomes api_key: what it is called, and no word of Python's. */
static const char *keyword_for(const struct part *p) {
    const char *name = p->site->name, *slash = strrchr(name, '/');
    char word[MAX_KEYWORD + 1];
    size_t len = 0;
    for (const char *c = slash ? slash + 1 : name; *c && len < MAX_KEYWORD; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || *c == '_', capital = *c >= 'A' && *c <= 'Z';
        word[len++] = capital ? (char)(*c - 'A' + 'a') : letter || (*c >= '0' && *c <= '9') ? *c : '_';
    }
    word[len] = '\0';
    bool usable = len > 0 && !(word[0] >= '0' && word[0] <= '9') && !is_keyword(word);
    return arena_printf(p->arena, "%s%s", usable ? "" : "secret_", word);
}

static bool takes_keyword(const struct part *p, TSNode arguments, const char *word) {
    if (ts_node_is_null(arguments) || !pytree_is(ts_node_type(arguments), "argument_list"))
        return false;
    uint32_t count = ts_node_named_child_count(arguments);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(arguments, i);
        const char *type = ts_node_type(child);
        if (pytree_is(type, "dictionary_splat"))
            return false;
        if (pytree_is(type, "keyword_argument") &&
            slice_eq_cstr(pytree_text(p->source->text, pytree_child(child, "name")), word))
            return false;
    }
    return true;
}

/* The last child that is no comment; a null node if there is none. */
static TSNode last_value(TSNode list) {
    for (uint32_t i = ts_node_named_child_count(list); i-- > 0;) {
        TSNode child = ts_node_named_child(list, i);
        if (!pytree_is(ts_node_type(child), "comment"))
            return child;
    }
    return (TSNode){0};
}

static bool add_keyword(struct part *p, const struct template *t) {
    const char *word = keyword_for(p);
    if (t->is_map || !takes_keyword(p, t->values, word))
        return false;
    TSNode last = last_value(t->values);
    uint32_t at = ts_node_is_null(last) ? ts_node_start_byte(t->values) + 1 : ts_node_end_byte(last);
    part_edit(p, (struct site_edit){p->from, p->to, arena_printf(p->arena, "{%s}", word), "", false, true});
    part_edit(p, (struct site_edit){at, at,
                                    arena_printf(p->arena, "%s%s=", ts_node_is_null(last) ? "" : ", ", word),
                                    "", true, false});
    return true;
}

/* One more element of a tuple that stands there as such. */
static bool add_element(struct part *p, const struct template *t, const struct sides *sides) {
    if (!sides->counted || !pytree_is(ts_node_type(t->values), "tuple"))
        return false;
    uint32_t count = ts_node_named_child_count(t->values), element = 0;
    TSNode at = {0};
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(t->values, i);
        const char *type = ts_node_type(child);
        if (pytree_is(type, "list_splat"))
            return false;
        if (pytree_is(type, "comment"))
            continue;
        if (element++ == sides->values_before)
            at = child;
    }
    if (element != sides->values_before + sides->values_behind || ts_node_is_null(at))
        return false;
    uint32_t where = ts_node_start_byte(at);
    part_edit(p, (struct site_edit){p->from, p->to, "%s", "", false, true});
    part_edit(p, (struct site_edit){where, where, "", ", ", true, false});
    return true;
}

const char *template_decide(struct part *p, const struct template *t) {
    struct sides sides;
    struct slice secret = slice_sub(p->source->text, p->from, p->to);
    if (has_mark(secret, t->mark))
        return "a secret with characters that the template reads";
    if (!look_at_sides(p, t->mark, &sides))
        return "a template that is put together with other values";
    bool is_last = p->token == p->last_token;
    bool has_behind = p->to < p->body_end || !is_last;
    if (!sides.marked_before && has_behind && !t->is_parenthesised) {
        part_split(p);
        part_parenthesise(p, t->outer);
        return NULL;
    }
    if (!sides.whole)
        return "in a field of a template";
    if (!sides.marked_behind && is_last) {
        append(p, t);
        part_parenthesise(p, t->outer);
        return NULL;
    }
    if (t->mark == '{' ? add_keyword(p, t) : add_element(p, t, &sides))
        return NULL;
    return "a template with other values on both sides of the secret";
}
