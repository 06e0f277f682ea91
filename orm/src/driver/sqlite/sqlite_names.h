/* What every SQLite connection of ours knows beyond SQLite's own: the names the dialect writes into
 * SQL. */
#ifndef ORM_DRIVER_SQLITE_NAMES_H
#define ORM_DRIVER_SQLITE_NAMES_H

/* Collations: numeric text by value, ISO 8601 intervals as PostgreSQL orders them. */
#define ORM_SQLITE_COLLATION_NUMERIC  "ORM_NUMERIC"
#define ORM_SQLITE_COLLATION_INTERVAL "ORM_INTERVAL"

/* Functions f(pattern, text): LIKE with \ as escape, heeding case and not (ASCII letters only). */
#define ORM_SQLITE_FUNCTION_LIKE  "orm_like"
#define ORM_SQLITE_FUNCTION_ILIKE "orm_ilike"

/*
 * The key table: orm_keys(?1) or orm_keys(?1, ?2) …, each argument a parameter with `list` set.
 * Columns: ord (position from 0), k1 … k8 (element of the n-th list, in the form its column is
 * stored in; no affinity).
 */
#define ORM_SQLITE_KEYS_TABLE "orm_keys"
#define ORM_SQLITE_KEYS_ORD   "ord"
/* The same with more columns, for rows that are written. */
#define ORM_SQLITE_ROWS_TABLE      "orm_rows"
#define ORM_SQLITE_WIDE_ROWS_TABLE "orm_wide_rows"
enum { ORM_SQLITE_KEYS_MAX = 8, ORM_SQLITE_ROWS_MAX = 100, ORM_SQLITE_WIDE_ROWS_MAX = 900 };

#endif
