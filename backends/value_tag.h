/* value_tag.h: a version for places that keep none: all that it must do is tell that a
 * value is no longer the one that was written (65,535 times out of 65,536). Versions
 * stand in journals, and a full hash there would confirm a guess of a weak password;
 * so would a short one with a new random salt each time, after a few runs. The same 16
 * bits each time say the same little for ever. */
#ifndef KEYLIFT_BACKENDS_VALUE_TAG_H
#define KEYLIFT_BACKENDS_VALUE_TAG_H

#include "base/slice.h"

#define VALUE_TAG_BYTES 5u /* with the NUL */

void value_tag(const char *name, struct slice value, char out[VALUE_TAG_BYTES]);

#endif
