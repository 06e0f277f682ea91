#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"
#include "driver/postgres/pg_link.h"

static size_t prepared_size(size_t oid_count)
{
    return sizeof(orm__pg_prepared) + oid_count * sizeof(Oid);
}

const char *orm__pg_statement_name(const orm__link *link, uint64_t name, char *text)
{
    (void)snprintf(text, ORM__PG_NAME_SIZE, "orm_%08" PRIx32 "_%" PRIu64, link->tag, name);
    return text;
}

orm_status orm__pg_prepared_new(orm__link *link, orm__statement *statement, const Oid *oids,
                                size_t oid_count)
{
    orm__pg_prepared *prepared =
        orm__alloc_zero(link->target->allocator, prepared_size(oid_count));
    if (prepared == NULL) return ORM_NOMEM;
    /* A number per preparation, not per statement: the old one may still be known to the server. */
    prepared->name = ++link->names;
    (void)orm__pg_statement_name(link, prepared->name, prepared->text);
    prepared->oid_count = (uint32_t)oid_count;
    if (oid_count > 0) memcpy(prepared->oids, oids, oid_count * sizeof *oids);
    statement->handle = prepared;
    return ORM_OK;
}

/* Out of memory, the server keeps a statement nobody asks for until the connection ends. */
static void doom(orm__link *link, uint64_t name)
{
    if (link->doomed_count == link->doomed_capacity) {
        size_t capacity = link->doomed_capacity == 0 ? 16 : link->doomed_capacity * 2;
        uint64_t *doomed =
            orm__resize(link->target->allocator, link->doomed,
                        link->doomed_capacity * sizeof *doomed, capacity * sizeof *doomed);
        if (doomed == NULL) return;
        link->doomed = doomed;
        link->doomed_capacity = capacity;
    }
    link->doomed[link->doomed_count++] = name;
}

void orm__pg_forget(orm__link *link, orm__statement *statement)
{
    orm__pg_prepared *prepared = statement->handle;
    if (prepared == NULL) return;
    statement->handle = NULL;
    if (prepared->ready && link->transaction != ORM__TRANSACTION_BROKEN) doom(link, prepared->name);
    orm__free(link->target->allocator, prepared, prepared_size(prepared->oid_count));
}
