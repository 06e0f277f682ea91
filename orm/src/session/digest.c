#include "session/digest.h"

#include "base/hash.h"
#include "base/site.h"
#include "model/column_value.h"
#include "sql/rows_text.h"

/* Calls of one session that make lists. */
enum { DIGESTS_MAX = 64 };

orm__digest *orm__digest_for(orm_session *session, const orm_model *model,
                             const orm_relation *relation, orm_site site)
{
    size_t count = 0;
    orm__digest *at = session->digests;
    for (; at != NULL; at = at->next, count++)
        if (at->model == model && at->relation == relation && orm__same_site(at->site, site))
            return at;
    at = count == DIGESTS_MAX ? NULL : orm__arena_zero(&session->lasting, sizeof *at);
    if (at == NULL)
        return NULL;
    *at = (orm__digest){.next = session->digests,
                        .model = model,
                        .relation = relation,
                        .site = site,
                        .hash = orm__hash_word(count + 1)};
    session->digests = at;
    return at;
}

static bool is_key(const orm_model *model, uint16_t column)
{
    for (uint16_t i = 0; i < model->key_count; i++)
        if (model->key[i] == column)
            return true;
    for (uint16_t r = 0; r < model->relation_count; r++)
        for (uint16_t k = 0; k < model->relations[r].own_count; k++)
            if (model->relations[r].own_columns[k] == column)
                return true;
    return false;
}

/* A field of a result struct is the column it was taken from. */
static bool is_key_column(const orm_model *model, uint16_t column)
{
    const orm_row_shape *shape = model->rows;
    if ((model->columns[column].flags & (ORM_COLUMN_ARRAY | ORM_COLUMN_DEFERRED)) != 0)
        return false;
    if (shape == NULL) /* of a struct for hand-written SQL nothing more is known */
        return model->table == NULL || is_key(model, column);
    const orm_row_source *source = &shape->sources[column];
    return source->aggregate == ORM_AGGREGATE_NONE &&
           is_key(orm__row_model(shape, source->table), source->column);
}

static uint64_t place_of(const orm__digest *digest, uint16_t column, uint64_t hash)
{
    return orm__hash_word(hash ^ (digest->hash + column));
}

bool orm__digest_add(orm_session *session, const orm__digest *digest, uint16_t column,
                     uint64_t hash)
{
    return orm__value_set_add(&session->digested, place_of(digest, column, hash)) !=
           ORM_VALUE_UNTOLD;
}

static void take_last(orm__digest *digest, uint16_t column, uint64_t hash)
{
    if (digest->last_rows == 1 && digest->last_count < ORM_DIGEST_LAST)
        digest->last[digest->last_count++] = (orm__digest_key){column, hash};
}

/* False: there is no room for more. */
static bool take_column(orm_session *session, orm__digest *digest, const orm__result *result,
                        uint16_t column)
{
    const orm_column *it = &result->model->columns[column];
    for (size_t i = 0; i < result->count; i++) {
        if (result->rows[i] == NULL)
            continue; /* the list is the user's to edit */
        orm_value value = orm__column_get(it, result->rows[i]);
        if (value.kind == ORM_KIND_NULL)
            continue;
        uint64_t hash = orm__value_hash(&value);
        take_last(digest, column, hash);
        if (!orm__digest_add(session, digest, column, hash)) {
            session->undigested += (int64_t)(result->count - i);
            return false;
        }
    }
    return true;
}

static void take_rows(orm_session *session, const orm__result *result)
{
    orm__digest *digest = orm__digest_for(session, result->model, result->relation, result->site);
    if (digest == NULL) {
        session->undigested += (int64_t)result->count;
        return;
    }
    uint64_t before = digest->last_rows == 1 && digest->last_count > 0 ? digest->last[0].hash : 0;
    digest->number = result->number;
    digest->last_rows = result->count;
    digest->last_count = 0;
    digest->rows += result->count;
    if (result->count > digest->largest)
        digest->largest = result->count;
    for (uint16_t i = 0; i < result->model->column_count; i++)
        if (is_key_column(result->model, i) && !take_column(session, digest, result, i))
            break;
    if (result->count == 1)
        digest->changed = before != 0 && digest->last_count > 0 && before != digest->last[0].hash;
}

void orm__digest_take(orm_session *session, orm__result *result)
{
    if (session->sink != NULL && result->count > 0 && result->rows != NULL && result->model != NULL)
        take_rows(session, result);
    result->rows = NULL;
    result->count = 0;
}

void orm__digest_spare(orm_session *session, orm__result *result)
{
    *result = (orm__result){.next = session->spare_results};
    session->spare_results = result;
}

/* Takes the keys of older lists first, so that the newest one's are known as the last. */
static void take_all(orm_session *session, const orm__result *until)
{
    orm__result *oldest_first = NULL;
    orm__result **kept = &session->results;
    while (*kept != until && *kept != NULL) {
        orm__result *at = *kept;
        if (at->of_stream) {
            orm__digest_take(session, at);
            kept = &at->next;
            continue;
        }
        *kept = at->next;
        at->next = oldest_first;
        oldest_first = at;
    }
    while (oldest_first != NULL) {
        orm__result *at = oldest_first;
        oldest_first = at->next;
        orm__digest_take(session, at);
        orm__digest_spare(session, at);
    }
}

void orm__digest_release(orm_session *session, const orm__result *until)
{
    /* Who does not watch has results in the memory that goes. */
    if (session->sink != NULL)
        take_all(session, until);
    else
        session->results = (orm__result *)until;
}

const orm__digest *orm__session_digests(const orm_session *session)
{
    return session->digests;
}

bool orm__session_digest_has(const orm_session *session, const orm__digest *digest, uint16_t column,
                             uint64_t hash)
{
    return orm__value_set_has(&session->digested, place_of(digest, column, hash));
}

int64_t orm__session_undigested(const orm_session *session)
{
    return session->undigested;
}

bool orm__session_is_streaming(const orm_session *session)
{
    return session->stream != NULL;
}

bool orm__session_is_flushing(const orm_session *session)
{
    return session->flushing;
}
