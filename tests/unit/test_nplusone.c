#include "unit/observe_fixture.h"

/* Loops count in volatile variables: unrolled, they would be calls from different places. */
static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1";
static const char *const BY_ARTIST = "SELECT id FROM albums WHERE artist_id = $1";

static orm_finding expect(const fixture *it, orm_finding_kind kind, const char *subject)
{
    assert_int_equal(findings(it), 1);
    const orm_finding *found = finding(it, 0);
    assert_int_equal(found->kind, kind);
    assert_string_equal(found->subject, subject);
    return *found;
}

static void test_relation_row_by_row(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    load(it, &ARTIST, 0, 20, 10, 5, 101);
    assert_int_equal(findings(it), 0);
    for (volatile int64_t key = 102; key <= 105; key++)
        load(it, &ARTIST, 0, 20, 10, 5, key);
    orm_finding found = expect(it, ORM_FINDING_N1, "artist.albums");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_int_equal(found.site.line, 20);
    assert_int_equal(found.origin.line, 10);
    assert_int_equal(found.origin_rows, 5);
    assert_int_equal(found.statements, 5);
    assert_int_equal(found.distinct, 5);
    assert_int_equal(found.matched, 5);
    assert_int_equal(found.rows, 10);
    assert_int_equal(found.duration_ns, 5 * 250000);
    assert_string_equal(found.column, "artist.id");
    assert_int_equal(found.replacement_site.line, 10);
    assert_string_equal(found.replacement, ".with.albums = &chinook_album_all,");
    assert_true(found.within_query);
    assert_int_equal(found.origin_lists, 1);
    assert_string_equal(found.alternative,
                        "status = chinook_artist_preload_albums(db, &list, NULL);");
    assert_string_equal(found.in_loop, "status = chinook_artist_albums(row, &list);");
}

static void test_relation_nested_in_an_eager_query(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 3);
    list(it, &ALBUM, &ARTIST_RELATIONS[0], 10, 0, 6);
    for (volatile int64_t key = 201; key <= 203; key++)
        load(it, &ALBUM, 1, 20, 10, 6, key);
    orm_finding found = expect(it, ORM_FINDING_N1, "album.tracks");
    assert_string_equal(found.replacement, ".with.albums = &(chinook_album_query){.with.tracks = "
                                           "&chinook_track_all},");
    assert_string_equal(
        found.alternative,
        "status = chinook_artist_preload_albums(db, &list, &(chinook_album_query){\n"
        "    .with.tracks = &chinook_track_all,\n"
        "});");
    assert_string_equal(found.in_loop, "status = chinook_album_tracks(row, &list);");
    assert_int_equal(found.origin_lists, 1);
    assert_int_equal(found.origin_rows, 6);
}

static void test_relation_nested_in_a_loop(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 3);
    for (volatile size_t i = 0; i < 3; i++) {
        load(it, &ARTIST, 0, 20, 10, 3, 101 + (int64_t)i);
        list(it, &ALBUM, &ARTIST_RELATIONS[0], 20, 2 * i, 2);
        for (volatile size_t k = 0; k < 2; k++)
            load(it, &ALBUM, 1, 30, 20, 2, 201 + (int64_t)(2 * i + k));
    }
    assert_int_equal(findings(it), 2);
    assert_string_equal(finding(it, 0)->subject, "artist.albums");
    const orm_finding *inner = finding(it, 1);
    assert_string_equal(inner->subject, "album.tracks");
    assert_int_equal(inner->statements, 6);
    assert_int_equal(inner->site.line, 30);
    assert_int_equal(inner->origin.line, 20);
    assert_int_equal(inner->replacement_site.line, 10);
    assert_non_null(strstr(inner->replacement, ".albums = &(chinook_album_query){.with.tracks"));
    assert_int_equal(inner->origin_lists, 3);
    assert_int_equal(inner->origin_rows, 6);
}

/* The parents are the relation of one row: there is no list above them to name the relation in. */
static void test_relation_below_a_single_row(void **state)
{
    fixture *it = *state;
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 5, 101);
    list(it, &ARTIST, NULL, 5, 0, 1);
    load(it, &ARTIST, 0, 10, 5, 1, 101);
    list(it, &ALBUM, &ARTIST_RELATIONS[0], 10, 0, 2);
    for (volatile int64_t key = 201; key <= 202; key++)
        load(it, &ALBUM, 1, 20, 10, 2, key);
    orm_finding found = expect(it, ORM_FINDING_N1, "album.tracks");
    assert_string_equal(found.replacement,
                        "status = chinook_album_preload_tracks(db, &list, NULL);");
    assert_int_equal(found.replacement_site.line, 10);
    assert_null(found.alternative);
}

/* Parents from lists of one row and of several, made by one call: all of them count. */
static void test_relation_of_short_lists(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 4);
    size_t album_at = 0;
    for (volatile size_t i = 0; i < 4; i++) {
        size_t albums = i % 2 == 0 ? 1 : 3;
        load(it, &ARTIST, 0, 20, 10, 4, 101 + (int64_t)i);
        list(it, &ALBUM, &ARTIST_RELATIONS[0], 20, album_at, albums);
        for (volatile size_t k = 0; k < albums; k++)
            load(it, &ALBUM, 1, 30, 20, albums, 201 + (int64_t)(album_at + k));
        album_at += albums;
    }
    assert_int_equal(findings(it), 2);
    const orm_finding *inner = finding(it, 1);
    assert_int_equal(inner->statements, 8);
    assert_int_equal(inner->distinct, 8);
    assert_int_equal(inner->matched, 8);
    assert_int_equal(inner->rows, 16);
    assert_int_equal(inner->origin_lists, 4);
    assert_int_equal(inner->origin_rows, 8);
}

/* One helper loads for the rows of two lists: both lines are named. */
static void test_relation_of_two_lists(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 3);
    list(it, &ARTIST, NULL, 11, 3, 2);
    for (volatile int64_t key = 101; key <= 103; key++)
        load(it, &ARTIST, 0, 20, 10, 3, key);
    for (volatile int64_t key = 104; key <= 105; key++)
        load(it, &ARTIST, 0, 20, 11, 2, key);
    orm_finding found = expect(it, ORM_FINDING_N1, "artist.albums");
    assert_int_equal(found.statements, 5);
    assert_int_equal(found.distinct, 5);
    assert_int_equal(found.matched, 3);
    assert_int_equal(found.origin.line, 10);
    assert_int_equal(found.origin_rows, 3);
    assert_int_equal(found.other_origin.line, 11);
}

/* The user may do with a list what he likes. */
static void test_list_with_holes(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 4);
    it->rows[0][0] = NULL;
    it->rows[0][2] = NULL;
    for (volatile int64_t id = 101; id <= 104; id++)
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 20, id);
    orm_finding found = expect(it, ORM_FINDING_N1, "select album");
    assert_int_equal(found.statements, 4);
    assert_int_equal(found.evidence, ORM_EVIDENCE_NONE);
}

static void test_relation_of_single_rows(void **state)
{
    fixture *it = *state;
    load(it, &ARTIST, 0, 20, 10, 5, 101); /* one row of a list */
    load(it, &ARTIST, 0, 20, 10, 5, 101); /* and again */
    for (volatile int64_t key = 101; key <= 110; key++)
        load(it, &ARTIST, 0, 21, 11, 1, key);
    for (volatile int64_t key = 101; key <= 110; key++)
        load(it, &ARTIST, 0, 22, 0, 0, key);
    assert_int_equal(findings(it), 0);
}

static void test_relation_loaded_for_all(void **state)
{
    fixture *it = *state;
    orm_value key = integer(101);
    for (volatile int i = 0; i < 5; i++) {
        key.as.integer++;
        orm_event event = {.kind = ORM_EVENT_RELATION,
                           .model = &ALBUM,
                           .relation = &ARTIST_RELATIONS[0],
                           .owner = &ARTIST,
                           .sql = BY_ARTIST,
                           .site = site_at(20),
                           .origin = site_at(10),
                           .origin_rows = 5,
                           .values = &key,
                           .value_count = 1};
        note(it, &event);
    }
    assert_int_equal(findings(it), 0);
}

static void test_find_with_values_of_a_list(void **state)
{
    fixture *it = *state;
    list(it, &ALBUM, NULL, 10, 0, 10);
    for (volatile size_t i = 0; i < 10; i += 2)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, it->albums[i].artist_id);
    orm_finding found = expect(it, ORM_FINDING_N1, "find artist");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found.column, "album.artist_id");
    assert_int_equal(found.origin.line, 10);
    assert_int_equal(found.origin_rows, 10);
    assert_int_equal(found.statements, 5);
    assert_int_equal(found.distinct, 5);
    assert_int_equal(found.matched, 5);
    assert_string_equal(found.replacement, ".with.artist = &chinook_artist_all,");
    assert_string_equal(found.in_loop, "status = chinook_album_artist(row, &found);");
}

static void test_select_with_values_of_a_list(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 4);
    for (volatile int64_t id = 101; id <= 102; id++) {
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 20, id);
        list(it, &ALBUM, NULL, 20, (size_t)(id - 101) * 2, 2);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "select album");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found.column, "artist.id");
    assert_non_null(strstr(found.replacement, ".with.albums = &chinook_album_all,"));
}

/* The list is the result of one loop's selects: each has its own. */
static void test_values_of_several_lists_of_one_call(void **state)
{
    fixture *it = *state;
    for (volatile size_t i = 0; i < 3; i++) {
        list(it, &ALBUM, NULL, 10, 2 * i, 2);
        for (volatile size_t k = 0; k < 2; k++)
            send_one(it, ORM_EVENT_SELECT, &TRACK, "SELECT id FROM tracks WHERE album_id = $1", 20,
                     it->albums[2 * i + k].id);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "select track");
    assert_int_equal(found.distinct, 6);
    assert_int_equal(found.matched, 6);
}

static void test_raw_with_values_of_a_list(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 4);
    for (volatile int64_t id = 101; id <= 104; id++)
        send_one(it, ORM_EVENT_RAW, NULL, BY_ARTIST, 20, id);
    orm_finding found = expect(it, ORM_FINDING_N1, "raw SQL");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found.column, "artist.id");
    /* What it reads into is not known: words only. */
    assert_null(found.replacement);
    assert_non_null(strstr(found.advice, ".with.albums"));
}

static void test_raw_with_literals(void **state)
{
    fixture *it = *state;
    static const char *const texts[] = {"SELECT id FROM albums WHERE artist_id = 1",
                                        "SELECT id FROM albums WHERE artist_id = 2",
                                        "SELECT id FROM albums WHERE artist_id = 3"};
    for (volatile size_t i = 0; i < 3; i++) {
        assert_int_equal(findings(it), 0);
        send(it, ORM_EVENT_RAW, NULL, texts[i], 20, NULL, 0);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "raw SQL");
    assert_int_equal(found.distinct, 3);
    assert_string_equal(found.statement, "SELECT id FROM albums WHERE artist_id = …");
}

static void test_raw_with_literals_of_a_list(void **state)
{
    fixture *it = *state;
    static const char *const texts[] = {
        "SELECT count(*) FROM albums WHERE artist_id = 101 AND score > 5",
        "SELECT count(*) FROM albums WHERE artist_id = 102 AND score > 5"};
    list(it, &ARTIST, NULL, 10, 0, 2);
    for (volatile size_t i = 0; i < 2; i++)
        send(it, ORM_EVENT_RAW, NULL, texts[i], 20, NULL, 0);
    orm_finding found = expect(it, ORM_FINDING_N1, "raw SQL");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found.column, "artist.id");
    assert_int_equal(found.origin.line, 10);
    assert_int_equal(found.distinct, 2);
    assert_int_equal(found.matched, 2);
}

static void test_raw_chunks(void **state)
{
    fixture *it = *state;
    static const char *const texts[] = {"SELECT id FROM albums WHERE artist_id IN (101, 102)",
                                        "SELECT id FROM albums WHERE artist_id IN (103, 104)",
                                        "SELECT id FROM albums WHERE artist_id IN (105, 106)",
                                        "SELECT id FROM albums WHERE artist_id IN (107)"};
    list(it, &ARTIST, NULL, 10, 0, 20);
    for (volatile size_t i = 0; i < 4; i++)
        send(it, ORM_EVENT_RAW, NULL, texts[i], 20, NULL, 0);
    for (volatile int64_t id = 101; id <= 107; id += 2) {
        orm_value values[] = {integer(id), integer(id + 1)};
        send(it, ORM_EVENT_RAW, NULL, "SELECT id FROM albums WHERE artist_id IN (?, ?)", 21, values,
             2);
    }
    assert_int_equal(findings(it), 0);
    for (volatile int64_t id = 101; id <= 103; id++)
        send_one(it, ORM_EVENT_RAW, NULL, "SELECT id FROM albums WHERE artist_id IN ($1)", 22, id);
    assert_int_equal(findings(it), 1);
}

/* Equal numbers in a column no relation joins: said to match, not to stem from, and only of three.
 */
static void test_values_that_only_match(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    for (volatile int64_t id = 901; id <= 903; id++) {
        assert_int_equal(findings(it), 0);
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 20, id);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "select album");
    assert_int_equal(found.evidence, ORM_EVIDENCE_MATCHES);
    assert_string_equal(found.column, "artist.score");
    assert_string_equal(found.replacement,
                        "status = chinook_album_select(db, &(chinook_album_query){\n"
                        "    .where = chinook_album_artist_id_is(orm_in(values, count)),\n"
                        "}, &list);");
}

/* Of two columns with the same values the one that relations join is named. */
static void test_proven_column_is_preferred(void **state)
{
    fixture *it = *state;
    for (volatile int i = 0; i < 5; i++)
        it->artists[i].score = it->artists[i].id;
    list(it, &ARTIST, NULL, 9, 0, 5);
    for (volatile int i = 10; i < 15; i++)
        it->artists[i].score = 101 + i - 10;
    list(it, &ARTIST, NULL, 10, 10, 5);
    for (volatile int64_t id = 101; id <= 103; id++)
        send_one(it, ORM_EVENT_COUNT, &ALBUM, BY_ARTIST, 20, id);
    orm_finding found = expect(it, ORM_FINDING_N1, "count album");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found.column, "artist.id");
    assert_int_equal(found.origin.line, 9);
}

static void test_values_from_nowhere(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 3; id++) {
        assert_int_equal(findings(it), 0);
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, id);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "find artist");
    assert_int_equal(found.evidence, ORM_EVIDENCE_NONE);
    assert_int_equal(found.origin.line, 0);
    assert_int_equal(found.distinct, 3);
    assert_int_equal(found.matched, 0);
}

static void test_other_sessions_lists_are_not_searched(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    it->newest = NULL;
    for (volatile int64_t id = 101; id <= 102; id++)
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 20, id);
    assert_int_equal(findings(it), 0);
}

static void test_paging(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 20);
    for (volatile int64_t page = 0; page < 10; page++) {
        orm_value values[] = {integer(7), integer(10), integer(101 + page)};
        send(it, ORM_EVENT_SELECT, &ALBUM,
             "SELECT id FROM albums WHERE artist_id = $1 LIMIT $2 OFFSET $3", 20, values, 3);
        send_one(it, ORM_EVENT_SELECT, &ALBUM,
                 "SELECT id FROM albums WHERE id > $1 ORDER BY id LIMIT 10", 21, 201 + page);
        send(it, ORM_EVENT_RAW, NULL,
             page == 0   ? "SELECT id FROM albums LIMIT 10 OFFSET 0"
             : page == 1 ? "SELECT id FROM albums LIMIT 10 OFFSET 10"
             : page == 2 ? "SELECT id FROM albums LIMIT 10 OFFSET 20"
                         : "SELECT id FROM albums LIMIT 10 OFFSET 30",
             22 + (int)(page > 3), NULL, 0);
        if (page == 3)
            break;
    }
    assert_int_equal(findings(it), 0);
}

static void test_batches(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 20);
    for (volatile int64_t chunk = 0; chunk < 6; chunk++) {
        orm_value keys[] = {integer(101 + chunk * 2), integer(102 + chunk * 2)};
        orm_value values = {.kind = ORM_KIND_ARRAY, .element = ORM_KIND_INT};
        values.as.span.data = keys;
        values.as.span.size = 2;
        send(it, ORM_EVENT_SELECT, &ALBUM, "SELECT id FROM albums WHERE artist_id = ANY ($1)", 20,
             &values, 1);
    }
    assert_int_equal(findings(it), 0);
}

static void test_lists_of_one_key_are_no_batches(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 20);
    for (volatile int64_t id = 101; id <= 104; id++) {
        orm_value key = integer(id);
        orm_value values = {.kind = ORM_KIND_ARRAY, .element = ORM_KIND_INT};
        values.as.span.data = &key;
        values.as.span.size = 1;
        send(it, ORM_EVENT_SELECT, &ALBUM, "SELECT id FROM albums WHERE artist_id = ANY ($1)", 20,
             &values, 1);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "select album");
    assert_int_equal(found.matched, 4);
}

/* Each row leads to the next one: a walk, which one recursive query does. */
static void test_climbing_to_parents(void **state)
{
    fixture *it = *state;
    for (volatile size_t i = 10; i > 2; i--) {
        send_one(it, ORM_EVENT_FIND, &ALBUM, "SELECT id FROM albums WHERE id = $1", 20,
                 it->albums[i].id);
        list(it, &ALBUM, NULL, 20, i, 1);
    }
    orm_finding found = expect(it, ORM_FINDING_N1, "find album");
    assert_int_equal(found.evidence, ORM_EVIDENCE_STEMS);
    assert_int_equal(found.origin.line, 20);
    assert_null(found.replacement);
    assert_non_null(strstr(found.advice, "chinook_album_walk_parent"));
}

static void test_calls_on_one_line(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    for (volatile int64_t id = 101; id <= 105; id++) {
        orm_value value = integer(id);
        orm_event event = {.kind = ORM_EVENT_SELECT,
                           .model = &ALBUM,
                           .sql = BY_ARTIST,
                           .site = site_at(20),
                           .values = &value,
                           .value_count = 1};
        event.site.counter = (int)id;
        note(it, &event);
    }
    assert_int_equal(findings(it), 0);
}

__attribute__((noinline)) static void helper(fixture *it, int64_t id)
{
    send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 20, id);
    load(it, &ARTIST, 0, 21, 10, 5, id);
}

static void test_helper_called_from_several_lines(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    helper(it, 101);
    helper(it, 102);
    helper(it, 103);
    helper(it, 104);
    assert_int_equal(findings(it), 0);
}

static void test_helper_called_in_a_loop(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    for (volatile int64_t id = 101; id <= 105; id++)
        helper(it, id);
    assert_int_equal(findings(it), 2);
    assert_int_equal(finding(it, 0)->statements, 5);
    assert_int_equal(finding(it, 1)->statements, 5);
}

static void test_other_sessions_do_not_add_up(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 20; id++) {
        it->session = (uint64_t)id;
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, id);
        load(it, &ARTIST, 0, 21, 10, 5, id);
    }
    assert_int_equal(findings(it), 0);
}

static void test_same_cause_in_two_sessions(void **state)
{
    fixture *it = *state;
    for (it->session = 1; it->session <= 2; it->session++)
        for (volatile int64_t key = 101; key <= 103; key++)
            load(it, &ARTIST, 0, 20, 10, 3, key);
    orm_finding found = expect(it, ORM_FINDING_N1, "artist.albums");
    assert_int_equal(found.sessions, 2);
    assert_int_equal(found.statements, 6);
    assert_int_equal(found.distinct, 3);
}

static void test_transaction_control(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 10, 0, 5);
    for (volatile int i = 0; i < 10; i++) {
        control(it, "BEGIN");
        control(it, "COMMIT");
    }
    orm_scope_statistics statistics;
    orm_scope_get_statistics(it->scope, &statistics);
    assert_int_equal(statistics.controls, 20);
    assert_int_equal(statistics.statements, 0);
    assert_int_equal(findings(it), 0);
}

static void test_duplicates_over_a_list(void **state)
{
    fixture *it = *state;
    list(it, &ALBUM, NULL, 10, 0, 5);
    for (volatile int i = 0; i < 5; i++) {
        send_one(it, ORM_EVENT_SELECT, &TRACK, "SELECT id FROM tracks WHERE id = $1", 20, 7);
        assert_int_equal(findings(it), i >= 2);
    }
    orm_finding found = expect(it, ORM_FINDING_DUP, "select track");
    assert_int_equal(found.statements, 5);
    assert_int_equal(found.distinct, 1);
    assert_non_null(found.advice);
}

static void test_duplicates_with_writes_between(void **state)
{
    fixture *it = *state;
    list(it, &ALBUM, NULL, 10, 0, 5);
    for (volatile int i = 0; i < 5; i++) {
        send_one(it, ORM_EVENT_COUNT, &TRACK, "SELECT count(*) FROM tracks WHERE id = $1", 20, 7);
        if (i % 2 == 0)
            send_one(it, ORM_EVENT_INSERT, &ARTIST, "INSERT INTO artists …", 30, 1);
        if (i % 2 != 0)
            control(it, "COMMIT");
    }
    assert_int_equal(findings(it), 0);
}

static void test_polling(void **state)
{
    fixture *it = *state;
    for (volatile int i = 0; i < 50; i++)
        send_one(it, ORM_EVENT_COUNT, &TRACK, "SELECT count(*) FROM tracks WHERE id = $1", 20, 7);
    assert_int_equal(findings(it), 0);
}

/* What first looked like one statement repeated turns out to follow a list. */
static void test_duplicate_becomes_n1(void **state)
{
    fixture *it = *state;
    list(it, &ALBUM, NULL, 10, 0, 10);
    for (volatile int i = 0; i < 3; i++)
        send_one(it, ORM_EVENT_SELECT, &ARTIST, BY_ID, 20, 101);
    (void)expect(it, ORM_FINDING_DUP, "select artist");
    for (volatile int64_t id = 102; id <= 104; id++)
        send_one(it, ORM_EVENT_SELECT, &ARTIST, BY_ID, 20, id);
    orm_finding found = expect(it, ORM_FINDING_N1, "select artist");
    assert_int_equal(found.statements, 6);
    assert_int_equal(found.distinct, 4);
    assert_int_equal(found.matched, 4);
    assert_string_equal(found.column, "album.artist_id");
}

static void test_writes_row_by_row(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 4; id++) {
        orm_value values[] = {integer(9), integer(id)};
        send_one(it, ORM_EVENT_INSERT, &ARTIST, "INSERT INTO artists (score) VALUES ($1)", 20, id);
        send(it, ORM_EVENT_UPDATE, &ARTIST, "UPDATE artists SET score = $1 WHERE id = $2", 21,
             values, 2);
        send_one(it, ORM_EVENT_DELETE, &ARTIST, "DELETE FROM artists WHERE id = $1", 22, id);
        send_one(it, ORM_EVENT_RAW, NULL, "DELETE FROM albums WHERE id = $1", 23, id);
        assert_int_equal(findings(it), id >= 3 ? 4 : 0);
    }
    for (volatile size_t i = 0; i < 4; i++) {
        assert_int_equal(finding(it, i)->kind, ORM_FINDING_WRITE);
        assert_int_equal(finding(it, i)->statements, 4);
        assert_int_equal(finding(it, i)->distinct, 4);
    }
    assert_string_equal(finding(it, 0)->replacement,
                        "status = chinook_artist_add(db, &values, &row);");
    assert_string_equal(finding(it, 0)->alternative,
                        "status = chinook_artist_insert_all(db, values, count, &list);");
    assert_string_equal(finding(it, 1)->replacement,
                        "status = chinook_artist_change(db, row, &changes);");
    assert_string_equal(finding(it, 2)->replacement, "status = chinook_artist_remove(db, row);");
    assert_null(finding(it, 3)->replacement);
    assert_string_equal(finding(it, 2)->alternative,
                        "status = chinook_artist_delete_where(\n"
                        "    db, chinook_artist_id_is(orm_in(keys, count)), NULL);");
}

static void test_progress_of_one_row(void **state)
{
    fixture *it = *state;
    for (volatile int64_t step = 1; step <= 10; step++) {
        orm_value values[] = {integer(step), integer(7)};
        send(it, ORM_EVENT_UPDATE, &ARTIST, "UPDATE artists SET score = $1 WHERE id = $2", 21,
             values, 2);
    }
    assert_int_equal(findings(it), 0);
}

static void test_order_of_findings(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 3; id++)
        for (volatile int line = 30; line >= 10; line -= 10)
            send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, id);
    assert_int_equal(findings(it), 3);
    for (volatile size_t i = 0; i < 3; i++)
        assert_int_equal(finding(it, i)->site.line, 10 * (int)(i + 1));
    assert_null(orm_scope_finding(it->scope, 3));
}

static void test_clear(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 3; id++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, id);
    assert_int_equal(findings(it), 1);
    orm_scope_clear(it->scope);
    assert_int_equal(findings(it), 0);
    for (volatile int64_t id = 1; id <= 3; id++) {
        assert_int_equal(findings(it), 0);
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, id);
    }
    assert_int_equal(expect(it, ORM_FINDING_N1, "find artist").statements, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_relation_row_by_row),
        TEST(test_relation_nested_in_an_eager_query),
        TEST(test_relation_nested_in_a_loop),
        TEST(test_relation_below_a_single_row),
        TEST(test_relation_of_short_lists),
        TEST(test_relation_of_two_lists),
        TEST(test_list_with_holes),
        TEST(test_relation_of_single_rows),
        TEST(test_relation_loaded_for_all),
        TEST(test_find_with_values_of_a_list),
        TEST(test_select_with_values_of_a_list),
        TEST(test_values_of_several_lists_of_one_call),
        TEST(test_raw_with_values_of_a_list),
        TEST(test_raw_with_literals),
        TEST(test_raw_with_literals_of_a_list),
        TEST(test_raw_chunks),
        TEST(test_values_that_only_match),
        TEST(test_proven_column_is_preferred),
        TEST(test_values_from_nowhere),
        TEST(test_other_sessions_lists_are_not_searched),
        TEST(test_paging),
        TEST(test_batches),
        TEST(test_lists_of_one_key_are_no_batches),
        TEST(test_climbing_to_parents),
        TEST(test_calls_on_one_line),
        TEST(test_helper_called_from_several_lines),
        TEST(test_helper_called_in_a_loop),
        TEST(test_other_sessions_do_not_add_up),
        TEST(test_same_cause_in_two_sessions),
        TEST(test_transaction_control),
        TEST(test_duplicates_over_a_list),
        TEST(test_duplicates_with_writes_between),
        TEST(test_polling),
        TEST(test_duplicate_becomes_n1),
        TEST(test_writes_row_by_row),
        TEST(test_progress_of_one_row),
        TEST(test_order_of_findings),
        TEST(test_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
