#include "session/crew.h"

#include "base/fail.h"
#include "session/write.h"

void orm__crew_init(orm__crew *crew, orm_session *db, orm_site site, orm__arena *arena,
                    bool commits)
{
    /* What became of a COMMIT can only be asked with an id that came before it. */
    *crew = (orm__crew){.db = db,
                        .site = site,
                        .arena = arena,
                        .commits = commits && db->engine->driver->commit_rides &&
                                   !orm__resolve_is_wanted(db)};
    crew->end = &crew->first;
}

void orm__crew_dispose(orm__crew *crew)
{
    for (orm__member *at = crew->first; at != NULL; at = at->next)
        orm__batch_dispose(&at->batch);
    crew->first = NULL;
    crew->end = &crew->first;
    crew->inserts = false;
}

orm_status orm__crew_add(orm__crew *crew, const orm_model *model, orm__purpose purpose,
                         orm__line **lines, size_t count, orm__load *load)
{
    /* The statements of those aboard are kept until another flight is started. */
    orm_status status =
        crew->first == NULL ? orm__write_start(crew->db, crew->site, model, purpose) : ORM_OK;
    if (status != ORM_OK)
        return status;
    orm__member *added = orm__arena_zero(crew->arena, sizeof *added);
    if (added == NULL)
        return orm__session_nomem(crew->db);
    orm__batch_init(&added->batch, crew->db, crew->site, model, purpose);
    added->batch.lines = lines;
    added->batch.count = count;
    added->batch.unversioned = lines[0]->late;
    added->batch.judged = crew->commits && purpose != ORM__PURPOSE_INSERT_MANY && !lines[0]->late;
    added->load = load;
    status = orm__batch_prepare(&added->batch);
    if (status != ORM_OK) {
        orm__batch_dispose(&added->batch);
        return status;
    }
    *crew->end = added;
    crew->end = &added->next;
    crew->inserts = crew->inserts || purpose == ORM__PURPOSE_INSERT_MANY;
    return ORM_OK;
}

/* Whether the server judges all of it by itself: no keys come back, no rows are counted here. */
static bool is_judged(const orm__crew *crew)
{
    bool judged = crew->first != NULL;
    for (const orm__member *at = crew->first; at != NULL; at = at->next)
        judged = judged && at->batch.judged;
    return judged;
}

/* Which row a judgement was about; it is told by its position. */
static void find_missed(orm__crew *crew, const orm__call *calls, size_t count, orm_status status)
{
    const orm__call *failed = calls;
    while (failed < calls + count && failed->status == ORM_OK)
        failed++;
    if (failed == calls + count || failed->judged != status)
        return;
    crew->missed = orm__batch_missed(failed, crew->db->error.message, &crew->missed_count);
    if (crew->missed == NULL)
        crew->missed_count = 0;
}

/* What COMMIT was answered counts, whatever became of the rows before it in memory. */
static orm_status judge_commit(orm__crew *crew, const orm__call *commit, orm_status status)
{
    orm_session *db = crew->db;
    crew->committed = commit->status == ORM_OK;
    if (crew->committed && status != ORM_OK) {
        db->map.epoch++;
        db->error.status = ORM_OK;
    }
    if (commit->status == ORM_COMMIT_UNKNOWN && status != ORM_COMMIT_UNKNOWN) {
        status = orm__fail(&db->error, ORM_COMMIT_UNKNOWN,
                           "the connection was lost during COMMIT; its outcome is unknown");
        orm__fail_in(&db->error, commit->statement->sql, crew->site);
    }
    return crew->committed ? ORM_OK : status;
}

static orm_status fill_all(orm__crew *crew, orm__call *calls, orm__about *abouts)
{
    orm_status status = ORM_OK;
    size_t next = 0;
    for (orm__member *at = crew->first; at != NULL && status == ORM_OK; at = at->next) {
        status = orm__batch_fill(&at->batch, calls + next, abouts + next);
        next += orm__batch_size(&at->batch);
    }
    return status;
}

static orm_status send(orm__crew *crew, bool commit)
{
    orm_session *db = crew->db;
    size_t total = 0;
    for (const orm__member *at = crew->first; at != NULL; at = at->next)
        total += orm__batch_size(&at->batch);
    orm__call *calls = orm__arena_alloc(crew->arena, (total + 2) * sizeof *calls);
    orm__about *abouts = orm__arena_alloc(crew->arena, (total + 1) * sizeof *abouts);
    if (calls == NULL || abouts == NULL)
        return orm__session_nomem(db);
    orm_status status = fill_all(crew, calls + 1, abouts);
    if (status != ORM_OK)
        return status;
    calls[total + 1] = (orm__call){.statement = &db->connection->control[ORM__CONTROL_COMMIT]};
    abouts[total] = (orm__about){.kind = ORM_EVENT_CONTROL};
    crew->sent = true;
    status = orm__session_send(db, crew->site, calls, abouts, total + (commit ? 1 : 0));
    if (status != ORM_OK)
        find_missed(crew, calls + 1, total, status);
    return commit ? judge_commit(crew, &calls[total + 1], status) : status;
}

orm_status orm__crew_send(orm__crew *crew, bool commit)
{
    if (crew->first == NULL)
        return ORM_OK;
    orm_status status = send(crew, commit && is_judged(crew));
    for (orm__member *at = crew->first; at != NULL; at = at->next) {
        orm_status settled = orm__batch_settle(&at->batch, status);
        if (!crew->committed)
            status = settled;
        else if (settled != ORM_OK)
            crew->db->map.epoch++;
    }
    return status;
}
