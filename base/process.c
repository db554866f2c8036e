/* process.c: another program, run without a shell, with a deadline, bounded
 * output, and its input from memory.
 *
 * The child leads a process group of its own, so that the deadline also ends
 * what it started. The parent's ends of the pipes do not block; one poll loop
 * feeds and drains them. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define DEFAULT_TIMEOUT_MS 30000u
#define TICK_MS 50 /* how soon an end without end-of-file is noticed */
#define READ_STEP_BYTES ((size_t)64 << 10)
#define WAIT_MIN_NS 20000L
#define WAIT_MAX_NS 1000000L

#if defined(__APPLE__)
extern char **environ; /* its unistd.h leaves that to us */
#endif

/* vfork: until the child runs its program it has our memory, of which fork would copy the tables, and each
 * page that we then write. */
#if defined(__linux__)
#define FORK vfork
#else
#define FORK fork
#endif

enum { END_IN, END_OUT, END_ERR, END_EXEC, ENDS };

struct child {
    pid_t pid;
    int ours[ENDS]; /* -1 when closed */
    int theirs[ENDS];
    bool reaped;
    int wait_status;
};

/* Never 0-2, which would collide with what the child's dup2 calls set up. */
static bool raise_fd(int *fd) {
    if (*fd > 2)
        return fcntl(*fd, F_SETFD, FD_CLOEXEC) == 0;
    int raised = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    close(*fd);
    *fd = raised;
    return raised >= 0;
}

static bool make_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    bool ok = raise_fd(&ends[0]);
    ok = raise_fd(&ends[1]) && ok;
    *read_end = ends[0];
    *write_end = ends[1];
    return ok;
}

static void close_fd(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool open_ends(struct child *c, bool has_input) {
    bool ok;
    if (has_input) {
        ok = make_pipe(&c->theirs[END_IN], &c->ours[END_IN]);
    } else {
        c->theirs[END_IN] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        ok = c->theirs[END_IN] >= 0 && raise_fd(&c->theirs[END_IN]);
    }
    for (int i = END_OUT; i < ENDS && ok; i++)
        ok = make_pipe(&c->ours[i], &c->theirs[i]);
    for (int i = 0; i < END_EXEC && ok; i++)
        if (c->ours[i] >= 0)
            ok = fcntl(c->ours[i], F_SETFL, O_NONBLOCK) == 0;
    return ok;
}

/* The program's path. Parts of PATH that are not absolute are passed over: the
 * working directory may be a tree that nobody trusts. */
const char *process_find(struct arena *a, const char *name) {
    if (strchr(name, '/'))
        return name;
    const char *path = system_getenv("PATH");
    for (const char *p = path ? path : "/usr/local/bin:/usr/bin:/bin"; *p;) {
        size_t len = strcspn(p, ":");
        if (p[0] == '/') {
            const char *candidate = path_join(a, arena_cstr(a, slice_of(p, len)), name);
            struct stat st;
            if (stat(candidate, &st) == 0 && S_ISREG(st.st_mode) && access(candidate, X_OK) == 0)
                return candidate;
        }
        p += len + (p[len] == ':');
    }
    return NULL;
}

/* Handlers are ours, and would run on memory that the child may share with us. What is ignored stays so, but
 * for SIGPIPE. */
static void drop_handlers(void) {
    struct sigaction action;
    for (int number = 1; number < NSIG; number++)
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
            action.sa_handler != SIG_DFL)
            signal(number, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
}

/* Runs in the child: only async-signal-safe calls, and nothing that changes memory. */
static void exec_child(const struct process_request *req, const char *program, const int theirs[ENDS]) {
    sigset_t none;
    drop_handlers();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    bool ok = dup2(theirs[END_IN], 0) >= 0 && dup2(theirs[END_OUT], 1) >= 0 && dup2(theirs[END_ERR], 2) >= 0;
    if (ok && req->cwd)
        ok = chdir(req->cwd) == 0;
    if (ok)
        execve(program, (char *const *)(uintptr_t)req->argv,
               req->env ? (char *const *)(uintptr_t)req->env : environ);
    int why = errno;
    ssize_t ignored = write(theirs[END_EXEC], &why, sizeof(why));
    (void)ignored;
    _exit(127);
}

static void feed(struct child *c, struct slice input, size_t *fed) {
    ssize_t n = write(c->ours[END_IN], input.ptr + *fed, input.len - *fed);
    if (n > 0)
        *fed += (size_t)n;
    if (*fed == input.len || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_fd(&c->ours[END_IN]); /* all sent, or the child does not want it */
}

/* One read. False when the buffer is full and there is more. */
static bool drain(int *fd, struct buf *out) {
    char over, *to;
    size_t room = out->max - out->len, want = room < READ_STEP_BYTES ? room : READ_STEP_BYTES;
    to = want ? buf_reserve(out, want) : &over;
    ssize_t n = read(*fd, to, want ? want : 1);
    if (n > 0 && want == 0)
        return false;
    if (n > 0)
        out->len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_fd(fd);
    return true;
}

static void reap(struct child *c, int options) {
    pid_t got;
    if (c->reaped)
        return;
    do
        got = waitpid(c->pid, &c->wait_status, options);
    while (got < 0 && errno == EINTR);
    c->reaped = got == c->pid || got < 0;
}

static void kill_group(struct child *c) {
    kill(-c->pid, SIGKILL);
    if (!c->reaped)
        kill(c->pid, SIGKILL); /* it may not have become a leader yet */
    reap(c, 0);
}

struct talk {
    struct child *c;
    const struct process_request *req;
    struct process_result *out;
    size_t fed, taken;
    double deadline;
    struct slice piece;
    struct error *e;
    enum kl_status status;
};

static void hand_over(void *arg) {
    struct talk *t = arg;
    t->status = t->req->take(t->req->take_ctx, t->piece, t->e);
}

/* What stdout has. A thread that would end (mem_guard) ends its child first. */
static enum kl_status drain_output(struct talk *t) {
    struct buf *out = &t->out->out;
    if (!t->req->take)
        return drain(&t->c->ours[END_OUT], out) ? KL_OK : KL_ERR_LIMIT;
    ssize_t n = read(t->c->ours[END_OUT], out->ptr, READ_STEP_BYTES);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_fd(&t->c->ours[END_OUT]);
    if (n <= 0)
        return KL_OK;
    t->piece = slice_of(out->ptr, (size_t)n);
    t->taken += t->piece.len;
    if (t->taken > t->req->max_output)
        return KL_ERR_LIMIT;
    double before = system_seconds();
    const char *ended = NULL;
    if (mem_is_guarded())
        ended = mem_guard(hand_over, t);
    else
        hand_over(t);
    if (ended) {
        kill_group(t->c);
        for (int i = 0; i < ENDS; i++)
            close_fd(&t->c->ours[i]);
        mem_end(ended);
    }
    t->deadline += system_seconds() - before;
    return t->status;
}

/* It has closed its pipes, so that it is about to end. */
static void wait_a_little(long *ns) {
    const struct timespec t = {.tv_nsec = *ns};
    (void)nanosleep(&t, NULL);
    *ns = *ns * 2 > WAIT_MAX_NS ? WAIT_MAX_NS : *ns * 2;
}

static enum kl_status converse(struct talk *t) {
    struct child *c = t->c;
    const char *name = t->req->argv[0];
    unsigned timeout = t->req->timeout_ms ? t->req->timeout_ms : DEFAULT_TIMEOUT_MS;
    bool was_reaped = false;
    long pause = WAIT_MIN_NS;
    t->deadline = system_seconds() + timeout / 1e3;
    while (!c->reaped || c->ours[END_OUT] >= 0 || c->ours[END_ERR] >= 0) {
        struct pollfd fds[3] = {{.fd = c->ours[END_IN], .events = POLLOUT},
                                {.fd = c->ours[END_OUT], .events = POLLIN},
                                {.fd = c->ours[END_ERR], .events = POLLIN}};
        bool reading = fds[1].fd >= 0 || fds[2].fd >= 0;
        int ready = 0;
        enum kl_status s = KL_OK;
        if (reading)
            ready = poll(fds, 3, was_reaped ? 1 : TICK_MS);
        else
            wait_a_little(&pause);
        if (system_interrupted())
            return error_set(t->e, KL_ERR_INTERRUPTED, "interrupted while %s ran", name);
        if (system_seconds() > t->deadline)
            return error_set(t->e, KL_ERR_IO, "%s did not end within %u ms", name, timeout);
        if (ready > 0 && fds[0].revents)
            feed(c, t->req->input, &t->fed);
        if (ready > 0 && fds[1].revents)
            s = drain_output(t);
        if (ready > 0 && fds[2].revents && !drain(&c->ours[END_ERR], &t->out->err))
            s = KL_ERR_LIMIT;
        if (s == KL_ERR_LIMIT)
            return error_set(t->e, s, "%s wrote more than %zu bytes", name, t->req->max_output);
        if (s != KL_OK)
            return s;
        if (ready == 0 && was_reaped)
            break; /* something it left running keeps a pipe open; all that it wrote is read */
        if (ready == 0 || (c->ours[END_OUT] < 0 && c->ours[END_ERR] < 0))
            reap(c, WNOHANG);
        was_reaped = c->reaped;
    }
    return KL_OK;
}

/* A child that closes its input early must not end us. SIGPIPE is held back for
 * this thread, and taken away if it came. */
struct pipe_guard {
    sigset_t pipe, was;
    bool pending;
};

static void guard_begin(struct pipe_guard *g) {
    sigset_t pending;
    sigemptyset(&g->pipe);
    sigaddset(&g->pipe, SIGPIPE);
    g->pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &g->pipe, &g->was);
}

static void guard_end(struct pipe_guard *g) {
    sigset_t pending;
    int taken;
    if (!g->pending && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1)
        sigwait(&g->pipe, &taken);
    pthread_sigmask(SIG_SETMASK, &g->was, NULL);
}

/* 0, or the errno that exec or fork gave. */
static int start(struct child *c, const struct process_request *req, const char *program) {
    int why = 0;
    sigset_t all, was;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    pid_t pid = FORK();
    if (pid == 0)
        exec_child(req, program, c->theirs);
    int failed = pid < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    c->pid = pid;
    if (failed)
        return failed;
    setpgid(c->pid, c->pid); /* whoever is first */
    for (int i = 0; i < ENDS; i++)
        close_fd(&c->theirs[i]);
    ssize_t n;
    do
        n = read(c->ours[END_EXEC], &why, sizeof(why));
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(why))
        return 0; /* closed by a successful exec */
    reap(c, 0);
    return why;
}

/* Finds the program and starts it; true if it runs. */
static bool launch(struct child *c, const struct process_request *req, enum kl_status *status,
                   struct error *e) {
    struct arena scratch = ARENA_INIT;
    const char *program = process_find(&scratch, req->argv[0]);
    *c = (struct child){.pid = -1, .ours = {-1, -1, -1, -1}, .theirs = {-1, -1, -1, -1}};
    *status = KL_OK;
    if (!program) {
        *status = error_set(e, KL_ERR_NOT_FOUND, "there is no program %s in PATH", req->argv[0]);
    } else if (!open_ends(c, req->input.len > 0)) {
        *status = error_set_errno(e, KL_ERR_IO, errno, "cannot make a pipe for %s", req->argv[0]);
    } else {
        int why = start(c, req, program);
        bool missing = why == ENOENT && strchr(req->argv[0], '/');
        if (why)
            *status = error_set_errno(e, missing ? KL_ERR_NOT_FOUND : KL_ERR_IO, why, "cannot run %s",
                                      req->argv[0]);
    }
    arena_release(&scratch);
    return *status == KL_OK;
}

static void close_ends(struct child *c) {
    for (int i = 0; i < ENDS; i++) {
        close_fd(&c->ours[i]);
        close_fd(&c->theirs[i]);
    }
}

static int exit_code(const struct child *c) {
    return WIFSIGNALED(c->wait_status) ? 128 + WTERMSIG(c->wait_status) : WEXITSTATUS(c->wait_status);
}

enum kl_status process_run(const struct process_request *req, struct process_result *out, struct error *e) {
    struct pipe_guard guard;
    struct child c;
    enum kl_status status;
    out->exit_code = -1;
    buf_init_secret(&out->out, req->max_output);
    buf_init_secret(&out->err, req->max_output);
    if (req->take) {
        buf_init_secret(&out->out, READ_STEP_BYTES);
        if (!buf_reserve(&out->out, READ_STEP_BYTES))
            mem_die();
    }
    guard_begin(&guard);
    if (launch(&c, req, &status, e)) {
        status = converse(&(struct talk){.c = &c, .req = req, .out = out, .e = e});
        if (status != KL_OK)
            kill_group(&c);
        else
            out->exit_code = exit_code(&c);
    }
    close_ends(&c);
    guard_end(&guard);
    if (status != KL_OK)
        process_result_release(out);
    return status;
}

void process_result_release(struct process_result *r) {
    buf_release(&r->out);
    buf_release(&r->err);
}

struct process_stream {
    struct child child;
    char *name;
    struct buf err;
    unsigned timeout_ms;
};

enum kl_status process_stream_open(struct process_stream **out, const struct process_request *req,
                                   struct error *e) {
    struct child c;
    enum kl_status status;
    if (!launch(&c, req, &status, e)) {
        close_ends(&c);
        return status;
    }
    struct process_stream *s = mem_calloc(1, sizeof *s);
    *s = (struct process_stream){.child = c,
                                 .name = mem_strdup(req->argv[0]),
                                 .timeout_ms = req->timeout_ms ? req->timeout_ms : DEFAULT_TIMEOUT_MS};
    buf_init_secret(&s->err, req->max_output);
    *out = s;
    return KL_OK;
}

enum kl_status process_stream_next(struct process_stream *s, size_t want, struct buf *out, struct error *e) {
    struct child *c = &s->child;
    double deadline = system_seconds() + s->timeout_ms / 1e3;
    size_t before = out->len;
    while (out->len == before && c->ours[END_OUT] >= 0) {
        struct pollfd fds[2] = {{.fd = c->ours[END_OUT], .events = POLLIN},
                                {.fd = c->ours[END_ERR], .events = POLLIN}};
        int ready = poll(fds, 2, TICK_MS);
        if (system_interrupted())
            return error_set(e, KL_ERR_INTERRUPTED, "interrupted while %s ran", s->name);
        if (system_seconds() > deadline)
            return error_set(e, KL_ERR_IO, "%s wrote nothing for %u ms", s->name, s->timeout_ms);
        if (ready > 0 && fds[1].revents && !drain(&c->ours[END_ERR], &s->err))
            close_fd(&c->ours[END_ERR]);
        if (ready <= 0 || !fds[0].revents)
            continue;
        want = want < READ_STEP_BYTES ? want : READ_STEP_BYTES;
        char *to = buf_reserve(out, want);
        if (!to)
            return error_set(e, KL_ERR_LIMIT, "%s wrote more than there is room for", s->name);
        ssize_t n = read(c->ours[END_OUT], to, want);
        if (n > 0)
            out->len += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            close_fd(&c->ours[END_OUT]);
    }
    return KL_OK;
}

struct slice process_stream_said(const struct process_stream *s) {
    return buf_as_slice(&s->err);
}

int process_stream_close(struct process_stream *s) {
    struct child *c = &s->child;
    int code = -1;
    if (c->ours[END_OUT] >= 0) {
        kill_group(c);
    } else {
        while (c->ours[END_ERR] >= 0 && drain(&c->ours[END_ERR], &s->err))
            if (poll(&(struct pollfd){.fd = c->ours[END_ERR], .events = POLLIN}, 1, TICK_MS) <= 0)
                break;
        reap(c, 0);
        code = exit_code(c);
    }
    close_ends(c);
    free(s->name);
    buf_release(&s->err);
    free(s);
    return code;
}
