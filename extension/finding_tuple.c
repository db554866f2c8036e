/* finding_tuple.c: see finding_tuple.h. As in every report (cli/report_json.c), all text but paths goes
 * through the filter that knows the values found. */
#include "extension/finding_tuple.h"

#include "base/mem.h"

static PyObject *text_of(struct slice text) {
    return PyUnicode_DecodeUTF8(text.len ? text.ptr : "", (Py_ssize_t)text.len, "replace");
}

/* NULL becomes None. */
static PyObject *plain(const char *text) {
    if (!text)
        Py_RETURN_NONE;
    return text_of(slice_cstr(text));
}

static PyObject *filtered(const struct redactor *r, struct buf *scratch, const char *text) {
    if (!text)
        Py_RETURN_NONE;
    buf_clear(scratch);
    redact_text(r, slice_cstr(text), scratch);
    return text_of(buf_as_slice(scratch));
}

static PyObject *name_of(const struct redactor *r, struct buf *scratch, const char *name) {
    return plain(name[0] ? redact_name(r, name, scratch) : NULL);
}

static PyObject *finding_tuple(const struct redactor *r, struct buf *scratch, const struct finding *f) {
    /* "N" takes the object over, and fails when it is NULL. */
    return Py_BuildValue(
        "(NNNkkkkKKNNNNNdNNNN)", plain(f->rule), filtered(r, scratch, f->message),
        PyUnicode_DecodeFSDefault(f->path), (unsigned long)f->line, (unsigned long)f->column,
        (unsigned long)f->end_line, (unsigned long)f->end_column, (unsigned long long)f->start_byte,
        (unsigned long long)f->end_byte, name_of(r, scratch, f->name), plain(context_name(f->context)),
        filtered(r, scratch, f->redacted), plain(f->fingerprint), plain(severity_name(f->severity)),
        f->confidence, PyBool_FromLong(f->fixable), filtered(r, scratch, f->reason),
        filtered(r, scratch, finding_silenced_by(f)), plain(f->revoke));
}

static PyObject *error_tuple(const struct redactor *r, struct buf *scratch, const struct scan_error *e) {
    return Py_BuildValue("(NN)", PyUnicode_DecodeFSDefault(e->path), filtered(r, scratch, e->message));
}

/* What fills a list. Text is masked in C, where memory may run out under a guard. */
struct filling {
    const struct scan_job *job;
    bool silenced;
    PyObject *list; /* NULL: an exception is set */
};

static void append(struct filling *x, PyObject *item) {
    if (!item || PyList_Append(x->list, item) != 0) {
        Py_DECREF(x->list);
        x->list = NULL;
    }
    Py_XDECREF(item);
}

static void fill_findings(void *arg) {
    struct filling *x = arg;
    struct buf scratch;
    buf_init_secret(&scratch, KL_MAX_FILE_BYTES);
    for (size_t i = 0; i < x->job->result.finding_count && x->list; i++) {
        const struct finding *f = &x->job->result.findings[i];
        if (f->suppressed == SUPPRESSED_NO || x->silenced)
            append(x, finding_tuple(x->job->options.redactor, &scratch, f));
    }
    buf_release(&scratch);
}

static void fill_errors(void *arg) {
    struct filling *x = arg;
    struct buf scratch;
    buf_init_secret(&scratch, KL_MAX_FILE_BYTES);
    for (size_t i = 0; i < x->job->result.error_count && x->list; i++)
        append(x, error_tuple(x->job->options.redactor, &scratch, &x->job->result.errors[i]));
    buf_release(&scratch);
}

static PyObject *list_of(void (*fill)(void *), const struct scan_job *j, bool silenced) {
    struct filling x = {j, silenced, PyList_New(0)};
    if (x.list && mem_guard(fill, &x))
        return PyErr_NoMemory();
    return x.list;
}

PyObject *finding_tuples(const struct scan_job *j, bool silenced) {
    return list_of(fill_findings, j, silenced);
}

PyObject *error_tuples(const struct scan_job *j) {
    return list_of(fill_errors, j, false);
}
