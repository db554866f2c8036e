/* fuzz.h: the function that each fuzz driver defines; libFuzzer calls it. */
#ifndef KEYLIFT_TESTS_FUZZ_H
#define KEYLIFT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
