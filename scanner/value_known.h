/* value_known.h: what looks random and is no secret, by what it is. */
#ifndef KEYLIFT_SCANNER_VALUE_KNOWN_H
#define KEYLIFT_SCANNER_VALUE_KNOWN_H

#include "base/slice.h"

/* Is each character of ASCII, and there once? */
bool value_repeats_nothing(struct slice value);
/* The characters that an encoding or a generator of passwords has, each once: in order but for those left out
 * ("ABCDEFGHJKLMN..."), or 32 and more letters and digits in an order of their own. */
bool value_is_alphabet(struct slice value);
/* A public key as OpenSSH (RFC 4253, 6.6) or X.509 (RFC 5280, 4.1.2.7) have it, in base64. */
bool value_is_public_key(struct slice value);
/* V1alpha3WorkloadList: letters and digits of which nearly all are in words that begin with a capital. */
bool value_is_class_name(struct slice value);
/* Several lines of printed text in base64: a message, such as one that is to be signed. */
bool value_is_message(struct slice value);

#endif
