#ifndef ORM_TOOLS_ORM_MIGRATE_FOLDER_H
#define ORM_TOOLS_ORM_MIGRATE_FOLDER_H

/* A folder of migrations: <YYYYMMDDHHMMSS>_<name>.up.sql and .down.sql. */

#include "migrate/script.h"

struct migration {
    const char *version; /* the 14 digits */
    const char *name;
    const char *up_path;
    const char *down_path; /* NULL: there is none */
    const char *checksum;  /* SHA-256 of the up file, 64 hexadecimal digits */
    struct script up;
    struct script down; /* empty when there is none */
};

struct folder {
    const char *path;
    struct migration *items; /* by version */
    size_t count;
};

/* A folder that is not there has no migrations when `may_lack`. False: it has said why. */
bool folder_read(struct arena *arena, enum sql_dialect dialect, const char *path, bool may_lack,
                 struct folder *folder_out);

/* The dialect that the files name: "postgresql", "sqlite", or NULL. */
const char *folder_dialect(struct arena *arena, const char *path);

/* Whether the path is a folder with migrations. */
bool folder_is(const char *path);

/* A version for now, later than all of the folder's by at least `step` seconds. */
const char *folder_next_version(struct arena *arena, const struct folder *folder, unsigned step);

/* SHA-256 in hexadecimal digits. */
const char *folder_checksum(struct arena *arena, const char *text, size_t length);

#endif
