/* Strings with their names and contexts: one table, a snippet and what must come
 * out of it, a line a candidate:
 *
 *     context name [callee#argument] 'value' [*parts] [flags] [: reason]
 *
 * flags: b bytes, p partial, t in a test. A missing name is "-". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scanner/candidate.h"

static const struct {
    const char *source, *expected;
} cases[] = {
    /* Assignments */
    {"x = \"a\"\n", "assignment x 'a'"},
    {"x: str = \"a\"\n", "assignment x 'a'"},
    {"x: \"T\"\n", "expression - 'T' : in a type annotation"},
    {"x: Optional[\"T\"] = \"a\"\n", "expression - 'T' : in a type annotation\n"
                                     "assignment x 'a'"},
    {"x = y = \"a\"\n", "assignment x 'a'"},
    {"x += \"a\"\n", "augmented-assignment x 'a'"},
    {"if (x := \"a\"):\n    pass\n", "walrus x 'a'"},
    {"f(y := \"a\")\n", "walrus y f#0 'a'"},
    {"self.x = \"a\"\n", "attribute x 'a'"},
    {"a.b.c[\"k\"].d = \"a\"\n", "expression - 'k'\n"
                                 "attribute d 'a'"},
    {"self.x: str = \"a\"\n", "attribute x 'a'"},
    {"conf[\"x\"] = \"a\"\n", "expression - 'x'\n"
                              "subscript x 'a'"},
    {"conf[0] = \"a\"\n", "subscript conf 'a'"},
    {"conf[\"x\"][\"y\"] = \"a\"\n", "expression - 'x'\n"
                                     "expression - 'y'\n"
                                     "subscript y 'a'"},
    {"x, y = \"a\", \"b\"\n", "assignment x 'a'\n"
                              "assignment y 'b'"},
    {"(x, self.y) = (\"a\", \"b\")\n", "assignment x 'a'\n"
                                       "assignment y 'b'"},
    {"[x, y] = [\"a\", \"b\"]\n", "assignment x 'a'\n"
                                  "assignment y 'b'"},
    {"x, *y, z = \"a\", \"b\", \"c\"\n", "assignment x 'a'\n"
                                         "element y 'b'\n"
                                         "assignment z 'c'"},
    {"x, (y, z) = \"a\", \"b\"\n", "assignment x 'a'\n"
                                   "assignment - 'b'"},
    {"x = \"a\", \"b\"\n", "element x 'a'\n"
                           "element x 'b'"},
    {"x = \"a\" if c else \"b\"\n", "assignment x 'a'\n"
                                    "assignment x 'b'"},
    {"x = y or \"a\"\n", "assignment x 'a'"},
    {"x = \"a\"; y = \"b\"\n", "assignment x 'a'\n"
                               "assignment y 'b'"},
    {"x = \"a\".encode()\n", "assignment x 'a'"},
    {"x = (\"a\")\n", "assignment x 'a'"},
    {"x = ((\"a\"))\n", "assignment x 'a'"},
    {"if c: x = \"a\"\n", "assignment x 'a'"},
    {"for x in \"a\", \"b\": pass\n", "element x 'a'\n"
                                      "element x 'b'"},
    {"for x in [\"a\", \"b\"]: pass\n", "element x 'a'\n"
                                        "element x 'b'"},
    {"x = \"\"\"a\nb\"\"\"\n", "assignment x 'a\nb'"},
    {"x = b'a'\n", "assignment x 'a' b"},
    {"x = rb'\\a'\n", "assignment x '\\a' b"},
    {"x = 'a\\n\\x41'\n", "assignment x 'a\nA'"},
    {"x = '\\N{DASH}'\n", "assignment x '�' : spelled with \\N{...}"},
    {"x = '\\xZZ'\n", "assignment x '\\xZZ' : a literal that Python rejects"},
    {"x = 'a\ny = 'b'\n", "assignment x 'a' : an unterminated literal\n"
                          "assignment y 'b'"},
    {"type X = \"a\"\n", "assignment X 'a' : in a type annotation"},
    {"x = y[\"a\"]\n", "expression - 'a'"},
    {"x = not \"a\"\n", "assignment x 'a'"},
    /* Unpacking */
    {"a, b = \"x\", \"y\"\n", "assignment a 'x'\nassignment b 'y'"},
    {"(a, (p, b)) = (\"x\", (\"y\", 1))\n", "assignment a 'x'\nassignment p 'y'"},
    {"a, [b, (p, q)] = 1, (\"x\", [\"y\", \"z\"])\n", "assignment b 'x'\nassignment p 'y'\nassignment q 'z'"},
    {"(a, b), (c, d) = ((\"x\", 1), (2, \"y\"))\n", "assignment a 'x'\nassignment d 'y'"},
    {"a, b = ((\"x\", \"y\"))\n", "assignment a 'x'\nassignment b 'y'"},
    {"(\n  a,  # one\n  # two\n  (b),\n) = \"x\", \"y\",\n", "comment - 'one' : a comment\n"
                                                             "comment - 'two' : a comment\n"
                                                             "assignment a 'x'\n"
                                                             "assignment b 'y'"},
    {"p, *rest = \"x\", 1, \"y\"\n", "assignment p 'x'\nelement rest 'y'"},
    {"*rest, p = [\"x\", 1, \"y\"]\n", "element rest 'x'\nassignment p 'y'"},
    {"a, *b, (c, p) = \"x\", (\"y\", \"z\")\n", "assignment a 'x'\nassignment c 'y'\nassignment p 'z'"},
    {"a, b, c = \"x\", *y, \"z\"\n", "assignment a 'x'\nassignment - 'z'"},
    {"a, (b, c) = \"x\", \"yz\"\n", "assignment a 'x'\nassignment - 'yz'"},
    {"a, b = (\"x\", \"y\"), \"z\"\n", "element a 'x'\nelement a 'y'\nassignment b 'z'"},
    {"a, b = f(\"x\"), {\"k\": \"y\"}\n",
     "argument - f#0 'x'\ndict-key - 'k' : a dictionary key\ndict-value k 'y'"},
    {"a, *b = c = \"x\", \"y\"\n", "assignment a 'x'\nelement b 'y'"},
    {"a.p, b[\"k\"] = \"x\", \"y\"\n", "expression - 'k'\nassignment p 'x'\nassignment k 'y'"},
    /* Dictionaries */
    {"x = {\"p\": \"a\", q: \"b\", 3: \"c\"}\n", "dict-key - 'p' : a dictionary key\n"
                                                 "dict-value p 'a'\n"
                                                 "dict-value q 'b'\n"
                                                 "dict-value - 'c'"},
    {"x = {\"p\": {\"q\": {\"r\": \"a\"}}}\n", "dict-key - 'p' : a dictionary key\n"
                                               "dict-key - 'q' : a dictionary key\n"
                                               "dict-key - 'r' : a dictionary key\n"
                                               "dict-value r 'a'"},
    {"x = {\"p\": [\"a\", \"b\"], \"q\": (\"c\", {\"r\": \"d\"})}\n", "dict-key - 'p' : a dictionary key\n"
                                                                      "element p 'a'\n"
                                                                      "element p 'b'\n"
                                                                      "dict-key - 'q' : a dictionary key\n"
                                                                      "element q 'c'\n"
                                                                      "dict-key - 'r' : a dictionary key\n"
                                                                      "dict-value r 'd'"},
    {"x = {**y, \"p\": \"a\"}\n", "dict-key - 'p' : a dictionary key\n"
                                  "dict-value p 'a'"},
    {"f({\"Authorization\": \"Bearer a\"})\n", "dict-key - 'Authorization' : a dictionary key\n"
                                               "dict-value Authorization 'Bearer a'"},
    {"x = {\"p\": \"a\" for p in y}\n", "dict-key - 'p' : a dictionary key\n"
                                        "dict-value p 'a'"},
    {"x = {\"p\" \"q\": \"a\"}\n", "dict-key - 'pq' *2 : a dictionary key\n"
                                   "dict-value pq 'a'"},
    {"x = {\"a\", \"b\"}\n", "element x 'a'\n"
                             "element x 'b'"},
    /* Calls */
    {"f(p=\"a\")\n", "keyword-argument p f#0 'a'"},
    {"f(\"a\", g(1, \"b\"), \"c\")\n", "argument - f#0 'a'\n"
                                       "argument - g#1 'b'\n"
                                       "argument - f#2 'c'"},
    {"a.b.c(\"x\")\n", "argument - a.b.c#0 'x'"},
    {"a().b(\"x\")\n", "argument - b#0 'x'"},
    {"(a\n  .b(\"x\"))\n", "argument - a.b#0 'x'"},
    {"x = f(\"a\")\n", "argument - f#0 'a'"},
    {"key = base64.b64decode(\"YQ==\")\n", "argument key base64.b64decode#0 'YQ=='"},
    {"key = bytes.fromhex(\"61\")\n", "argument key bytes.fromhex#0 '61'"},
    {"key = SecretStr(str(\"a\"))\n", "argument key str#0 'a'"},
    {"p = field(default=\"a\")\n", "keyword-argument p field#0 'a'"},
    {"p: str = Field(\"a\", description=\"b\")\n", "argument p Field#0 'a'\n"
                                                   "keyword-argument description Field#1 'b'"},
    {"getattr(s, \"p\", \"a\")\n", "argument - getattr#1 'p'\n"
                                   "argument p getattr#2 'a'"},
    {"conf.get(\"p\", \"a\")\n", "argument - conf.get#0 'p'\n"
                                 "argument p conf.get#1 'a'"},
    {"f(*[\"a\"], **{\"k\": \"b\"})\n", "element - 'a'\n"
                                        "dict-key - 'k' : a dictionary key\n"
                                        "dict-value k 'b'"},
    {"@app.route(\"/\", p=\"a\")\ndef f(): pass\n", "argument - app.route#0 '/'\n"
                                                    "keyword-argument p app.route#1 'a'"},
    {"class A(B, p=\"a\"): pass\n", "keyword-argument p A#1 'a'"},
    {"raise E(\"a\")\n", "argument - E#0 'a'"},
    /* Environment */
    {"os.environ[\"X\"] = \"a\"\n", "expression - 'X'\n"
                                    "environment-write X 'a'"},
    {"y = os.environ[\"X\"] = \"a\"\n", "expression - 'X'\n"
                                        "environment-write X 'a'"},
    {"import os as o\no.environ[\"X\"] = \"a\"\n", "expression - 'X'\n"
                                                   "environment-write X 'a'"},
    {"import os\nenv = os.environ\nenv[\"X\"] = \"a\"\ny = env.get(\"Z\", \"b\")\n",
     "expression - 'X'\n"
     "environment-write X 'a'\n"
     "argument - env.get#0 'Z'\n"
     "environment-default Z env.get#1 'b'"},
    {"from os import environ as e\ne[\"X\"] = \"a\"\n", "expression - 'X'\n"
                                                        "environment-write X 'a'"},
    {"os.getenv(\"X\", \"a\")\n", "argument - os.getenv#0 'X'\n"
                                  "environment-default X os.getenv#1 'a'"},
    {"os.getenv(\"X\", default=\"a\")\n", "argument - os.getenv#0 'X'\n"
                                          "environment-default X os.getenv#1 'a'"},
    {"os.environ.get(\"X\", \"a\")\n", "argument - os.environ.get#0 'X'\n"
                                       "environment-default X os.environ.get#1 'a'"},
    {"os.environ.setdefault(\"X\", \"a\")\n", "argument - os.environ.setdefault#0 'X'\n"
                                              "environment-default X os.environ.setdefault#1 'a'"},
    {"os.environ.get(name, \"a\")\n", "environment-default - os.environ.get#1 'a'"},
    {"os.putenv(\"X\", \"a\")\n", "argument - os.putenv#0 'X'\n"
                                  "environment-write X os.putenv#1 'a'"},
    {"x = os.getenv(\"X\") or \"a\"\n", "argument - os.getenv#0 'X'\n"
                                        "assignment x 'a'"},
    {"config(\"X\", default=\"a\")\n", "argument - config#0 'X'\n"
                                       "environment-default X config#1 'a'"},
    {"env.str(\"X\", \"a\")\n", "argument - env.str#0 'X'\n"
                                "environment-default X env.str#1 'a'"},
    {"env(\"X\", default=\"a\")\n", "argument - env#0 'X'\n"
                                    "environment-default X env#1 'a'"},
    /* Options */
    {"p.add_argument(\"-p\", \"--api-key\", default=\"a\", help=\"b\")\n",
     "argument - p.add_argument#0 '-p'\n"
     "argument - p.add_argument#1 '--api-key'\n"
     "option-default api_key p.add_argument#2 'a'\n"
     "keyword-argument help p.add_argument#3 'b'"},
    {"p.add_argument(\"name\", default=\"a\")\n", "argument - p.add_argument#0 'name'\n"
                                                  "option-default name p.add_argument#1 'a'"},
    {"@click.option(\"--password/--no\", default=\"a\")\ndef f(password): pass\n",
     "argument - click.option#0 '--password/--no'\n"
     "option-default password click.option#1 'a'"},
    {"def f(password: str = typer.Option(\"a\", \"--pw\", help=\"b\")): pass\n",
     "option-default password typer.Option#0 'a'\n"
     "argument - typer.Option#1 '--pw'\n"
     "keyword-argument help typer.Option#2 'b'"},
    {"def f(password: str = typer.Option(default=\"a\")): pass\n",
     "option-default password typer.Option#0 'a'"},
    /* Functions */
    {"def f(p=\"a\", *, q: str = \"b\", r: \"T\" = None) -> \"R\": pass\n",
     "default-argument p 'a'\n"
     "default-argument q 'b'\n"
     "expression - 'T' : in a type annotation\n"
     "expression - 'R' : in a type annotation"},
    {"def f(p=(\"a\", \"b\"), q={\"r\": \"c\"}): pass\n", "element p 'a'\n"
                                                          "element p 'b'\n"
                                                          "dict-key - 'r' : a dictionary key\n"
                                                          "dict-value r 'c'"},
    {"async def f(p=\"a\"): return \"b\"\n", "default-argument p 'a'\n"
                                             "return f 'b'"},
    {"f = lambda p=\"a\", q=\"b\": \"c\"\n", "default-argument p 'a'\n"
                                             "default-argument q 'b'\n"
                                             "return f 'c'"},
    {"f = g(lambda: \"a\", p=\"b\")\n", "return - 'a'\n"
                                        "keyword-argument p g#1 'b'"},
    {"x = {\"p\": lambda: \"a\", \"q\": \"b\"}\n", "dict-key - 'p' : a dictionary key\n"
                                                   "return p 'a'\n"
                                                   "dict-key - 'q' : a dictionary key\n"
                                                   "dict-value q 'b'"},
    {"def get_p():\n    return \"a\"\n", "return get_p 'a'"},
    {"def get_p():\n    if x:\n        return \"a\", \"b\"\n    return x or \"c\"\n", "element get_p 'a'\n"
                                                                                      "element get_p 'b'\n"
                                                                                      "return get_p 'c'"},
    {"def get_p():\n    yield \"a\"\n    x = yield \"b\"\n", "return get_p 'a'\n"
                                                             "return get_p 'b'"},
    {"class A:\n    def m(self):\n        return \"a\"\n    x = \"b\"\n", "return m 'a'\n"
                                                                          "assignment x 'b'"},
    {"def f[T](p=\"a\"): pass\n", "default-argument p 'a'"},
    /* Comparisons */
    {"if token == \"a\": pass\n", "comparison token 'a'"},
    {"\"a\" == self.token\n", "comparison token 'a'"},
    {"if \"a\" != d[\"k\"]: pass\n", "comparison k 'a'\n"
                                     "expression - 'k'"},
    {"if d.get(\"k\") == \"a\": pass\n", "argument - d.get#0 'k'\n"
                                         "comparison k 'a'"},
    {"if os.getenv(\"K\") == \"a\" or \"b\" == h.get(\"k\"): pass\n", "argument - os.getenv#0 'K'\n"
                                                                      "comparison K 'a'\n"
                                                                      "comparison k 'b'\n"
                                                                      "argument - h.get#0 'k'"},
    {"if x in (\"a\", \"b\"): pass\n", "element x 'a'\n"
                                       "element x 'b'"},
    {"if x not in [\"a\"]: pass\n", "element x 'a'"},
    {"if \"a\" in x: pass\n", "comparison x 'a'"},
    {"if \"a\" not in a.b.c: pass\n", "comparison c 'a'"},
    {"if x is \"a\" or y is not \"b\": pass\n", "comparison x 'a'\n"
                                                "comparison y 'b'"},
    {"assert f(x == \"a\", y)\n", "comparison x 'a'"},
    {"z = x == \"a\"\n", "comparison x 'a'"},
    {"[y for y in \"a\" if y == \"b\"]\n", "element - 'a'\n"
                                           "comparison y 'b'"},
    /* Collections */
    {"x = [\"a\", [\"b\", (\"c\", )]]\n", "element x 'a'\n"
                                          "element x 'b'\n"
                                          "element x 'c'"},
    {"x = (\"a\",)\n", "element x 'a'"},
    {"x = [\n    \"a\",  # one\n    # two\n    \"b\",\n]\n", "element x 'a'\n"
                                                             "comment - 'one' : a comment\n"
                                                             "comment - 'two' : a comment\n"
                                                             "element x 'b'"},
    {"f([\"a\"])\n", "element - 'a'"},
    /* Joined literals */
    {"x = \"a\" \"b\"\n", "assignment x 'ab' *2"},
    {"x = (\"a\"  # one\n     \"b\"\n     \"c\")\n", "assignment x 'abc' *3\n"
                                                     "comment - 'one' : a comment"},
    {"x = \"a\" + \"b\" + \"c\"\n", "assignment x 'abc' *3"},
    {"x = (\"a\" +\n     \"b\" \"c\")\n", "assignment x 'abc' *3"},
    {"x = \"a\" + y + \"b\" + \"c\"\n", "assignment x 'a' p\n"
                                        "assignment x 'bc' *2 p"},
    {"x = \"a\" + \"b\" % y\n", "assignment x 'a' p\n"
                                "format x 'b' p"},
    {"x = \"a\" + \"b\".join(y)\n", "assignment x 'a' p\n"
                                    "assignment x 'b' p"},
    {"x = \"a\" + (\"b\" + \"c\")\n", "assignment x 'a' p\n"
                                      "assignment x 'bc' *2 p"},
    {"x = y % \"a\" + \"b\"\n", "assignment x 'a' p\n"
                                "assignment x 'b' p"},
    {"x = \"a\" * 3\n", "assignment x 'a' p"},
    {"x = b\"a\" + b\"b\"\n", "assignment x 'ab' *2 b"},
    {"x = \"a\" + b\"b\"\n", "assignment x 'a' p\n"
                             "assignment x 'b' bp"},
    {"x = \"a\" \\\n    \"b\"\n", "assignment x 'ab' *2"},
    {"f(p=\"a\" \"b\", q=\"c\" + d)\n", "keyword-argument p f#0 'ab' *2\n"
                                        "keyword-argument q f#1 'c' p"},
    /* Templates and f-strings */
    {"x = \"a%s\" % y\n", "format x 'a%s' p"},
    {"x = (\"a%s\"\n     \"b\") % y\n", "format x 'a%sb' *2 p"},
    {"x = \"a{}\".format(\"b\")\n", "format x 'a{}' p\n"
                                    "argument - format#0 'b'"},
    {"x = f\"a{y}b{z!r:>{w}}c\"\n", "f-string x 'a' p\n"
                                    "f-string x 'b' p\n"
                                    "f-string x 'c' p"},
    {"x = f\"a{d['k']}\"\n", "f-string x 'a' p\n"
                             "expression - 'k'"},
    {"x = f\"a\"\n", "f-string x 'a'"},
    {"x = f\"a\" + y\n", "f-string x 'a' p"},
    {"x = \"a\" f\"b{y}\" \"c\"\n", "assignment x 'a' p\n"
                                    "f-string x 'b' p\n"
                                    "assignment x 'c' p"},
    {"f(p=f\"a{g('b', q='c')}\")\n", "f-string p 'a' p\n"
                                     "argument - g#0 'b'\n"
                                     "keyword-argument q g#1 'c'"},
    {"x = t\"a{y}\"\n", "f-string x 'a' p : a part of a template string (t-string)"},
    /* Text */
    {"# a comment \nx = 1  #: b\n", "comment - 'a comment' : a comment\n"
                                    "comment - ': b' : a comment"},
    {"# db.pw = \"a\", {'k': b'c'}\n", "comment - 'db.pw = \"a\", {'k': b'c'}' : a comment\n"
                                       "comment pw 'a' : a comment\n"
                                       "comment k 'c' : a comment"},
    {"# f(p=\"a\") d['k'] = 'b'\n", "comment - 'f(p=\"a\") d['k'] = 'b'' : a comment\n"
                                    "comment p 'a' : a comment\n"
                                    "comment k 'b' : a comment"},
    {"# x: str = 'a'\n", "comment - 'x: str = 'a'' : a comment\n"
                         "comment x 'a' : a comment"},
    {"# x == 'a', it's 'b', y = 'c\\'', z = 'd\n",
     "comment - 'x == 'a', it's 'b', y = 'c\\'', z = 'd' : a comment"},
    {"\"\"\"doc\"\"\"\n\"other\"\n", "docstring - 'doc' : a docstring\n"
                                     "docstring - 'other' : a string that stands as a statement"},
    {"def f():\n    # c\n    \"doc\"\n    \"other\"\n",
     "comment - 'c' : a comment\n"
     "docstring - 'doc' : a docstring\n"
     "docstring - 'other' : a string that stands as a statement"},
    {"class A: \"doc\"\n", "docstring - 'doc' : a docstring"},
    {"class A:\n    \"\"\">>> f(\"a\")\"\"\"\n", "docstring - '>>> f(\"a\")' : a doctest"},
    /* Never replaced */
    {"match x:\n    case \"a\" | {\"k\": \"b\"}: pass\n    case C(p=\"c\") if y == \"d\": z = \"e\"\n",
     "expression - 'a' : in a match pattern\n"
     "dict-key - 'k' : in a match pattern\n"
     "dict-value k 'b' : in a match pattern\n"
     "keyword-argument p C#0 'c' : in a match pattern\n"
     "comparison y 'd'\n"
     "assignment z 'e'"},
    {"case = \"a\"\ncase[\"k\"] = \"b\"\nmatch(\"c\")\n", "assignment case 'a'\n"
                                                          "expression - 'k'\n"
                                                          "subscript k 'b'\n"
                                                          "argument - match#0 'c'"},
    {"x: Literal[\"a\", \"b\"] = \"a\"\n", "expression - 'a' : in a Literal type\n"
                                           "expression - 'b' : in a Literal type\n"
                                           "assignment x 'a'"},
    {"f: Callable[[\"T\"], Annotated[int, \"U\"]] = \"a\"\n", "element - 'T' : in a type annotation\n"
                                                              "expression - 'U' : in a type annotation\n"
                                                              "assignment f 'a'"},
    {"class A(str, enum.Enum):\n    X = \"a\"\n    def f(self): return \"b\"\ny = \"c\"\n",
     "assignment X 'a' : an Enum member\n"
     "return f 'b'\n"
     "assignment y 'c'"},
    {"class A(MyEnum): X = \"a\"\n", "assignment X 'a' : an Enum member"},
    {"class A(NotAnEnumeration):\n    X = \"a\"\n", "assignment X 'a'"},
    /* Damaged */
    {"x = (\"a\"\ny = \"b\"\n", "assignment x 'a'\n"
                                "assignment x 'b'"},
    {"<<<<<<< HEAD\nx = \"a\"\n=======\nx = \"b\"\n>>>>>>> other\n", "assignment x 'a'\n"
                                                                     "assignment x 'b'"},
    {")\nx = \"a\"\n", "assignment x 'a'"},
    {"{% if x %}\ny = \"a\"\n", "assignment y 'a'"},
    {"print \"a\" % b, \"c\"\n", "format - 'a' p\n"
                                 "element - 'c'"},
    {"x = \"a", "assignment x 'a' : an unterminated literal"},
    {"", ""},
};

struct fixture {
    struct arena arena;
    struct py_tokens tokens;
    struct candidates found;
    struct buf text;
};

static void collect(struct fixture *x, struct slice source, const char *path) {
    struct pyfile file;
    pyfile_decode(&file, source, &x->arena);
    py_lex(file.text, &x->tokens);
    candidates_collect(&file, &x->tokens, path, &x->arena, &x->found);
}

static void begin(struct fixture *x) {
    *x = (struct fixture){0};
    buf_init(&x->text, KL_MAX_CONFIG_BYTES);
}

static void end(struct fixture *x) {
    py_tokens_release(&x->tokens);
    candidates_release(&x->found);
    arena_release(&x->arena);
    buf_release(&x->text);
}

static void describe(struct buf *out, const struct candidate *c) {
    if (out->len > 0)
        buf_char(out, '\n');
    buf_str(out, context_name(c->context));
    buf_char(out, ' ');
    buf_slice(out, c->name.len > 0 ? c->name : SLICE_LIT("-"));
    if (c->callee.len > 0)
        buf_printf(out, " %.*s#%u", SLICE_ARG(c->callee), c->argument);
    buf_str(out, " '");
    buf_slice(out, c->value);
    buf_char(out, '\'');
    if (c->parts != 1)
        buf_printf(out, " *%u", c->parts);
    if (c->is_bytes || c->is_partial || c->in_test)
        buf_printf(out, " %s%s%s", c->is_bytes ? "b" : "", c->is_partial ? "p" : "", c->in_test ? "t" : "");
    if (c->unfixable)
        buf_printf(out, " : %s", candidate_unfixable(c));
}

static void every_form_has_its_context_name_and_value(void **state) {
    struct fixture x;
    (void)state;
    begin(&x);
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        collect(&x, slice_cstr(cases[i].source), "shop/pay.py");
        buf_clear(&x.text);
        for (size_t k = 0; k < x.found.count; k++)
            describe(&x.text, &x.found.items[k]);
        if (strcmp(buf_cstr(&x.text), cases[i].expected) != 0)
            fail_msg("%s\n-- gives\n%s\n-- not\n%s", cases[i].source, buf_cstr(&x.text), cases[i].expected);
        arena_clear(&x.arena);
    }
    end(&x);
}

static void spans_cover_first_to_last_literal(void **state) {
    struct fixture x;
    const char *source = "x = (rb'a'  # c\n     b'b') + y\n";
    (void)state;
    begin(&x);
    collect(&x, slice_cstr(source), "a.py");
    assert_int_equal(x.found.count, 2);
    const struct candidate *c = &x.found.items[0];
    assert_int_equal(c->start, 5);
    assert_int_equal(c->end, 25);
    assert_int_equal(x.tokens.items[c->first_token].start, 5);
    assert_int_equal(x.tokens.items[c->last_token].end, 25);
    assert_int_equal(x.found.items[1].start, 12);
    end(&x);
}

static void tests_and_examples_are_told_by_path_and_function(void **state) {
    static const struct {
        const char *path;
        bool in_test;
    } paths[] = {
        {"shop/pay.py", false},       {"tests/pay.py", true},  {"a/test/b/pay.py", true},
        {"test_pay.py", true},        {"pay_test.py", true},   {"conftest.py", true},
        {"examples/pay.py", true},    {"docs/conf.py", true},  {"contest/attest.py", false},
        {"latest/protest.py", false}, {"a/testpay.py", false}, {"", false},
    };
    struct fixture x;
    (void)state;
    begin(&x);
    for (size_t i = 0; i < KL_ARRAY_LEN(paths); i++) {
        collect(&x, SLICE_LIT("x = 'a'\n"), paths[i].path);
        assert_int_equal(x.found.count, 1);
        if (x.found.items[0].in_test != paths[i].in_test)
            fail_msg("%s", paths[i].path);
    }
    collect(&x, SLICE_LIT("def test_x():\n    def f(): y = 'a'\ndef g(): z = 'b'\n"), "a.py");
    assert_true(x.found.items[0].in_test);
    assert_false(x.found.items[1].in_test);
    end(&x);
}

/* Sizes at which anything quadratic would take minutes. */
static void repeat(struct buf *b, const char *piece, size_t times) {
    for (size_t i = 0; i < times; i++)
        buf_str(b, piece);
}

static void large_inputs_take_linear_time(void **state) {
    static const struct {
        const char *before, *piece, *after;
        size_t candidates;
    } shapes[] = {
        {"x = [", "'a',", "]\n", 200000},
        {"x = f(", "'a',", ")\n", 200000},
        {"x = {", "'k':'a',", "}\n", 400000},
        {"x = (", "'a'+", "'b')\n", 1},
        {"x = (", "'a' ", "'b')\n", 1},
        {"x = (", "'a'+y+", "'b')\n", 200001},
        {"x = ", "(", "'a'\n", 1},
        {"x = ", "f('a',", "\n", 200000},
        {"x = ", "lambda:", "'a'\n", 1},
        {"x = ", "a[0]", " == 'a'\n", 1},
        {"", "a,", "b = 'a', 'b'\n", 2},
        {"x = ", "f'{", "'a'\n", 1},
        {"", "case ", ": 'a'\n", 1},
        {"", "if x:\n", "", 0},
    };
    struct fixture x;
    struct buf source = BUF_INIT(KL_MAX_CONFIG_BYTES);
    (void)state;
    begin(&x);
    for (size_t i = 0; i < KL_ARRAY_LEN(shapes); i++) {
        buf_clear(&source);
        buf_str(&source, shapes[i].before);
        repeat(&source, shapes[i].piece, 200000);
        buf_str(&source, shapes[i].after);
        collect(&x, buf_as_slice(&source), "a.py");
        if (x.found.count != shapes[i].candidates)
            fail_msg("%s%s...: %zu candidates", shapes[i].before, shapes[i].piece, x.found.count);
        arena_clear(&x.arena);
    }
    buf_release(&source);
    end(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_its_context_name_and_value),
        cmocka_unit_test(spans_cover_first_to_last_literal),
        cmocka_unit_test(tests_and_examples_are_told_by_path_and_function),
        cmocka_unit_test(large_inputs_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
