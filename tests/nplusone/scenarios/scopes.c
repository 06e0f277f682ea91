/* How what is watched is scoped: sessions, threads, nested scopes, pauses, exceptions. */
#include <pthread.h>
#include <stddef.h>

#include "nplusone/scenario.h"

static orm_status load_products(orm_session *db, void *context)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    (void)context;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @request_list */
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @request_loop */
    return ORM_OK;
}

static orm_session_options reader(const struct scene *scene)
{
    return (orm_session_options){.scope = scene->scope, .read_only = true};
}

/* Three requests that do the same are one cause.
 * expect N1 supplier.products 18 statements @request_loop @request_list */
scenario(three_sessions_of_one_scope)
{
    orm_session_options options = reader(scene);
    for (int i = 0; i < 3; i++)
        TRY(orm_session_run(scene->engine, &options, load_products, NULL, NULL));
    return ORM_OK;
}

static orm_status find_first(orm_session *db, void *context)
{
    const int64_t *id = context;
    shop_supplier *supplier;
    shop_product_list products;
    TRY(shop_supplier_find(db, *id, &supplier));
    return shop_supplier_load_products(db, supplier, &products);
}

/* Requests that each ask for a row and its relation once.
 * expect none */
scenario(a_row_for_each_session)
{
    orm_session_options options = reader(scene);
    for (int64_t id = 1; id <= 5; id++)
        TRY(orm_session_run(scene->engine, &options, find_first, &id, NULL));
    return ORM_OK;
}

typedef struct worker {
    struct scene *scene;
    pthread_t thread;
    orm_status status;
} worker;

static void *work(void *context)
{
    worker *own = context;
    orm_session_options options = reader(own->scene);
    own->status = orm_session_run(own->scene->engine, &options, load_products, NULL, NULL);
    return NULL;
}

/* One relation loaded by many workers of one scope: one cause.
 * expect N1 supplier.products 24 statements @request_loop @request_list */
scenario(workers_of_one_scope)
{
    worker workers[4];
    for (size_t i = 0; i < 4; i++) {
        workers[i] = (worker){.scene = scene, .status = ORM_MISUSE};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            return ORM_RESOURCE;
    }
    orm_status status = ORM_OK;
    for (size_t i = 0; i < 4; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        status = status == ORM_OK ? workers[i].status : status;
    }
    return status;
}

/* A part of the work, which a thread does in a session of its own. */
typedef struct part {
    struct scene *scene;
    orm_session_handler *handler;
    int64_t id;
    pthread_t thread;
    orm_status status;
} part;

static void *do_part(void *context)
{
    part *own = context;
    orm_session_options options = {.scope = own->scene->scope};
    own->status = orm_session_run(own->scene->engine, &options, own->handler, own, NULL);
    return NULL;
}

enum { PARTS = 6 };

static orm_status start_part(part *own)
{
    own->status = ORM_MISUSE;
    return pthread_create(&own->thread, NULL, do_part, own) == 0 ? ORM_OK : ORM_RESOURCE;
}

static orm_status run_parts(struct scene *scene, const int64_t *ids, orm_session_handler *handler)
{
    part parts[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        parts[i] = (part){.scene = scene, .handler = handler, .id = ids[i]};
        TRY(start_part(&parts[i]));
    }
    orm_status status = ORM_OK;
    for (size_t i = 0; i < PARTS; i++) {
        (void)pthread_join(parts[i].thread, NULL);
        status = status == ORM_OK ? parts[i].status : status;
    }
    return status;
}

/* Reads a list, ends its session, and gives each key to a worker. */
static orm_status for_each_supplier(struct scene *scene, orm_session *db,
                                    orm_session_handler *handler)
{
    shop_supplier_list suppliers;
    int64_t ids[PARTS];
    TRY(shop_supplier_select(db, &(shop_supplier_query){.limit = PARTS}, &suppliers));
    for (size_t i = 0; i < PARTS; i++)
        ids[i] = suppliers.items[i]->id;
    TRY(orm_session_commit(db));
    return run_parts(scene, ids, handler);
}

static orm_status products_of_part(orm_session *db, void *context)
{
    const part *own = context;
    shop_product_list products;
    TRY(shop_product_select(
        db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(own->id))},
        &products)); /* @part */
    return ORM_OK;
}

/* A worker for each row of a list, with its key.
 * expect N1 select product 6 statements @part */
scenario(a_worker_for_each_key)
{
    return for_each_supplier(scene, db, products_of_part);
}

static orm_status relation_of_part(orm_session *db, void *context)
{
    const part *own = context;
    shop_supplier_list suppliers;
    shop_product_list products;
    orm_value id = orm_bind(own->id);
    TRY(shop_supplier_raw(db, "SELECT * FROM suppliers WHERE id = $1", &id, 1,
                          &suppliers));                                    /* @row_of_part */
    return shop_supplier_load_products(db, suppliers.items[0], &products); /* @load_of_part */
}

/* The workers fetch the row, and load its relation.
 * expect N1 raw supplier 6 statements @row_of_part
 * expect N1 supplier.products 6 statements @load_of_part @row_of_part */
scenario(a_relation_for_each_worker)
{
    return for_each_supplier(scene, db, relation_of_part);
}

static orm_status several_of_part(orm_session *db, void *context)
{
    const part *own = context;
    shop_product_list products;
    for (int64_t id = own->id; id < own->id + 2; id++)
        TRY(shop_product_select(
            db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(id))},
            &products)); /* @several_of_part */
    return ORM_OK;
}

/* Two keys for each worker: every statement is counted, each value once.
 * expect N1 select product 12 statements @several_of_part */
scenario(two_keys_for_each_worker)
{
    return for_each_supplier(scene, db, several_of_part);
}

static orm_status job_of_part(orm_session *db, void *context)
{
    shop_job_list taken;
    shop_product *product;
    (void)context;
    TRY(shop_job_raw(db,
                     "UPDATE jobs SET done = true WHERE id = (SELECT id FROM jobs WHERE NOT done "
                     "ORDER BY id LIMIT 1) RETURNING *",
                     NULL, 0, &taken));
    if (taken.count == 0)
        return ORM_OK;
    TRY(shop_product_find(db, taken.items[0]->product_id, &product));
    TRY(shop_note_insert(
        db, &(shop_note_new){.about = ORM_SET(product->id), .body = ORM_SET("done")}, NULL));
    return shop_product_update(db, product, &(shop_product_changes){.stock = ORM_SET(0)});
}

/* Workers that take their work from a queue, a job each, by turns.
 * expect none */
scenario(workers_of_a_queue)
{
    TRY(orm_session_commit(db));
    for (size_t i = 0; i < 2 * PARTS; i++) {
        part own = {.scene = scene, .handler = job_of_part};
        TRY(start_part(&own));
        (void)pthread_join(own.thread, NULL);
        TRY(own.status);
    }
    return ORM_OK;
}

static orm_status setting_of_part(orm_session *db, void *context)
{
    shop_setting *setting;
    (void)context;
    return shop_setting_find(db, "currency", &setting);
}

/* Each worker reads what all need: they share no session to keep it in.
 * expect none */
scenario(the_same_for_each_worker)
{
    static const int64_t nothing[PARTS];
    return run_parts(scene, nothing, setting_of_part);
}

static orm_status count_part(orm_session *db, void *context)
{
    const int64_t *id = context;
    int64_t count;
    TRY(shop_product_count(db,
                           &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(*id))},
                           &count)); /* @nested_part */
    return ORM_OK;
}

/* A session for each row of a list, while the list's own is open.
 * expect N1 count product 6 statements @nested_part */
scenario(a_session_for_each_row)
{
    orm_session_options options = reader(scene);
    shop_supplier_list suppliers;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    TRY(orm_session_commit(db));
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(orm_session_run(scene->engine, &options, count_part, &suppliers.items[i]->id, NULL));
    return ORM_OK;
}

/* What another session of the scope found out is no source of this one's values.
 * expect none */
scenario(other_sessions_are_not_searched)
{
    orm_session_options options = reader(scene);
    orm_session *other = NULL;
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(orm_session_open(scene->engine, &options, &other, NULL));
    orm_status status = shop_supplier_select(other, NULL, &suppliers);
    for (int64_t id = 1; id <= 2 && status == ORM_OK; id++)
        status = shop_product_select(
            db, &(shop_product_query){.where = shop_product_supplier_id_is(orm_eq(id))}, &products);
    orm_session_close(other);
    return status;
}

/* A scope within the scope sees it too; here it is the outer one that is asked.
 * expect N1 supplier.products 6 statements @request_loop @request_list */
scenario(nested_scope)
{
    orm_scope *inner = NULL;
    orm_scope_options options = {.parent = scene->scope, .name = "inner"};
    TRY(orm_scope_open(&options, &inner, NULL));
    orm_session_options watched = {.scope = inner, .read_only = true};
    orm_status status = orm_session_run(scene->engine, &watched, load_products, NULL, NULL);
    orm_scope_close(inner);
    return status;
}

/* The same for those below, of which nothing is told. */
static orm_status load_untold(orm_session *db, void *context)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    (void)context;
    TRY(shop_supplier_select(db, NULL, &suppliers));
    for (size_t i = 0; i < suppliers.count; i++)
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
    return ORM_OK;
}

/* A session that another scope watches, which is no part of this one.
 * expect none */
scenario(another_scope)
{
    orm_scope *other = NULL;
    TRY(orm_scope_open(NULL, &other, NULL));
    orm_session_options watched = {.scope = other, .read_only = true};
    orm_status status = orm_session_run(scene->engine, &watched, load_untold, NULL, NULL);
    orm_scope_close(other);
    return status;
}

/* Paused while it happens.
 * expect none */
scenario(paused_scope)
{
    orm_scope_pause(scene->scope);
    orm_status status = load_untold(db, NULL);
    orm_scope_resume(scene->scope);
    return status;
}

/* Paused for the first half of the loop only.
 * expect N1 supplier.products 3 statements @loop @list */
scenario(resumed_in_the_loop)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    orm_scope_pause(scene->scope);
    for (size_t i = 0; i < suppliers.count; i++) {
        if (i == 3)
            orm_scope_resume(scene->scope);
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
    }
    return ORM_OK;
}

/* Left out by its relation.
 * expect none */
scenario(ignored_by_relation)
{
    orm_ignore ignore = {.model = &shop_supplier_model,
                         .relation = "products",
                         .reason = "there are six suppliers, for ever"};
    TRY(orm_scope_ignore(scene->scope, &ignore, NULL));
    TRY(load_untold(db, NULL));
    return orm_scope_check_ignores(scene->scope, NULL);
}

/* Left out by the function it is in.
 * expect none */
scenario(ignored_by_function)
{
    orm_ignore ignore = {.function = "load_untold", .reason = "runs once a year"};
    TRY(orm_scope_ignore(scene->scope, &ignore, NULL));
    return load_untold(db, NULL);
}

/* Left out by a part of the statement; what else there is is told.
 * expect N1 supplier.contact 6 statements @contact @list */
scenario(ignored_by_statement)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    shop_contact *contact;
    orm_ignore ignore = {.statement = "\"products\"", .reason = "the report needs it so"};
    TRY(orm_scope_ignore(scene->scope, &ignore, NULL));
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products));
        TRY(shop_supplier_load_contact(db, suppliers.items[i], &contact)); /* @contact */
    }
    return ORM_OK;
}

/* What was seen before a scope is cleared is forgotten.
 * expect none */
scenario(cleared_scope)
{
    TRY(load_untold(db, NULL));
    orm_scope_clear(scene->scope);
    return ORM_OK;
}

/* Numbers only.
 * expect none */
scenario_with(scope_without_a_detector, .no_detector = true)
{
    return load_untold(db, NULL);
}

static orm_status load_category(orm_session *db, shop_product *product, void *context)
{
    shop_category *category;
    TRY(shop_product_load_category(db, product, &category)); /* @streamed_loop */
    tell(context, "%s\n", category->name);
    return ORM_OK;
}

/* The callback of a stream loads for each row: rows of a batch share what they have in common.
 * expect N1 product.category 14 statements @streamed_loop @stream */
scenario(load_in_a_callback)
{
    TRY(shop_product_each(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_ID}},
                          &(orm_each){.batch = 6}, load_category, scene)); /* @stream */
    return ORM_OK;
}

static orm_status find_supplier(orm_session *db, shop_product *product, void *context)
{
    shop_supplier *supplier;
    if (!product->supplier_id.has)
        return ORM_OK;
    TRY(shop_supplier_find(db, product->supplier_id.value, &supplier)); /* @streamed_find */
    tell(context, "%s\n", supplier->name);
    return ORM_OK;
}

/* The callback follows a key by hand; the session keeps what it found.
 * expect N1 find supplier 6 statements @streamed_find @stream */
scenario(find_in_a_callback)
{
    TRY(shop_product_each(db, &(shop_product_query){.order_by = {SHOP_PRODUCT_BY_ID}},
                          &(orm_each){.batch = 5}, find_supplier, scene)); /* @stream */
    return ORM_OK;
}

static orm_status note_product(orm_session *db, shop_product *product, void *context)
{
    (void)context;
    shop_note_new note = {.about = ORM_SET(product->id), .body = ORM_SET(product->name)};
    return shop_note_insert(db, &note, NULL); /* @streamed_write */
}

/* The callback writes a row for each.
 * expect WRITE insert note 20 statements @streamed_write @list matches */
scenario(write_in_a_callback)
{
    TRY(shop_product_each(db, NULL, &(orm_each){.batch = 7}, note_product, NULL)); /* @list */
    return ORM_OK;
}

/* A transaction for each row, in one session.
 * expect N1 supplier.products 6 statements @loop @list */
scenario(commit_between_the_loads)
{
    shop_supplier_list suppliers;
    shop_product_list products;
    TRY(shop_supplier_select(db, NULL, &suppliers)); /* @list */
    for (size_t i = 0; i < suppliers.count; i++) {
        TRY(shop_supplier_load_products(db, suppliers.items[i], &products)); /* @loop */
        TRY(orm_session_commit(db));
    }
    return ORM_OK;
}
