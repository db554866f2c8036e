/* aws_time.c: dates without the C library, whose parsers depend on locale and zone. */
#include "backends/aws_time.h"

struct moment {
    unsigned year, month, day, hour, minute, second;
};

/* Reads by a pattern: a letter of YNDhms takes one digit into that field, '*' any byte,
 * anything else itself. False when the text is shorter or another. */
static bool read_pattern(struct slice text, const char *pattern, struct moment *out) {
    static const char letters[] = "YNDhms";
    unsigned fields[6] = {0};
    if (text.len < strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i]; i++) {
        char c = text.ptr[i];
        const char *letter = strchr(letters, pattern[i]);
        if (!letter) {
            if (pattern[i] != '*' && pattern[i] != c)
                return false;
        } else if (c < '0' || c > '9') {
            return false;
        } else {
            unsigned *field = &fields[letter - letters];
            *field = *field * 10 + (unsigned)(c - '0');
        }
    }
    *out = (struct moment){fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]};
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March,
 * so that the leap day is the last one of its year. */
static bool to_unix(const struct moment *m, uint64_t *out) {
    static const unsigned before[12] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    if (m->year < 1970 || m->month < 1 || m->month > 12 || m->day < 1 || m->day > 31 || m->hour > 23 ||
        m->minute > 59 || m->second > 60)
        return false;
    uint64_t year = m->year - (m->month < 3);
    uint64_t days = year * 365 + year / 4 - year / 100 + year / 400 + before[m->month - 1] + m->day - 1;
    const uint64_t epoch = 719468; /* 1970-01-01, counted the same way */
    *out = ((days - epoch) * 24 + m->hour) * 3600 + m->minute * 60u + m->second;
    return true;
}

/* What follows the seconds: "Z", "+00:00", "-0530", "UTC" or nothing. */
static bool apply_offset(struct slice rest, uint64_t *unix_time) {
    struct moment offset;
    if (!rest.len || slice_eq_cstr(rest, "Z") || slice_eq_cstr(rest, "UTC"))
        return true;
    bool colon = rest.len == 6 && read_pattern(rest, "*hh:mm", &offset);
    if ((!colon && !(rest.len == 5 && read_pattern(rest, "*hhmm", &offset))) || !strchr("+-", rest.ptr[0]))
        return false;
    uint64_t seconds = offset.hour * 3600u + offset.minute * 60u;
    *unix_time = rest.ptr[0] == '+' ? *unix_time - seconds : *unix_time + seconds;
    return true;
}

bool aws_time_iso(struct slice text, uint64_t *unix_time) {
    static const char pattern[] = "YYYY-NN-DD*hh:mm:ss";
    struct moment m;
    if (!read_pattern(text, pattern, &m) || !strchr("Tt ", text.ptr[10]) || !to_unix(&m, unix_time))
        return false;
    size_t at = sizeof pattern - 1;
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';)
            at++;
    return apply_offset(slice_sub(text, at, text.len), unix_time);
}

bool aws_time_http(struct slice text, uint64_t *unix_time) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct moment m;
    if (!read_pattern(text, "***, DD *** YYYY hh:mm:ss GMT", &m))
        return false;
    size_t at = slice_find(SLICE_LIT(months), slice_sub(text, 8, 11), 0);
    m.month = at == SIZE_MAX || at % 3 ? 0 : (unsigned)(at / 3 + 1);
    return to_unix(&m, unix_time);
}
