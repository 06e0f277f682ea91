#include <string.h>

#include "command.h"
#include "emit/c.h"

static const char *joined(struct arena *arena, const char *folder, const char *name)
{
    size_t length = strlen(folder);

    return arena_format(arena, folder[length - 1] == '/' ? "%s%s" : "%s/%s", folder, name);
}

static bool write_files(const struct arguments *arguments, struct arena *arena,
                        const struct diagnostics *diags, const struct outputs *outputs)
{
    struct file_set set = { .arena = arena, .diags = diags };
    const char **targets = arena_array(arena, outputs->count, sizeof *targets);
    const char *rule;

    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->items[i];

        targets[i] = joined(arena, arguments->out, output->name);
        files_add(&set, targets[i], output->text, output->length);
    }
    if (arguments->depfile) {
        rule = depfile_text(arena, targets, outputs->count, diags);
        files_add(&set, arguments->depfile, rule, strlen(rule));
    }
    return directory_make(arena, arguments->out) && files_write(&set);
}

static enum exit_code run_generate(const struct arguments *arguments, struct arena *arena)
{
    struct loaded loaded;
    struct outputs outputs = { 0 };
    const char *fault = NULL;
    bool ok;

    if (!arguments->out)
        return wrong_command(&command_generate, "generate: --out DIR is needed");
    if (arguments->json && arguments->factories)
        return wrong_command(&command_generate, 
                             "generate: --json and --factories exclude each other");
    if (!load_models(arguments, &loaded))
        return EXIT_WRONG_INPUT;
    if (arguments->json)
        ok = emit_json(loaded.schema, ORM_VERSION, &outputs, &fault);
    else if (arguments->factories)
        ok = emit_factories(loaded.schema, ORM_VERSION, &outputs, &fault);
    else
        ok = emit_c(loaded.schema, ORM_VERSION, &outputs, &fault);
    if (!ok)
        report_error("a fault of the generator, please report it: %s", fault);
    ok = ok && write_files(arguments, arena, loaded.diags, &outputs);
    loaded_dispose(&loaded);
    return ok ? EXIT_FINE : EXIT_WRONG_INPUT;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "write C headers and sources",
    .help = "orm generate - write C headers and sources\n"
            "\n"
            "Usage:\n"
            "  orm generate MODELS... --out DIR [--depfile FILE] [--factories | --json]\n"
            "\n"
            "Writes a header and a source per model, and a header per YAML file that\n"
            "includes them all; for a file of named statements (.sql), given here or by\n"
            "'queries' in the YAML, a header and a source of its own. Nothing is written\n"
            "when anything is wrong. The same input gives the same bytes, and a file that\n"
            "would not change is not touched, so that only what depends on a change is\n"
            "compiled again. Files of models that have gone are left for you to delete.\n"
            "\n"
            "Options:\n"
            "  -o, --out DIR   where to write; the directory is made when it is missing\n"
            "  --depfile FILE  a make rule, 'generated files: YAML files', for make and\n"
            "                  ninja; CMake users have orm_generate() instead\n"
            "  --factories     instead of these, for test programs only: functions that make\n"
            "                  rows up (orm/testing.h), in files of their own (.make.h)\n"
            "  --json          instead of these, functions that write rows as JSON and read\n"
            "                  checked values from it (orm/json.h), in files of their own\n"
            "                  (.json.h)\n"
            "  -h, --help      show this page\n"
            "\n"
            "Examples:\n"
            "  orm generate shop.yaml --out generated\n"
            "  orm generate models/*.yaml --out build/models --depfile build/models.d\n"
            "  cc -Ibuild/models -c build/models/*.c $(pkg-config --cflags orm)\n",
    .options = OPTION_OUT | OPTION_DEPFILE | OPTION_FACTORIES | OPTION_JSON,
    .run = run_generate,
};
