/*
 * spawn RESULT PROGRAM [ARGUMENT...]: runs the program and writes to RESULT, in one line,
 *
 *     nanoseconds from fork to exit, microseconds of processor time, peak KiB of memory, exit status
 *
 * A process begins with the peak memory of the one that it was forked from: forked from Python, no program
 * seems to take less than Python does. This one is small, and nothing but the fork stands between the clocks.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long micros(struct timeval t) {
    return t.tv_sec * 1000000LL + t.tv_usec;
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    long long begin = now();
    pid_t child = fork();
    if (child < 0)
        return 2;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a measurement that is given up ends what it measured */
        execv(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (wait4(child, &status, 0, &used) != child)
        return 2;
    long long took = now() - begin;
    FILE *result = fopen(argv[1], "w");
    if (!result)
        return 2;
    fprintf(result, "%lld %lld %ld %d\n", took, micros(used.ru_utime) + micros(used.ru_stime), used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(result) ? 2 : 0;
}
