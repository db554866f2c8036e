/* migration_sites.c: between what a migration knows, literals and reads of the environment,
 * and the sites of one file that the rewriter is given. */
#include "cli/migration.h"

static struct rewrite_site of_literal(const struct migration_site *site) {
    return (struct rewrite_site){
        .start_byte = site->finding->start_byte,
        .end_byte = site->finding->end_byte,
        .secret_start_byte = site->finding->secret_start_byte,
        .secret_end_byte = site->finding->secret_end_byte,
        .name = site->name,
        .stored_name = site->stored_name,
        .value = &site->finding->value,
        .is_bytes = site->finding->is_bytes,
        .is_mention = site->mention,
        .context = site->finding->context,
    };
}

static struct rewrite_site of_read(const struct migration_read *r) {
    return (struct rewrite_site){.start_byte = r->read->start_byte,
                                 .end_byte = r->read->end_byte,
                                 .name = r->read->name,
                                 .stored_name = r->stored_name,
                                 .read = r->read};
}

static bool is_loading(const struct migration *m) {
    return m->session.kind->access->needs_loading;
}

/* Before its module is known, a file reads inline, and reads of the environment have no
 * inline form: migration_try_reads sees to them. */
static bool takes_reads(const struct migration *m, const struct migration_file *f) {
    return f->module || is_loading(m) || migration_style(m) == STYLE_INLINE;
}

/* Both lists are in the order of their places. */
size_t migration_sites_of(const struct migration *m, const struct migration_file *f,
                          struct rewrite_site *sites) {
    size_t count = 0, i = 0, k = takes_reads(m, f) ? 0 : f->read_count;
    while (i < f->site_count || k < f->read_count) {
        const struct migration_site *site = i < f->site_count ? &m->sites[f->first_site + i] : NULL;
        const struct migration_read *read = k < f->read_count ? &m->reads[f->first_read + k] : NULL;
        bool literal = site && (!read || site->finding->start_byte <= read->read->start_byte);
        if (literal && !site->left)
            sites[count++] = of_literal(site);
        else if (!literal && !read->left)
            sites[count++] = of_read(read);
        i += literal;
        k += !literal;
    }
    return count;
}

static const char *reason_of(const struct rewrite_site *site) {
    return site->rewritten ? NULL : site->reason ? site->reason : "the rewriter left it";
}

void migration_take_outcome(struct migration *m, const struct migration_file *f,
                            const struct rewrite_site *sites, size_t count) {
    size_t i = f->first_site, k = f->first_read;
    for (size_t n = 0; n < count; n++) {
        if (sites[n].read) {
            while (m->reads[k].read != sites[n].read)
                k++;
            m->reads[k].left = reason_of(&sites[n]);
            m->reads[k++].done = sites[n].rewritten && sites[n].done;
            continue;
        }
        while (m->sites[i].left)
            i++;
        m->sites[i++].left = reason_of(&sites[n]);
    }
}

bool migration_has_done_read(const struct migration *m, const struct migration_file *f) {
    for (size_t k = 0; k < f->read_count; k++)
        if (m->reads[f->first_read + k].done && !m->reads[f->first_read + k].left)
            return true;
    return false;
}

static enum kl_status try_file(struct migration *m, struct migration_file *f, struct error *e) {
    struct rewrite_site *sites = arena_calloc(&m->arena, f->read_count + 1, sizeof *sites);
    struct rewrite_output output;
    size_t count = 0;
    for (size_t k = 0; k < f->read_count; k++)
        if (!m->reads[f->first_read + k].left)
            sites[count++] = of_read(&m->reads[f->first_read + k]);
    if (count == 0)
        return KL_OK;
    struct rewrite_request request = migration_request(m, f, buf_as_slice(&f->bytes), sites, count);
    request.style = migration_style(m);
    request.module_name = "vault_secrets"; /* some name: which one, only the files that change tell */
    enum kl_status s = rewrite_file(&request, &m->arena, &output, e);
    if (s != KL_OK)
        return s;
    migration_take_outcome(m, f, sites, count);
    f->changes = f->changes || output.rewritten > 0;
    f->uses_module = f->changes || migration_has_done_read(m, f);
    return KL_OK;
}

enum kl_status migration_try_reads(struct migration *m, struct error *e) {
    enum kl_status s = KL_OK;
    if (is_loading(m) || migration_style(m) == STYLE_INLINE)
        return KL_OK;
    for (size_t i = 0; i < m->file_count && s == KL_OK; i++)
        s = try_file(m, &m->files[i], e);
    return s;
}

void migration_leave_inline_reads(struct migration *m) {
    for (size_t i = 0; i < m->file_count; i++) {
        const struct migration_file *f = &m->files[i];
        for (size_t k = 0; k < f->read_count && !takes_reads(m, f); k++)
            if (!m->reads[f->first_read + k].left) {
                m->reads[f->first_read + k].left =
                    f->no_module_because ? f->no_module_because : "no module serves this file";
                m->reads[f->first_read + k].done = false;
            }
    }
}
