/* scan_module.c: the Python module keylift._scan. python/keylift/scanning.py is its only caller, and checks
 * what people give; this side takes bytes, numbers and truths alone.
 *
 * The library does nothing to the process that it lives in: no signal handlers, limits, locale, output or
 * exit. The interpreter's lock is released while it scans; what threads share is the compiled rules. */
#include <Python.h>

#include "base/mem.h"
#include "base/system.h"
#include "extension/finding_tuple.h"

#define SIGNALS_EVERY_SECONDS 0.1
/* Workers that wait for the next document, and up to which size it leaves them with little enough to keep. */
#define IDLE_MAX 16u
#define IDLE_MAX_BYTES ((size_t)1 << 20)

/* Read and written under the interpreter's lock. */
struct rules {
    struct rule_set *set;
    int pid; /* of the process that made it */
    size_t users;
    struct scan_worker *idle[IDLE_MAX];
    size_t idle_count;
};

struct state {
    struct rules *rules; /* NULL until the first scan */
};

static void rules_release(struct rules *r) {
    if (!r || --r->users > 0 || r->pid != system_pid())
        return;
    while (r->idle_count > 0)
        scan_worker_free(r->idle[--r->idle_count]);
    rule_set_free(r->set);
    PyMem_Free(r);
}

/* After a fork the old ones may be locked by a thread that is not there any more: they are left alone. */
static struct rules *rules_take(struct state *s) {
    if (!s->rules || s->rules->pid != system_pid()) {
        struct rules *made = PyMem_Malloc(sizeof *made);
        struct rule_set *set = made ? scan_job_rules() : NULL;
        if (!set) {
            PyMem_Free(made);
            PyErr_NoMemory();
            return NULL;
        }
        *made = (struct rules){.set = set, .pid = system_pid(), .users = 1};
        s->rules = made;
    }
    s->rules->users++;
    return s->rules;
}

static void worker_give_back(struct rules *r, const struct scan_job *j) {
    if (j->worker && r->idle_count < IDLE_MAX && j->data.len <= IDLE_MAX_BYTES)
        r->idle[r->idle_count++] = j->worker;
    else
        scan_worker_free(j->worker);
}

/* The thread that asked for the scan: it alone may look whether Ctrl-C was pressed. */
struct caller {
    PyThreadState *thread;
    double next; /* when it looks again */
    bool raised; /* an exception is set: the scan is to end */
};
static _Thread_local struct caller *current;

static bool interrupted(void) {
    struct caller *c = current;
    double now = c ? system_seconds() : 0;
    if (!c || now < c->next)
        return c && c->raised;
    PyEval_RestoreThread(c->thread);
    c->raised = c->raised || PyErr_CheckSignals() != 0;
    c->thread = PyEval_SaveThread();
    c->next = now + SIGNALS_EVERY_SECONDS;
    return c->raised;
}

/* (findings, errors), or NULL with an exception. */
static PyObject *results(const struct scan_job *j, bool silenced) {
    if (j->status != KL_OK)
        return Py_BuildValue(
            "([][(NN)])", PyUnicode_DecodeFSDefault(j->path ? j->path : ""),
            PyUnicode_DecodeUTF8(j->error.message, (Py_ssize_t)strlen(j->error.message), "replace"));
    PyObject *findings = finding_tuples(j, silenced);
    PyObject *errors = findings ? error_tuples(j) : NULL;
    if (errors)
        return Py_BuildValue("(NN)", findings, errors);
    Py_XDECREF(findings);
    return NULL;
}

static PyObject *run(PyObject *module, struct scan_job *j, bool silenced) {
    struct rules *rules = rules_take(PyModule_GetState(module));
    if (!rules)
        return NULL;
    struct caller here = {.next = system_seconds() + SIGNALS_EVERY_SECONDS};
    j->options.rule_set = rules->set;
    j->options.interrupted = interrupted;
    if (j->path && rules->idle_count > 0)
        j->worker = rules->idle[--rules->idle_count];
    here.thread = PyEval_SaveThread();
    current = &here;
    const char *ended = scan_job_run(j);
    current = NULL;
    PyEval_RestoreThread(here.thread);
    if (!ended)
        worker_give_back(rules, j);
    rules_release(rules);
    if (ended) {
        if (!here.raised)
            PyErr_Format(PyExc_MemoryError, "the scan could not go on: %s", ended);
        return NULL;
    }
    PyObject *all = here.raised ? NULL : results(j, silenced);
    scan_job_release(j);
    return all;
}

PyDoc_STRVAR(scan_bytes_doc,
             "scan_bytes(path, data, min_confidence, honour_comments, include_suppressed)\n--\n\n"
             "One document: (findings, errors).");

static PyObject *py_scan_bytes(PyObject *module, PyObject *args) {
    struct scan_job j = {0};
    PyObject *data;
    int comments, silenced;
    if (!PyArg_ParseTuple(args, "ySdpp:scan_bytes", &j.path, &data, &j.options.min_confidence, &comments,
                          &silenced))
        return NULL;
    /* `args` owns both while the lock is released, and bytes do not change. */
    j.data = slice_of(PyBytes_AsString(data), (size_t)PyBytes_Size(data));
    j.options.no_suppressions = !comments;
    return run(module, &j, silenced);
}

/* The strings of a tuple of bytes, which owns them; NULL with an exception. The caller frees the array. */
static const char **strings_of(PyObject *tuple) {
    Py_ssize_t count = PyTuple_Size(tuple);
    const char **strings = count < 0 ? NULL : PyMem_Calloc((size_t)count + 1, sizeof *strings);
    if (!strings && count >= 0)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; strings && i < count; i++) {
        char *text;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(tuple, i), &text, NULL) != 0) { /* also: holds a NUL */
            PyMem_Free(strings);
            return NULL;
        }
        strings[i] = text;
    }
    return strings;
}

PyDoc_STRVAR(scan_paths_doc, "scan_paths(paths, excludes, jobs, gitignore, min_confidence, honour_comments, "
                             "include_suppressed)\n--\n\n"
                             "Files and folders: (findings, errors).");

static PyObject *py_scan_paths(PyObject *module, PyObject *args) {
    struct scan_job j = {0};
    PyObject *paths, *excludes, *found = NULL;
    int gitignore, comments, silenced;
    if (!PyArg_ParseTuple(args, "O!O!Ipdpp:scan_paths", &PyTuple_Type, &paths, &PyTuple_Type, &excludes,
                          &j.options.jobs, &gitignore, &j.options.min_confidence, &comments, &silenced))
        return NULL;
    const char **roots = strings_of(paths), **globs = roots ? strings_of(excludes) : NULL;
    j.options.paths = roots;
    j.options.excludes = globs && globs[0] ? globs : NULL;
    j.options.no_gitignore = !gitignore;
    j.options.no_suppressions = !comments;
    if (globs)
        found = run(module, &j, silenced);
    PyMem_Free(globs);
    PyMem_Free(roots);
    return found;
}

static PyMethodDef methods[] = {{"scan_bytes", py_scan_bytes, METH_VARARGS, scan_bytes_doc},
                                {"scan_paths", py_scan_paths, METH_VARARGS, scan_paths_doc},
                                {NULL, NULL, 0, NULL}};

static int on_exec(PyObject *module) {
    return PyModule_AddStringConstant(module, "VERSION", KEYLIFT_VERSION);
}

static void on_free(void *module) {
    struct state *s = PyModule_GetState(module);
    if (s)
        rules_release(s->rules);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)(uintptr_t)on_exec}, {0, NULL}};

static struct PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT,
                                        .m_name = "keylift._scan",
                                        .m_size = sizeof(struct state),
                                        .m_methods = methods,
                                        .m_slots = slots,
                                        .m_free = on_free};

PyMODINIT_FUNC PyInit__scan(void); /* Python declares none */
PyMODINIT_FUNC PyInit__scan(void) {
    return PyModuleDef_Init(&definition);
}
