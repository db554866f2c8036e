/* hcvault_module.c: what the module that all sites read from says: see python_access.h. */
#include "backends/hcvault.h"

static const char client[] = "    import hvac  # type: ignore[import-untyped,unused-ignore]\n"
                             "\n"
                             "    address = os.environ.get(\"VAULT_ADDR\", ADDRESS)\n"
                             "    namespace = os.environ.get(\"VAULT_NAMESPACE\")\n"
                             "    return hvac.Client(url=address, namespace=namespace)\n";
static const char client_of_namespace[] = "    import hvac  # type: ignore[import-untyped,unused-ignore]\n"
                                          "\n"
                                          "    address = os.environ.get(\"VAULT_ADDR\", ADDRESS)\n"
                                          "    namespace = os.environ.get(\"VAULT_NAMESPACE\", NAMESPACE)\n"
                                          "    return hvac.Client(url=address, namespace=namespace)\n";

#define IMPORT "    from hvac import exceptions  # type: ignore[import-untyped,unused-ignore]\n\n"
#define ASK(path)                                                                                            \
    "    try:\n"                                                                                             \
    "        answer = _client().secrets.kv.v2.read_secret_version(\n"                                        \
    "            " path ", mount_point=MOUNT, raise_on_deleted_version=True\n"                               \
    "        )\n"
#define MISSING(name)                                                                                        \
    "    except exceptions.InvalidPath:\n"                                                                   \
    "        raise SecretNotFoundError(" name ") from None\n"
/* A path that is there may have other fields only. */
#define READ(path)                                                                                           \
    IMPORT ASK(path) MISSING("name") "    fields: dict[str, str] = answer[\"data\"][\"data\"]\n"             \
                                     "    if FIELD not in fields:\n"                                         \
                                     "        raise SecretNotFoundError(name)\n"                             \
                                     "    return fields[FIELD]\n"

static const char bundle[] =
    IMPORT ASK("BUNDLE") MISSING("BUNDLE") "    fields: dict[str, str] = answer[\"data\"][\"data\"]\n"
                                           "    return fields\n";

static struct python_constant *add(struct python_module *m, const char *name, const char *value,
                                   const char *comment) {
    size_t n = 0;
    while (m->constants[n].name)
        n++;
    m->constants[n] = (struct python_constant){name, value, comment, false};
    return &m->constants[n];
}

const struct python_module *hcvault_module(const struct hcvault *v, struct arena *a) {
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    m->title = "HashiCorp Vault or OpenBao";
    m->client = v->namespace ? client_of_namespace : client;
    add(m, "ADDRESS", v->address, "Where VAULT_ADDR names none.");
    if (v->namespace)
        add(m, "NAMESPACE", v->namespace, "Where VAULT_NAMESPACE names none.");
    add(m, "MOUNT", arena_cstr(a, slice_of(v->mount, strlen(v->mount) - 1)), NULL);
    if (v->bundle) {
        m->bundle = bundle;
        add(m, "BUNDLE", arena_printf(a, "%s%s", v->prefix, v->bundle), "One path; the names are its fields.")
            ->has_prefix = v->prefix[0] != '\0';
        return m;
    }
    if (v->prefix[0])
        add(m, "PREFIX", v->prefix, NULL)->has_prefix = true;
    add(m, "FIELD", v->field, NULL);
    m->read = v->prefix[0] ? READ("PREFIX + name") : READ("name");
    return m;
}
