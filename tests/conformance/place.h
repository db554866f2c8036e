/* place.h: one empty, private place in a vault a case, with what the cases do to it. */
#ifndef KEYLIFT_TESTS_CONFORMANCE_PLACE_H
#define KEYLIFT_TESTS_CONFORMANCE_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backends/vault.h"
#include "base/buf.h"
#include "base/redact.h"
#include "base/thread.h"

#define FOLDER_TEMPLATE "/tmp/keylift-conformance-XXXXXX"
#define TRACE_MAX ((size_t)1 << 20)

struct place {
    char folder[sizeof FOLDER_TEMPLATE];
    struct arena arena;
    struct vault_options options;
    const char
        *foreign; /* stored name of what somebody else made; NULL: the vault marks nothing as its own */
    struct vault *vault;
    struct mutex *lock;
    struct redactor *known; /* tokens, and the values of the case */
    struct buf trace;
};

struct fixture {
    const char *id;
    void (*make)(struct place *p); /* an empty, private place */
    void (*remove)(struct place *p);
    const char *server; /* the variable that holds its options; NULL: it needs no server */
    bool marks;         /* tells what keylift made from what others made */
};

/* A line a vault; ends with id NULL. */
extern const struct fixture fixtures[];
/* Whose line it is that the cases run for now. */
extern const struct fixture *current;

int set_up(void **state);
int tear_down(void **state);
void reopen(struct place *p);

/* The value is masked in every message and trace from now on, as keylift would. */
void learn(void *place, struct slice value);
/* No error message holds a value or a token, in whatever spelling. */
void check_message(struct place *p, const struct error *e);

struct secret secret_from(const char *bytes, size_t len);
struct secret secret_text(const char *text);
void put(struct place *p, const char *name, const char *text, char version[VAULT_VERSION_MAX]);
enum kl_status put_bytes(struct place *p, const char *name, struct slice bytes, bool binary,
                         char version[VAULT_VERSION_MAX], struct error *e);
void expect(struct place *p, const char *name, const char *version, const char *bytes, size_t len);

#endif
