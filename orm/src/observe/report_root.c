#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "observe/report.h"

void orm__report_root_init(orm__report_root *it, const char *root)
{
    it->given[0] = '\0';
    it->resolved[0] = '\0';
    if (root == NULL) {
        if (getcwd(it->resolved, sizeof it->resolved) == NULL)
            it->resolved[0] = '\0';
        return;
    }
    size_t size = strlen(root);
    while (size > 1 && root[size - 1] == '/')
        size--;
    if (size < sizeof it->given && root[0] == '/') {
        memcpy(it->given, root, size);
        it->given[size] = '\0';
    }
    if (realpath(root, it->resolved) == NULL)
        it->resolved[0] = '\0';
}

/* What is left of `file` behind the folder; NULL when it is not in it. */
static const char *below(const char *folder, const char *file)
{
    size_t size = strlen(folder);
    if (size < 2 || strncmp(folder, file, size) != 0 || file[size] != '/')
        return NULL;
    return file[size + 1] == '\0' ? NULL : file + size + 1;
}

const char *orm__report_path(const orm__report_root *it, const char *file)
{
    if (file == NULL)
        return NULL;
    const char *rest = below(it->given, file);
    if (rest == NULL)
        rest = below(it->resolved, file);
    return rest == NULL ? file : rest;
}
