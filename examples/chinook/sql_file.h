/* A file of SQL, read into memory and taken apart into statements. */
#ifndef SQL_FILE_H
#define SQL_FILE_H

#include <stdbool.h>

typedef struct sql_file {
    char *text; /* the whole file, ending in NUL; its ';' become NUL as statements are taken */
    char *next; /* the statement that comes next */
} sql_file;

/* Reads the file. Says what went wrong. Afterwards, sql_file_dispose. */
bool sql_file_init(sql_file *file, const char *path);
void sql_file_dispose(sql_file *file);

/* The next statement, without its ';'; NULL at the end. It lives as long as the file. */
const char *sql_file_next(sql_file *file);

#endif
