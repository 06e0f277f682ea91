#include <string.h>

#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"
#include "driver/sqlite/sqlite_names.h"

static unsigned char fold(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

static bool same(char a, char b, bool fold_case)
{
    return a == b || (fold_case && fold(a) == fold(b));
}

/* Past the character at `at`, which is before `end`. */
static const char *after_character(const char *at, const char *end)
{
    at++;
    while (at < end && ((unsigned char)*at & 0xC0) == 0x80) at++;
    return at;
}

static bool ends_in_escape(const char *pattern, const char *end)
{
    size_t count = 0;
    while (end - count > pattern && end[-1 - (ptrdiff_t)count] == '\\') count++;
    return count % 2 == 1;
}

/* One pattern element other than %: moves both on and returns true if it fits. */
static bool take(const char **pattern, const char *pattern_end, const char **text,
                 const char *text_end, bool fold_case)
{
    const char *p = *pattern;
    if (p == pattern_end || *text == text_end) return false;
    if (*p == '_') {
        *text = after_character(*text, text_end);
        *pattern = p + 1;
        return true;
    }
    if (*p == '\\') p++;
    if (!same(*p, **text, fold_case)) return false;
    *pattern = p + 1;
    (*text)++;
    return true;
}

/*
 * Only the last % needs to be tried again: what stood before it took the shortest text it could,
 * and a longer one leaves no more for the rest. So the time is bounded by the product of the
 * lengths.
 */
static bool matches(const char *p, const char *p_end, const char *t, const char *t_end,
                    bool fold_case)
{
    const char *again_p = NULL;
    const char *again_t = NULL;
    for (;;) {
        if (p < p_end && *p == '%') {
            again_p = ++p;
            again_t = t;
        } else if (p == p_end && t == t_end) {
            return true;
        } else if (!take(&p, p_end, &t, t_end, fold_case)) {
            if (again_p == NULL || again_t == t_end) return false;
            if (again_p == p_end) return true;
            again_t = after_character(again_t, t_end);
            p = again_p;
            t = again_t;
        }
    }
}

int orm__sqlite_like(const char *pattern, size_t pattern_size, const char *text, size_t text_size,
                     bool fold_case)
{
    if (ends_in_escape(pattern, pattern + pattern_size)) return -1;
    return matches(pattern, pattern + pattern_size, text, text + text_size, fold_case);
}

static void like(sqlite3_context *context, sqlite3_value **values, bool fold_case)
{
    if (sqlite3_value_type(values[0]) == SQLITE_NULL ||
        sqlite3_value_type(values[1]) == SQLITE_NULL)
        return;
    const char *pattern = (const char *)sqlite3_value_text(values[0]);
    const char *text = (const char *)sqlite3_value_text(values[1]);
    if (pattern == NULL || text == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    int result = orm__sqlite_like(pattern, (size_t)sqlite3_value_bytes(values[0]), text,
                                  (size_t)sqlite3_value_bytes(values[1]), fold_case);
    if (result >= 0) {
        sqlite3_result_int(context, result);
        return;
    }
    orm__link *link = sqlite3_user_data(context);
    (void)orm__fail(&link->pending, ORM_INVALID,
                    "a LIKE pattern must not end with its escape character");
    sqlite3_result_error(context, link->pending.message, -1);
}

static void like_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    like(context, values, false);
}

static void ilike_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    like(context, values, true);
}

int orm__sqlite_add_functions(orm__link *link)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = sqlite3_create_function_v2(link->handle, ORM_SQLITE_FUNCTION_LIKE, 2, flags, link,
                                          like_function, NULL, NULL, NULL);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_function_v2(link->handle, ORM_SQLITE_FUNCTION_ILIKE, 2, flags, link,
                                      ilike_function, NULL, NULL, NULL);
}
