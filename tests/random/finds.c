/* Rows found by their keys. */
#include <string.h>

#include "ask.h"

static orm_uuid uuid_of(const rt_value *value)
{
    orm_uuid uuid;
    memcpy(uuid.bytes, value->text, sizeof uuid.bytes);
    return uuid;
}

#define FOUND(name, ...)                                                                           \
    {                                                                                              \
        r_##name *found = NULL;                                                                    \
        orm_status status = r_##name##_find(asker->db, __VA_ARGS__, &found);                       \
        *row_out = found;                                                                          \
        return status;                                                                             \
    }

static orm_status find(rt_asker *asker, int model, const rt_value *key, void **row_out)
{
    switch (model) {
    case RT_PLACE:
        FOUND(place, key[0].text, key[1].number)
    case RT_PERSON:
        FOUND(person, key[0].number)
    case RT_PROJECT:
        FOUND(project, key[0].number)
    case RT_TASK:
        FOUND(task, key[0].number, key[1].number)
    case RT_SKILL:
        FOUND(skill, key[0].number)
    case RT_RATING:
        FOUND(rating, key[0].number, key[1].number)
    case RT_LABEL:
        FOUND(label, key[0].text)
    default:
        FOUND(profile, uuid_of(&key[0]))
    }
}

bool rt_ask_find(rt_asker *asker, const rt_ask *ask)
{
    int model = ask->query->model;
    void *row = NULL;
    int wanted = rt_breaks(RT_BREAK_FIND) ? -1 : rt_find(asker->world, model, ask->key);
    orm_status status = find(asker, model, ask->key, &row);
    if (status != ORM_OK && status != ORM_NOT_FOUND)
        return rt_asker_failed(asker, "find", status);
    int given = status == ORM_OK ? rt_row_of(asker, model, row) : -1;
    if (given != wanted)
        rt_add(&asker->why, "row %d instead of %d\n", given, wanted);
    return given == wanted;
}
