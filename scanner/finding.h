/* finding.h: what a scan yields. A finding knows where a secret stands, never
 * shows it, and keeps its value in a struct that wipes itself. */
#ifndef KEYLIFT_SCANNER_FINDING_H
#define KEYLIFT_SCANNER_FINDING_H

#include "base/arena.h"
#include "base/probe.h"
#include "base/secret.h"
#include "scanner/pylex.h"

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };
const char *severity_name(enum severity s);
bool severity_parse(const char *name, enum severity *out);

/* Where a string stands. The word in reports is context_name's. */
enum context {
    CONTEXT_NONE,
    CONTEXT_ASSIGNMENT, /* x = "..", x: T = "..", x = y = "..", x, y = "..", ".." */
    CONTEXT_AUGMENTED,  /* x += ".." */
    CONTEXT_WALRUS,
    CONTEXT_ATTRIBUTE, /* self.x = ".." */
    CONTEXT_SUBSCRIPT, /* conf["x"] = ".." */
    CONTEXT_DICT_VALUE,
    CONTEXT_DICT_KEY,
    CONTEXT_KEYWORD,  /* f(password="..") */
    CONTEXT_DEFAULT,  /* def f(password="..") */
    CONTEXT_ARGUMENT, /* f("..") */
    CONTEXT_COMPARISON,
    CONTEXT_RETURN,         /* return "..", yield ".." */
    CONTEXT_ELEMENT,        /* of a list, tuple or set */
    CONTEXT_ENV_WRITE,      /* os.environ["X"] = ".." */
    CONTEXT_ENV_DEFAULT,    /* os.getenv("X", "..") */
    CONTEXT_OPTION_DEFAULT, /* argparse, click, typer default= */
    CONTEXT_FSTRING,        /* a literal fragment of an f-string */
    CONTEXT_FORMAT,         /* "..." % x, "...".format(x) */
    CONTEXT_EXPRESSION,     /* any other string expression */
    CONTEXT_COMMENT,
    CONTEXT_DOCSTRING, /* and other strings that stand as a statement */
    CONTEXT_TEXT,      /* a file that is no Python: a line, or a key's value */
    CONTEXT_COUNT
};
const char *context_name(enum context c);

/* A string of the source that may be a secret. Made by the hundred thousand:
 * plain data, everything borrowed from the file's arena and text. */
struct candidate {
    uint32_t start, end; /* text offsets of the whole literal as written: prefix, quotes, and for a
                            concatenation from its first to its last part */
    uint32_t first_token, last_token; /* indices in py_tokens; both UINT32_MAX outside Python */
    enum context context;
    struct slice name;     /* variable, key, keyword, attribute: the last component; empty if none */
    struct slice given_to; /* another name of it: of os.getenv("X", "..") what the result is called, of a = b
                              = ".." the target that `name` is not; else empty */
    struct slice callee;   /* dotted name of the called function for arguments, "" otherwise */
    uint32_t argument;     /* index of a positional argument, or of an element in parentheses */
    struct slice value;    /* evaluated */
    uint32_t parts;        /* literals joined; 1 for a single one */
    bool is_bytes;
    bool is_partial;       /* only a piece of the run-time string (f-string, format, + with a name) */
    bool in_test;          /* file or function looks like a test or an example */
    bool in_list;          /* of other text: one of several that have this name together */
    bool at_top;           /* not indented: a name that it is given is one of the module */
    const char *unfixable; /* NULL, or that a rewrite can never replace it: see candidate_unfixable */
    const char *encoding; /* NULL, or how the value is written there: "base64"; `value` is decoded (static) */
};

enum suppression {
    SUPPRESSED_NO,
    SUPPRESSED_COMMENT, /* keylift: ignore, and the markers of other tools */
    SUPPRESSED_CONFIG,  /* path and rule pairs of the configuration */
    SUPPRESSED_BASELINE,
    SUPPRESSED_NOT_LIVE /* --only-live: its provider has not said that it is */
};

/* A scan may yield a hundred thousand of them, and each is there until it is reported: what says little is
 * small, and texts that many have are there once. */
struct finding {
    const char *rule;     /* id; static for built-in rules */
    const char *message;  /* "AWS access key id" */
    const char *revoke;   /* where to revoke it; "" when unknown */
    const char *path;     /* opens the file from the current folder: the path named, then the way below */
    const char *why;      /* of the classifier: what it goes by; "" for a rule of a provider */
    const char *name;     /* "" if none */
    const char *callee;   /* "" if none */
    const char *redacted; /* the provider's public prefix and a length class: "AKIA… (20 characters)" */
    const char *reason;   /* why not fixable; NULL if it is */
    const char *half; /* of a credential of two parts, what the other one is; NULL: it is not in the file */
    const char *suppressed_by; /* the marker or configuration line; NULL */
    const char *value_id;      /* of the value, under a key of the user's; NULL: none (cli/value_id.h) */
    /* Of a scan of history: the first commit that has the secret, when its author made it
     * (2026-01-31T12:00:00+01:00), and (in_head) whether the newest one still has it. NULL: none */
    const char *commit, *date;
    /* With --blame: the commit that its line came with, and when its author made it (2026-01-31T12:00:00Z) */
    const char *since_commit, *since;
    const char *verified_why; /* why not live or unknown; NULL: no reason */
    const char
        *companion; /* what the provider wants beside the token, from the file; "": nothing (companion.h) */
    double confidence;                           /* 0..1 */
    uint64_t start_byte, end_byte;               /* of the file */
    uint64_t secret_start_byte, secret_end_byte; /* what moves of a literal that holds more, as spelled; both
                                                    0: all of it */
    uint32_t line, column, end_line, end_column;
    uint32_t half_line;
    uint32_t age;        /* of a scan of history: the how-manieth file it stands in, from the oldest */
    struct secret value; /* what was matched as the secret (for a database URL: the whole literal's value) */
    uint32_t token_at,
        token_len;        /* where in `value` stands what the rule matched; length 0: it is not there */
    char fingerprint[33]; /* 128 bits in hex: rule, name, context and place; never the value */
    enum context context : 8;
    enum severity severity : 8;
    enum suppression suppressed : 8;
    enum probe_verdict verified : 8; /* what the provider says of it, if it was asked (cli/verification.h) */
    bool by_own_rule : 1;            /* a rule of the user's, which may have the id of a built-in one */
    bool fixable : 1;
    bool is_bytes : 1;
    bool in_test : 1;
    bool in_head : 1;
    bool known : 1;   /* of what is staged: the commit before has it in this file, too. For the scan alone */
    bool settled : 1; /* nothing that is found later changes it. For the scan alone */
    bool told : 1;    /* its line is written: scan_options.tell */
};

/* What the rule matched, without the rest of the literal: "Bearer ", a URL. Borrowed; empty without a value.
 */
struct slice finding_token(const struct finding *f);

/* The word for why a finding is silenced; NULL if it is not. */
const char *finding_silenced_by(const struct finding *f);

/* Where the bytes that move begin and end. */
static inline uint64_t finding_from(const struct finding *f) {
    return f->secret_end_byte ? f->secret_start_byte : f->start_byte;
}
static inline uint64_t finding_to(const struct finding *f) {
    return f->secret_end_byte ? f->secret_end_byte : f->end_byte;
}

enum env_access {
    ENV_SUBSCRIPT,
    ENV_GET,
    ENV_POP,
    ENV_SETDEFAULT,
    ENV_IN,
    ENV_GETENV,
    ENV_WRITE,
    ENV_DELETE,
    ENV_LOAD_DOTENV,
    ENV_DOTENV_VALUES,
    ENV_DECOUPLE,
    ENV_ENVIRONS,
    ENV_PYDANTIC,
    ENV_STARLETTE,
    ENV_CLICK,
    ENV_ACCESS_COUNT
};
const char *env_access_name(enum env_access a); /* "environ.get", "getenv", ... */

enum env_default { ENV_DEFAULT_NONE, ENV_DEFAULT_LITERAL, ENV_DEFAULT_EXPRESSION };

#define ENV_READ_RULE "environment-read" /* what comments and the configuration call it */

struct env_read {
    const char *name; /* the variable; "" when it is not a literal */
    const char *path;
    uint32_t line, column;
    uint64_t start_byte, end_byte; /* of the whole expression, e.g. os.getenv("X", "y") */
    enum env_access access;
    enum env_default default_kind;
    const char
        *default_text; /* a literal default that nobody would take for a secret, evaluated; else NULL */
    bool required;     /* it raises where the variable is not set */
    bool secret;       /* by the classifier: a secret, not a setting */
    bool bytes;        /* environb */
    bool in_archive;
    bool silenced; /* by a comment on its line, or by the configuration, as ENV_READ_RULE */
};

struct scan_error {
    const char *path;
    const char *message;
};

/* Why a file was not scanned; counted, never silent. */
enum skip_reason {
    SKIP_IGNORED,  /* git ignores it and does not track it */
    SKIP_EXCLUDED, /* --exclude or the configuration */
    SKIP_BINARY,
    SKIP_SPECIAL, /* pipe, socket, device */
    SKIP_LINK,    /* a symbolic link (its target is scanned where it stands) */
    SKIP_SUBMODULE,
    SKIP_GIT_FOLDER,
    SKIP_TOO_LARGE, /* also an error entry */
    SKIP_ARCHIVE,   /* without --archives */
    /* Of archives; each is also an error entry. The limits: scan_archive.h */
    SKIP_ENCRYPTED,
    SKIP_PACKED,  /* in a way that is not read */
    SKIP_DAMAGED, /* a member, or the rest of an archive */
    SKIP_MEMBER_SIZE,
    SKIP_RATIO,
    SKIP_DEPTH,
    SKIP_MEMBERS, /* the rest of an archive */
    SKIP_TOTAL,   /* the rest of an archive */
    SKIP_REASON_COUNT
};
const char *skip_reason_name(enum skip_reason r);

/* Of which files only the providers' rules say something: what is random in them is no secret. */
enum scan_partly {
    PARTLY_NOT,      /* searched in every way */
    PARTLY_LOCK,     /* versions and hashes of packages */
    PARTLY_MINIFIED, /* code that a program has made short */
    PARTLY_COUNT
};
const char *scan_partly_name(enum scan_partly p);

struct scan_stats {
    uint64_t files, bytes; /* of a scan of history: versions of files; the members of archives, too */
    uint64_t archives;     /* that were looked into */
    uint64_t commits;
    uint64_t known;    /* findings that are left out, for a commit does not bring them */
    uint64_t unstaged; /* of `files`: those that were named to a hook and that the commit does not change */
    uint64_t python_files;
    uint64_t skipped[SKIP_REASON_COUNT];
    uint64_t partly[PARTLY_COUNT]; /* of `files` that are text and no Python */
    double seconds;
};

/* Everything one scan found, in a stable order: path, then place. Strings live
 * in `arena`. */
struct scan_result {
    struct finding *findings;
    size_t finding_count, finding_cap;
    struct env_read *reads;
    size_t read_count, read_cap;
    struct scan_error *errors;
    size_t error_count, error_cap;
    struct scan_stats stats;
    struct arena arena;
    bool interrupted;
};
void scan_result_release(struct scan_result *r);
void scan_result_add_error(struct scan_result *r, const char *path, const char *message);

#endif
