#include "health.h"

#include "problem.h"

static void put_count(orm_json_writer *json, const char *name, int64_t count)
{
    orm_json_put_key(json, name);
    orm_json_put_int(json, count);
}

void health_show(struct request *request)
{
    reply_status(request, 200);
    orm_json_begin_object(request->json);
    orm_json_put_key(request->json, "status");
    orm_json_put_text(request->json, "ok");
    orm_json_end_object(request->json);
}

orm_status readiness_show(orm_session *db, void *context)
{
    struct request *request = context;
    orm_engine_status pool;
    orm_status status = ORM_OK;
    if (atomic_load(&request->service->draining))
        return problem_refuse(request, 503, "draining", "The service is about to end.");
    status = orm_raw(db, "SELECT 1", NULL, 0, NULL, NULL, NULL);
    if (status != ORM_OK)
        return status;
    orm_engine_get_status(request->service->engine, &pool);
    reply_status(request, 200);
    orm_json_begin_object(request->json);
    orm_json_put_key(request->json, "status");
    orm_json_put_text(request->json, "ready");
    orm_json_put_key(request->json, "pool");
    orm_json_begin_object(request->json);
    put_count(request->json, "size", pool.size);
    put_count(request->json, "open", pool.open);
    put_count(request->json, "in_use", pool.in_use);
    put_count(request->json, "idle", pool.idle);
    put_count(request->json, "waiting", pool.waiting);
    put_count(request->json, "timeouts", pool.timeouts);
    orm_json_end_object(request->json);
    orm_json_end_object(request->json);
    return ORM_OK;
}
