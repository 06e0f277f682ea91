#include "naming/names.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "naming/reserved.h"

const char *name_fault(const char *text)
{
    size_t length = strlen(text);

    if (!length)
        return "it is empty";
    if (length > NAME_LIMIT)
        return "it is longer than 63 bytes";
    if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return "only lower-case letters, digits and underscores are allowed";
    if (!islower((unsigned char)text[0]))
        return "it must start with a lower-case letter";
    if (strstr(text, "__"))
        return "C++ reserves names with two underscores in a row";
    if (text[length - 1] == '_')
        return "it must not end with an underscore";
    return NULL;
}

const char *name_repaired(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    struct text made = {0};

    text_add_string(arena, &made, "");
    if (length > NAME_LIMIT)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool word_starts =
            isupper(byte) && i &&
            (islower((unsigned char)text[i - 1]) ||
             (islower((unsigned char)text[i + 1]) && isupper((unsigned char)text[i - 1])));
        char lower = (char)tolower(byte);

        if ((word_starts || !isalnum(byte)) && made.length && made.text[made.length - 1] != '_')
            text_add(arena, &made, "_", 1);
        if (isalnum(byte) && (made.length || isalpha(byte)))
            text_add(arena, &made, &lower, 1);
    }
    while (made.length && made.text[made.length - 1] == '_')
        made.text[--made.length] = '\0';
    return name_fault(made.text) ? NULL : made.text;
}

const char *name_database_fault(const char *text)
{
    size_t length = strlen(text);
    uint32_t code;

    if (!length)
        return "it is empty";
    if (length > NAME_LIMIT)
        return "it is longer than 63 bytes";
    for (size_t at = 0; at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);

        if (!size || !utf8_is_visible(code))
            return "it holds a character that cannot be seen";
        at += size;
    }
    return NULL;
}

const char *name_join(struct arena *arena, const char *prefix, const char *name)
{
    return *prefix ? arena_format(arena, "%s_%s", prefix, name) : name;
}

const char *name_upper(struct arena *arena, const char *name)
{
    char *upper = arena_text(arena, name);

    for (size_t i = 0; upper[i]; i++)
        upper[i] = (char)toupper((unsigned char)upper[i]);
    return upper;
}

const char *name_member(struct arena *arena, const char *name)
{
    return reserved_as_member(name) ? arena_format(arena, "%s_", name) : name;
}

const char *name_from_label(struct arena *arena, const char *label)
{
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (; *label; label++) {
        char upper = (char)toupper((unsigned char)*label);

        if (isalnum((unsigned char)upper))
            text_add(arena, &made, &upper, 1);
        else if (made.length && made.text[made.length - 1] != '_')
            text_add(arena, &made, "_", 1);
    }
    if (made.length && made.text[made.length - 1] == '_')
        made.text[--made.length] = '\0';
    return made.text;
}

/* FNV-1a: only to keep names that were cut alike apart. */
static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

const char *name_constraint(struct arena *arena, const char *const *parts, size_t count)
{
    struct text name = {0};
    size_t kept = NAME_LIMIT - 9;

    for (size_t i = 0; i < count; i++) {
        text_add_string(arena, &name, i ? "_" : "");
        text_add_string(arena, &name, parts[i]);
    }
    if (name.length <= NAME_LIMIT)
        return name.text;
    while (kept && ((unsigned char)name.text[kept] & 0xC0) == 0x80)
        kept--;
    return arena_format(arena, "%.*s_%08x", (int)kept, name.text, hash_of(name.text));
}
