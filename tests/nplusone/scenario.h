/*
 * Scenarios: a few lines of ordinary user code each, and above them what the detector has to say
 * about them, neither more nor less:
 *
 *     / * The albums of each artist, asked for one artist at a time.
 *      * expect N1 artist.albums 5 statements @loop @list * /
 *     scenario(albums_of_each_artist)
 *     {
 *         …
 *         TRY(chinook_artist_select(db, &(chinook_artist_query){.limit = 5}, &artists)); / * @list
 * * /
 *
 * A line "expect KIND SUBJECT N statements @SITE @ORIGIN" is one finding: its kind and subject, the
 * statements that it counts, the line marked @SITE, where the call is, and the one marked @ORIGIN,
 * where the rows came from. Without an origin there must be none. The values must stem from there;
 * "matches" behind the line says that they can only be shown to be equal. "expect none" is no
 * finding. A mark stands on the last line of its call, which is written in a TRY when it takes
 * several; it holds from the scenario before to the end of this one, and on several lines means any
 * of them. A mark that is not there is looked for in the whole file.
 *
 * A scenario is given `db`, a session that is watched and committed when it returns ORM_OK, and
 * `scene`. What it found out it says by tell(): a repaired version of it must say the same. Only
 * the shop's tables may be written to; they are what they were before the next scenario.
 */
#ifndef TESTS_NPLUSONE_SCENARIO_H
#define TESTS_NPLUSONE_SCENARIO_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/nplusone.h>
#include <orm/orm.h>

#include "chinook.orm.h"
#include "shop.orm.h"

/* What is around a scenario. */
struct scene {
    orm_engine *engine; /* for sessions of its own, and those of its threads */
    orm_scope *scope;   /* what they give as their .scope */
    struct test_text *said;
};

typedef orm_status scenario_run(orm_session *db, struct scene *scene);

typedef struct scenario_entry {
    const char *name;
    const char *file;
    int line;
    scenario_run *run;
    orm_scope_options options;
    struct scenario_entry *next;
} scenario_entry;

/* Called before main by each scenario. `entry` is static. */
void scenario_add(scenario_entry *entry);

/* Adds to what the scenario found out. One thread at a time. */
ORM_PRINTF(2, 3) void tell(struct scene *scene, const char *format, ...);

#define scenario(id) scenario_with(id, .latent = false)

/* The same with members of orm_scope_options for its scope. */
#define scenario_with(id, ...)                                                                     \
    static scenario_run id;                                                                        \
    static void __attribute__((constructor)) add_##id(void)                                        \
    {                                                                                              \
        static scenario_entry entry = {                                                            \
            .name = #id, .file = __FILE__, .line = __LINE__, .run = id, .options = {__VA_ARGS__}}; \
        scenario_add(&entry);                                                                      \
    }                                                                                              \
    static orm_status id(__attribute__((unused)) orm_session *db,                                  \
                         __attribute__((unused)) struct scene *scene)

/* Ends the scenario unless the call succeeds. */
#define TRY(...)                                                                                   \
    do {                                                                                           \
        orm_status try_status = (__VA_ARGS__);                                                     \
        if (try_status != ORM_OK)                                                                  \
            return try_status;                                                                     \
    } while (0)

#endif
