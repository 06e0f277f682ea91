#include "introspect/scalar.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "naming/names.h"
#include "yaml/canonical.h"

const char *scalar_text(struct arena *arena, const char *text)
{
    return canonical_text(arena, text);
}

const char *scalar_value(struct arena *arena, const char *yaml)
{
    struct text made = {0};
    size_t length = yaml ? strlen(yaml) : 0;

    if (length < 2 || (*yaml != '"' && *yaml != '\''))
        return yaml;
    text_add_string(arena, &made, "");
    for (size_t at = 1; at + 1 < length; at++) {
        bool skips = (*yaml == '\'' && yaml[at] == '\'') || (*yaml == '"' && yaml[at] == '\\');

        at += skips;
        text_add(arena, &made, skips && yaml[at] == 'n' && *yaml == '"' ? "\n" : yaml + at, 1);
    }
    return made.text;
}

const char *scalar_label_names(struct arena *arena, const char *const *labels, size_t count)
{
    struct map seen = {0};
    struct text made = {0};
    bool needed = false;

    text_add_string(arena, &made, ", names: [");
    for (size_t i = 0; i < count; i++) {
        const char *upper = name_from_label(arena, labels[i]);
        char *name = arena_text(arena, upper);

        for (size_t k = 0; name[k]; k++)
            name[k] = (char)tolower((unsigned char)name[k]);
        if (name_fault(name) || strcmp(name, "unset") == 0) {
            needed = needed || !*name || strcmp(name, "unset") == 0;
            name = arena_format(arena, "value_%zu", i + 1);
        }
        if (map_add(arena, &seen, name, name)) {
            needed = true;
            name = arena_format(arena, "%s_%zu", name, i + 1);
            map_add(arena, &seen, name, name);
        }
        text_add_string(arena, &made, arena_format(arena, "%s%s", i ? ", " : "", name));
    }
    text_add_string(arena, &made, "]");
    return needed ? made.text : "";
}

const char *scalar_comment(struct arena *arena, const char *text)
{
    struct text made = {0};
    uint32_t code;

    text_add_string(arena, &made, "");
    for (size_t at = 0, length = strlen(text); at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);

        if (size && utf8_is_visible(code))
            text_add(arena, &made, text + at, size);
        else
            text_add_string(arena, &made, "?");
        at += size ? size : 1;
    }
    return made.text;
}
