/* migration_policy.c: --policy FILE: what a program must be allowed that reads the names
 * of this very run. Names alone: no value is in it. */
#include "cli/migration.h"

#include "base/file.h"

/* Those that the vault holds now, or would hold. */
static bool is_wanted(const struct upload_item *item) {
    return item->state == UPLOAD_PENDING || item->state == UPLOAD_PRESENT || item->state == UPLOAD_STORED;
}

enum kl_status migration_write_policy(struct migration *m, struct error *e) {
    const char *path = m->cli->options.policy;
    const char **stored = arena_calloc(&m->arena, m->item_count + 1, sizeof *stored);
    struct buf text = BUF_INIT(KL_MAX_REWRITE_BYTES);
    size_t count = 0;
    for (size_t i = 0; i < m->item_count; i++)
        if (is_wanted(&m->items[i]))
            stored[count++] = m->items[i].stored_name;
    if (!path || count == 0)
        return KL_OK;
    enum kl_status s = m->session.kind->policy(m->session.vault, stored, count, &text, e);
    if (s == KL_OK)
        s = file_write_atomic(path, buf_as_slice(&text), 0, e);
    m->policy_names = s == KL_OK ? count : 0;
    buf_release(&text);
    return s;
}

void migration_show_policy(const struct migration *m) {
    struct output *o = &m->cli->out;
    if (m->policy_names == 0)
        return;
    out_text(o, "what lets a program read %s is in ", m->policy_names == 1 ? "this name" : "these names");
    out_path(o, MARK_BOLD, m->cli->options.policy);
    out_text(o, "\n");
}
