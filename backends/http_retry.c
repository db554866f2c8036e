/* http_retry.c: how long to wait before another attempt. */
#include "backends/http_policy.h"

#include "base/system.h"

#define MAX_RETRY_AFTER_S 86400u /* whoever asks for more is not waited for anyway */

/* The decimal number of exactly `len` digits at `at`. */
static bool number(struct slice s, size_t at, size_t len, unsigned *out) {
    *out = 0;
    if (at + len > s.len)
        return false;
    for (size_t i = at; i < at + len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(s.ptr[i] - '0');
    }
    return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day) {
    static const unsigned before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t past = year - 1, days = past * 365 + past / 4 - past / 100 + past / 400 - 719162;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days + before[month - 1] + (leap && month > 2) + day - 1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT". The two obsolete forms are not read: no server that
 * sends Retry-After sends them. */
bool http_date(struct slice text, uint64_t *unix_time) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned day, year, hour, minute, second;
    if (text.len != 29 || text.ptr[3] != ',' || !slice_ends(text, " GMT") || !number(text, 5, 2, &day) ||
        !number(text, 12, 4, &year) || !number(text, 17, 2, &hour) || !number(text, 20, 2, &minute) ||
        !number(text, 23, 2, &second))
        return false;
    size_t month = slice_find(slice_cstr(months), slice_sub(text, 8, 11), 0);
    if (month % 3 != 0 || month > 33 || day < 1 || day > 31 || year < 1970 || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    uint64_t days = days_since_1970(year, (unsigned)month / 3 + 1, day);
    *unix_time = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

bool http_retry_after(const struct http_response *r, uint64_t now, uint64_t *milliseconds) {
    struct slice value;
    uint64_t when, seconds = 0;
    if (!http_response_header(r, "retry-after", &value) || value.len == 0)
        return false;
    if (http_date(value, &when)) {
        seconds = when > now ? when - now : 0;
    } else {
        for (size_t i = 0; i < value.len; i++) {
            if (value.ptr[i] < '0' || value.ptr[i] > '9')
                return false;
            if (seconds <= MAX_RETRY_AFTER_S)
                seconds = seconds * 10 + (unsigned)(value.ptr[i] - '0');
        }
    }
    *milliseconds = (seconds < MAX_RETRY_AFTER_S ? seconds : MAX_RETRY_AFTER_S) * 1000;
    return true;
}

unsigned http_jitter_ms(unsigned n) {
    uint32_t random, most = HTTP_PAUSE_MS;
    for (unsigned i = 1; i < n && most < HTTP_PAUSE_MAX_MS; i++)
        most *= 2;
    if (most > HTTP_PAUSE_MAX_MS)
        most = HTTP_PAUSE_MAX_MS;
    system_random(&random, sizeof(random));
    return random % (most + 1);
}
