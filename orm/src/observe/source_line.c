#include "observe/source_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, BLOCK_SIZE = 4096, FILE_MAX = 64 * 1024 * 1024 };

static int open_source(const char *root, const char *file)
{
    char path[PATH_SIZE];
    struct stat what;
    bool join = root != NULL && file[0] != '/';
    int length = snprintf(path, sizeof path, "%s%s%s", join ? root : "", join ? "/" : "", file);
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    /* A pipe or device in its place must not block the report. */
    if (stat(path, &what) != 0 || !S_ISREG(what.st_mode) || what.st_size > FILE_MAX)
        return -1;
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Copies what belongs to line `number` out of the file; returns the length or -1. */
static long copy_line(int source, int number, char *line, size_t size)
{
    char block[BLOCK_SIZE];
    size_t length = 0;
    int at = 1;
    for (;;) {
        ssize_t got = read(source, block, sizeof block);
        if (got <= 0)
            return at == number && length > 0 ? (long)length : -1;
        for (ssize_t i = 0; i < got; i++) {
            if (block[i] == '\n' && at++ == number)
                return (long)length;
            bool lead = length == 0 && (block[i] == ' ' || block[i] == '\t');
            if (at == number && block[i] != '\n' && !lead && length + 1 < size)
                line[length++] = block[i];
        }
    }
}

bool orm__source_line(const char *root, const char *file, int number, char *line, size_t size)
{
    if (file == NULL || number <= 0)
        return false;
    int source = open_source(root, file);
    if (source < 0)
        return false;
    long length = copy_line(source, number, line, size);
    (void)close(source);
    if (length <= 0)
        return false;
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
        length--;
    line[length] = '\0';
    return length > 0;
}
