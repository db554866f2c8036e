/* settingtool FILE: the line that sets V to each value, as a file with FILE's ending has
 * it. Standard input: "LEN\n<bytes>", again and again. Standard output, each time:
 * "ok LEN\n<line>", or "refused STATUS\n". For tests/property/test_setting_lines.py. */
#include <stdio.h>
#include <stdlib.h>

#include "backends/setting_lines.h"
#include "base/mem.h"

#define LINE_MAX_BYTES ((size_t)64 << 20)

int main(int argc, char **argv) {
    size_t len;
    if (argc != 2)
        return 2;
    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *bytes = mem_alloc(len + 1);
        struct buf line = BUF_INIT(LINE_MAX_BYTES);
        struct error e = {0};
        if (fread(bytes, 1, len, stdin) != len)
            return 2;
        enum kl_status st = setting_line(argv[1], "V", slice_of(bytes, len), &line, &e);
        if (st == KL_OK) {
            printf("ok %zu\n", line.len);
            fwrite(line.ptr, 1, line.len, stdout);
        } else {
            printf("refused %s\n", status_name(st));
        }
        buf_release(&line);
        free(bytes);
    }
    return 0;
}
