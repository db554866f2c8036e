/* fuzz_pylex.c: any bytes are a Python file: decoded, lexed, evaluated, located. */
#include "scanner/pyfile.h"
#include "scanner/pylex.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct py_tokens tokens = PY_TOKENS_INIT;
    struct pyfile f;
    struct pylines lines;
    pyfile_decode(&f, slice_of(data, size), &arena);
    py_lex(f.text, &tokens);
    pylines_build(&lines, f.text, &arena);
    uint32_t at = 0;
    for (size_t i = 0; i < tokens.count; i++) {
        const struct py_token *t = &tokens.items[i];
        struct slice value;
        uint32_t line, column;
        if (t->start < at || t->end < t->start || t->end > f.text.len)
            __builtin_trap();
        if (t->match != UINT32_MAX && tokens.items[t->match].match != i)
            __builtin_trap();
        if (pyfile_byte_offset(&f, t->end) > size)
            __builtin_trap();
        at = t->end;
        pylines_position(&lines, f.text, t->start, &line, &column);
        if (t->kind == PY_STRING || t->kind == PY_FSTRING_MIDDLE)
            (void)py_string_value(f.text, t, &arena, &value);
    }
    py_tokens_release(&tokens);
    arena_release(&arena);
    return 0;
}
