#include "driver/postgres/pg_errors.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"

typedef struct state {
    char prefix[6]; /* the first whose characters all match counts */
    orm_status status;
} state;

static const state states[] = {
    {"23505", ORM_UNIQUE},
    {"23503", ORM_FOREIGN_KEY},
    {"23502", ORM_NOT_NULL},
    {"23001", ORM_FOREIGN_KEY},
    {"23", ORM_CHECK}, /* check, exclusion */
    {"22001", ORM_RANGE},
    {"22003", ORM_RANGE},
    {"22008", ORM_RANGE},
    {"22015", ORM_RANGE},
    {"22", ORM_INVALID},
    {"25006", ORM_READ_ONLY},
    {"25P02", ORM_FAILED_TRANSACTION},
    {"25P03", ORM_DISCONNECTED}, /* idle in transaction for too long: the server hangs up */
    {"25P04", ORM_DISCONNECTED}, /* transaction_timeout of newer servers does the same */
    {"25", ORM_MISUSE},
    {"40001", ORM_SERIALIZATION},
    {"40P01", ORM_DEADLOCK},
    {"40003", ORM_COMMIT_UNKNOWN},
    {"40002", ORM_CHECK},
    {"40", ORM_SERIALIZATION},
    {"44", ORM_CHECK}, /* WITH CHECK OPTION */
    {"53300", ORM_TOO_MANY_CONNECTIONS},
    {"53", ORM_RESOURCE},
    {"54", ORM_RESOURCE},
    {"58", ORM_RESOURCE},
    {"55P03", ORM_BUSY},
    {"55006", ORM_BUSY},
    {"57014", ORM_CANCELLED},
    {"57", ORM_DISCONNECTED},
    {"28", ORM_AUTH},
    {"42501", ORM_AUTH},
    {"08", ORM_DISCONNECTED},
    {"3D000", ORM_INVALID},
    {"3F000", ORM_SCHEMA},
    {"42601", ORM_INVALID},
    {"42P05", ORM_STALE_PLAN},
    {"26000", ORM_STALE_PLAN},
    {"42", ORM_SCHEMA}, /* unknown tables, columns, functions; types that do not go together */
    {"0A", ORM_UNSUPPORTED},
    {"XX001", ORM_CORRUPT},
    {"XX002", ORM_CORRUPT},
    {"21", ORM_INVALID}, /* a subquery with several rows */
};

orm_status orm__pg_status_of(const char *sqlstate)
{
    if (sqlstate == NULL) return ORM_DATABASE;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strncmp(sqlstate, states[i].prefix, strlen(states[i].prefix)) == 0)
            return states[i].status;
    return ORM_DATABASE;
}

/*
 * 0A000 is also what a truly unsupported statement gives; the place in the server tells them apart.
 */
bool orm__pg_is_stale_plan(const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate == NULL) return false;
    if (strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "42P05") == 0) return true;
    if (strcmp(sqlstate, "0A000") != 0) return false;
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return (function != NULL && strcmp(function, "RevalidateCachedQuery") == 0) ||
           (message != NULL && strstr(message, "cached plan") != NULL);
}

/* 57014 is a timeout of the server's or somebody's request; the words tell, if they are English. */
static orm_status stopped_by(const char *message)
{
    return message != NULL && strstr(message, "timeout") != NULL ? ORM_TIMEOUT : ORM_CANCELLED;
}

static orm_status status_of_result(const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (orm__pg_is_stale_plan(result)) return ORM_STALE_PLAN;
    if (sqlstate != NULL && strcmp(sqlstate, "57014") == 0)
        return stopped_by(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    /* Called a violation of the protocol: another number of parameters than the statement has. */
    if (sqlstate != NULL && strcmp(sqlstate, "08P01") == 0) return ORM_INVALID;
    return orm__pg_status_of(sqlstate);
}

static bool is_table_of(const orm_model *model, const char *schema, const char *table)
{
    if (model == NULL || strcmp(model->table, table) != 0) return false;
    return model->schema == NULL || schema == NULL || strcmp(model->schema, schema) == 0;
}

static const orm_model *find_model(const orm__statement *statement, const char *schema,
                                   const char *table)
{
    for (size_t i = 0; i < statement->field_count; i++)
        if (is_table_of(statement->fields[i].model, schema, table))
            return statement->fields[i].model;
    for (size_t i = 0; i < statement->param_count && statement->params != NULL; i++)
        if (is_table_of(statement->params[i].model, schema, table))
            return statement->params[i].model;
    return NULL;
}

static const char *find_field(const orm_model *model, const char *column)
{
    for (size_t i = 0; model != NULL && column != NULL && i < model->column_count; i++)
        if (strcmp(model->columns[i].name, column) == 0) return model->columns[i].field;
    return column;
}

/* The names the model gives to the table and column the server complains of; else the server's. */
static void add_place(const PGresult *result, const orm__statement *statement, orm_error *error)
{
    const char *schema = PQresultErrorField(result, PG_DIAG_SCHEMA_NAME);
    const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
    const char *column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
    if (table == NULL) return;
    const orm_model *model = find_model(statement, schema, table);
    orm__fail_at(error, model == NULL ? table : model->name, find_field(model, column));
}

orm_status orm__pg_fail(const PGresult *result, const orm__statement *statement, orm_error *error)
{
    orm_status status = status_of_result(result);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (message == NULL) message = PQresultErrorMessage(result);
    if (error == NULL) return status;
    (void)orm__fail(error, status, "%s%s%s%s%s%s%s%s", message,
                    position == NULL ? "" : " at character ", position == NULL ? "" : position,
                    detail == NULL ? "" : " (", detail == NULL ? "" : detail,
                    detail == NULL ? "" : ")", hint == NULL ? "" : "; ", hint == NULL ? "" : hint);
    orm__copy_text(error->sqlstate, sizeof error->sqlstate, sqlstate);
    orm__copy_text(error->constraint, sizeof error->constraint,
                   PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
    if (statement != NULL) add_place(result, statement, error);
    return status;
}
