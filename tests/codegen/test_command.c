/* The orm command as users run it. Every test works in an empty folder of its own. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHINOOK ORM_TEST_SOURCE_DIR "/models/chinook.yaml"
#define WORDS_MAX 16

static const char good[] = "prefix: shop\n"
                           "models:\n"
                           "  - name: product\n"
                           "    table: products\n"
                           "    columns:\n"
                           "      - { name: id, type: bigint, primary_key: true }\n"
                           "      - { name: title, type: text }\n";
static const char bad[] = "prefix: shop\n"
                          "models:\n"
                          "  - name: product\n"
                          "    table: products\n"
                          "    columns:\n"
                          "      - { name: id, typ: bigint, primary_key: true }\n";

struct answer {
    int code;
    char out[32 * 1024];
    char err[32 * 1024];
};

static const char *command_path(void)
{
    const char *path = getenv("ORM_COMMAND_PATH");

    return path ? path : ORM_TEST_COMMAND;
}

static size_t read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return length;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void execute(const char *line, const char *out_path, const char *err_path)
{
    char *copy = strdup(line);
    char *rest = copy;
    char *words[WORDS_MAX] = { (char *)"orm" };

    for (size_t i = 1; i < WORDS_MAX - 1 && rest; i++) {
        words[i] = *rest ? rest : NULL;
        rest = strchr(rest, ' ');
        if (rest)
            *rest++ = '\0';
    }
    if ((out_path && !freopen(out_path, "wb", stdout)) ||
        (err_path && !freopen(err_path, "wb", stderr)))
        _exit(120);
    execv(command_path(), words);
    _exit(121);
}

static int finish(pid_t child)
{
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The words of a line are parted by single spaces. Standard output can go elsewhere. */
static int run_to(struct answer *answer, const char *line, const char *out_path)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (!child)
        execute(line, out_path ? out_path : "../out", "../err");
    answer->code = finish(child);
    answer->out[0] = '\0';
    if (!out_path)
        read_file("../out", answer->out, sizeof answer->out);
    read_file("../err", answer->err, sizeof answer->err);
    return answer->code;
}

static int run(struct answer *answer, const char *line)
{
    return run_to(answer, line, NULL);
}

static bool exists(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0;
}

static int count_entry(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
    (void)path;
    (void)found;
    (void)kind;
    (void)walk;
    return 0;
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
    count_entry(path, found, kind, walk);
    return remove(path);
}

struct folder {
    char path[64];
};

static int enter_folder(void **state)
{
    static struct folder folder;

    snprintf(folder.path, sizeof folder.path, "/tmp/orm-command-XXXXXX");
    if (!mkdtemp(folder.path) || chdir(folder.path) != 0 || mkdir("work", 0777) != 0 ||
        chdir("work") != 0)
        return -1;
    *state = &folder;
    return 0;
}

static int leave_folder(void **state)
{
    const struct folder *folder = *state;

    return chdir("/") == 0 ? nftw(folder->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) : -1;
}

static void the_command_line_is_judged(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *message; /* NULL: nothing is said */
    } cases[] = {
        { "", 2, "Usage:" },
        { "chek good.yaml", 2, "unknown command 'chek'; did you mean 'check'?" },
        { "--wrong", 2, "unknown option '--wrong'" },
        { "--version more", 2, "nothing may follow" },
        { "check", 2, "no models given" },
        { "check --out x good.yaml", 2, "unknown option '--out'" },
        { "generate good.yaml", 2, "--out DIR is needed" },
        { "generate good.yaml --out", 2, "--out needs a path" },
        { "generate good.yaml --out=", 2, "--out needs a path" },
        { "generate good.yaml --ou=x", 2, "unknown option '--ou'; did you mean '--out'?" },
        { "generate good.yaml -o a --out b", 2, "--out is given twice" },
        { "schema good.yaml", 2, "--dialect postgresql or sqlite is needed" },
        { "schema --dialect sqllite good.yaml", 2, "did you mean 'sqlite'?" },
        { "schema --dialect sqlite --depfile d good.yaml", 2, "--depfile needs --out" },
        { "schema --dialect sqlite --dialect sqlite good.yaml", 2, "is given twice" },
        { "check --help=x", 2, "--help takes no value" },
        { "help chek", 2, "did you mean 'check'?" },
        { "check good.yaml", 0, NULL },
        { "check -- good.yaml", 0, NULL },
        { "check --dialect=sqlite good.yaml", 0, NULL },
        { "check bad.yaml", 1, "bad.yaml:6:21: error: " },
        { "check missing.yaml", 1, "missing.yaml: error: " },
        { "check good.yaml bad.yaml", 1, "did you mean 'type'?" },
        { "schema --dialect sqlite bad.yaml", 1, "bad.yaml:6:21: error: " },
    };
    struct answer answer;

    (void)state;
    write_file("good.yaml", good);
    write_file("bad.yaml", bad);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (run(&answer, cases[i].line) != cases[i].code)
            fail_msg("'%s' exits with %d: %s", cases[i].line, answer.code, answer.err);
        if (cases[i].message && !strstr(answer.err, cases[i].message))
            fail_msg("'%s' says: %s", cases[i].line, answer.err);
        if (cases[i].code)
            assert_string_equal(answer.out, "");
        else
            assert_string_equal(answer.err, "");
    }
}

static void assert_narrow(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        if (length > 80)
            fail_msg("too wide: %.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void help_teaches(void **state)
{
    static const char *const lines[][2] = {
        { "--help", "Commands:" },        { "help", "Commands:" },
        { "-h", "Commands:" },            { "check --help", "orm check" },
        { "generate --help", "orm generate" }, { "schema -h", "orm schema" },
        { "help schema", "orm schema" },  { "generate x --out y --help", "orm generate" },
    };
    struct answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(run(&answer, lines[i][0]), 0);
        assert_non_null(strstr(answer.out, lines[i][1]));
        assert_non_null(strstr(answer.out, "Usage:"));
        assert_non_null(strstr(answer.out, "Exit status:"));
        assert_non_null(strstr(answer.out, "NO_COLOR"));
        assert_string_equal(answer.err, "");
        assert_narrow(answer.out);
    }
    assert_int_equal(run(&answer, "--version"), 0);
    assert_int_equal(strncmp(answer.out, "orm ", 4), 0);
    assert_true(strlen(answer.out) > 5);
}

/* What --help shows as a first model works. */
static void the_example_of_the_help_works(void **state)
{
    struct answer answer;
    const char *start;
    const char *end;
    char model[2048];
    size_t length = 0;

    (void)state;
    assert_int_equal(run(&answer, "--help"), 0);
    start = strstr(answer.out, "  prefix: shop\n");
    end = strstr(answer.out, "\nthen:");
    assert_non_null(start);
    assert_non_null(end);
    for (const char *line = start; line < end; line = strchr(line, '\n') + 1) {
        size_t width = strcspn(line, "\n") + 1;

        if (width > 2) {
            memcpy(model + length, line + 2, width - 2);
            length += width - 2;
        }
    }
    model[length] = '\0';
    write_file("shop.yaml", model);
    assert_int_equal(run(&answer, "check shop.yaml"), 0);
    assert_non_null(strstr(answer.out, "1 model in 1 file: no errors"));
}

static struct timespec time_of(const char *path)
{
    struct stat found;

    assert_int_equal(stat(path, &found), 0);
    return found.st_mtim;
}

/* Makes a file old enough that any writing shows. */
static void age(const char *path)
{
    const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void generate_touches_only_what_changes(void **state)
{
    struct answer answer;
    struct stat found;
    char before[16 * 1024];
    char after[16 * 1024];

    (void)state;
    write_file("good.yaml", good);
    assert_int_equal(run(&answer, "generate good.yaml --out a/b/c"), 0);
    assert_true(exists("a/b/c/shop_product.orm.h"));
    assert_true(exists("a/b/c/shop_product.orm.c"));
    read_file("a/b/c/shop_product.orm.h", before, sizeof before);
    write_file("a/b/c/stale.orm.c", "stale");
    write_file("a/b/c/shop_product.orm.c", "old");
    assert_int_equal(chmod("a/b/c/shop_product.orm.c", 0600), 0);
    age("a/b/c/shop_product.orm.h");
    age("a/b/c/shop_product.orm.c");
    age("a/b/c/stale.orm.c");
    assert_int_equal(run(&answer, "generate good.yaml --out a/b/c/"), 0);
    read_file("a/b/c/shop_product.orm.h", after, sizeof after);
    assert_string_equal(before, after);
    assert_int_equal(time_of("a/b/c/shop_product.orm.h").tv_sec, 1000);
    assert_int_equal(time_of("a/b/c/stale.orm.c").tv_sec, 1000);
    assert_true(time_of("a/b/c/shop_product.orm.c").tv_sec > 1000);
    assert_int_equal(stat("a/b/c/shop_product.orm.c", &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    read_file("a/b/c/shop_product.orm.c", after, sizeof after);
    assert_non_null(strstr(after, "shop_product"));
}

static size_t entries;

static int count_files(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
    entries += kind == FTW_F;
    return count_entry(path, found, kind, walk);
}

static size_t files_below(const char *path)
{
    entries = 0;
    assert_int_equal(nftw(path, count_files, 16, FTW_PHYS), 0);
    return entries;
}

static void nothing_is_written_when_anything_is_wrong(void **state)
{
    struct answer answer;

    (void)state;
    write_file("good.yaml", good);
    write_file("bad.yaml", bad);
    assert_int_equal(run(&answer, "generate good.yaml bad.yaml --out made --depfile d"), 1);
    assert_int_equal(run(&answer, "schema --dialect sqlite bad.yaml --out s.sql --depfile d"), 1);
    assert_int_equal(files_below("."), 2);
    assert_false(exists("made"));

    /* The source can't be replaced, so the header is not written either. */
    assert_int_equal(mkdir("made", 0777), 0);
    assert_int_equal(mkdir("made/shop_product.orm.c", 0777), 0);
    assert_int_equal(run(&answer, "generate good.yaml --out made --depfile d"), 1);
    assert_non_null(strstr(answer.err, "made/shop_product.orm.c: can't be written"));
    assert_int_equal(files_below("."), 2);

    write_file("file", "");
    assert_int_equal(run(&answer, "generate good.yaml --out file/below"), 1);
    assert_non_null(strstr(answer.err, "file/below: can't be made"));
    assert_int_equal(run(&answer, "generate good.yaml --out fresh --depfile nowhere/d"), 1);
    assert_int_equal(files_below("."), 3);
}

static void a_full_disk_is_an_error(void **state)
{
    struct answer answer;

    (void)state;
    write_file("good.yaml", good);
    assert_int_equal(run_to(&answer, "schema --dialect sqlite good.yaml", "/dev/full"), 1);
    assert_non_null(strstr(answer.err, "standard output can't be written"));
    assert_int_equal(run_to(&answer, "--help", "/dev/full"), 1);
    assert_int_equal(run(&answer, "schema --dialect sqlite good.yaml --out /dev/full"), 1);
    assert_int_equal(run(&answer, "schema --dialect sqlite good.yaml --out /dev/null"), 0);
    assert_true(exists("/dev/null"));
}

static void schema_prints_what_it_writes(void **state)
{
    struct answer answer;
    char written[4096];

    (void)state;
    write_file("good.yaml", good);
    assert_int_equal(run(&answer, "schema good.yaml --dialect postgresql --out s.sql"), 0);
    assert_string_equal(answer.out, "");
    read_file("s.sql", written, sizeof written);
    assert_non_null(strstr(written, "CREATE TABLE \"products\""));
    age("s.sql");
    assert_int_equal(symlink("s.sql", "link"), 0);
    assert_int_equal(run(&answer, "schema --dialect postgresql --out=link good.yaml"), 0);
    assert_int_equal(time_of("s.sql").tv_sec, 1000);
    assert_int_equal(run(&answer, "schema --dialect sqlite --out link good.yaml"), 0);
    assert_true(time_of("s.sql").tv_sec > 1000);
    assert_int_equal(run(&answer, "schema --dialect postgresql good.yaml"), 0);
    assert_string_equal(answer.out, written);
}

static void the_depfile_names_every_file_read(void **state)
{
    struct answer answer;
    char rule[4096];

    (void)state;
    write_file("good.yaml", good);
    write_file("a#$b.yaml", "include: [good.yaml]\nmodels: []\n");
    assert_int_equal(run(&answer, "schema --dialect sqlite a#$b.yaml --out s.sql --depfile d"), 0);
    read_file("d", rule, sizeof rule);
    assert_string_equal(rule, "s.sql: \\\n a\\#$$b.yaml \\\n good.yaml\n");
    assert_int_equal(run(&answer, "generate a#$b.yaml --out x#y --depfile d"), 0);
    read_file("d", rule, sizeof rule);
    assert_non_null(strstr(rule, "x\\#y/shop_product.orm.h"));
    assert_non_null(strstr(rule, "x\\#y/shop_product.orm.c"));
    assert_non_null(strstr(rule, ": \\\n a\\#$$b.yaml \\\n good.yaml\n"));
    age("d");
    assert_int_equal(run(&answer, "generate a#$b.yaml --out x#y --depfile d"), 0);
    assert_int_equal(time_of("d").tv_sec, 1000);
}

static void the_models_are_never_overwritten(void **state)
{
    static const char *const lines[] = {
        "schema --dialect sqlite good.yaml --out good.yaml",
        "schema --dialect sqlite good.yaml --out ./good.yaml",
        "schema --dialect sqlite good.yaml --out link.yaml",
        "schema --dialect sqlite good.yaml --out s.sql --depfile good.yaml",
        "schema --dialect sqlite good.yaml --out s.sql --depfile s.sql",
        "schema --dialect sqlite outer.yaml --out good.yaml",
        "generate good.yaml --out made --depfile good.yaml",
        "generate good.yaml --out made --depfile made/shop_product.orm.h",
    };
    struct answer answer;
    char text[4096];

    (void)state;
    write_file("good.yaml", good);
    write_file("outer.yaml", "include: [good.yaml]\nmodels: []\n");
    assert_int_equal(symlink("good.yaml", "link.yaml"), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(run(&answer, lines[i]), 1);
        assert_non_null(strstr(answer.err, "orm: error: "));
        read_file("good.yaml", text, sizeof text);
        assert_string_equal(text, good);
        assert_false(exists("s.sql"));
        assert_false(exists("made/shop_product.orm.h"));
    }
}

/* What standard error is like on a terminal. */
static void run_on_terminal(const char *line, const char *no_color, char *text, size_t size)
{
    int terminal = -1;
    size_t length = 0;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);

    /* A container may have no pseudo-terminals. */
    if (child < 0)
        skip();
    if (!child) {
        setenv("TERM", "xterm", 1);
        if (no_color)
            setenv("NO_COLOR", no_color, 1);
        else
            unsetenv("NO_COLOR");
        execute(line, NULL, NULL);
    }
    while (length < size - 1) {
        ssize_t got = read(terminal, text + length, size - 1 - length);

        if (got <= 0)
            break;
        length += (size_t)got;
    }
    text[length] = '\0';
    assert_int_equal(finish(child), 1);
    close(terminal);
}

static void colour_is_for_terminals(void **state)
{
    struct answer answer;
    char shown[16 * 1024];

    (void)state;
    write_file("bad.yaml", bad);
    assert_int_equal(run(&answer, "check bad.yaml"), 1);
    assert_null(strchr(answer.err, '\033'));
    run_on_terminal("check bad.yaml", NULL, shown, sizeof shown);
    assert_non_null(strstr(shown, "\033[1;31merror"));
    assert_non_null(strstr(shown, "bad.yaml:6:21: "));
    run_on_terminal("check bad.yaml", "", shown, sizeof shown);
    assert_non_null(strchr(shown, '\033'));
    run_on_terminal("check bad.yaml", "1", shown, sizeof shown);
    assert_null(strchr(shown, '\033'));
    assert_non_null(strstr(shown, "bad.yaml:6:21: error: "));
}

static void faults_of_one_database_fail_check_when_asked(void **state)
{
    struct answer answer;

    (void)state;
    write_file("nan.yaml", "models:\n"
                           "  - name: m\n"
                           "    table: m\n"
                           "    columns:\n"
                           "      - { name: id, type: bigint, primary_key: true }\n"
                           "      - { name: x, type: double, default: NaN }\n");
    assert_int_equal(run(&answer, "check nan.yaml"), 0);
    assert_int_equal(run(&answer, "check --dialect postgresql nan.yaml"), 0);
    assert_int_equal(run(&answer, "check --dialect sqlite nan.yaml"), 1);
    assert_non_null(strstr(answer.err, "nan.yaml:6:17: error: sqlite: "));
    assert_int_equal(run(&answer, "schema --dialect sqlite nan.yaml --out s.sql"), 1);
    assert_false(exists("s.sql"));
}

static void chinook_is_fine(void **state)
{
    struct answer answer;

    (void)state;
    assert_int_equal(run(&answer, "check " CHINOOK), 0);
    assert_string_equal(answer.out, "11 models in 1 file: no errors\n");
    assert_int_equal(run(&answer, "check --dialect sqlite " CHINOOK), 0);
    assert_int_equal(run(&answer, "generate --out c " CHINOOK), 0);
    assert_true(exists("c/chinook_playlist_track.orm.h"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_command_line_is_judged),
        IN_FOLDER(help_teaches),
        IN_FOLDER(the_example_of_the_help_works),
        IN_FOLDER(generate_touches_only_what_changes),
        IN_FOLDER(nothing_is_written_when_anything_is_wrong),
        IN_FOLDER(a_full_disk_is_an_error),
        IN_FOLDER(schema_prints_what_it_writes),
        IN_FOLDER(the_depfile_names_every_file_read),
        IN_FOLDER(the_models_are_never_overwritten),
        IN_FOLDER(colour_is_for_terminals),
        IN_FOLDER(faults_of_one_database_fail_check_when_asked),
        IN_FOLDER(chinook_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
