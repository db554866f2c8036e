/* fuzz_encode.c: what is encoded decodes to the same; anything may be decoded. */
#include "tests/fuzz/fuzz.h"

#include "base/encode.h"

typedef void (*encoder)(struct slice in, struct buf *out);
typedef bool (*decoder)(struct slice in, struct buf *out);

static const struct {
    encoder encode;
    decoder decode;
} codings[] = {
    {encode_base64, decode_base64},
    {encode_hex, decode_hex},
    {encode_percent, decode_percent},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice in = slice_of(data, size);
    struct buf coded = BUF_INIT(1 << 20), plain = BUF_INIT(1 << 20);
    for (size_t i = 0; i < KL_ARRAY_LEN(codings) && size < 100000; i++) {
        buf_clear(&coded);
        buf_clear(&plain);
        codings[i].encode(in, &coded);
        if (!codings[i].decode(buf_as_slice(&coded), &plain) || !slice_eq(buf_as_slice(&plain), in))
            abort();
        buf_clear(&plain);
        if (!codings[i].decode(in, &plain))
            buf_clear(&plain); /* refused: any input may be */
    }
    if (utf8_count(in) > size || (utf8_valid(in) && size > 0 && utf8_count(in) == 0))
        abort();
    buf_release(&coded);
    buf_release(&plain);
    return 0;
}
