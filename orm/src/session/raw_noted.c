#include "session/raw_noted.h"

#include <string.h>

#include "base/site.h"
#include "model/column_value.h"

static const char model_name[] = "row";

/* What its rows are, of which nothing is known but what is read. */
static orm_model *make_model(orm_session *session, size_t count)
{
    orm_model *model = orm__arena_zero(&session->lasting, sizeof *model);
    orm_column *columns = orm__arena_zero(&session->lasting, (count + 1) * sizeof *columns);
    if (model == NULL || columns == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        columns[i].flags = ORM_COLUMN_DEFERRED; /* not read yet */
    model->name = model_name;
    model->c_name = model_name;
    model->columns = columns;
    model->column_count = (uint16_t)count;
    return model;
}

static orm__digest *digest_of(const orm__raw_noted *noted, size_t count)
{
    orm_session *session = noted->session;
    orm__digest *at = session->digests;
    while (at != NULL && !(at->model->name == model_name && orm__same_site(at->site, noted->site)))
        at = at->next;
    if (at != NULL)
        return at->model->column_count == count ? at : NULL;
    const orm_model *model = make_model(session, count);
    return model == NULL ? NULL : orm__digest_for(session, model, NULL, noted->site);
}

/* The column, when it is read as what it was read as first. */
static bool take_column(orm_session *session, const orm_model *model, size_t column,
                        const orm_column *as, const char *name)
{
    orm_column *known = (orm_column *)&model->columns[column]; /* it is the session's */
    if (known->type != ORM_TYPE_NONE)
        return known->type == as->type && (known->flags & ORM_COLUMN_ARRAY) == 0;
    known->name = orm__arena_copy(&session->lasting, name, strlen(name));
    if (known->name == NULL)
        return false;
    known->field = known->name;
    known->type = as->type;
    known->flags = as->flags;
    return true;
}

void orm__raw_note_row(orm__raw_noted *noted)
{
    noted->counted = false;
}

void orm__raw_note(orm__raw_noted *noted, const orm_column *as, const void *value, size_t column,
                   const char *name, size_t count)
{
    orm_session *session = noted->session;
    if (session == NULL || (as->flags & ORM_COLUMN_ARRAY) != 0)
        return;
    orm_column member = *as;
    member.offset = 0;
    orm_value held = orm__column_get(&member, value);
    if (held.kind == ORM_KIND_NULL)
        return;
    if (noted->digest == NULL)
        noted->digest = digest_of(noted, count);
    uint64_t hash = orm__value_hash(&held);
    if (noted->digest == NULL || !take_column(session, noted->digest->model, column, as, name) ||
        !orm__digest_add(session, noted->digest, (uint16_t)column, hash)) {
        session->undigested++;
        return;
    }
    if (noted->rows == 0)
        noted->first = hash;
    noted->rows += !noted->counted;
    noted->counted = true;
}

void orm__raw_note_end(orm__raw_noted *noted)
{
    orm__digest *digest = noted->digest;
    if (digest == NULL)
        return;
    uint64_t before = digest->last_rows == 1 ? digest->last[0].hash : 0;
    digest->number = ++noted->session->result_count;
    digest->rows += noted->rows;
    if (noted->rows > digest->largest)
        digest->largest = noted->rows;
    digest->last_rows = noted->rows;
    digest->last_count = 0;
    digest->last[0].hash = noted->first;
    digest->changed = noted->rows == 1 && before != 0 && before != noted->first;
}
