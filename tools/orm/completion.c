#include <string.h>

#include "help_page.h"

/* What shells offer behind `orm`: made of what --help says. */

struct words {
    struct arena *arena;
    struct pointers pages; /* struct help_page, of every command */
    struct text made;
};

/* Options whose values are known; the others take a path or what only the user knows. */
static const char *const known_values[][2] = {
    { "--dialect", "postgresql sqlite" },
    { "--report", "text json sarif junit annotations html" },
    { "--format", "text sql json" },
};

enum { KNOWN_VALUES = sizeof known_values / sizeof *known_values };

static void add(struct words *words, const char *text)
{
    text_add_string(words->arena, &words->made, text);
}

static void add_actions(struct words *words, const struct help_page *page)
{
    for (size_t i = 0; i < page->actions.count; i++)
        add(words, arena_format(words->arena, "%s ", (const char *)page->actions.items[i]));
}

static void add_options(struct words *words, const struct help_page *page)
{
    for (size_t i = 0; i < page->options.count; i++) {
        const struct help_option *option = page->options.items[i];

        add(words, arena_format(words->arena, "%s%s", i ? " " : "", option->word));
    }
}

static void add_names(struct words *words)
{
    for (size_t i = 0; i < words->pages.count; i++) {
        const struct help_page *page = words->pages.items[i];

        add(words, arena_format(words->arena, "%s ", page->command->name));
    }
}

static void write_bash(struct words *words)
{
    add(words, "# bash completion of orm, for ~/.local/share/bash-completion/completions/orm\n"
               "_orm() {\n"
               "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
               "    local actions= options=\n"
               "    COMPREPLY=()\n"
               "    case $before in\n");
    for (size_t i = 0; i < KNOWN_VALUES; i++)
        add(words, arena_format(words->arena,
                                "    %s)\n"
                                "        COMPREPLY=($(compgen -W '%s' -- \"$current\"))\n"
                                "        return ;;\n",
                                known_values[i][0], known_values[i][1]));
    add(words, "    esac\n"
               "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
               "        COMPREPLY=($(compgen -W '");
    add_names(words);
    add(words, "help --help --version' -- \"$current\"))\n"
               "        return\n"
               "    fi\n"
               "    case ${COMP_WORDS[1]} in\n"
               "    help) actions='");
    add_names(words);
    add(words, "' ;;\n");
    for (size_t i = 0; i < words->pages.count; i++) {
        const struct help_page *page = words->pages.items[i];

        add(words, arena_format(words->arena, "    %s) actions='", page->command->name));
        add_actions(words, page);
        add(words, "' options='");
        add_options(words, page);
        add(words, "' ;;\n");
    }
    add(words, "    esac\n"
               "    [ \"$COMP_CWORD\" -eq 2 ] || actions=\n"
               "    case $current in -*) actions= ;; *) options= ;; esac\n"
               "    COMPREPLY=($(compgen -W \"$actions $options\" -- \"$current\"))\n"
               "}\n"
               "complete -o default -F _orm orm\n");
}

/* A summary within single quotes. */
static void add_quoted(struct words *words, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            add(words, "'\\''");
        else
            text_add(words->arena, &words->made, text, 1);
    }
}

static void write_zsh(struct words *words)
{
    add(words, "#compdef orm\n"
               "# zsh completion of orm; put it as _orm into a folder of $fpath\n"
               "_orm() {\n"
               "  local -a commands actions options\n"
               "  commands=(\n");
    for (size_t i = 0; i < words->pages.count; i++) {
        const struct help_page *page = words->pages.items[i];

        add(words, arena_format(words->arena, "    '%s:", page->command->name));
        add_quoted(words, page->command->summary);
        add(words, "'\n");
    }
    add(words, "    'help:explain a command'\n"
               "  )\n"
               "  if (( CURRENT == 2 )); then\n"
               "    _describe command commands\n"
               "    return\n"
               "  fi\n"
               "  case $words[CURRENT-1] in\n");
    for (size_t i = 0; i < KNOWN_VALUES; i++)
        add(words, arena_format(words->arena, "    %s) compadd -- %s; return ;;\n",
                                known_values[i][0], known_values[i][1]));
    add(words, "  esac\n"
               "  case $words[2] in\n"
               "    help) _describe command commands; return ;;\n");
    for (size_t i = 0; i < words->pages.count; i++) {
        const struct help_page *page = words->pages.items[i];

        add(words, arena_format(words->arena, "    %s) actions=(", page->command->name));
        add_actions(words, page);
        add(words, ") options=(");
        add_options(words, page);
        add(words, ") ;;\n");
    }
    add(words, "  esac\n"
               "  if [[ $words[CURRENT] == -* ]]; then\n"
               "    compadd -- $options\n"
               "  elif (( CURRENT == 3 && $#actions )); then\n"
               "    compadd -- $actions\n"
               "  else\n"
               "    _files\n"
               "  fi\n"
               "}\n"
               "_orm \"$@\"\n");
}

static const char *values_of(const char *word)
{
    for (size_t i = 0; i < KNOWN_VALUES; i++)
        if (strcmp(known_values[i][0], word) == 0)
            return known_values[i][1];
    return NULL;
}

static void write_fish_option(struct words *words, const char *command,
                              const struct help_option *option)
{
    const char *values = values_of(option->word);

    add(words, arena_format(words->arena,
                            "complete -c orm -n '__fish_seen_subcommand_from %s' -l %s", command,
                            option->word + 2));
    if (option->letter)
        add(words, arena_format(words->arena, " -s %s", option->letter + 1));
    if (values)
        add(words, arena_format(words->arena, " -x -a '%s'", values));
    else if (option->value)
        add(words, " -r");
    add(words, "\n");
}

static void write_fish(struct words *words)
{
    add(words, "# fish completion of orm; put it into ~/.config/fish/completions/orm.fish\n"
               "complete -c orm -n __fish_use_subcommand -f -a help -d 'explain a command'\n");
    for (size_t i = 0; i < words->pages.count; i++) {
        const struct help_page *page = words->pages.items[i];
        const char *name = page->command->name;

        add(words, arena_format(words->arena,
                                "complete -c orm -n __fish_use_subcommand -f -a %s -d '", name));
        add_quoted(words, page->command->summary);
        add(words, "'\n");
        if (page->actions.count) {
            add(words, arena_format(words->arena,
                                    "complete -c orm -n '__fish_seen_subcommand_from %s' -a '",
                                    name));
            add_actions(words, page);
            add(words, "'\n");
        }
        for (size_t k = 0; k < page->options.count; k++)
            write_fish_option(words, name, page->options.items[k]);
    }
}

static enum exit_code run_completion(struct arena *arena, int count, char **given)
{
    static const struct {
        const char *shell;
        void (*write)(struct words *words);
    } shells[] = { { "bash", write_bash }, { "zsh", write_zsh }, { "fish", write_fish } };
    struct words words = { .arena = arena };

    if (count && (strcmp(given[0], "--help") == 0 || strcmp(given[0], "-h") == 0)) {
        help_command(&command_completion, stdout);
        return EXIT_FINE;
    }
    if (count != 1)
        return wrong_command(&command_completion, "completion: name a shell: bash, zsh or fish");
    for (size_t i = 0; commands[i]; i++)
        pointers_add(arena, &words.pages, help_page_read(arena, commands[i]));
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].shell, given[0]) != 0)
            continue;
        shells[i].write(&words);
        fputs(words.made.text, stdout);
        return EXIT_FINE;
    }
    return wrong_command(&command_completion, "completion: unknown shell '%s'; bash, zsh or fish",
                         given[0]);
}

const struct command command_completion = {
    .name = "completion",
    .summary = "print what a shell needs to complete commands",
    .help = "orm completion - print what a shell needs to complete commands\n"
            "\n"
            "Usage:\n"
            "  orm completion bash|zsh|fish\n"
            "\n"
            "Commands, their options and the values that are known are then offered when\n"
            "the tabulator is pressed. Each script says in its first lines where it goes.\n"
            "\n"
            "Options:\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  . <(orm completion bash)\n"
            "  orm completion zsh > ~/.zfunc/_orm\n"
            "  orm completion fish > ~/.config/fish/completions/orm.fish\n",
    .run_words = run_completion,
};
