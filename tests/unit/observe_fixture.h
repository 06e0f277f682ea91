/* Synthetic statements of a session that never existed, for the tests of scopes. */
#ifndef TESTS_UNIT_OBSERVE_FIXTURE_H
#define TESTS_UNIT_OBSERVE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <orm/nplusone.h>

#include "observe/scope.h"
#include "sql/fingerprint.h"

typedef struct artist {
    int64_t id;
    int64_t score; /* in no relation */
    orm_object *object;
} artist;

typedef struct album {
    int64_t id;
    int64_t artist_id;
    int64_t parent_id;
    orm_object *object;
} album;

typedef struct track {
    int64_t id;
    int64_t album_id;
    orm_object *object;
} track;

static const uint16_t FIRST[] = {0};
static const uint16_t SECOND[] = {1};
static const uint16_t THIRD[] = {2};

static const orm_model ARTIST;
static const orm_model ALBUM;
static const orm_model TRACK;

#define BIGINT(row_type, member)                                                                   \
    {                                                                                              \
        .field = #member, .name = #member, .offset = offsetof(row_type, member),                   \
        .type = ORM_TYPE_BIGINT                                                                    \
    }
#define MANY(text, own, to, theirs)                                                                \
    {                                                                                              \
        .name = text, .target = &to, .own_columns = own, .target_columns = theirs, .own_count = 1, \
        .kind = ORM_HAS_MANY                                                                       \
    }
#define ONE(text, own, to, theirs)                                                                 \
    {                                                                                              \
        .name = text, .target = &to, .own_columns = own, .target_columns = theirs, .own_count = 1, \
        .kind = ORM_BELONGS_TO                                                                     \
    }
#define MODEL(type, columns_, relations_)                                                          \
    {                                                                                              \
        .name = #type, .c_name = "chinook_" #type, .table = #type "s", .columns = columns_,        \
        .key = FIRST, .relations = relations_, .column_count = sizeof columns_ / sizeof *columns_, \
        .key_count = 1, .relation_count = sizeof relations_ / sizeof *relations_,                  \
        .size = sizeof(type), .object_offset = offsetof(type, object)                              \
    }

static const orm_column ARTIST_COLUMNS[] = {BIGINT(artist, id), BIGINT(artist, score)};
static const orm_column ALBUM_COLUMNS[] = {BIGINT(album, id), BIGINT(album, artist_id),
                                           BIGINT(album, parent_id)};
static const orm_column TRACK_COLUMNS[] = {BIGINT(track, id), BIGINT(track, album_id)};
static const orm_relation ARTIST_RELATIONS[] = {MANY("albums", FIRST, ALBUM, SECOND)};
static const orm_relation ALBUM_RELATIONS[] = {ONE("artist", SECOND, ARTIST, FIRST),
                                               MANY("tracks", FIRST, TRACK, SECOND),
                                               ONE("parent", THIRD, ALBUM, FIRST)};
static const orm_relation TRACK_RELATIONS[] = {ONE("album", SECOND, ALBUM, FIRST)};
static const orm_model ARTIST = MODEL(artist, ARTIST_COLUMNS, ARTIST_RELATIONS);
static const orm_model ALBUM = MODEL(album, ALBUM_COLUMNS, ALBUM_RELATIONS);
static const orm_model TRACK = MODEL(track, TRACK_COLUMNS, TRACK_RELATIONS);

enum { FIXTURE_RESULTS = 80, FIXTURE_ROWS = 64 };

/* A frame of its own, as a generated function has: the path of calls to it is part of the verdict.
 */
#define FIXTURE_CALL __attribute__((noinline, unused)) static

/* A session with its lists, newest first, and the scope that watches it. */
typedef struct fixture {
    orm_scope *scope;
    uint64_t session;
    orm__result *newest;
    orm__result results[FIXTURE_RESULTS];
    void *rows[FIXTURE_RESULTS][FIXTURE_ROWS];
    size_t count;
    artist artists[FIXTURE_ROWS];
    album albums[FIXTURE_ROWS];
    track tracks[FIXTURE_ROWS];
} fixture;

static inline orm_site site_at(int line)
{
    orm_site site = {.file = "app/report.c", .function = "show", .line = line, .counter = line};
    return site;
}

static inline orm_value integer(int64_t number)
{
    orm_value value = {.kind = ORM_KIND_INT};
    value.as.integer = number;
    return value;
}

static inline int fixture_open_with(void **state, const orm_scope_options *options)
{
    static fixture it;
    memset(&it, 0, sizeof it);
    it.session = 1;
    for (int i = 0; i < FIXTURE_ROWS; i++) {
        it.artists[i] = (artist){.id = 101 + i, .score = 901 + i};
        it.albums[i] = (album){.id = 201 + i, .artist_id = 101 + i / 2, .parent_id = 200 + i};
        it.tracks[i] = (track){.id = 301 + i, .album_id = 201 + i / 2};
    }
    *state = &it;
    return orm_scope_open(options, &it.scope, NULL) == ORM_OK ? 0 : -1;
}

static inline int fixture_open(void **state)
{
    return fixture_open_with(state, NULL);
}

static inline int fixture_close(void **state)
{
    fixture *it = *state;
    orm_scope_close(it->scope);
    return 0;
}

/* The session gets a list of rows `first`, `first` + 1 …; NULL model: forgets all lists. */
static inline void list(fixture *it, const orm_model *model, const orm_relation *relation, int line,
                        size_t first, size_t count)
{
    orm__result *result = &it->results[it->count];
    void **rows = it->rows[it->count++];
    assert_true(it->count <= FIXTURE_RESULTS && first + count <= FIXTURE_ROWS);
    for (size_t i = 0; i < count; i++) {
        rows[i] = &it->artists[first + i];
        if (model == &ALBUM)
            rows[i] = &it->albums[first + i];
        if (model == &TRACK)
            rows[i] = &it->tracks[first + i];
    }
    *result = (orm__result){.next = it->newest,
                            .model = model,
                            .site = site_at(line),
                            .relation = relation,
                            .rows = rows,
                            .count = count,
                            .number = it->count};
    it->newest = result;
}

FIXTURE_CALL void note(fixture *it, orm_event *event)
{
    orm__witness witness = {
        .session = it->session, .results = it->newest, .frame = __builtin_frame_address(0)};
    if (event->sql == NULL)
        event->sql = "";
    event->sql_size = strlen(event->sql);
    event->fingerprint = orm__fingerprint(event->sql, event->sql_size);
    orm__scope_note(it->scope, event, &witness);
}

static inline void control(fixture *it, const char *sql)
{
    orm_event event = {.kind = ORM_EVENT_CONTROL, .sql = sql};
    note(it, &event);
}

/* A statement with values, sent from `line`. */
FIXTURE_CALL void send(fixture *it, orm_event_kind kind, const orm_model *model, const char *sql,
                       int line, const orm_value *values, size_t count)
{
    bool writes = kind == ORM_EVENT_INSERT || kind == ORM_EVENT_UPDATE || kind == ORM_EVENT_DELETE;
    orm_event event = {.kind = kind,
                       .model = model,
                       .sql = sql,
                       .site = site_at(line),
                       .values = values,
                       .value_count = count,
                       .rows = writes ? 0 : 1,
                       .affected = writes ? 1 : 0,
                       .one_row = writes,
                       .duration_ns = 100000};
    note(it, &event);
}

FIXTURE_CALL void send_one(fixture *it, orm_event_kind kind, const orm_model *model,
                           const char *sql, int line, int64_t number)
{
    orm_value value = integer(number);
    send(it, kind, model, sql, line, &value, 1);
}

/* <owner>_load_<relation> for one row. */
FIXTURE_CALL void load(fixture *it, const orm_model *owner, uint16_t relation, int line, int origin,
                       size_t origin_rows, int64_t key)
{
    orm_value value = integer(key);
    orm_event event = {.kind = ORM_EVENT_RELATION,
                       .model = owner->relations[relation].target,
                       .relation = &owner->relations[relation],
                       .owner = owner,
                       .row_by_row = true,
                       .sql = "SELECT id FROM children WHERE parent_id = $1",
                       .site = site_at(line),
                       .origin = site_at(origin),
                       .origin_rows = origin_rows,
                       .values = &value,
                       .value_count = 1,
                       .rows = 2,
                       .duration_ns = 250000};
    note(it, &event);
}

static inline size_t findings(const fixture *it)
{
    return orm_scope_finding_count(it->scope);
}

static inline const orm_finding *finding(const fixture *it, size_t index)
{
    const orm_finding *found = orm_scope_finding(it->scope, index);
    assert_non_null(found);
    return found;
}

#endif
