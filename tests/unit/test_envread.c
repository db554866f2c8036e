/* Reads and writes of the environment: one table, a snippet and what must come
 * out of it, a line a read:
 *
 *     access: NAME default [bytes] [secret] source of the expression
 *
 * A name that is no literal is "-". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scanner/envread.h"

static const struct {
    const char *source, *expected;
} cases[] = {
    /* os.environ */
    {"import os\nx = os.environ[\"A\"]\n", "environ[]: A none os.environ[\"A\"]"},
    {"x = os.environ[\"A\"]\n", "environ[]: A none os.environ[\"A\"]"},
    {"import os\nx = (os.environ)[\"A\"]\n", "environ[]: A none (os.environ)[\"A\"]"},
    {"import os\nx = ((\n  os.environ  # c\n)).get(\"A\")\n",
     "environ.get: A none ((\n  os.environ  # c\n)).get(\"A\")"},
    {"import os\n(os.environ)[\"A\"] = 1\n", "write: A none (os.environ)[\"A\"]"},
    {"import os\nx = os.environ.__getitem__(\"A\")\n", "environ[]: A none os.environ.__getitem__(\"A\")"},
    {"import os\nx = dict(os.environ)[\"A\"]\ny = os.environ.copy().get(\"B\", \"b\")\n",
     "environ[]: A none dict(os.environ)[\"A\"]\n"
     "environ.get: B literal os.environ.copy().get(\"B\", \"b\")"},
    {"import os\ndict(os.environ)[\"A\"] = 1\ndict(os.environ).pop(\"A\")\n", ""},
    {"import os\nx = f(os.environ)[\"A\"]\ny = a.dict(os.environ)[\"A\"]\n", ""},
    {"import os\nx = os.environ.get(\"A\")\ny = os.environ.get(\"B\", \"b\")\nz = os.environ.get(\"C\", "
     "f())\nw = os.environ.get(\"D\", None)\n",
     "environ.get: A none os.environ.get(\"A\")\n"
     "environ.get: B literal os.environ.get(\"B\", \"b\")\n"
     "environ.get: C expression os.environ.get(\"C\", f())\n"
     "environ.get: D none os.environ.get(\"D\", None)"},
    {"import os\nos.environ.pop(\"A\")\nos.environ.pop(\"B\", None)\nos.environ.setdefault(\"C\", \"c\")\n",
     "environ.pop: A none os.environ.pop(\"A\")\n"
     "environ.pop: B literal os.environ.pop(\"B\", None)\n"
     "environ.setdefault: C literal os.environ.setdefault(\"C\", \"c\")"},
    {"import os\nif \"A\" in os.environ and \"B\" not in os.environ: pass\nif n in os.environ: pass\nfor k "
     "in os.environ: pass\n[k for k in os.environ]\n",
     "in environ: A none \"A\" in os.environ\n"
     "in environ: B none \"B\" not in os.environ\n"
     "in environ: - none n in os.environ"},
    {"import os\nos.getenv(\"A\")\nos.getenv(\"B\", \"b\")\nos.getenv(\"C\", "
     "default=1)\nos.getenv(key=\"D\", default=-1)\nos.getenv(n, True)\n",
     "getenv: A none os.getenv(\"A\")\n"
     "getenv: B literal os.getenv(\"B\", \"b\")\n"
     "getenv: C literal os.getenv(\"C\", default=1)\n"
     "getenv: D literal os.getenv(key=\"D\", default=-1)\n"
     "getenv: - literal os.getenv(n, True)"},
    {"import os\nos.environb[b\"A\"]\nos.environb.get(b\"B\")\nos.getenvb(b\"C\")\n",
     "environ[]: A none bytes os.environb[b\"A\"]\n"
     "environ.get: B none bytes os.environb.get(b\"B\")\n"
     "getenv: C none bytes os.getenvb(b\"C\")"},
    {"import os\nos.environ[\"A\"] = \"a\"\nx = os.environ[\"B\"] = \"b\"\nos.environ[\"C\"] += "
     "\"c\"\nos.environ[\"D\"], x = 1, 2\nos.environ[\"E\"]: str = \"e\"\n",
     "write: A none os.environ[\"A\"]\n"
     "write: B none os.environ[\"B\"]\n"
     "write: C none os.environ[\"C\"]\n"
     "write: D none os.environ[\"D\"]\n"
     "write: E none os.environ[\"E\"]"},
    {"import os\ndel os.environ[\"A\"]\ndel x, os.environ[\"B\"]\n", "delete: A none os.environ[\"A\"]\n"
                                                                     "delete: B none os.environ[\"B\"]"},
    {"import os\nos.putenv(\"A\", \"a\")\nos.unsetenv(\"B\")\nos.environ.update({\"C\": \"c\"}, D=\"d\")\n",
     "write: A none os.putenv(\"A\", \"a\")\n"
     "delete: B none os.unsetenv(\"B\")\n"
     "write: C none \"C\"\n"
     "write: D none D"},
    {"import os\nf\"{os.environ['A']}\" f\"{os.environ['B']=}\"\n", "environ[]: A none os.environ['A']\n"
                                                                    "environ[]: B none os.environ['B']"},
    {"import os\nx = os.environ[\"A\"], os.environ[\"B\"]\n", "environ[]: A none os.environ[\"A\"]\n"
                                                              "environ[]: B none os.environ[\"B\"]"},
    {"import os\nx = os.environ[n]\ny = os.environ[\"A\" \"B\"]\nz = (os\n     .environ[\"C\"])\n",
     "environ[]: - none os.environ[n]\n"
     "environ[]: AB none os.environ[\"A\" \"B\"]\n"
     "environ[]: C none os\n     .environ[\"C\"]"},
    {"import os\nos.environ\nos.environ.copy()\nos.path.join(\"A\")\nos.environ.items()\nprint(os.environ)\n",
     ""},
    /* Aliases */
    {"import os as o\no.environ[\"A\"]\no.getenv(\"B\")\n", "environ[]: A none o.environ[\"A\"]\n"
                                                            "getenv: B none o.getenv(\"B\")"},
    {"import sys, os.path, os as o\nos.environ[\"A\"]\no.environ[\"B\"]\n",
     "environ[]: A none os.environ[\"A\"]\n"
     "environ[]: B none o.environ[\"B\"]"},
    {"import os.path as p\np.environ[\"A\"]\n", ""},
    {"from os import environ, getenv as g, path\nenviron[\"A\"]\ng(\"B\", \"b\")\nself.g(\"C\")\n",
     "environ[]: A none environ[\"A\"]\n"
     "getenv: B literal g(\"B\", \"b\")"},
    {"from os import (\n    environ as e,  # why\n    getenv,\n)\ne.get(\"A\")\ngetenv(\"B\")\n",
     "environ.get: A none e.get(\"A\")\n"
     "getenv: B none getenv(\"B\")"},
    {"from os import environb as b, getenvb\nb[b\"A\"]\ngetenvb(b\"B\")\n",
     "environ[]: A none bytes b[b\"A\"]\n"
     "getenv: B none bytes getenvb(b\"B\")"},
    {"from os import *\ngetenv(\"A\")\n", "getenv: A none getenv(\"A\")"},
    {"import os\nenv = os.environ\nget = os.getenv\nenv[\"A\"]\nenv[\"B\"] = \"b\"\nget(\"C\")\n",
     "environ[]: A none env[\"A\"]\n"
     "write: B none env[\"B\"]\n"
     "getenv: C none get(\"C\")"},
    {"import os\nenv: Mapping[str, str] = os.environ\ne: dict = os.environ\ne[\"A\"]\n",
     "environ[]: A none e[\"A\"]"},
    {"import os\nenv = os.environ\nenv = {}\nenv[\"A\"]\n", ""},
    {"import os\nenv = os.environ\ndef f(env, x=1):\n    env[\"A\"]\n", ""},
    {"import os\nenv = os.environ\nfor env in x: env[\"A\"]\n", ""},
    {"import os\nself.env = os.environ\nself.env[\"A\"]\n", ""},
    {"import os\nif x:\n    env = os.environ\nelse:\n    env = os.environ\nenv[\"A\"]\n",
     "environ[]: A none env[\"A\"]"},
    {"environ[\"A\"]\ngetenv(\"B\")\nconfig(\"C\")\nenv(\"D\")\n", ""},
    /* dotenv */
    {"from dotenv import load_dotenv, dotenv_values\nload_dotenv()\nload_dotenv(\".env\", "
     "override=True)\nconf = dotenv_values(\".env\")\nconf[\"A\"]\nconf.get(\"B\", \"b\")\nconf[\"C\"] = 1\n",
     "load_dotenv: - none load_dotenv()\n"
     "load_dotenv: - none load_dotenv(\".env\", override=True)\n"
     "dotenv_values: - none dotenv_values(\".env\")\n"
     "dotenv_values: A none conf[\"A\"]\n"
     "dotenv_values: B literal conf.get(\"B\", \"b\")"},
    {"import dotenv\ndotenv.load_dotenv()\nx = dotenv.dotenv_values()\n",
     "load_dotenv: - none dotenv.load_dotenv()\n"
     "dotenv_values: - none dotenv.dotenv_values()"},
    {"import os\nfrom dotenv import dotenv_values\nconfig = {\n    **dotenv_values(\".env.shared\"),\n    "
     "**dotenv_values(\".env.secret\"),\n    **os.environ,\n}\nconfig[\"A\"]\n",
     "dotenv_values: - none dotenv_values(\".env.shared\")\n"
     "dotenv_values: - none dotenv_values(\".env.secret\")\n"
     "dotenv_values: A none config[\"A\"]"},
    /* decouple */
    {"from decouple import config\nconfig(\"A\")\nconfig(\"B\", default=\"b\")\nconfig(\"C\", default=0, "
     "cast=int)\nconfig(\"D\", cast=Csv())\n",
     "decouple: A none config(\"A\")\n"
     "decouple: B literal config(\"B\", default=\"b\")\n"
     "decouple: C literal config(\"C\", default=0, cast=int)\n"
     "decouple: D none config(\"D\", cast=Csv())"},
    {"import decouple\ndecouple.config(\"A\")\nx = decouple.AutoConfig()\nx(\"B\")\nx.get(\"C\")\n",
     "decouple: A none decouple.config(\"A\")\n"
     "decouple: B none x(\"B\")\n"
     "decouple: C none x.get(\"C\")"},
    {"from decouple import Config, RepositoryEnv\nconf = Config(RepositoryEnv(\".env\"))\nconf(\"A\")\n",
     "decouple: A none conf(\"A\")"},
    /* environs, django-environ */
    {"from environs import Env\nenv = Env()\nenv.read_env()\nenv(\"A\")\nenv(\"B\", \"b\")\nenv.str(\"C\", "
     "\"c\")\nenv.int(\"D\", default=1)\nenv.bool(\"E\", f())\nenv.seal()\n",
     "load_dotenv: - none env.read_env()\n"
     "environs: A none env(\"A\")\n"
     "environs: B literal env(\"B\", \"b\")\n"
     "environs: C literal env.str(\"C\", \"c\")\n"
     "environs: D literal env.int(\"D\", default=1)\n"
     "environs: E expression env.bool(\"E\", f())"},
    {"from environs import Env\nenv = Env()\nwith env.prefixed(\"APP_\"):\n    env(\"A\")\n    with "
     "env.prefixed(\"DB_\"):\n        env.str(\"B\")\n    env(\"C\")\nenv(\"D\")\n",
     "environs: APP_A none env(\"A\")\n"
     "environs: APP_DB_B none env.str(\"B\")\n"
     "environs: APP_C none env(\"C\")\n"
     "environs: D none env(\"D\")"},
    {"import environ\nenv = environ.Env(DEBUG=(bool, "
     "False))\nenviron.Env.read_env(\".env\")\nenv(\"A\")\nenv(\"B\", str, \"b\")\nenv.db()\nenv.db(\"C\", "
     "default=\"x\")\nenv.cache_url()\n",
     "load_dotenv: - none environ.Env.read_env(\".env\")\n"
     "environs: A none env(\"A\")\n"
     "environs: B literal env(\"B\", str, \"b\")\n"
     "environs: DATABASE_URL none env.db()\n"
     "environs: C literal env.db(\"C\", default=\"x\")\n"
     "environs: CACHE_URL none env.cache_url()"},
    {"import environ\nenviron[\"A\"]\n", ""},
    /* pydantic-settings */
    {"from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    debug: bool = False\n    "
     "db_password: str\n    hosts: list = f()\n    _x: int = 1\n    y = 2\n    z: ClassVar[int] = 3\n    def "
     "f(self): a: str = \"b\"\n",
     "pydantic-settings: DEBUG literal debug: bool = False\n"
     "pydantic-settings: DB_PASSWORD none secret db_password: str\n"
     "pydantic-settings: HOSTS expression hosts: list = f()"},
    {"from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n    "
     "model_config = SettingsConfigDict(env_prefix=\"APP_\")\n    key: str = Field(default=\"k\")\n    a: "
     "str = Field(alias=\"A_KEY\")\n    b: str = Field(\"x\", validation_alias=AliasChoices(\"B1\", "
     "\"B2\"))\n    c: list = Field(default_factory=list)\n    d: str = Field(...)  # why\n",
     "pydantic-settings: APP_KEY literal secret key: str = Field(default=\"k\")\n"
     "pydantic-settings: A_KEY none a: str = Field(alias=\"A_KEY\")\n"
     "pydantic-settings: B1 literal b: str = Field(\"x\", validation_alias=AliasChoices(\"B1\", \"B2\"))\n"
     "pydantic-settings: B2 literal b: str = Field(\"x\", validation_alias=AliasChoices(\"B1\", \"B2\"))\n"
     "pydantic-settings: APP_C expression c: list = Field(default_factory=list)\n"
     "pydantic-settings: APP_D none d: str = Field(...)"},
    {"from pydantic import BaseSettings, Field\nclass S(BaseSettings):\n    a: str = Field(..., "
     "env=\"A_ENV\")\n    b: str = Field(None, env=[\"B1\", \"B2\"])\n    class Config:\n        env_prefix "
     "= \"p_\"\n        case_sensitive = True\n    c: str = \"\"\nclass T(S):\n    d: str\nclass U(Base):\n  "
     "  e: str\n",
     "pydantic-settings: A_ENV none a: str = Field(..., env=\"A_ENV\")\n"
     "pydantic-settings: B1 literal b: str = Field(None, env=[\"B1\", \"B2\"])\n"
     "pydantic-settings: B2 literal b: str = Field(None, env=[\"B1\", \"B2\"])\n"
     "pydantic-settings: p_c literal c: str = \"\"\n"
     "pydantic-settings: p_d none d: str"},
    {"import pydantic_settings as ps\nclass S(ps.BaseSettings, env_prefix=\"Q_\"):\n    a: str\n",
     "pydantic-settings: Q_A none a: str"},
    /* starlette */
    {"from starlette.config import Config\nconfig = Config(\".env\", env_prefix=\"APP_\")\nconfig(\"A\", "
     "cast=bool, default=False)\nconfig(\"B\")\n",
     "starlette: APP_A literal config(\"A\", cast=bool, default=False)\n"
     "starlette: APP_B none config(\"B\")"},
    {"from starlette.config import Config\nconfig = Config(env_prefix=\"APP_\")\nkey = config\nkey(\"A\")\n",
     "starlette: APP_A none key(\"A\")"},
    {"from starlette.config import environ\nenviron[\"A\"] = \"a\"\n", "write: A none environ[\"A\"]"},
    /* click, typer */
    {"@click.option(\"--token\", envvar=\"A_TOKEN\", default=\"t\")\n@click.argument(\"src\", "
     "envvar=[\"B1\", \"B2\"])\ndef f(token, src): pass\n",
     "click: A_TOKEN literal secret click.option(\"--token\", envvar=\"A_TOKEN\", default=\"t\")\n"
     "click: B1 none click.argument(\"src\", envvar=[\"B1\", \"B2\"])\n"
     "click: B2 none click.argument(\"src\", envvar=[\"B1\", \"B2\"])"},
    {"def f(token: str = typer.Option(\"t\", \"--token\", envvar=\"A_TOKEN\"), k: str = typer.Argument(..., "
     "envvar=\"B_KEY\")): pass\n",
     "click: A_TOKEN literal secret typer.Option(\"t\", \"--token\", envvar=\"A_TOKEN\")\n"
     "click: B_KEY none typer.Argument(..., envvar=\"B_KEY\")"},
    {"x.option(1, envvar=n)\noption(\"A\")\n", "click: - none x.option(1, envvar=n)"},
    /* Damaged */
    {"import os\nos.environ[\"A\nos.environ.get(\"B\"\nos.getenv(\n", ""},
    {"import os\nos.environ[", ""},
    {"from os import", ""},
    {"import", ""},
    {"from", ""},
    {"class", ""},
    {"class S(BaseSettings", ""},
    {"from pydantic import BaseSettings\nclass S(BaseSettings):", ""},
    {"from pydantic import BaseSettings\nclass S(BaseSettings):\n    a:", ""},
    {"", ""},
};

struct fixture {
    struct arena arena;
    struct py_tokens tokens;
    struct env_reads found;
    struct buf text;
};

static void collect(struct fixture *x, struct slice source) {
    struct pyfile file;
    struct pylines lines;
    pyfile_decode(&file, source, &x->arena);
    py_lex(file.text, &x->tokens);
    pylines_build(&lines, file.text, &x->arena);
    env_reads_collect(&file, &x->tokens, &lines, &x->arena, &x->found);
}

static void end(struct fixture *x) {
    py_tokens_release(&x->tokens);
    env_reads_release(&x->found);
    arena_release(&x->arena);
    buf_release(&x->text);
}

static void describe(struct buf *out, const struct env_read *r, struct slice source) {
    static const char *const defaults[] = {"none", "literal", "expression"};
    if (out->len > 0)
        buf_char(out, '\n');
    buf_printf(out, "%s: %s %s%s%s ", env_access_name(r->access), r->name[0] ? r->name : "-",
               defaults[r->default_kind], r->bytes ? " bytes" : "", r->secret ? " secret" : "");
    buf_slice(out, slice_sub(source, r->start_byte, r->end_byte));
}

static void every_way_to_read_is_found(void **state) {
    struct fixture x = {0};
    (void)state;
    buf_init(&x.text, KL_MAX_CONFIG_BYTES);
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct slice source = slice_cstr(cases[i].source);
        collect(&x, source);
        buf_clear(&x.text);
        for (size_t k = 0; k < x.found.count; k++)
            describe(&x.text, &x.found.items[k], source);
        if (strcmp(buf_cstr(&x.text), cases[i].expected) != 0)
            fail_msg("%s\n-- gives\n%s\n-- not\n%s", cases[i].source, buf_cstr(&x.text), cases[i].expected);
        arena_clear(&x.arena);
    }
    end(&x);
}

static void places_are_lines_columns_and_bytes_of_the_file(void **state) {
    struct fixture x = {0};
    (void)state;
    buf_init(&x.text, KL_MAX_CONFIG_BYTES);
    collect(&x, SLICE_LIT("\xef\xbb\xbf# \xc3\xa9\r\n\xc3\xa9 = 1; x = os.getenv('A')\r\n"));
    assert_int_equal(x.found.count, 1);
    assert_int_equal(x.found.items[0].line, 2);
    assert_int_equal(x.found.items[0].column, 12);
    assert_int_equal(x.found.items[0].start_byte, 21);
    assert_int_equal(x.found.items[0].end_byte, 35);
    end(&x);
}

/* Sizes at which anything quadratic would take minutes. */
static void large_inputs_take_linear_time(void **state) {
    static const struct {
        const char *before, *piece, *after;
        size_t reads;
    } shapes[] = {
        {"x = ", "os.environ['A'], ", "1\n", 100000},
        {"x = [", "os.getenv('A', 'b'), ", "1]\n", 100000},
        {"x = ", "os.getenv('A', ", "\n", 0},
        {"import os\n", "e = os.environ\n", "e['A']\n", 1},
        {"from os import (", "environ as e,", "x)\ne['A']\n", 1},
        {"from environs import Env\nenv = Env()\n", "with env.prefixed('A_'): pass\n", "env('B')\n", 1},
        {"from pydantic import BaseSettings\nclass S(BaseSettings):\n", "  a: str = Field(alias='A')\n", "",
         100000},
        {"from pydantic import BaseSettings\n", "class S(BaseSettings): pass\n", "", 0},
    };
    struct fixture x = {0};
    struct buf source = BUF_INIT(KL_MAX_CONFIG_BYTES);
    (void)state;
    buf_init(&x.text, KL_MAX_CONFIG_BYTES);
    for (size_t i = 0; i < KL_ARRAY_LEN(shapes); i++) {
        buf_clear(&source);
        buf_str(&source, shapes[i].before);
        for (size_t k = 0; k < 100000; k++)
            buf_str(&source, shapes[i].piece);
        buf_str(&source, shapes[i].after);
        collect(&x, buf_as_slice(&source));
        if (x.found.count != shapes[i].reads)
            fail_msg("%s%s...: %zu reads", shapes[i].before, shapes[i].piece, x.found.count);
        arena_clear(&x.arena);
    }
    buf_release(&source);
    end(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_read_is_found),
        cmocka_unit_test(places_are_lines_columns_and_bytes_of_the_file),
        cmocka_unit_test(large_inputs_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
