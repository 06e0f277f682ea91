/* What is made of --help: manual pages and completions. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define ORM "'" ORM_TEST_COMMAND "' "

static char output[64 * 1024];

static int shell(const char *words)
{
    char line[4096];
    assert_true((size_t)snprintf(line, sizeof line, "cd '" ORM_TEST_BINARY_DIR "' && %s", words) <
                sizeof line);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    size_t size = fread(output, 1, sizeof output - 1, pipe);
    output[size] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_said(const char *text)
{
    if (strstr(output, text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, output);
}

/* The names of all commands, as `orm help` lists them. */
#define EACH_COMMAND                                                                               \
    "for command in $(" ORM "help | sed -n '/^Commands:/,/^$/s/^  \\([a-z0-9-]*\\) .*/\\1/p');"    \
    " do [ $command = help ] && continue; "

static void pages_are_well_formed(void **state)
{
    (void)state;
    /* groff names what it does not understand on its error output. */
    assert_int_equal(shell("n=0; " EACH_COMMAND ORM "man $command | groff -man -Tascii -ww "
                           "2>&1 >/dev/null || exit 1; n=$((n + 1)); done; " ORM
                           "man | groff -man -Tascii -ww 2>&1 >/dev/null; echo $n pages"),
                     0);
    assert_null(strstr(output, ":"));
    assert_true(strtol(output, NULL, 10) >= 8);
}

/* Every word of --help is on the page, whatever the macros do with blanks. */
static void pages_say_what_help_says(void **state)
{
    (void)state;
    assert_int_equal(
        shell(EACH_COMMAND ORM
              "$command --help | sed '1,/^Usage:/d' | grep -v '^[A-Z][a-z ]*:$' | "
              "tr -s ' \\n' '\\n' > help.$$; " ORM "man $command | "
              "groff -man -Tutf8 -P-cbou -rLL=300n 2>/dev/null | tr -s ' \\n' '\\n' | "
              "sed 's/\xE2\x80\x90/-/g; s/\xE2\x88\x92/-/g' > page.$$; "
              "grep -vxF -f page.$$ help.$$ | grep . | sort -u | sed \"s/^/$command: /\"; "
              "rm help.$$ page.$$; done"),
        0);
    assert_string_equal(output, "");
}

static void help_of_the_commands_themselves(void **state)
{
    (void)state;
    assert_int_equal(shell(ORM "man nothing 2>&1"), 2);
    assert_said("there is no command 'nothing'");
    assert_int_equal(shell(ORM "completion 2>&1"), 2);
    assert_int_equal(shell(ORM "completion tcsh 2>&1"), 2);
    assert_said("bash, zsh or fish");
    assert_int_equal(shell(ORM "man --help && " ORM "completion -h"), 0);
    assert_said("orm man nplus1 | man -l -");
}

/* What bash offers behind words, of which the last one is being typed. */
static void offered(const char *words)
{
    char line[1024];
    (void)snprintf(line, sizeof line,
                   "bash -c '. /dev/stdin; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                   " _orm; echo \"${COMPREPLY[@]}\"' <<END\n$(" ORM "completion bash)\nEND",
                   words);
    assert_int_equal(shell(line), 0);
}

static void bash_offers_words(void **state)
{
    (void)state;
    offered("orm ch");
    assert_string_equal(output, "check\n");
    offered("orm \"\"");
    assert_said("generate");
    assert_said("--version");
    offered("orm nplus1 \"\"");
    assert_string_equal(output, "check fix\n");
    offered("orm generate --o");
    assert_string_equal(output, "--out\n");
    offered("orm schema --dialect \"\"");
    assert_string_equal(output, "postgresql sqlite\n");
    /* Files are the shell's own business. */
    offered("orm check mod");
    assert_string_equal(output, "\n");
}

/* Each option that a --help explains is offered by every shell. */
static void all_options_are_offered(void **state)
{
    (void)state;
    assert_int_equal(shell(EACH_COMMAND
                           "for option in $(" ORM "$command --help | sed -n '/^Options/,/^[A-Z]/"
                           "s/^  \\(-., \\)\\{0,1\\}--\\([a-z-]*\\).*/\\2/p'); do "
                           "for shell in bash zsh; do " ORM
                           "completion $shell | grep \"^ *$command)\" | "
                           "grep -q -e \"--$option\\b\" || echo $shell $command $option; done; " ORM
                           "completion fish | grep -q -e \"from $command' -l $option\\b\" || "
                           "echo fish $command $option; done; done"),
                     0);
    assert_string_equal(output, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_well_formed),
        cmocka_unit_test(pages_say_what_help_says),
        cmocka_unit_test(help_of_the_commands_themselves),
        cmocka_unit_test(bash_offers_words),
        cmocka_unit_test(all_options_are_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
