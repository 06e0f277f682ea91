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

/* Aggregates: exact sums of integers (64 bits) and of numeric text, their averages as PostgreSQL
 * rounds them (of integers as a double), and sums of ISO 8601 intervals. */
#define ORM_SQLITE_SUM_INTEGER  "orm_sum_integer"
#define ORM_SQLITE_AVG_INTEGER  "orm_avg_integer"
#define ORM_SQLITE_SUM_NUMERIC  "orm_sum_numeric"
#define ORM_SQLITE_AVG_NUMERIC  "orm_avg_numeric"
#define ORM_SQLITE_SUM_INTERVAL "orm_sum_interval"

/*
 * The key table: orm_keys(?1) or orm_keys(?1, ?2) …, each argument a parameter with `list` set.
 * Columns: ord (position from 0), k1 … k8 (element of the n-th list, in the form its column is
 * stored in; no affinity).
 */
#define ORM_SQLITE_KEYS_TABLE "orm_keys"
#define ORM_SQLITE_KEYS_ORD   "ord"
enum { ORM_SQLITE_KEYS_MAX = 8 };

/* orm_item(?n, ord): the element at that position of a list that is no argument of the table, for
 * more columns than it has (SQLite itself takes no more than 16). */
#define ORM_SQLITE_FUNCTION_ITEM "orm_item"

#endif
