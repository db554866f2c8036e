/* test_base_system.c: files, folders, locks, paths, processes, time. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/file.h"
#include "base/process.h"
#include "base/system.h"

struct fixture {
    struct arena arena;
    struct error err;
    char *folder;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof(*f));
    char name[] = "/tmp/keylift-test-XXXXXX";
    if (!f || !mkdtemp(name))
        return -1;
    f->folder = path_real(&f->arena, name);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    const char *const argv[] = {"rm", "-rf", f->folder, NULL};
    struct process_result r = {0};
    int failed =
        process_run(&(struct process_request){.argv = argv, .max_output = 1000}, &r, &f->err) != KL_OK;
    process_result_release(&r);
    arena_release(&f->arena);
    free(f);
    return failed;
}

static char *in_folder(struct fixture *f, const char *name) {
    return path_join(&f->arena, f->folder, name);
}

static void put(struct fixture *f, const char *path, const char *text, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(file_write_fd(fd, path, slice_cstr(text), &f->err), KL_OK);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void assert_file(struct fixture *f, const char *path, const char *text, uint32_t mode) {
    struct buf b = BUF_INIT(10000);
    struct file_info info;
    assert_int_equal(file_read(path, 10000, &b, &f->err), KL_OK);
    assert_string_equal(buf_cstr(&b), text);
    assert_int_equal(file_stat(path, &info, &f->err), KL_OK);
    assert_int_equal(info.mode, mode);
    buf_release(&b);
}

static size_t entries(struct fixture *f) {
    struct dir *d;
    struct dir_entry entry;
    size_t count = 0;
    assert_int_equal(dir_open(&d, -1, f->folder, &f->err), KL_OK);
    while (dir_next(d, &entry, &f->err) == KL_OK)
        count++;
    assert_int_equal(f->err.status, KL_ERR_NOT_FOUND);
    dir_close(d);
    return count;
}

static void a_read_is_whole_or_an_error(void **state) {
    struct fixture *f = *state;
    char *path = in_folder(f, "a.py");
    struct buf b = BUF_INIT(1000);
    put(f, path, "0123456789", 0600);
    buf_str(&b, ">");
    assert_int_equal(file_read(path, 10, &b, &f->err), KL_OK);
    assert_string_equal(buf_cstr(&b), ">0123456789");
    assert_int_equal(file_read(path, 9, &b, &f->err), KL_ERR_LIMIT);
    assert_non_null(strstr(f->err.message, "a.py"));
    struct buf small = BUF_INIT(5);
    assert_int_equal(file_read(path, 100, &small, &f->err), KL_ERR_LIMIT);
    buf_release(&small);
    assert_int_equal(file_read(in_folder(f, "none"), 10, &b, &f->err), KL_ERR_NOT_FOUND);
    assert_int_equal(file_read(f->folder, 10, &b, &f->err), KL_ERR_IO);
    assert_int_equal(mkfifo(in_folder(f, "pipe"), 0600), 0);
    assert_int_equal(file_read(in_folder(f, "pipe"), 10, &b, &f->err), KL_ERR_IO); /* and does not wait */
    buf_clear(&b);
    /* A file of /proc says that it has no bytes. */
    assert_int_equal(file_read("/proc/self/stat", 1000, &b, &f->err), KL_OK);
    assert_true(b.len > 10);
    assert_int_equal(file_read("/proc/self/stat", 3, &b, &f->err), KL_ERR_LIMIT);
    put(f, path, "", 0600);
    buf_clear(&b);
    assert_int_equal(file_read(path, 0, &b, &f->err), KL_OK);
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

static void a_descriptor_is_read_to_its_end(void **state) {
    struct fixture *f = *state;
    int ends[2];
    struct buf b = BUF_INIT(1000);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(file_write_fd(ends[1], "pipe", slice_cstr("hello"), &f->err), KL_OK);
    close(ends[1]);
    assert_int_equal(file_read_fd(ends[0], "standard input", 5, &b, &f->err), KL_OK);
    assert_string_equal(buf_cstr(&b), "hello");
    close(ends[0]);
    assert_int_equal(file_read_fd(ends[0], "standard input", 5, &b, &f->err), KL_ERR_IO);
    buf_release(&b);
}

static void looking_tells_kinds_apart(void **state) {
    struct fixture *f = *state;
    struct file_info info;
    put(f, in_folder(f, "file"), "abc", 0640);
    assert_int_equal(symlink("file", in_folder(f, "link")), 0);
    assert_int_equal(symlink("none", in_folder(f, "dangling")), 0);
    assert_int_equal(link(in_folder(f, "file"), in_folder(f, "hard")), 0);
    assert_int_equal(file_stat(in_folder(f, "link"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_REGULAR);
    assert_int_equal(info.size, 3);
    assert_int_equal(info.mode, 0640);
    assert_int_equal(info.links, 2);
    assert_int_equal(file_lstat(in_folder(f, "link"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_LINK);
    assert_int_equal(file_stat(in_folder(f, "dangling"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_MISSING);
    assert_int_equal(file_stat(in_folder(f, "file/below"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_MISSING);
    assert_int_equal(file_stat(f->folder, &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_FOLDER);
    assert_int_equal(file_stat("/dev/null", &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_OTHER);
}

static void a_replaced_file_keeps_its_mode_and_its_link(void **state) {
    struct fixture *f = *state;
    struct file_replacement r = {0};
    struct file_info info;
    put(f, in_folder(f, "real.py"), "old", 0754);
    assert_int_equal(symlink("real.py", in_folder(f, "link.py")), 0);
    assert_int_equal(file_replace_prepare(&r, in_folder(f, "link.py"), slice_cstr("new"), NULL, &f->err),
                     KL_OK);
    assert_file(f, in_folder(f, "real.py"), "old", 0754);
    assert_int_equal(file_stat(r.temp, &info, &f->err), KL_OK);
    assert_int_equal(info.mode, 0600);
    assert_int_equal(file_replace_commit(&r, &f->err), KL_OK);
    assert_file(f, in_folder(f, "real.py"), "new", 0754);
    assert_int_equal(file_lstat(in_folder(f, "link.py"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_LINK);
    assert_int_equal(entries(f), 2);
    assert_int_equal(file_replace_commit(&r, &f->err), KL_ERR_INTERNAL);
    file_replace_abort(&r); /* nothing to do */
}

static void an_aborted_replacement_leaves_nothing(void **state) {
    struct fixture *f = *state;
    struct file_replacement r = {0};
    file_replace_abort(&r);
    assert_true(fcntl(0, F_GETFD) >= 0 || errno == EBADF);
    put(f, in_folder(f, "a.py"), "old", 0644);
    assert_int_equal(file_replace_prepare(&r, in_folder(f, "a.py"), slice_cstr("new"), NULL, &f->err), KL_OK);
    assert_int_equal(entries(f), 2);
    file_replace_abort(&r);
    file_replace_abort(&r);
    assert_int_equal(entries(f), 1);
    assert_file(f, in_folder(f, "a.py"), "old", 0644);
}

static void a_new_file_gets_the_mode_asked_for(void **state) {
    struct fixture *f = *state;
    mode_t was = umask(027);
    assert_int_equal(file_write_atomic(in_folder(f, "plain"), slice_cstr("x"), 0, &f->err), KL_OK);
    assert_int_equal(file_write_atomic(in_folder(f, ".env"), slice_cstr("x"), 0600, &f->err), KL_OK);
    umask(was);
    assert_file(f, in_folder(f, "plain"), "x", 0640);
    assert_file(f, in_folder(f, ".env"), "x", 0600);
    assert_int_equal(file_write_atomic(in_folder(f, "no/such"), slice_cstr("x"), 0, &f->err),
                     KL_ERR_NOT_FOUND);
}

static void what_is_there_is_a_conflict_for_a_new_file(void **state) {
    struct fixture *f = *state;
    struct file_replacement r = {0};
    struct file_replace_options opts = {.must_be_new = true, .mode_if_new = 0600};
    char *path = in_folder(f, "baseline");
    assert_int_equal(file_replace_prepare(&r, path, slice_cstr("mine"), &opts, &f->err), KL_OK);
    put(f, path, "theirs", 0644); /* between the two steps */
    assert_int_equal(file_replace_commit(&r, &f->err), KL_ERR_CONFLICT);
    assert_file(f, path, "theirs", 0644);
    assert_int_equal(entries(f), 1);
    assert_int_equal(file_replace_prepare(&r, path, slice_cstr("mine"), &opts, &f->err), KL_ERR_CONFLICT);
    assert_int_equal(file_create_private(path, slice_cstr("mine"), &f->err), KL_ERR_CONFLICT);
    assert_int_equal(file_create_private(in_folder(f, "fresh"), slice_cstr("mine"), &f->err), KL_OK);
    assert_file(f, in_folder(f, "fresh"), "mine", 0600);
    assert_int_equal(entries(f), 2);
}

static void only_regular_files_are_replaced(void **state) {
    struct fixture *f = *state;
    struct file_replacement r = {0};
    assert_int_equal(symlink("none", in_folder(f, "dangling")), 0);
    assert_int_equal(mkfifo(in_folder(f, "pipe"), 0600), 0);
    assert_int_equal(file_replace_prepare(&r, in_folder(f, "dangling"), slice_cstr(""), NULL, &f->err),
                     KL_ERR_REFUSED);
    assert_int_equal(file_replace_prepare(&r, in_folder(f, "pipe"), slice_cstr(""), NULL, &f->err),
                     KL_ERR_REFUSED);
    assert_int_equal(file_replace_prepare(&r, f->folder, slice_cstr(""), NULL, &f->err), KL_ERR_REFUSED);
    assert_int_equal(entries(f), 2);
}

static void a_tagged_temporary_file_is_known_beforehand(void **state) {
    struct fixture *f = *state;
    struct file_replacement r = {0}, second = {0};
    struct file_replace_options opts = {.temp_tag = "run7"};
    put(f, in_folder(f, "a.py"), "old", 0644);
    put(f, in_folder(f, "b.py"), "old", 0644);
    assert_int_equal(symlink("a.py", in_folder(f, "link.py")), 0);
    char *temp = file_replace_temp_path(&f->arena, in_folder(f, "link.py"), "run7");
    assert_string_not_equal(temp, file_replace_temp_path(&f->arena, in_folder(f, "b.py"), "run7"));
    assert_int_equal(file_replace_prepare(&r, in_folder(f, "link.py"), slice_cstr("new"), &opts, &f->err),
                     KL_OK);
    assert_string_equal(r.temp, temp);
    /* What another run left there is not written into. */
    assert_int_equal(file_replace_prepare(&second, in_folder(f, "a.py"), slice_cstr("new"), &opts, &f->err),
                     KL_ERR_CONFLICT);
    file_replace_abort(&r);
    assert_int_equal(entries(f), 3);
}

static void appended_lines_add_up(void **state) {
    struct fixture *f = *state;
    char *path = in_folder(f, "journal");
    assert_int_equal(file_append_synced(path, slice_cstr("one\n"), &f->err), KL_OK);
    assert_int_equal(file_append_synced(path, slice_cstr("two\n"), &f->err), KL_OK);
    assert_file(f, path, "one\ntwo\n", 0600);
    assert_int_equal(symlink("journal", in_folder(f, "link")), 0);
    assert_int_equal(file_append_synced(in_folder(f, "link"), slice_cstr("x"), &f->err), KL_ERR_IO);
    assert_int_equal(file_remove(path, &f->err), KL_OK);
    assert_int_equal(file_remove(path, &f->err), KL_OK);
    assert_int_equal(file_remove(f->folder, &f->err), KL_ERR_IO);
}

static void folders_are_made_with_their_parents(void **state) {
    struct fixture *f = *state;
    struct file_info info;
    assert_int_equal(file_make_folder(in_folder(f, "a/b//c/"), 0700, &f->err), KL_OK);
    assert_int_equal(file_make_folder(in_folder(f, "a/b/c"), 0700, &f->err), KL_OK);
    assert_int_equal(file_stat(in_folder(f, "a/b/c"), &info, &f->err), KL_OK);
    assert_int_equal(info.kind, FILE_FOLDER);
    assert_int_equal(info.mode, 0700);
    assert_int_equal(file_sync_folder(in_folder(f, "a/b"), &f->err), KL_OK);
    put(f, in_folder(f, "file"), "", 0600);
    assert_int_equal(file_make_folder(in_folder(f, "file"), 0700, &f->err), KL_ERR_IO);
    assert_int_equal(file_make_folder(in_folder(f, "file/x"), 0700, &f->err), KL_ERR_IO);
}

static void a_folder_is_listed_with_kinds(void **state) {
    struct fixture *f = *state;
    struct dir *d, *sub;
    struct dir_entry entry;
    unsigned seen[FILE_OTHER + 1] = {0};
    for (int i = 0; i < 1500; i++) /* more than one read of the kernel */
        put(f, in_folder(f, arena_printf(&f->arena, "a-rather-long-name-of-a-file-%d", i)), "", 0600);
    assert_int_equal(mkdir(in_folder(f, "sub"), 0700), 0);
    assert_int_equal(symlink("x", in_folder(f, "link")), 0);
    assert_int_equal(mkfifo(in_folder(f, "pipe"), 0600), 0);
    assert_int_equal(dir_open(&d, -1, f->folder, &f->err), KL_OK);
    while (dir_next(d, &entry, &f->err) == KL_OK)
        seen[entry.kind]++;
    assert_int_equal(f->err.status, KL_ERR_NOT_FOUND);
    assert_int_equal(seen[FILE_REGULAR], 1500);
    assert_int_equal(seen[FILE_FOLDER], 1);
    assert_int_equal(seen[FILE_LINK], 1);
    assert_int_equal(seen[FILE_OTHER], 1);
    assert_int_equal(dir_open(&sub, dir_fd(d), "sub", &f->err), KL_OK);
    assert_int_equal(dir_next(sub, &entry, &f->err), KL_ERR_NOT_FOUND);
    dir_close(sub);
    assert_int_equal(dir_open(&sub, dir_fd(d), "none", &f->err), KL_ERR_NOT_FOUND);
    assert_int_equal(dir_open(&sub, dir_fd(d), "pipe", &f->err), KL_ERR_IO);
    dir_close(d);
    dir_close(NULL);
}

static void a_second_process_does_not_get_the_lock(void **state) {
    struct fixture *f = *state;
    struct file_lock l = {0}, second = {0};
    char *path = in_folder(f, "lock");
    int ready[2], done[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork();
    if (child == 0) { /* takes the lock, and keeps it until it is killed */
        byte = file_lock_take(&l, path, &f->err) == KL_OK;
        close(done[1]);
        if (write(ready[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 0)
            pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 1);
    assert_int_equal(file_lock_take(&second, path, &f->err), KL_ERR_LOCKED);
    assert_non_null(strstr(f->err.message, arena_printf(&f->arena, "process %d", (int)child)));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(file_lock_take(&second, path, &f->err), KL_OK);
    assert_int_equal(file_lock_take(&l, path, &f->err), KL_ERR_LOCKED); /* nor does this one twice */
    file_lock_release(&l);
    file_lock_release(&second);
    assert_int_equal(file_lock_take(&l, path, &f->err), KL_OK);
    file_lock_release(&l);
    file_lock_release(&l);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(done[i]);
    }
}

static void paths_are_computed(void **state) {
    struct fixture *f = *state;
    static const char *const normal[][2] = {{"", "."},
                                            {".", "."},
                                            {"/", "/"},
                                            {"//", "/"},
                                            {"a/./b//c/", "a/b/c"},
                                            {"a/../b", "b"},
                                            {"a/..", "."},
                                            {"../a", "../a"},
                                            {"../../a/..", "../.."},
                                            {"/..", "/"},
                                            {"/a/../../b", "/b"},
                                            {"a/b/../../..", ".."},
                                            {"./a", "a"},
                                            {"..a/b..", "..a/b.."}};
    static const char *const relative[][3] = {{"/a/b/c", "/a/b", "c"},   {"/a/b", "/a/b", "."},
                                              {"/a", "/a/b/c", "../.."}, {"/a/x/y", "/a/b", "../x/y"},
                                              {"/ab", "/a", "../ab"},    {"/a/b", "/", "a/b"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(normal); i++)
        assert_string_equal(path_normalize(&f->arena, normal[i][0]), normal[i][1]);
    for (size_t i = 0; i < KL_ARRAY_LEN(relative); i++)
        assert_string_equal(path_relative(&f->arena, relative[i][0], relative[i][1]), relative[i][2]);
    assert_true(path_is_inside("/a/b", "/a") && path_is_inside("/a", "/a") && path_is_inside("/a", "/"));
    assert_true(path_is_inside("/a/..b/c", "/a"));
    assert_false(path_is_inside("/ab", "/a") || path_is_inside("/", "/a") || path_is_inside("/b", "/a"));
    assert_string_equal(path_dirname(&f->arena, "a"), ".");
    assert_string_equal(path_dirname(&f->arena, "/a"), "/");
    assert_string_equal(path_dirname(&f->arena, "a//b/"), "a");
    assert_string_equal(path_dirname(&f->arena, "/"), "/");
    assert_string_equal(path_basename("a/b.py"), "b.py");
    assert_string_equal(path_basename("b.py"), "b.py");
    assert_string_equal(path_join(&f->arena, "a/", "b"), "a/b");
    assert_string_equal(path_join(&f->arena, "a", "/b"), "/b");
    assert_string_equal(path_join(&f->arena, "", "b"), "b");
    assert_null(path_real(&f->arena, in_folder(f, "none")));
}

static enum kl_status run(struct fixture *f, const char *script, struct process_request req,
                          struct process_result *out) {
    const char *const argv[] = {"sh", "-c", script, NULL};
    req.argv = argv;
    if (!req.max_output)
        req.max_output = 1000;
    return process_run(&req, out, &f->err);
}

static void a_child_gets_what_it_is_given_and_no_more(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    static const char *const env[] = {"ONLY=this", NULL};
    assert_int_equal(setenv("KEYLIFT_TEST_OURS", "ours", 1), 0);
    assert_int_equal(run(f, "cat; printf '%s' \"$ONLY$KEYLIFT_TEST_OURS$PWD\"; printf oops >&2; exit 3",
                         (struct process_request){.env = env, .input = slice_cstr("in "), .cwd = f->folder},
                         &r),
                     KL_OK);
    assert_int_equal(r.exit_code, 3);
    assert_string_equal(buf_cstr(&r.out), arena_printf(&f->arena, "in this%s", f->folder));
    assert_string_equal(buf_cstr(&r.err), "oops");
    process_result_release(&r);
    assert_int_equal(run(f, "cat; printf %s \"$KEYLIFT_TEST_OURS\"", (struct process_request){0}, &r), KL_OK);
    assert_string_equal(buf_cstr(&r.out), "ours"); /* no input is an empty one */
    process_result_release(&r);
    assert_int_equal(run(f, "kill -9 $$", (struct process_request){0}, &r), KL_OK);
    assert_int_equal(r.exit_code, 128 + 9);
    process_result_release(&r);
    unsetenv("KEYLIFT_TEST_OURS");
}

static void much_input_and_output_do_not_block_each_other(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    size_t len = (size_t)1 << 20;
    char *bytes = arena_alloc(&f->arena, len);
    memset(bytes, 'x', len);
    struct slice input = slice_of(bytes, len);
    assert_int_equal(run(f, "cat", (struct process_request){.input = input, .max_output = len}, &r), KL_OK);
    assert_true(slice_eq(buf_as_slice(&r.out), input));
    process_result_release(&r);
    /* A child that reads nothing must not end us with SIGPIPE. */
    assert_int_equal(run(f, "exec 0<&-; exit 0", (struct process_request){.input = input}, &r), KL_OK);
    assert_int_equal(r.exit_code, 0);
    process_result_release(&r);
    assert_int_equal(run(f, "cat", (struct process_request){.input = input, .max_output = len - 1}, &r),
                     KL_ERR_LIMIT);
    assert_null(r.out.ptr);
    assert_int_equal(run(f, "cat >&2", (struct process_request){.input = input}, &r), KL_ERR_LIMIT);
    assert_int_equal(run(f, "yes", (struct process_request){0}, &r), KL_ERR_LIMIT);
}

struct listener {
    struct buf all;
    size_t pieces, most; /* of which the last one is refused */
};

static enum kl_status listen_to(void *ctx, struct slice piece, struct error *e) {
    struct listener *l = ctx;
    buf_slice(&l->all, piece);
    return ++l->pieces == l->most ? error_set(e, KL_ERR_PARSE, "not this") : KL_OK;
}

static void output_is_handed_over_in_pieces(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    size_t len = (size_t)3 << 20;
    char *bytes = arena_alloc(&f->arena, len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 >> 3);
    struct listener l = {.all = BUF_INIT(2 * len)};
    struct process_request req = {
        .input = slice_of(bytes, len), .max_output = len, .take = listen_to, .take_ctx = &l};
    assert_int_equal(run(f, "cat; printf oops >&2; exit 4", req, &r), KL_OK);
    assert_true(slice_eq(buf_as_slice(&l.all), req.input));
    assert_true(l.pieces > 1);
    assert_int_equal(r.out.len, 0);
    assert_string_equal(buf_cstr(&r.err), "oops");
    assert_int_equal(r.exit_code, 4);
    process_result_release(&r);
    req.max_output = len - 1;
    assert_int_equal(run(f, "cat", req, &r), KL_ERR_LIMIT);
    l.pieces = 0;
    l.most = 2;
    req.max_output = SIZE_MAX;
    assert_int_equal(run(f, "yes", req, &r), KL_ERR_PARSE);
    assert_string_equal(f->err.message, "not this");
    assert_int_equal(l.pieces, 2);
    buf_release(&l.all);
}

static void a_deadline_ends_the_child_and_what_it_started(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    char *script = arena_printf(&f->arena, "sleep 600 & echo $! > %s/pid; wait", f->folder);
    assert_int_equal(run(f, script, (struct process_request){.timeout_ms = 500}, &r), KL_ERR_IO);
    assert_non_null(strstr(f->err.message, "500 ms"));
    struct buf b = BUF_INIT(100);
    assert_int_equal(file_read(in_folder(f, "pid"), 100, &b, &f->err), KL_OK);
    pid_t grandchild = (pid_t)strtol(buf_cstr(&b), NULL, 10);
    assert_true(grandchild > 1);
    /* Its new parent may take a moment to collect it; it runs no more. */
    int left = 100;
    char state_line[64] = "";
    while (left-- > 0 && kill(grandchild, 0) == 0) {
        struct buf stat = BUF_INIT(4000);
        char *path = arena_printf(&f->arena, "/proc/%d/stat", (int)grandchild);
        if (file_read(path, 4000, &stat, &f->err) == KL_OK)
            snprintf(state_line, sizeof(state_line), "%.60s", buf_cstr(&stat));
        buf_release(&stat);
        if (strstr(state_line, ") Z "))
            break;
        system_sleep_ms(20);
    }
    assert_true(left > 0);
    buf_release(&b);
}

static void a_child_left_running_does_not_keep_us(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    /* The job holds the pipe open for longer than the deadline. */
    char *script = arena_printf(&f->arena, "sleep 600 & echo $! > %s/pid; echo done", f->folder);
    assert_int_equal(run(f, script, (struct process_request){0}, &r), KL_OK);
    assert_string_equal(buf_cstr(&r.out), "done\n");
    process_result_release(&r);
    struct buf b = BUF_INIT(100);
    assert_int_equal(file_read(in_folder(f, "pid"), 100, &b, &f->err), KL_OK);
    kill((pid_t)strtol(buf_cstr(&b), NULL, 10), SIGKILL);
    buf_release(&b);
}

static void programs_are_looked_up_safely(void **state) {
    struct fixture *f = *state;
    struct process_result r = {0};
    const char *const missing[] = {"keylift-no-such-program", NULL};
    const char *const no_file[] = {"./keylift-no-such-program", NULL};
    const char *const local[] = {"evil", NULL};
    struct process_request req = {.argv = missing, .max_output = 10};
    assert_int_equal(process_run(&req, &r, &f->err), KL_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "keylift-no-such-program"));
    req.argv = no_file;
    assert_int_equal(process_run(&req, &r, &f->err), KL_ERR_NOT_FOUND);
    /* A program of the folder that is scanned does not run through PATH=. */
    char *was = arena_cstr(&f->arena, slice_cstr(getenv("PATH")));
    char *here = getcwd(NULL, 0);
    put(f, in_folder(f, "evil"), "#!/bin/sh\n", 0755);
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(setenv("PATH", ".::relative", 1), 0);
    req.argv = local;
    assert_int_equal(process_run(&req, &r, &f->err), KL_ERR_NOT_FOUND);
    assert_int_equal(setenv("PATH", was, 1), 0);
    assert_int_equal(chdir(here), 0);
    free(here);
    req.argv = (const char *const[]){"sh", "-c", "exit 0", NULL};
    req.cwd = in_folder(f, "none");
    assert_int_equal(process_run(&req, &r, &f->err), KL_ERR_IO);
}

static void the_system_answers(void **state) {
    struct fixture *f = *state;
    char stamp[21];
    assert_true(system_processors() >= 1);
    system_format_time(0, stamp);
    assert_string_equal(stamp, "1970-01-01T00:00:00Z");
    system_format_time(1769860800, stamp);
    assert_string_equal(stamp, "2026-01-31T12:00:00Z");
    unsigned char a[600] = {0}, b[600] = {0};
    system_random(a, sizeof(a));
    system_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a + 500, a + 300, 100);
    assert_false(system_interrupted());
    assert_false(system_is_terminal(-1));
    assert_int_equal(system_terminal_columns(-1), 80);
    (void)f;
}

static void a_thread_that_waits_spends_none_of_its_time(void **state) {
    (void)state;
    double before = system_cpu_seconds();
    system_sleep_ms(300);
    assert_true(system_cpu_seconds() - before < 0.2);
    while (system_cpu_seconds() <= before) {
    }
}

static void interrupts_only_set_a_flag_the_first_time(void **state) {
    (void)state;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        system_catch_interrupts();
        raise(SIGTERM);
        if (!system_interrupted())
            _exit(1);
        raise(SIGINT);
        _exit(2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_folder(a_read_is_whole_or_an_error),
        with_folder(a_descriptor_is_read_to_its_end),
        with_folder(looking_tells_kinds_apart),
        with_folder(a_replaced_file_keeps_its_mode_and_its_link),
        with_folder(an_aborted_replacement_leaves_nothing),
        with_folder(a_new_file_gets_the_mode_asked_for),
        with_folder(what_is_there_is_a_conflict_for_a_new_file),
        with_folder(only_regular_files_are_replaced),
        with_folder(a_tagged_temporary_file_is_known_beforehand),
        with_folder(appended_lines_add_up),
        with_folder(folders_are_made_with_their_parents),
        with_folder(a_folder_is_listed_with_kinds),
        with_folder(a_second_process_does_not_get_the_lock),
        with_folder(paths_are_computed),
        with_folder(a_child_gets_what_it_is_given_and_no_more),
        with_folder(much_input_and_output_do_not_block_each_other),
        with_folder(output_is_handed_over_in_pieces),
        with_folder(a_deadline_ends_the_child_and_what_it_started),
        with_folder(a_child_left_running_does_not_keep_us),
        with_folder(programs_are_looked_up_safely),
        with_folder(the_system_answers),
        cmocka_unit_test(a_thread_that_waits_spends_none_of_its_time),
        with_folder(interrupts_only_set_a_flag_the_first_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
