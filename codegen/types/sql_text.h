#ifndef ORM_CODEGEN_TYPES_SQL_TEXT_H
#define ORM_CODEGEN_TYPES_SQL_TEXT_H

/*
 * SQL that a team writes into its YAML (default_sql, checks, generated expressions, index
 * conditions) is pasted into our statements. It must not be able to leave its place: NULL when
 * it can't, else why it is refused. Balanced parentheses and quotes, no comment, no ';', no
 * '$', no backslash escapes, nothing that PostgreSQL and SQLite would cut into tokens
 * differently.
 */
const char *sql_text_fault(const char *text);

#endif
