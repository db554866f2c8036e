/* system.c: processors, time, random bytes, terminal, environment, signals. */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define MAX_LINE_BYTES KL_MAX_SECRET_BYTES

#if defined(__APPLE__)
extern char **environ; /* its unistd.h leaves that to us */
#endif

/* A signal handler can reach nothing but a global: the one exception. */
static volatile sig_atomic_t interrupts;

unsigned system_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
#endif
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

double system_seconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double system_cpu_seconds(void) {
    struct timespec used = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

void system_sleep_ms(unsigned milliseconds) {
    struct timespec span = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&span, NULL);
}

uint64_t system_unix_time(void) {
    return (uint64_t)time(NULL);
}

void system_random(void *out, size_t len) {
    static const char line[] = "keylift: the system gives no random bytes\n";
    unsigned char *at = out;
    while (len > 0) {
        size_t step = len < 256 ? len : 256;
        if (getentropy(at, step) != 0) {
            ssize_t ignored = write(STDERR_FILENO, line, sizeof(line) - 1);
            (void)ignored;
            _exit(2);
        }
        at += step;
        len -= step;
    }
}

int system_pid(void) {
    return (int)getpid();
}

bool system_is_terminal(int fd) {
    return isatty(fd) == 1;
}

unsigned system_terminal_columns(int fd) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

const char *system_getenv(const char *name) {
    return getenv(name);
}

void system_each_env(void (*fn)(void *ctx, const char *name, const char *value), void *ctx) {
    struct arena scratch = ARENA_INIT;
    for (char **entry = environ; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals)
            fn(ctx, arena_cstr(&scratch, slice_of(*entry, (size_t)(equals - *entry))), equals + 1);
    }
    arena_release(&scratch);
}

void system_format_time(uint64_t unix_time, char out[21]) {
    time_t when = (time_t)unix_time;
    struct tm utc = {0};
    if (!gmtime_r(&when, &utc) || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        memcpy(out, "0000-00-00T00:00:00Z", 21);
}

static void on_interrupt(int signal_number) {
    if (interrupts && signal_number == SIGINT)
        _exit(130);
    interrupts = 1;
}

void system_catch_interrupts(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < KL_ARRAY_LEN(signals); i++) {
        struct sigaction was, now = {.sa_handler = on_interrupt}; /* no SA_RESTART: waits must end */
        if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler == SIG_IGN)
            continue; /* nohup */
        sigemptyset(&now.sa_mask);
        sigaction(signals[i], &now, NULL);
    }
    signal(SIGPIPE, SIG_IGN); /* `keylift ... | head` must not end a run in its middle */
}

bool system_interrupted(void) {
    return interrupts != 0;
}

bool system_has_terminal(void) {
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static enum kl_status read_tty_line(int fd, struct buf *out, struct error *e) {
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR && !system_interrupted())
            continue;
        if (system_interrupted())
            return error_set(e, KL_ERR_INTERRUPTED, "interrupted");
        if (n < 0)
            return error_set_errno(e, KL_ERR_IO, errno, "cannot read from the terminal");
        if (n == 0 || c == '\n')
            return KL_OK;
        buf_char(out, c);
        mem_wipe(&c, 1);
        if (!buf_ok(out) || out->len > MAX_LINE_BYTES)
            return error_set(e, KL_ERR_LIMIT, "the line is too long");
    }
}

static enum kl_status ask(const char *prompt, bool hidden, struct buf *out, struct error *e) {
    struct termios was, now;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set(e, KL_ERR_NOT_FOUND, "there is no terminal to ask on");
    enum kl_status status = KL_OK;
    bool changed = false;
    if (hidden) {
        /* From here on Ctrl-C ends the read, so that the echo comes back. */
        system_catch_interrupts();
        if (tcgetattr(fd, &was) != 0) {
            status = error_set_errno(e, KL_ERR_IO, errno, "cannot turn off the terminal's echo");
            goto done;
        }
        now = was;
        now.c_lflag &= ~(tcflag_t)ECHO;
        now.c_cc[VSUSP] = _POSIX_VDISABLE; /* a stopped program would leave the shell without echo */
        if (tcsetattr(fd, TCSAFLUSH, &now) != 0) {
            status = error_set_errno(e, KL_ERR_IO, errno, "cannot turn off the terminal's echo");
            goto done;
        }
        changed = true;
    }
    status = file_write_fd(fd, "the terminal", slice_cstr(prompt), e);
    if (status == KL_OK)
        status = read_tty_line(fd, out, e);
done:
    if (changed) {
        tcsetattr(fd, TCSAFLUSH, &was);
        struct error unused;
        if (file_write_fd(fd, "the terminal", SLICE_LIT("\n"), &unused) != KL_OK)
            unused.status = KL_OK; /* only the look of the screen */
    }
    close(fd);
    return status;
}

enum kl_status system_read_hidden(const char *prompt, struct buf *out, struct error *e) {
    return ask(prompt, true, out, e);
}

enum kl_status system_read_line(const char *prompt, struct buf *out, struct error *e) {
    return ask(prompt, false, out, e);
}
