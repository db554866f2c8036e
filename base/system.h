/* system.h: the remaining questions to the operating system: processors, time,
 * random bytes, terminal, environment, signals. */
#ifndef KEYLIFT_BASE_SYSTEM_H
#define KEYLIFT_BASE_SYSTEM_H

#include "base/buf.h"
#include "base/error.h"

unsigned system_processors(void); /* usable by this process, at least 1 */
double system_seconds(void);      /* monotonic */
/* Processor time of this thread: for budgets of work, which must not depend on
 * what else the machine is doing. */
double system_cpu_seconds(void);
void system_sleep_ms(unsigned milliseconds); /* a signal ends it early */
uint64_t system_unix_time(void);             /* seconds */
void system_random(void *out, size_t len);   /* from the kernel; ends the program if there is none */
int system_pid(void);
bool system_is_terminal(int fd);
unsigned system_terminal_columns(int fd); /* 80 when unknown */
/* Borrowed from the environment, NULL if unset. */
const char *system_getenv(const char *name);
/* Every variable: calls fn("NAME", value) for each. */
void system_each_env(void (*fn)(void *ctx, const char *name, const char *value), void *ctx);
/* "2026-01-31T12:00:00Z" into out[21]. */
void system_format_time(uint64_t unix_time, char out[21]);
bool system_has_terminal(void); /* /dev/tty: somebody can be asked, whatever is redirected */
/* From the terminal (/dev/tty) without echo; KL_ERR_NOT_FOUND without a terminal. */
enum kl_status system_read_hidden(const char *prompt, struct buf *out, struct error *e) KL_MUST_USE;
/* One visible line from the terminal; for confirmations. */
enum kl_status system_read_line(const char *prompt, struct buf *out, struct error *e) KL_MUST_USE;
/* After system_catch_interrupts, SIGINT, SIGTERM and SIGHUP only set a flag
 * that this returns; a second SIGINT ends the program at once. SIGPIPE is
 * ignored: writing to a pipe that nobody reads is an error like others. */
void system_catch_interrupts(void);
bool system_interrupted(void);

#endif
