/* net_memory.c: libcurl and OpenSSL on memory that is wiped when it is freed: requests,
 * answers and tokens pass through it. */
#include "backends/net/net.h"

#include <openssl/crypto.h>
#include <pthread.h>

#include "base/mem.h"

/* Before each block: its size. A whole 16 bytes, to keep the alignment of malloc. */
#define HEADER_BYTES ((size_t)16)

static void *block_alloc(size_t size) {
    if (size > SIZE_MAX - HEADER_BYTES)
        mem_die();
    char *block = mem_alloc(size + HEADER_BYTES);
    memcpy(block, &size, sizeof(size));
    return block + HEADER_BYTES;
}

static size_t block_size(const void *ptr) {
    size_t size;
    memcpy(&size, (const char *)ptr - HEADER_BYTES, sizeof(size));
    return size;
}

static void block_free(void *ptr) {
    if (!ptr)
        return;
    char *block = (char *)ptr - HEADER_BYTES;
    mem_wipe(block, block_size(ptr) + HEADER_BYTES);
    free(block);
}

static void *block_realloc(void *ptr, size_t size) {
    void *moved = block_alloc(size);
    if (ptr) {
        size_t was = block_size(ptr);
        memcpy(moved, ptr, was < size ? was : size);
        block_free(ptr);
    }
    return moved;
}

static void *block_calloc(size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        mem_die();
    return memset(block_alloc(count * size), 0, count * size);
}

static char *block_strdup(const char *s) {
    size_t size = strlen(s) + 1;
    return memcpy(block_alloc(size), s, size);
}

static void *ssl_alloc(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return size ? block_alloc(size) : NULL;
}

static void *ssl_realloc(void *ptr, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    if (size)
        return block_realloc(ptr, size);
    block_free(ptr);
    return NULL;
}

static void ssl_free(void *ptr, const char *file, int line) {
    (void)file;
    (void)line;
    block_free(ptr);
}

static void init_once(void) {
    /* Refused by an OpenSSL that was in use before; then the rest is still as it should be. */
    (void)CRYPTO_set_mem_functions(ssl_alloc, ssl_realloc, ssl_free);
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, block_alloc, block_free, block_realloc, block_strdup,
                             block_calloc) != CURLE_OK)
        mem_die(); /* its only failure that is not a bug */
}

void net_memory_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_once);
}
