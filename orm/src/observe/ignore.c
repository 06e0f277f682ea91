#include "observe/ignore.h"

#include <string.h>

#include "base/fail.h"

static bool has_relation(const orm_model *model, const char *name)
{
    for (uint16_t i = 0; i < model->relation_count; i++)
        if (strcmp(model->relations[i].name, name) == 0)
            return true;
    return false;
}

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

static orm_status check(const orm_ignore *it, orm_error *error)
{
    if (!is_given(it->reason))
        return orm__fail(error, ORM_INVALID, "what is ignored needs a reason");
    if (!is_given(it->relation) && !is_given(it->file) && !is_given(it->function) &&
        !is_given(it->statement))
        return orm__fail(error, ORM_INVALID,
                         "to ignore findings, give their relation, file, function or statement");
    if (is_given(it->relation) && it->model == NULL)
        return orm__fail(error, ORM_INVALID, "to ignore relation %s, give its model too",
                         it->relation);
    if (is_given(it->relation) && !has_relation(it->model, it->relation))
        return orm__fail(error, ORM_INVALID, "model %s has no relation %s to ignore",
                         it->model->name, it->relation);
    return ORM_OK;
}

/* app/report.c is the end of src/app/report.c, and not of webapp/report.c. */
static bool ends_in_file(const char *path, const char *file)
{
    size_t length = path == NULL ? 0 : strlen(path);
    size_t size = strlen(file);
    if (length < size || strcmp(path + length - size, file) != 0)
        return false;
    return length == size || file[0] == '/' || path[length - size - 1] == '/';
}

static bool fits_relation(const orm_ignore *it, const orm_finding *finding)
{
    size_t owner = strlen(it->model->name);
    return strncmp(finding->subject, it->model->name, owner) == 0 &&
           finding->subject[owner] == '.' &&
           strcmp(finding->subject + owner + 1, it->relation) == 0;
}

static bool fits(const orm_ignore *it, const orm_finding *finding)
{
    if (it->kind != 0 && it->kind != finding->kind)
        return false;
    if (is_given(it->relation) && !fits_relation(it, finding))
        return false;
    if (is_given(it->file) && !ends_in_file(finding->site.file, it->file))
        return false;
    if (is_given(it->function) &&
        (finding->site.function == NULL || strcmp(finding->site.function, it->function) != 0))
        return false;
    return !is_given(it->statement) || strstr(finding->statement, it->statement) != NULL;
}

void orm__ignore_judge(orm_scope *scope, orm__record *record)
{
    record->ignored = false;
    for (orm__ignore *it = scope->ignores; it != NULL; it = it->next) {
        if (!fits(&it->given, &record->finding))
            continue;
        it->met = true;
        record->ignored = true;
    }
}

static bool copy_text(orm__arena *arena, const char **text)
{
    if (*text == NULL)
        return true;
    *text = orm__arena_copy(arena, *text, strlen(*text));
    return *text != NULL;
}

static orm_status add(orm_scope *scope, const orm_ignore *given, orm_error *error)
{
    orm__ignore *it = orm__arena_zero(&scope->lasting, sizeof *it);
    bool copied = it != NULL;
    if (copied) {
        it->given = *given;
        copied = copy_text(&scope->lasting, &it->given.relation) &&
                 copy_text(&scope->lasting, &it->given.file) &&
                 copy_text(&scope->lasting, &it->given.function) &&
                 copy_text(&scope->lasting, &it->given.statement) &&
                 copy_text(&scope->lasting, &it->given.reason);
    }
    if (!copied)
        return orm__fail(error, ORM_NOMEM, "out of memory for what is to be ignored");
    it->next = scope->ignores;
    scope->ignores = it;
    for (size_t i = 0; i < scope->record_count; i++)
        orm__ignore_judge(scope, scope->records[i]);
    return ORM_OK;
}

orm_status orm_scope_ignore(orm_scope *scope, const orm_ignore *ignore, orm_error *error)
{
    orm_status status = check(ignore, error);
    if (status != ORM_OK)
        return status;
    (void)pthread_mutex_lock(&scope->lock);
    status = add(scope, ignore, error);
    (void)pthread_mutex_unlock(&scope->lock);
    return status;
}

static orm_status fail_unmet(const orm_ignore *it, orm_error *error)
{
    const char *relation = is_given(it->relation) ? it->relation : "";
    return orm__fail(error, ORM_INVALID,
                     "nothing was found that fits what is to be ignored (%s%s%s%s%s%s%s): take it "
                     "out; its reason was: %s",
                     is_given(relation) ? it->model->name : "", is_given(relation) ? "." : "",
                     relation, is_given(it->file) ? " file " : "",
                     is_given(it->file) ? it->file : "", is_given(it->function) ? " function " : "",
                     is_given(it->function) ? it->function : "", it->reason);
}

orm_status orm_scope_check_ignores(orm_scope *scope, orm_error *error)
{
    orm_status status = ORM_OK;
    (void)pthread_mutex_lock(&scope->lock);
    for (const orm__ignore *it = scope->ignores; it != NULL && status == ORM_OK; it = it->next)
        if (!it->met)
            status = fail_unmet(&it->given, error);
    (void)pthread_mutex_unlock(&scope->lock);
    return status;
}
