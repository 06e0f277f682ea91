/* Runs a fuzz target over the files of the folders and files it is given. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static long run_file(const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    HOLDS(file != NULL);
    for (;;) {
        uint8_t *larger = realloc(data, size + 4096);
        HOLDS(larger != NULL);
        data = larger;
        size_t got = fread(data + size, 1, 4096, file);
        size += got;
        if (got < 4096)
            break;
    }
    (void)fclose(file);
    /* Exactly as large as the input, so that reading past its end is seen. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    HOLDS(exact != NULL);
    memcpy(exact, data, size);
    free(data);
    (void)fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static long run_path(const char *path)
{
    struct stat info;
    long count = 0;
    HOLDS(stat(path, &info) == 0);
    if (!S_ISDIR(info.st_mode))
        return run_file(path);
    DIR *folder = opendir(path);
    HOLDS(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        if (entry->d_name[0] == '.')
            continue;
        HOLDS(snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int)sizeof inner);
        count += run_path(inner);
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    long count = 0;
    for (int i = 1; i < argc; i++)
        count += run_path(argv[i]);
    (void)fprintf(stderr, "%ld inputs\n", count);
    return count > 0 ? 0 : 1;
}
