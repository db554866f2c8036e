/* skim_internal.h: what the files of the skimmer share; nobody else includes it.
 *
 *     skim_blocks.c   where quotes, brackets, line ends and hints stand
 *     skim_marks.c    which of the hints are what they look like
 *     skim_walk.c     the literals: strings and comments
 *     skim_text.c     brackets, statements, the bytes around a place
 *     skim_value.c    what a value is by itself
 *     skim_place.c    what names a literal
 *     skim_names.c    what the names around it promise
 *     skim_uses.c     what its variable is used as
 *     skim_statement.c    a statement as Python
 *     skim_imports.c  what the file imports; does it read the environment?
 *     skim.c          what is asked of each literal */
#ifndef KEYLIFT_SCANNER_SKIM_INTERNAL_H
#define KEYLIFT_SCANNER_SKIM_INTERNAL_H

#include "base/bits.h"
#include "scanner/scanfile.h"
#include "scanner/skim.h"
#include "scanner/skim_blocks.h"

#define SKIM_MIN_RUN 20u      /* bytes without a blank that hold a token; what may be shorter: skim_marks.c */
#define SKIM_MAX_NAME 512u    /* bytes of a literal that name_words.c may take for a name */
#define SKIM_MAX_TARGETS 512u /* bytes before the = of an assignment */

enum skim_kind { SKIM_STRING, SKIM_FORMATTED, SKIM_COMMENT };

struct skim_literal {
    uint32_t start, end;     /* prefix and quotes included; of a comment, from # to the line end */
    uint32_t body, body_end; /* between the quotes */
    uint8_t kind;            /* enum skim_kind */
    uint8_t flags;           /* PY_STR_* */
    uint8_t prefix_len;
};

enum skim_answer { SKIM_UNKNOWN, SKIM_NO, SKIM_YES };

/* What is known of the statement that was asked about last. */
struct skim_statement {
    size_t start, end; /* end: SIZE_MAX: none was */
    bool kinds_known, names_known, lambda_known, lambda;
    enum skim_answer promises; /* a root of a telling name stands in it */
    enum skim_answer returns;  /* so does what may give the result of a function */
    unsigned kinds;            /* that its names promise: classify_kinds */
    enum skim_answer unpacks;
    uint64_t names[RULE_NAME_BITS]; /* rules that go by a name: rule_names_in */
};

/* What is known of the functions around the literal that was asked about last. */
struct skim_functions {
    size_t at, indentation; /* of that literal; at: SIZE_MAX if there was none */
    unsigned kinds;         /* as above */
    uint64_t names[RULE_NAME_BITS];
};

/* What may stand at a hint: the first bytes of the words, in lower case. */
struct skim_mark_word {
    uint64_t mask[2], bytes[2]; /* two words may begin with the same two bytes */
    uint64_t distant_mask, distant;
    uint64_t is_root; /* all bits, or none */
};
struct skim_marks {
    uint8_t by_pair[32 * 32]; /* of a word's first two bytes, five bits each: which one; 0: none */
    unsigned count;
    struct skim_mark_word words[32];
};

struct skim {
    struct skim_hints hints;
    struct skim_marks marks;
    struct skim_block *blocks;
    size_t block_count, block_capacity;
    struct skim_literal *literals;
    size_t literal_count, literal_capacity;
    uint32_t *imports; /* where a word begins with "import" */
    size_t import_count, import_capacity;
    /* the file at hand */
    struct slice text;
    struct scan_worker *w;
    const char *path;
    bool alone;               /* it is all that the bracket holds */
    size_t here, open;        /* the literal at hand, and the bracket around; SIZE_MAX: none */
    size_t around_at, around; /* the bracket around a place that was looked for last */
    struct skim_statement statement;
    struct skim_functions functions;
    enum skim_answer functions_promise; /* the name of one has a root */
    enum skim_answer plain;             /* skim_is_plain */
    size_t work, most_work; /* steps that do not come once a byte; with more, the file is read as Python */
    unsigned asked;         /* literals whose variables were followed */
    size_t cleared;         /* the end of the statement that was read as Python last */
    bool reads;             /* the environment, perhaps */
    bool renames_readers;   /* functions that do may have names that are not known */
};

/* ---- positions ---- */

typedef uint64_t (*skim_class)(const struct skim_block *b);

/* The next position of the class in [at, to); `to` if there is none. */
static inline size_t skim_next_in(struct skim *s, size_t at, size_t to, skim_class of) {
    if (at >= to)
        return to;
    size_t block = at / SKIM_BLOCK, last = (to - 1) / SKIM_BLOCK;
    uint64_t bits = of(&s->blocks[block]) & UINT64_MAX << (at % SKIM_BLOCK);
    while (bits == 0 && block < last)
        bits = of(&s->blocks[++block]);
    size_t found = bits == 0 ? to : block * SKIM_BLOCK + bits_lowest(bits);
    return found < to ? found : to;
}

/* From `at` on; text.len if there is none. */
static inline size_t skim_next(struct skim *s, size_t at, skim_class of) {
    return skim_next_in(s, at, s->text.len, of);
}

static inline bool skim_in_literal(struct skim *s, size_t at) {
    return (s->blocks[at / SKIM_BLOCK].hash >> (at % SKIM_BLOCK) & 1) != 0; /* after the walk */
}

/* Does the class have a byte in [from, to)? */
static inline bool skim_has(struct skim *s, size_t from, size_t to, skim_class of) {
    return skim_next_in(s, from, to, of) < to;
}

/* ---- skim_text.c: places ---- */

static inline uint64_t skim_fields(const struct skim_block *b) {
    return b->field;
}
static inline uint64_t skim_quotes(const struct skim_block *b) {
    return b->quote | b->apostrophe;
}
/* Where SKIM_MIN_RUN bytes without a blank begin, in [from, to); `to` if nowhere. */
size_t skim_find_run(struct skim *s, size_t from, size_t to);
/* Where it stands next in [from, to); `to` if nowhere. Its first two bytes tell most places apart. */
size_t skim_find(struct skim *s, struct slice name, size_t from, size_t to);

static inline uint64_t skim_brackets(const struct skim_block *b) {
    return b->open | b->close;
}
static inline uint64_t skim_lines(const struct skim_block *b) {
    return b->line;
}
static inline uint64_t skim_hints(const struct skim_block *b) {
    return b->hint;
}
static inline uint64_t skim_distant(const struct skim_block *b) {
    return b->distant;
}
static inline uint64_t skim_roots(const struct skim_block *b) {
    return b->root;
}

/* The last position of the class in [from, to); SIZE_MAX if there is none. */
size_t skim_last_in(struct skim *s, size_t from, size_t to, skim_class of);
/* Each bracket is closed by one of its kind, and all code is ASCII. Else it takes the lexer to tell what is
 * open where, and where a name ends. */
bool skim_is_plain(struct skim *s);
/* How many brackets are open at a byte. */
int64_t skim_depth_at(struct skim *s, size_t at);
bool skim_opens(struct skim *s, size_t bracket);
/* The bracket around `at`, looked for from there back to `from`: SIZE_MAX if there is none. *missing: how
 * many brackets were closed that were not opened again. */
size_t skim_around_in(struct skim *s, size_t from, size_t at, size_t *missing);
size_t skim_bracket_outside(struct skim *s, size_t open); /* the one around a bracket */
size_t skim_bracket_around(struct skim *s, size_t at);
/* Finds the statement around `at`: s->statement. */
void skim_find_statement(struct skim *s, size_t at);

bool skim_is_blank(char c); /* no line end */
bool skim_is_word(char c);  /* of an identifier; every byte that is not ASCII */
bool skim_is_word_at(struct skim *s, size_t at);
/* Behind the last byte before `at` that is no blank, and no line end either with `lines`; the first from `at`
 * on. */
size_t skim_back_over_blanks(struct skim *s, size_t at, bool lines);
size_t skim_over_blanks(struct skim *s, size_t at, bool lines);
struct slice skim_word_before(struct skim *s, size_t end); /* that ends at `end`; empty if there is none */
size_t skim_offset_of(struct skim *s, struct slice part);
const struct skim_literal *skim_literal_at(struct skim *s, size_t at); /* that covers `at`; NULL: none does */
bool skim_in_comment(struct skim *s, size_t at);
/* Behind an operand, a bracket is a call or a subscript; *word is the operand's last name, if that is one.
 * With `lines`, the operand may stand on a line before. */
bool skim_is_behind_operand(struct skim *s, size_t open, bool lines, struct slice *word);
bool skim_is_call(struct skim *s, size_t open, struct slice *word);

/* skim_marks.c: leaves of the hints what they hint at, nearly, and sets those at roots and distant words. */
void skim_marks_init(struct skim_marks *m);
void skim_mark(struct skim *s);
/* Does a word of the rules stand at the hint that is looked for wherever it stands, with what a match has
 * behind it? Somewhere in a value? */
bool skim_is_distant_word(struct slice text, size_t at);
bool skim_spells_distant_word(struct slice value);

/* skim_walk.c: the literals. Afterwards brackets and line ends are those of code alone, and `hash` is what
 * literals and comments cover. False where only the lexer can tell: a triple quote that never ends, an
 * f-string with its own quotes inside. */
bool skim_walk(struct skim *s);

/* skim_imports.c: before the walk, a look at all hints, for words that tell of the environment, and imports;
 * and when all literals are judged, what is imported is noted, for this file and for others. */
void skim_look_at_hints(struct skim *s);
void skim_take_imports(struct skim *s);

/* ---- values ---- */

/* skim_value.c: is there something in the value of literals `first` to `last`, or a piece of one, whatever it
 * is called? */
bool skim_value_tells(struct skim *s, size_t first, size_t last, struct slice value);
/* Words with blanks between them: nobody's secret under any name. */
bool skim_is_prose(struct skim *s, struct slice value);

/* ---- places ---- */

enum skim_naming {
    SKIM_NAMELESS, /* no name belongs to it */
    SKIM_KEY,      /* of a dictionary */
    SKIM_NAMED,    /* by `name` alone */
    SKIM_SOMEHOW   /* by any name of the statement, or of a function around it */
};

struct skim_place {
    enum skim_naming naming;
    struct slice name;
    bool in_series; /* an element of a list, a tuple or a set that is no variable's, or compared */
};

/* skim_place.c */
bool skim_is_assignment_sign(struct skim *s, size_t at);
/* The dotted name that ends with a word; without what may stand before it on another line. */
struct slice skim_dotted(struct skim *s, struct slice word);
/* What the function of that name promises of its arguments (sink_kinds). */
unsigned skim_callee_kinds(struct skim *s, struct slice callee);
/* Behind the last = of an assignment before `at`; 0: there is none. */
size_t skim_targets_end(struct skim *s, size_t at);
/* What names literals `first` to `last`, which stand next to each other. */
void skim_place_of(struct skim *s, size_t first, size_t last, struct skim_place *place);
/* skim_names.c, of the literal that skim_place_of was asked of last: what names of its statement promise, and
 * the function that it is given to; the rules that go by such names. */
unsigned skim_statement_kinds(struct skim *s);
/* Could something in the statement that was found last go by the name of a function around? */
bool skim_may_return(struct skim *s);
/* Could a name promise something, whatever the place is of the literal that begins at `at`? */
bool skim_may_promise(struct skim *s, size_t at);
void skim_statement_names(struct skim *s, uint64_t *names);
/* Does a function around the literal at s->here have a name that promises something? */
bool skim_functions_tell(struct skim *s);
/* skim_uses.c: what the variable is used as that the literal is given to. Notes the variable, where other
 * modules may use it. */
unsigned skim_use_kinds(struct skim *s, size_t literal);
/* Could that be anything? Of the literal that skim_place_of was asked of last. */
bool skim_may_be_used(struct skim *s);
/* skim_statement.c, of a literal that may tell something: does a scan report anything of its statement, as
 * far as can be told? If not, all literals of the statement are cleared. */
bool skim_statement_tells(struct skim *s, size_t literal);

#endif
