/* thread.c: threads on pthreads. */
#include "base/thread.h"

#include <pthread.h>

#include "base/mem.h"

struct thread {
    pthread_t id;
    void (*fn)(void *);
    void *arg;
    bool guarded;
    const char *ended; /* why it did not come to its end; NULL: it did */
};

struct mutex {
    pthread_mutex_t m;
};

struct condition {
    pthread_cond_t c;
};

static void check(int failed) {
    if (failed)
        mem_end("the system gave no thread, lock or condition");
}

static void *enter(void *arg) {
    struct thread *t = arg;
    if (t->guarded)
        t->ended = mem_guard(t->fn, t->arg);
    else
        t->fn(t->arg);
    return NULL;
}

struct thread *thread_start(void (*fn)(void *), void *arg, size_t stack_bytes) {
    struct thread *t = mem_alloc(sizeof(*t));
    pthread_attr_t attr;
    *t = (struct thread){.fn = fn, .arg = arg, .guarded = mem_is_guarded()};
    check(pthread_attr_init(&attr));
    if (stack_bytes)
        check(pthread_attr_setstacksize(&attr, stack_bytes));
    check(pthread_create(&t->id, &attr, enter, t));
    pthread_attr_destroy(&attr);
    return t;
}

const char *thread_join_guarded(struct thread *t) {
    if (!t)
        return NULL;
    check(pthread_join(t->id, NULL));
    const char *ended = t->ended;
    free(t);
    return ended;
}

void thread_join(struct thread *t) {
    const char *ended = thread_join_guarded(t);
    if (ended)
        mem_end(ended);
}

struct mutex *mutex_new(void) {
    struct mutex *m = mem_alloc(sizeof(*m));
    check(pthread_mutex_init(&m->m, NULL));
    return m;
}

void mutex_free(struct mutex *m) {
    if (!m)
        return;
    check(pthread_mutex_destroy(&m->m));
    free(m);
}

void mutex_lock(struct mutex *m) {
    check(pthread_mutex_lock(&m->m));
}

void mutex_unlock(struct mutex *m) {
    check(pthread_mutex_unlock(&m->m));
}

struct condition *condition_new(void) {
    struct condition *c = mem_alloc(sizeof(*c));
    check(pthread_cond_init(&c->c, NULL));
    return c;
}

void condition_free(struct condition *c) {
    if (!c)
        return;
    check(pthread_cond_destroy(&c->c));
    free(c);
}

void condition_wait(struct condition *c, struct mutex *m) {
    check(pthread_cond_wait(&c->c, &m->m));
}

void condition_signal(struct condition *c) {
    check(pthread_cond_signal(&c->c));
}

void condition_broadcast(struct condition *c) {
    check(pthread_cond_broadcast(&c->c));
}

#define EACH_THREADS_MAX 64u

struct each {
    struct mutex *lock;
    size_t next, count;
    void (*fn)(void *ctx, size_t index);
    void *ctx;
};

static void work(void *arg) {
    struct each *e = arg;
    for (;;) {
        mutex_lock(e->lock);
        size_t index = e->next < e->count ? e->next++ : SIZE_MAX;
        mutex_unlock(e->lock);
        if (index == SIZE_MAX)
            return;
        e->fn(e->ctx, index);
    }
}

void thread_each(unsigned threads, size_t count, void (*fn)(void *ctx, size_t index), void *ctx) {
    struct each e = {.lock = mutex_new(), .count = count, .fn = fn, .ctx = ctx};
    struct thread *started[EACH_THREADS_MAX];
    size_t more = threads < EACH_THREADS_MAX ? threads : EACH_THREADS_MAX;
    more = more > count ? count : more;
    more = more > 0 ? more - 1 : 0; /* the caller's own works, too */
    for (size_t i = 0; i < more; i++)
        started[i] = thread_start(work, &e, 0);
    work(&e);
    for (size_t i = 0; i < more; i++)
        thread_join(started[i]);
    mutex_free(e.lock);
}
