#include "sql_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_all(FILE *stream, char **text_out)
{
    size_t size = 0;
    size_t room = 0;
    char *text = NULL;
    do {
        room = room == 0 ? 65536 : room * 2;
        char *larger = realloc(text, room);
        if (larger == NULL) {
            free(text);
            return false;
        }
        text = larger;
        size += fread(text + size, 1, room - size - 1, stream);
    } while (size == room - 1);
    text[size] = '\0';
    *text_out = text;
    return !ferror(stream);
}

bool sql_file_init(sql_file *file, const char *path)
{
    *file = (sql_file){NULL, NULL};
    FILE *stream = fopen(path, "rb");
    bool read = stream != NULL && read_all(stream, &file->text);
    if (!read)
        fprintf(stderr, "chinook: %s: %s\n", path, strerror(errno));
    if (stream != NULL)
        fclose(stream);
    file->next = file->text;
    return read;
}

void sql_file_dispose(sql_file *file)
{
    free(file->text);
    *file = (sql_file){NULL, NULL};
}

/* The first character behind blanks and comments. */
static char *skip_blanks(char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (strncmp(at, "--", 2) != 0)
            return at;
        at += strcspn(at, "\n");
    }
}

/* The ';' that ends the statement, or the end of the text. Quotes and comments may hold others. */
static char *find_end(char *at)
{
    while (*at != '\0' && *at != ';') {
        if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\n");
        } else if (*at == '\'' || *at == '"') {
            char *close = strchr(at + 1, *at);
            at = close == NULL ? at + strlen(at) : close + 1;
        } else {
            at++;
        }
    }
    return at;
}

const char *sql_file_next(sql_file *file)
{
    char *start = skip_blanks(file->next);
    if (*start == '\0')
        return NULL;
    char *end = find_end(start);
    file->next = *end == '\0' ? end : end + 1;
    *end = '\0';
    return start;
}
