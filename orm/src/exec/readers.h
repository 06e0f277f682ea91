/* The replicas that read-only sessions use: a pool for each URL. */
#ifndef ORM_EXEC_READERS_H
#define ORM_EXEC_READERS_H

#include "exec/engine.h"

/* Opens the pools of the engine's reader URLs; on failure none is left. ORM_INVALID, ORM_NOMEM. */
orm_status orm__readers_open(orm_engine *engine, orm_error *error);
/* Closes them. No connection may be lent any more. */
void orm__readers_close(orm_engine *engine);

/*
 * A connection for a read-only session: of the readers in turn, passing over those that can't be
 * reached, and of the engine's own pool when none can. `*pool_out` is where it came from and goes
 * back to; set also on failure. Statuses of orm__pool_acquire.
 */
orm_status orm__readers_acquire(orm_engine *engine, const orm__asker *asker,
                                orm__pool *_Atomic *pool_out, orm__connection **connection_out,
                                orm_error *error);

/* A connection of `pool` was lost: if that is a reader's, sessions keep away from it for a while.
 */
void orm__readers_note_loss(orm_engine *engine, const orm__pool *pool);

#endif
