/* 16 bits of an HMAC of a value, keyed by its name. */
#include "backends/value_tag.h"

#include "base/encode.h"
#include "base/mem.h"

void value_tag(const char *name, struct slice value, char out[VALUE_TAG_BYTES]) {
    static const char hex[] = "0123456789abcdef";
    unsigned char mac[32];
    hmac_sha256(slice_cstr(name), value, mac);
    const char tag[VALUE_TAG_BYTES] = {hex[mac[0] >> 4], hex[mac[0] & 15], hex[mac[1] >> 4], hex[mac[1] & 15],
                                       '\0'};
    memcpy(out, tag, sizeof tag);
    mem_wipe(mac, sizeof mac);
}
