/* vault_many.c: vault_get_many: many names, as many in each call as the vault takes. */
#include "backends/vault.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

struct many {
    struct vault *v;
    struct vault_read *reads;
    size_t count;
    struct error *errors; /* of each call */
};

static void read_chunk(const struct many *m, size_t chunk) {
    size_t first = chunk * m->v->kind->many, left = m->count - first;
    size_t count = left < m->v->kind->many ? left : m->v->kind->many;
    struct error *e = &m->errors[chunk];
    if (!system_interrupted() && m->v->kind->get_many(m->v, &m->reads[first], count, e) == KL_OK)
        e->status = KL_OK;
}

static void read_later_chunk(void *ctx, size_t index) {
    read_chunk(ctx, index + 1);
}

/* The first call goes alone, since it tells whether the vault can be asked like this. */
enum kl_status vault_get_many(struct vault *v, struct vault_read *reads, size_t count, struct error *e) {
    const struct vault_kind *kind = v->kind;
    enum kl_status st = KL_OK;
    for (size_t i = 0; i < count; i++)
        reads[i].status = KL_ERR_UNSUPPORTED;
    if (!kind->get_many || count < 2) /* get does it */
        return KL_OK;
    size_t chunks = (count + kind->many - 1) / kind->many;
    struct many m = {v, reads, count, mem_calloc(chunks, sizeof(struct error))};
    read_chunk(&m, 0);
    if (m.errors[0].status == KL_OK)
        thread_each(kind->parallel, chunks - 1, read_later_chunk, &m);
    for (size_t i = 0; i < chunks && st == KL_OK; i++)
        if (m.errors[i].status != KL_OK && m.errors[i].status != KL_ERR_UNSUPPORTED) {
            *e = m.errors[i];
            st = e->status;
        }
    free(m.errors);
    return st;
}
