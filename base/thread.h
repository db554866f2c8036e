/* thread.h: threads, one mutex and one condition, as thin as can be (pthreads
 * now; the only file to change for another system). */
#ifndef KEYLIFT_BASE_THREAD_H
#define KEYLIFT_BASE_THREAD_H

#include "base/common.h"

struct thread;
/* `stack_bytes` 0: the system's. Ends the program if no thread can be made (mem_end: also below). */
struct thread *thread_start(void (*fn)(void *), void *arg, size_t stack_bytes);
/* What ended in a guard of its own (mem_guard) ends the caller, too: join the others before. */
void thread_join(struct thread *t);
/* The same; returns the reason instead, NULL for none. */
const char *thread_join_guarded(struct thread *t) KL_MUST_USE;

/* Calls fn(ctx, 0) to fn(ctx, count - 1), each once, in that order but up to `threads`
 * at a time; returns when all have. With one thread: in the caller's. */
void thread_each(unsigned threads, size_t count, void (*fn)(void *ctx, size_t index), void *ctx);

struct mutex;
struct mutex *mutex_new(void);
void mutex_free(struct mutex *m);
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

struct condition;
struct condition *condition_new(void);
void condition_free(struct condition *c);
void condition_wait(struct condition *c, struct mutex *m);
void condition_signal(struct condition *c);
void condition_broadcast(struct condition *c);

#endif
