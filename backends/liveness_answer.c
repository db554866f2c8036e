/* liveness_answer.c: what a provider's answer says of a token. */
#include "backends/liveness.h"

#include "base/json.h"

/* The text of a scalar; empty for others. */
static const char *scalar(const cJSON *j, char number[32]) {
    if (cJSON_IsString(j))
        return j->valuestring;
    if (cJSON_IsBool(j))
        return cJSON_IsTrue(j) ? "true" : "false";
    if (!cJSON_IsNumber(j))
        return "";
    (void)snprintf(number, 32, "%.15g", j->valuedouble);
    return number;
}

/* "errors.0.code" */
static const cJSON *find(const cJSON *j, const char *path) {
    char part[64];
    while (j != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        if (len >= sizeof part)
            return NULL;
        memcpy(part, path, len);
        part[len] = '\0';
        j = cJSON_IsArray(j) ? cJSON_GetArrayItem(j, (int)strtol(part, NULL, 10)) : json_get(j, part);
        path += len + (path[len] == '.');
    }
    return j;
}

static bool has_json(const cJSON *body, const struct probe_answer *a) {
    char number[32];
    if (strcmp(a->field, "[]") == 0)
        return cJSON_IsArray(body);
    const cJSON *j = find(body, a->field);
    if (j == NULL || cJSON_IsNull(j))
        return false;
    return a->value == NULL || strcmp(scalar(j, number), a->value) == 0;
}

/* An element of XML, "<Code>": AWS's answers are flat enough for that. */
static bool has_element(struct slice body, const struct probe_answer *a) {
    size_t at = slice_find(body, slice_cstr(a->field), 0);
    if (at == SIZE_MAX || a->value == NULL)
        return at != SIZE_MAX;
    struct slice rest = slice_sub(body, at + strlen(a->field), body.len);
    return slice_starts(rest, a->value) && slice_starts(slice_sub(rest, strlen(a->value), rest.len), "</");
}

static const struct probe_answer *which(const struct probe *p, const struct http_response *r) {
    struct error unseen = {0};
    struct slice body = buf_as_slice(&r->body);
    const struct probe_answer *fits = NULL;
    cJSON *json = NULL;
    (void)(json_parse(body, "the answer", &json, &unseen) == KL_OK); /* what is none has no field */
    for (size_t i = 0; i < p->answer_count && fits == NULL; i++) {
        const struct probe_answer *a = &p->answers[i];
        if (a->status == r->status &&
            (a->field == NULL || (a->field[0] == '<' ? has_element(body, a) : has_json(json, a))))
            fits = a;
    }
    json_delete_secret(json);
    return fits;
}

static void unknown(const struct probe *p, const struct http_response *r, struct liveness_token *t) {
    const char *how = r->status == 429                       ? ": it asks to slow down"
                      : r->status >= 300 && r->status <= 399 ? ", a redirect, which is not followed"
                      : r->status >= 500                     ? ""
                                                             : ", which says nothing of the token";
    t->verdict = PROBE_UNKNOWN;
    (void)snprintf(t->why, sizeof t->why, "%s answered %u%s", p->host, r->status, how);
}

void liveness_judge(const struct probe *p, const struct http_response *r, struct liveness_token *t) {
    const struct probe_answer *a = which(p, r);
    t->why[0] = '\0';
    if (a == NULL) {
        unknown(p, r, t);
    } else if (a->verdict == PROBE_NOT_LIVE && p->elsewhere != NULL && r->status >= 300) {
        /* with 200 it knows the token, and says what became of it */
        t->verdict = PROBE_UNKNOWN;
        (void)snprintf(t->why, sizeof t->why, "%s does not accept it; it may be of %s", p->host,
                       p->elsewhere);
    } else {
        t->verdict = a->verdict;
        if (a->verdict == PROBE_NOT_LIVE)
            (void)snprintf(t->why, sizeof t->why, "%s does not accept it%s%s%s", p->host,
                           p->rarely != NULL ? "; " : "", p->rarely != NULL ? p->rarely : "",
                           p->rarely != NULL ? " was not asked" : "");
    }
}
