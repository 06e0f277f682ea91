#include <ctype.h>
#include <string.h>

#include "introspect/draft.h"
#include "naming/names.h"

/* Ends that do not follow the rules, and words that have one form. */
static const char *const irregular[][2] = {
    {"people", "person"},     {"children", "child"},  {"men", "man"},
    {"women", "woman"},       {"mice", "mouse"},      {"feet", "foot"},
    {"teeth", "tooth"},       {"geese", "goose"},     {"criteria", "criterion"},
    {"indices", "index"},     {"matrices", "matrix"}, {"vertices", "vertex"},
    {"analyses", "analysis"}, {"bases", "base"},      {"movies", "movie"},
    {"cookies", "cookie"},    {"ties", "tie"},        {"pies", "pie"},
    {"shoes", "shoe"},        {"statuses", "status"}, {"aliases", "alias"},
    {"buses", "bus"},         {"leaves", "leaf"},     {"lives", "life"},
    {"wives", "wife"},        {"knives", "knife"},    {"halves", "half"},
    {"shelves", "shelf"},     {"caches", "cache"},    {"axes", "axis"},
};

static const char *const same[] = {"news",  "series",    "species",  "data",      "media",
                                   "info",  "equipment", "money",    "sheep",     "settings_data",
                                   "fish",  "metadata",  "history",  "inventory", "staff",
                                   "stuff", "software",  "hardware", "feedback",  "chaos"};

const char *word_of(struct arena *arena, const char *text, const char *otherwise)
{
    const char *made = name_repaired(arena, text);
    size_t length = strlen(text);

    /* "HTTPServerOf..." gets longer by its underscores */
    if (length > NAME_LIMIT)
        length = NAME_LIMIT;
    for (size_t cut = 8; !made && length > NAME_LIMIT / 2 && cut < length; cut += 8)
        made = name_repaired(arena, arena_copy(arena, text, length - cut));
    if (made && strcmp(made, "null") == 0) /* it would need quotes wherever it is named */
        return "null_value";
    return made ? made : otherwise;
}

const char *word_joined(struct arena *arena, const char *start, const char *end)
{
    size_t room = strlen(end) + 1 < NAME_LIMIT ? NAME_LIMIT - strlen(end) - 1 : 0;
    size_t length = strlen(start);

    if (length > room) {
        length = room;
        while (length && start[length - 1] == '_')
            length--;
    }
    return arena_format(arena, "%.*s_%s", (int)length, start, end);
}

const char *word_numbered(struct arena *arena, const char *start, unsigned number)
{
    return word_joined(arena, start, arena_format(arena, "%u", number));
}

static bool ends(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);

    return length >= size && strcmp(text + length - size, end) == 0;
}

static bool is_same(const char *word)
{
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(word, same[i]) == 0)
            return true;
    return false;
}

static const char *without(struct arena *arena, const char *text, size_t drop, const char *add)
{
    return arena_format(arena, "%.*s%s", (int)(strlen(text) - drop), text, add);
}

static bool is_vowel(char c)
{
    return c && strchr("aeiou", c);
}

/* The last word of a name joined by underscores. */
static const char *last_word(const char *text)
{
    const char *at = strrchr(text, '_');

    return at ? at + 1 : text;
}

const char *word_singular(struct arena *arena, const char *text)
{
    const char *word = last_word(text);

    if (is_same(word))
        return text;
    for (size_t i = 0; i < sizeof irregular / sizeof *irregular; i++)
        if (strcmp(word, irregular[i][0]) == 0)
            return without(arena, text, strlen(word), irregular[i][1]);
    if (strlen(word) < 4 || !ends(word, "s") || ends(word, "ss") || ends(word, "us") ||
        ends(word, "is"))
        return text;
    if (ends(word, "ies"))
        return without(arena, text, 3, "y");
    if (ends(word, "sses") || ends(word, "ches") || ends(word, "shes") || ends(word, "xes") ||
        ends(word, "zzes") || ends(word, "oes"))
        return without(arena, text, 2, "");
    return without(arena, text, 1, "");
}

const char *word_plural(struct arena *arena, const char *text)
{
    const char *word = last_word(text);
    size_t length = strlen(word);

    if (is_same(word))
        return text;
    if (strlen(text) + strlen("es") > NAME_LIMIT)
        return word_joined(arena, text, "list");
    for (size_t i = 0; i < sizeof irregular / sizeof *irregular; i++)
        if (strcmp(word, irregular[i][1]) == 0)
            return without(arena, text, length, irregular[i][0]);
    if (ends(word, "y") && length > 1 && !is_vowel(word[length - 2]))
        return without(arena, text, 1, "ies");
    if (ends(word, "ss") || ends(word, "us") || ends(word, "x") || ends(word, "z") ||
        ends(word, "ch") || ends(word, "sh"))
        return arena_format(arena, "%ses", text);
    if (ends(word, "s")) /* most likely a plural already */
        return text;
    return arena_format(arena, "%ss", text);
}
