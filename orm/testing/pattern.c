/*
 * Texts that match a regular expression: the expression is read into a tree, and each choice it
 * leaves (a character of a class, an alternative) takes a digit of the number of the text, so that
 * another number gives another text.
 */
#include "invent.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

enum { PATTERN_MOST = 4096, PATTERN_DEPTH = 64, PATTERN_REPEATS = 255 };

enum part_kind { PART_SET, PART_SEQUENCE, PART_CHOICE };

/* What one place of the pattern stands for, repeated `least` times or more. */
struct part {
    enum part_kind kind;
    char set[100]; /* PART_SET: the characters it may be */
    size_t set_count;
    struct part *first; /* the others: their parts */
    struct part *next;
    unsigned least;
    unsigned most;
};

struct reader {
    orm_session *db;
    const char *at;
    unsigned depth;
    bool failed; /* it says something that is not understood */
    bool nomem;
};

/* Texts of characters that are plain anywhere, those that are liked best first. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "-_ .,:;!?@#%&*+=/()[]{}<>~^|'\"`$\\";

static struct part *read_choice(struct reader *reader);

static struct part *new_part(struct reader *reader, enum part_kind kind)
{
    struct part *part = orm__testing_alloc(reader->db, sizeof *part);
    if (part == NULL) {
        reader->nomem = reader->failed = true;
        return NULL;
    }
    part->kind = kind;
    part->least = part->most = 1;
    return part;
}

static void add_to_set(struct part *part, char c)
{
    if (part->set_count < sizeof part->set && memchr(part->set, c, part->set_count) == NULL)
        part->set[part->set_count++] = c;
}

typedef bool is_member(char c, const void *context);

/* Adds the plain characters that are members. */
static void add_members(struct part *part, is_member *member, const void *context, bool negated)
{
    for (const char *c = plain; *c != '\0'; c++)
        if (member(*c, context) != negated)
            add_to_set(part, *c);
}

static bool is_any(char c, const void *context)
{
    (void)context;
    return isalnum((unsigned char)c) != 0;
}

static bool is_in_class(char c, const void *context)
{
    const char *name = context;
    unsigned char u = (unsigned char)c;
    switch (name[0]) {
    case 'd':
        return isdigit(u) != 0;
    case 'w':
        return isalnum(u) != 0 || c == '_';
    case 's':
        return c == ' ';
    case 'l':
        return islower(u) != 0;
    case 'u':
        return isupper(u) != 0;
    case 'a':
        return name[1] == 'n' ? isalnum(u) != 0 : isalpha(u) != 0;
    case 'x':
        return isxdigit(u) != 0;
    default:
        return ispunct(u) != 0;
    }
}

/* The short name by which is_in_class knows "[:digit:]"; NULL when it does not. */
static const char *class_named(const char *name, size_t size)
{
    static const char *const names[][2] = {
        {"digit", "d"}, {"alpha", "a"}, {"alnum", "an"}, {"lower", "l"}, {"upper", "u"},
        {"space", "s"}, {"punct", "p"}, {"xdigit", "x"}, {"blank", "s"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i][0]) == size && memcmp(names[i][0], name, size) == 0)
            return names[i][1];
    return NULL;
}

static bool is_in_bracket(char c, const void *context)
{
    const struct part *listed = context;
    return memchr(listed->set, c, listed->set_count) != NULL;
}

/* One element of a bracket: a class, a range or a character. */
static void read_bracket_item(struct reader *reader, struct part *listed)
{
    if (reader->at[0] == '[' && reader->at[1] == ':') {
        const char *name = reader->at + 2;
        const char *end = strstr(name, ":]");
        const char *known = end ? class_named(name, (size_t)(end - name)) : NULL;
        reader->failed = reader->failed || known == NULL;
        if (known == NULL)
            return;
        add_members(listed, is_in_class, known, false);
        reader->at = end + 2;
        return;
    }
    if (reader->at[0] == '[' && (reader->at[1] == '.' || reader->at[1] == '=')) {
        reader->failed = true;
        return;
    }
    unsigned char from = (unsigned char)*reader->at++;
    unsigned char to = from;
    if (reader->at[0] == '-' && reader->at[1] != ']' && reader->at[1] != '\0') {
        to = (unsigned char)reader->at[1];
        reader->at += 2;
    }
    reader->failed = reader->failed || from >= 0x80 || to >= 0x80;
    for (unsigned c = from; c <= to && !reader->failed; c++)
        add_to_set(listed, (char)c);
}

static struct part *read_bracket(struct reader *reader)
{
    struct part *listed = new_part(reader, PART_SET);
    struct part *part = new_part(reader, PART_SET);
    bool negated = *reader->at == '^';
    bool first = true;
    if (part == NULL || listed == NULL)
        return NULL;
    reader->at += negated;
    for (; (*reader->at != ']' || first) && !reader->failed; first = false) {
        reader->failed = *reader->at == '\0';
        if (!reader->failed)
            read_bracket_item(reader, listed);
    }
    if (reader->failed)
        return NULL;
    reader->at++;
    if (!negated)
        return listed;
    add_members(part, is_in_bracket, listed, true);
    return part;
}

static struct part *read_escape(struct reader *reader)
{
    struct part *part = new_part(reader, PART_SET);
    char c = *reader->at;
    if (part == NULL)
        return NULL;
    if (c != '\0')
        reader->at++;
    if (c == 'd' || c == 'w' || c == 's')
        add_members(part, is_in_class, c == 'd' ? "d" : c == 'w' ? "w" : "s", false);
    else if (c == 'D' || c == 'W' || c == 'S')
        add_members(part, is_in_class, c == 'D' ? "d" : c == 'W' ? "w" : "s", true);
    else if (c == '\0' || isalnum((unsigned char)c))
        reader->failed = true; /* back references, word boundaries and the like */
    else
        add_to_set(part, c);
    return part;
}

static struct part *read_group(struct reader *reader)
{
    struct part *part = NULL;
    if (reader->at[0] == '?') {
        reader->failed = reader->failed || reader->at[1] != ':';
        reader->at += reader->failed ? 0 : 2;
    }
    if (++reader->depth > PATTERN_DEPTH)
        reader->failed = true;
    if (!reader->failed)
        part = read_choice(reader);
    reader->depth--;
    if (*reader->at != ')')
        reader->failed = true;
    else
        reader->at++;
    return part;
}

static struct part *read_atom(struct reader *reader)
{
    char c = *reader->at++;
    struct part *part;
    switch (c) {
    case '[':
        return read_bracket(reader);
    case '(':
        return read_group(reader);
    case '\\':
        return read_escape(reader);
    case '^': /* the whole text is made up, so anchors hold by themselves */
    case '$':
        return new_part(reader, PART_SEQUENCE);
    case '*':
    case '+':
    case '?':
        reader->failed = true;
        return NULL;
    case '.':
        part = new_part(reader, PART_SET);
        if (part != NULL)
            add_members(part, is_any, NULL, false);
        return part;
    default:
        part = new_part(reader, PART_SET);
        if (part != NULL)
            add_to_set(part, c);
        return part;
    }
}

static unsigned read_number(struct reader *reader, unsigned otherwise)
{
    unsigned number = 0;
    if (!isdigit((unsigned char)*reader->at))
        return otherwise;
    for (; isdigit((unsigned char)*reader->at) && number <= PATTERN_REPEATS; reader->at++)
        number = number * 10 + (unsigned)(*reader->at - '0');
    reader->failed = reader->failed || number > PATTERN_REPEATS;
    return number;
}

static void read_bounds(struct reader *reader, struct part *part)
{
    part->least = read_number(reader, 0);
    part->most = part->least;
    if (*reader->at == ',') {
        reader->at++;
        part->most = read_number(reader, PATTERN_REPEATS);
    }
    if (*reader->at != '}' || part->most < part->least)
        reader->failed = true;
    else
        reader->at++;
}

static void read_repeats(struct reader *reader, struct part *part)
{
    switch (*reader->at) {
    case '*':
    case '+':
        part->least = *reader->at == '+';
        part->most = PATTERN_REPEATS;
        reader->at++;
        break;
    case '?':
        part->least = 0;
        reader->at++;
        break;
    case '{':
        reader->at++;
        read_bounds(reader, part);
        break;
    default:
        break;
    }
    if (*reader->at == '*' || *reader->at == '+' || *reader->at == '?' || *reader->at == '{')
        reader->failed = true;
}

static struct part *read_sequence(struct reader *reader)
{
    struct part *sequence = new_part(reader, PART_SEQUENCE);
    struct part **end = sequence ? &sequence->first : NULL;
    while (!reader->failed && *reader->at != '\0' && *reader->at != '|' && *reader->at != ')') {
        struct part *part = read_atom(reader);
        if (part == NULL || reader->failed)
            return sequence;
        if (part->least != 1 || part->most != 1 || part->next != NULL) {
            struct part *around = new_part(reader, PART_SEQUENCE);
            if (around == NULL)
                return NULL;
            around->first = part;
            part = around;
        }
        read_repeats(reader, part);
        *end = part;
        end = &part->next;
    }
    return sequence;
}

static struct part *read_choice(struct reader *reader)
{
    struct part *choice = new_part(reader, PART_CHOICE);
    struct part **end = choice ? &choice->first : NULL;
    while (!reader->failed) {
        struct part *sequence = read_sequence(reader);
        if (sequence == NULL)
            break;
        *end = sequence;
        end = &sequence->next;
        if (*reader->at != '|')
            break;
        reader->at++;
    }
    return choice;
}

/* A text in the making: what of its number is not used yet, and how much open repeats add. */
struct maker_text {
    char *text;
    size_t length;
    uint64_t number;
    unsigned extra;
    bool failed;
};

static void write_part(struct maker_text *out, const struct part *part);

/* Repeats vary the text as well: those of a short choice first. */
static unsigned repeats_of(const struct maker_text *out, const struct part *part)
{
    unsigned most = part->most - part->least;
    return part->least + (out->extra < most ? out->extra : most);
}

static void write_once(struct maker_text *out, const struct part *part)
{
    size_t count = 0;
    switch (part->kind) {
    case PART_SET:
        if (part->set_count == 0 || out->length >= PATTERN_MOST) {
            out->failed = true;
            return;
        }
        out->text[out->length++] = part->set[out->number % part->set_count];
        out->number /= part->set_count;
        return;
    case PART_SEQUENCE:
        for (const struct part *inner = part->first; inner && !out->failed; inner = inner->next)
            write_part(out, inner);
        return;
    case PART_CHOICE:
        for (const struct part *inner = part->first; inner; inner = inner->next)
            count++;
        if (count == 0)
            return;
        const struct part *chosen = part->first;
        for (size_t i = (size_t)(out->number % count); i > 0; i--)
            chosen = chosen->next;
        out->number /= count;
        write_part(out, chosen);
        return;
    }
}

static void write_part(struct maker_text *out, const struct part *part)
{
    unsigned repeats = repeats_of(out, part);
    for (unsigned i = 0; i < repeats && !out->failed; i++)
        write_once(out, part);
}

bool orm__pattern_matches(const char *pattern, const char *text)
{
    regex_t compiled;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return true; /* another dialect: the database will say */
    bool matches = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return matches;
}

/* With more and more repeats, until the text is long enough and the whole number is in it. */
static enum invented write_text(struct maker_text *out, const struct part *tree,
                                const char *pattern, uint64_t index, size_t min_length,
                                size_t max_length)
{
    size_t shorter = SIZE_MAX;
    bool fitted = false;
    for (unsigned extra = 0; extra <= PATTERN_REPEATS; extra++) {
        out->length = 0;
        out->number = index;
        out->extra = extra;
        write_part(out, tree);
        out->text[out->length < PATTERN_MOST ? out->length : PATTERN_MOST] = '\0';
        if (out->failed || out->length > max_length || out->length == shorter)
            break;
        shorter = out->length;
        fitted = fitted || out->length >= min_length;
        if (out->length >= min_length && out->number == 0)
            return orm__pattern_matches(pattern, out->text) ? INVENTED : INVENTED_NONE;
    }
    return fitted ? INVENTED_ALL : INVENTED_NONE;
}

enum invented orm__pattern_text(orm_session *db, const char *pattern, uint64_t index,
                                size_t min_length, size_t max_length, const char **text_out)
{
    struct reader reader = {.db = db, .at = pattern};
    struct part *tree = read_choice(&reader);
    if (reader.nomem)
        return INVENTED_NOMEM;
    if (reader.failed || *reader.at != '\0')
        return INVENTED_NONE;
    struct maker_text out = {.text = orm__testing_alloc(db, PATTERN_MOST + 1)};
    if (out.text == NULL)
        return INVENTED_NOMEM;
    enum invented result = write_text(&out, tree, pattern, index, min_length, max_length);
    *text_out = out.text;
    return result;
}
