#include <string.h>

#include "docs/docs.h"
#include "schema/load.h"

struct wishes {
    const char *out;
    const char *title;
    const char *format; /* "html", "svg" or "dot" */
    bool no_diagram;
    const char **models;
    size_t model_count;
    bool help;
};

static bool read_wish(int count, char **words, int *at, struct wishes *wishes)
{
    static const char *const names[] = { "--out", "--title", "--format" };
    const char **places[] = { &wishes->out, &wishes->title, &wishes->format };
    const char *word = words[*at];

    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
        return wishes->help = true;
    if (strcmp(word, "--no-diagram") == 0)
        return wishes->no_diagram = true;
    if (strcmp(word, "-o") == 0)
        word = "--out";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);

        if (strncmp(word, names[i], length) != 0 || (word[length] && word[length] != '='))
            continue;
        if (!word[length] && *at + 1 >= count) {
            wrong_command(&command_docs, "docs: %s needs a value", names[i]);
            return false;
        }
        *places[i] = word[length] ? word + length + 1 : words[++*at];
        return true;
    }
    wrong_command(&command_docs, "docs: unknown option '%s'", word);
    return false;
}

static bool read_wishes(struct arena *arena, int count, char **words, struct wishes *wishes)
{
    wishes->models = arena_array(arena, (size_t)count, sizeof *wishes->models);
    for (int at = 0; at < count; at++) {
        if (*words[at] != '-')
            wishes->models[wishes->model_count++] = words[at];
        else if (!read_wish(count, words, &at, wishes))
            return false;
    }
    if (wishes->help)
        return true;
    if (strcmp(wishes->format, "html") != 0 && strcmp(wishes->format, "svg") != 0 &&
        strcmp(wishes->format, "dot") != 0) {
        wrong_command(&command_docs, "docs: --format is html, svg or dot, not '%s'",
                      wishes->format);
        return false;
    }
    if (!wishes->model_count)
        wrong_command(&command_docs, "docs: no models given");
    return wishes->model_count > 0;
}

/* NULL: it has said why. */
static const char *made_text(struct arena *arena, const struct wishes *wishes,
                             const struct schema *schema)
{
    const char *diagram = docs_diagram(arena, schema);
    const char *svg = NULL;

    if (strcmp(wishes->format, "dot") == 0)
        return diagram;
    if (!wishes->no_diagram) {
        svg = docs_svg(arena, diagram);
        if (!svg)
            return NULL;
    }
    if (strcmp(wishes->format, "svg") == 0)
        return svg;
    return docs_page(arena, schema, wishes->title, svg);
}

static enum exit_code write_docs(struct arena *arena, const struct wishes *wishes)
{
    struct arguments arguments = { .models = wishes->models, .model_count = wishes->model_count };
    struct file_set set = { .arena = arena };
    struct loaded loaded;
    enum exit_code code = EXIT_WRONG_INPUT;
    const char *text;

    if (!load_draft(&arguments, &loaded))
        return EXIT_WRONG_INPUT;
    text = made_text(arena, wishes, loaded.schema);
    if (text && !wishes->out) {
        fputs(text, stdout);
        code = EXIT_FINE;
    } else if (text) {
        set.diags = loaded.diags;
        files_add(&set, wishes->out, text, strlen(text));
        code = files_write(&set) ? EXIT_FINE : EXIT_WRONG_INPUT;
    }
    loaded_dispose(&loaded);
    return code;
}

static enum exit_code run_docs(struct arena *arena, int count, char **words)
{
    struct wishes wishes = { .format = "html", .title = "Models" };

    if (!read_wishes(arena, count, words, &wishes))
        return EXIT_WRONG_COMMAND;
    if (wishes.help) {
        help_command(&command_docs, stdout);
        return EXIT_FINE;
    }
    if (wishes.no_diagram && strcmp(wishes.format, "svg") == 0)
        return wrong_command(&command_docs, "docs: there is no SVG without the diagram");
    return write_docs(arena, &wishes);
}

const struct command command_docs = {
    .name = "docs",
    .summary = "write a page with a diagram of the models",
    .help = "orm docs - write a page with a diagram of the models\n"
            "\n"
            "Usage:\n"
            "  orm docs MODELS... [--out FILE] [OPTIONS]\n"
            "\n"
            "One page of HTML, to read and to print: a diagram of the tables and their\n"
            "foreign keys, and for each model its columns, relations, indexes and comments.\n"
            "It needs no other file. The diagram is drawn by Graphviz (package graphviz).\n"
            "\n"
            "Options:\n"
            "  -o, --out FILE   write there instead of standard output\n"
            "  --title TEXT     the page's heading [Models]\n"
            "  --format FORMAT  html, svg (the diagram alone) or dot (for Graphviz) [html]\n"
            "  --no-diagram     a page without the diagram; needs no Graphviz\n"
            "  -h, --help       show this page\n"
            "\n"
            "Examples:\n"
            "  orm docs models/*.yaml --title \"Our shop\" --out models.html\n"
            "  orm docs shop.yaml --format svg --out shop.svg\n",
    .run_words = run_docs,
};
