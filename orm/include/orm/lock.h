/* Locks that a query takes on the rows it reads: `.lock` and `.lock_wait`. */
#ifndef ORM_LOCK_H
#define ORM_LOCK_H

/*
 * Held until the transaction ends; the weaker ones let foreign keys be checked and rows be read and
 * locked beside them as PostgreSQL says. On SQLite a session that may write holds the whole
 * database, which is more than any of these.
 */
typedef enum orm_lock {
    ORM_LOCK_NONE,
    ORM_LOCK_UPDATE,        /* FOR UPDATE: as if the rows were to be deleted or given new keys */
    ORM_LOCK_NO_KEY_UPDATE, /* as if other columns were to be changed */
    ORM_LOCK_SHARE,         /* nobody may change the rows */
    ORM_LOCK_KEY_SHARE      /* nobody may delete the rows or change their keys */
} orm_lock;

/* What to do about rows that others have locked. */
typedef enum orm_lock_wait {
    ORM_LOCK_WAIT,       /* wait for them, until the deadline */
    ORM_LOCK_NOWAIT,     /* fail with ORM_BUSY */
    ORM_LOCK_SKIP_LOCKED /* leave those rows out */
} orm_lock_wait;

#endif
