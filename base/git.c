#include "base/git.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define GIT_TIMEOUT_MS 120000u

/* What git may know of our environment, and what it must. */
static const char *const passed_on[] = {"PATH",
                                        "HOME",
                                        "XDG_CONFIG_HOME",
                                        "TMPDIR",
                                        "GIT_CONFIG_GLOBAL",
                                        "GIT_CONFIG_SYSTEM",
                                        "GIT_CONFIG_NOSYSTEM",
                                        "GIT_CEILING_DIRECTORIES"};
/* Paths, which git gives to a hook relative to the hook's folder. The object folders of a
 * pre-receive hook are those of the push that it judges. */
static const char *const hook_places[] = {
    "GIT_DIR",        "GIT_WORK_TREE",        "GIT_INDEX_FILE",
    "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"};
static const char *const fixed[] = {"LC_ALL=C",
                                    "GIT_OPTIONAL_LOCKS=0",
                                    "GIT_NO_LAZY_FETCH=1",
                                    "GIT_PAGER=cat",
                                    "GIT_TERMINAL_PROMPT=0",
                                    "GIT_ALLOW_PROTOCOL=none",
                                    "GIT_NO_REPLACE_OBJECTS=1"};
/* Settings of the repository that would run a program or write something. */
static const char *const safe_settings[] = {
    "git", "--no-pager",           "-c", "core.fsmonitor=false",     "-c", "core.hooksPath=/dev/null",
    "-c",  "protocol.allow=never", "-c", "core.untrackedCache=false"};
#define MAX_ENV (KL_ARRAY_LEN(passed_on) + KL_ARRAY_LEN(hook_places) + KL_ARRAY_LEN(fixed) + 1)

static void make_environment(enum git_repository which, struct arena *arena, const char **env) {
    size_t n = 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(passed_on); i++) {
        const char *value = system_getenv(passed_on[i]);
        if (value)
            env[n++] = arena_printf(arena, "%s=%s", passed_on[i], value);
    }
    for (size_t i = 0; which == GIT_OF_HOOK && i < KL_ARRAY_LEN(hook_places); i++) {
        const char *value = system_getenv(hook_places[i]);
        const char *real = value && value[0] != '/' ? path_real(arena, value) : value;
        if (value)
            env[n++] = arena_printf(arena, "%s=%s", hook_places[i], real ? real : value);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(fixed); i++)
        env[n++] = fixed[i];
    env[n] = NULL;
}

#define GIT_MAX_ANSWER ((size_t)1 << 16)

struct call {
    struct arena arena;
    const char *env[MAX_ENV];
    const char *argv[KL_ARRAY_LEN(safe_settings) + GIT_MAX_ARGS + 1];
    struct process_request request;
};

static enum kl_status make_call(struct call *c, const char *folder, enum git_repository which,
                                const char *const *args, struct error *e) {
    size_t argc = 0;
    c->arena = (struct arena)ARENA_INIT;
    for (; argc < KL_ARRAY_LEN(safe_settings); argc++)
        c->argv[argc] = safe_settings[argc];
    for (size_t i = 0; args[i]; i++) {
        if (i == GIT_MAX_ARGS)
            return error_set(e, KL_ERR_INTERNAL, "git_run: more than %u arguments", GIT_MAX_ARGS);
        c->argv[argc++] = args[i];
    }
    c->argv[argc] = NULL;
    make_environment(which, &c->arena, c->env);
    c->request =
        (struct process_request){.argv = c->argv, .env = c->env, .cwd = folder, .timeout_ms = GIT_TIMEOUT_MS};
    return KL_OK;
}

static enum kl_status run(const char *folder, enum git_repository which, const char *const *args,
                          struct slice input, struct git_output output, struct process_result *out,
                          struct error *e) {
    struct call c;
    enum kl_status st = make_call(&c, folder, which, args, e);
    c.request.input = input;
    c.request.max_output = output.max;
    c.request.take = output.take;
    c.request.take_ctx = output.ctx;
    if (st == KL_OK)
        st = process_run(&c.request, out, e);
    arena_release(&c.arena);
    return st;
}

enum kl_status git_stream_open(struct process_stream **out, const struct git_place *at,
                               const char *const *args, struct error *e) {
    struct call c;
    enum kl_status st = make_call(&c, at->folder, at->which, args, e);
    c.request.max_output = GIT_MAX_ANSWER;
    if (st == KL_OK)
        st = process_stream_open(out, &c.request, e);
    arena_release(&c.arena);
    return st;
}

enum kl_status git_run_in(const char *folder, enum git_repository which, const char *const *args,
                          struct slice input, size_t max_output, struct process_result *out,
                          struct error *e) {
    return run(folder, which, args, input, (struct git_output){.max = max_output}, out, e);
}

enum kl_status git_run(const char *folder, const char *const *args, struct slice input, size_t max_output,
                       struct process_result *out, struct error *e) {
    return git_run_in(folder, GIT_OF_FOLDER, args, input, max_output, out, e);
}

static enum kl_status ask_all(const struct git_place *at, const char *const *args, struct slice input,
                              struct git_output output, struct process_result *r, struct error *e) {
    enum kl_status s = run(at->folder, at->which, args, input, output, r, e);
    if (s != KL_OK || r->exit_code == 0)
        return s;
    if (slice_find(buf_as_slice(&r->err), SLICE_LIT("promisor remote"), 0) != SIZE_MAX)
        s = error_set(
            e, KL_ERR_NOT_FOUND,
            "some of its files are not in this clone (a partial one): \"git fetch --refetch --no-filter\" "
            "brings them");
    else
        s = error_set(e, KL_ERR_IO, "git %s failed in %s: %.*s", args[0], at->folder,
                      SLICE_ARG(slice_trim(buf_as_slice(&r->err))));
    process_result_release(r);
    return s;
}

enum kl_status git_ask(const struct git_place *at, const char *const *args, struct slice input, size_t max,
                       struct process_result *r, struct error *e) {
    return ask_all(at, args, input, (struct git_output){.max = max}, r, e);
}

enum kl_status git_ask_in_pieces(const struct git_place *at, const char *const *args, struct slice input,
                                 struct git_output output, struct error *e) {
    struct process_result r = {0};
    enum kl_status s = ask_all(at, args, input, output, &r, e);
    process_result_release(&r);
    return s;
}

bool git_id_is_none(struct slice id) {
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] != '0')
            return false;
    return true;
}

/* Exit 128 with this message is an answer; with any other it is a failure
 * (a repository of another user, a broken one) that must not read as "no". */
static bool says_no_repository(struct process_result *r) {
    return slice_find(buf_as_slice(&r->err), SLICE_LIT("not a git repository"), 0) != SIZE_MAX ||
           slice_find(buf_as_slice(&r->err), SLICE_LIT("must be run in a work tree"), 0) != SIZE_MAX;
}

static enum kl_status git_failed(const char *folder, struct process_result *r, struct error *e) {
    struct slice text = slice_trim(buf_as_slice(&r->err));
    size_t line = slice_find_byte(text, '\n', 0);
    if (line != SIZE_MAX)
        text = slice_sub(text, 0, line);
    return error_set(e, KL_ERR_IO, "git in %s: %.*s", folder, SLICE_ARG(text));
}

enum kl_status git_directory(const char *folder, struct arena *a, char **out, struct error *e) {
    static const char *const args[] = {"rev-parse", "--absolute-git-dir", NULL};
    struct process_result r = {0};
    *out = NULL;
    enum kl_status st = git_run(folder, args, (struct slice){0}, GIT_MAX_ANSWER, &r, e);
    if (st == KL_ERR_NOT_FOUND)
        return KL_OK;
    if (st == KL_OK && r.exit_code == 0) {
        struct slice line = buf_as_slice(&r.out);
        while (line.len && line.ptr[line.len - 1] == '\n')
            line.len--;
        *out = arena_cstr(a, line);
    } else if (st == KL_OK && !says_no_repository(&r)) {
        st = git_failed(folder, &r, e);
    }
    process_result_release(&r);
    return st;
}

static enum kl_status ask(const char *folder, const char *const *args, int *code, struct error *e) {
    struct process_result r = {0};
    enum kl_status st = git_run(folder, args, (struct slice){0}, GIT_MAX_ANSWER, &r, e);
    *code = r.exit_code;
    if (st == KL_OK && r.exit_code > 1) {
        if (says_no_repository(&r))
            st = KL_ERR_NOT_FOUND;
        else
            st = git_failed(folder, &r, e);
    }
    process_result_release(&r);
    return st;
}

enum kl_status git_file_state(const char *path, enum git_file_state *out, struct error *e) {
    struct arena a = ARENA_INIT;
    int code = 1;
    *out = GIT_NO_REPOSITORY;
    /* The content decides, so a link is followed; a folder that does not exist
     * yet is asked about from the nearest one that does. */
    const char *real = path_real(&a, path);
    const char *folder = path_dirname(&a, real ? real : path);
    const char *name = path_basename(real ? real : path);
    while (!path_real(&a, folder)) {
        name = path_join(&a, path_basename(folder), name);
        folder = path_dirname(&a, folder);
    }
    folder = path_real(&a, folder);

    /* ls-files takes patterns; check-ignore takes names, but sees magic in a ":". */
    const char *const tracked[] = {"ls-files", "--error-unmatch", "--",
                                   arena_printf(&a, ":(literal)%s", name), NULL};
    const char *const ignored[] = {"check-ignore", "--quiet", "--", arena_printf(&a, "./%s", name), NULL};
    enum kl_status st = ask(folder, tracked, &code, e);
    if (st == KL_OK && code == 0) {
        *out = GIT_TRACKED;
    } else if (st == KL_OK) {
        st = ask(folder, ignored, &code, e);
        if (st == KL_OK)
            *out = code == 0 ? GIT_IGNORED : GIT_UNTRACKED;
    }
    if (st == KL_ERR_NOT_FOUND)
        st = KL_OK;
    arena_release(&a);
    return st;
}
