#include "yaml/words.h"

#include <stddef.h>
#include <string.h>

struct word {
    const char *entry;
    const char *word;
    const char *meaning;
};

/* clang-format off */
static const struct word words[] = {
    { "file", "version", "Of the format: 1." },
    { "file", "prefix", "Put, with an underscore, before this file's C names." },
    { "file", "include", "Files that are read too, relative to this one." },
    { "file", "queries", "SQL files with named statements, relative to this one." },
    { "file", "before", "SQL that orm schema writes before the tables: extensions, domains." },
    { "file", "after", "SQL that orm schema writes after the tables: views, partitions." },
    { "file", "enums", "Enums, which columns use by their names." },
    { "file", "models", "Models, each of one table or view." },

    { "before", "sql", "A statement." },
    { "before", "dialect", "Only for this database." },
    { "after", "sql", "A statement." },
    { "after", "dialect", "Only for this database." },

    { "enums", "name", "Its name in C; not that of a type." },
    { "enums", "type", "The name of the database's type, when it differs." },
    { "enums", "schema", "The schema of the database's type." },
    { "enums", "comment", "What it is for." },
    { "enums", "values", "The labels, as the database has them." },
    { "enums", "names", "The C names of the values, as many as there are values." },

    { "enums", "renamed", "Labels that had another text, for migrations." },

    { "renamed", "value", "The label as it is now, one of the values." },
    { "renamed", "was", "Its old text." },

    { "models", "name", "Its name in C, without the prefix." },
    { "models", "table", "The table's name; the model's name when absent." },
    { "models", "schema", "The table's schema." },
    { "models", "was", "The table's old name, for migrations." },
    { "models", "comment", "What it is for; the table gets it as its comment." },
    { "models", "view", "true: a view that exists already; it is only read." },
    { "models", "keyless", "true: a table without a primary key; its model only reads." },
    { "models", "options", "What DDL writes behind the columns: WITHOUT ROWID." },
    { "models", "primary_key", "The columns of the key; for one column, primary_key: true there." },
    { "models", "primary_key_name", "The constraint's name, when not <table>_pkey." },
    { "models", "columns", "Columns, in the order of the struct's fields." },
    { "models", "relations", "Where its rows lead, and which rows lead to them." },
    { "models", "indexes", "Indexes that are not made for a key." },
    { "models", "uniques", "Unique constraints over several columns." },
    { "models", "checks", "Conditions over several columns." },
    { "models", "constraints", "Other constraints, in SQL." },
    { "models", "rows", "Result structs: some columns, values of related rows, groups." },

    { "columns", "name", "The field's name in C." },
    { "columns", "column", "The database's name, when it differs." },
    { "columns", "type", "A type of the format, or an enum's name." },
    { "columns", "sql_type", "The type in the database's own words, for DDL." },
    { "columns", "collation", "SQL behind COLLATE." },
    { "columns", "values", "The labels of an enum written in place (type: enum)." },
    { "columns", "names", "The C names of these labels." },
    { "columns", "renamed", "Labels of it that had another text, for migrations." },
    { "columns", "generated", "identity, serial, or an SQL expression that computes it." },
    { "columns", "virtual", "true: SQLite computes it when it is read." },
    { "columns", "default", "A literal, judged by the column's type; null for none." },
    { "columns", "default_sql", "An SQL expression; not together with default." },
    { "columns", "check", "An SQL condition." },
    { "columns", "max_length", "Characters, of bytea bytes." },
    { "columns", "min", "The smallest value, for numbers, dates and times." },
    { "columns", "max", "The largest value, for numbers, dates and times." },
    { "columns", "pattern", "A POSIX extended regular expression, for text." },
    { "columns", "json", "What generated JSON does with it: only writes, only reads, neither." },
    { "columns", "was", "The column's old name in the database, for migrations." },
    { "columns", "comment", "What it is for." },
    { "columns", "primary_key", "true: (a part of) the key." },
    { "columns", "array", "true: an array of the type." },
    { "columns", "nullable", "true: may be NULL; false when absent." },
    { "columns", "deferred", "true: read only when asked for." },
    { "columns", "unique", "true: no two rows have the same value." },
    { "columns", "version", "true: the integer that guards against lost updates." },
    { "columns", "created", "true: the timestamp set on insert." },
    { "columns", "updated", "true: the timestamp set on insert and update." },

    { "relations", "name", "What it is called in C; not like a column." },
    { "relations", "kind", "Which side holds the key, and how many rows it leads to." },
    { "relations", "model", "The model it leads to." },
    { "relations", "foreign_key", "The columns that refer; may often be left out." },
    { "relations", "references", "The columns referred to, when not the primary key." },
    { "relations", "through", "What links the two models of many_to_many." },
    { "relations", "inverse", "The relation of the other model that leads back." },
    { "relations", "order_by", "Columns of the other model, - before a descending one." },
    { "relations", "on_delete", "What the database does when the row referred to is deleted." },
    { "relations", "on_update", "What the database does when the key referred to changes." },
    { "relations", "constraint", "The foreign key's name, when not <table>_<columns>_fkey." },
    { "relations", "deferrable", "When the foreign key is checked." },
    { "relations", "comment", "What it is for." },

    { "through", "model", "The model of the link's table." },
    { "through", "table", "The link's table, when it has no model." },
    { "through", "schema", "The schema of that table." },
    { "through", "foreign_key", "The link's columns that refer to this model." },
    { "through", "target_key", "The link's columns that refer to the other model." },
    { "through", "references", "What target_key refers to, when not the primary key." },

    { "indexes", "name", "Its name; made of table and columns when absent." },
    { "indexes", "columns", "Its columns, - before a descending one." },
    { "indexes", "expressions", "SQL expressions, after the columns." },
    { "indexes", "parts", "Whole parts in SQL, instead of columns and expressions." },
    { "indexes", "include", "Columns that are kept in it without being searched by." },
    { "indexes", "using", "The index method: gin." },
    { "indexes", "unique", "true: no two rows have the same values." },
    { "indexes", "where", "An SQL condition: only rows that meet it are in the index." },

    { "uniques", "name", "Its name; made of table and columns when absent." },
    { "uniques", "columns", "The columns that are unique together." },

    { "checks", "name", "Its name; made of the table's when absent." },
    { "checks", "expression", "An SQL condition that every row meets." },

    { "constraints", "name", "Its name." },
    { "constraints", "definition", "What stands behind CONSTRAINT name in SQL." },

    { "rows", "name", "The struct is called <model>_<name>." },
    { "rows", "comment", "What it is for." },
    { "rows", "columns", "Columns by path: name, owner.name, owner.name as owner." },
    { "rows", "group_by", "Columns by path; one row per group of them." },
    { "rows", "objects", "Whole rows as pointers: self, or a path." },
    { "rows", "values", "Aggregates, each with a name and one function." },
    { "rows", "joins", "Relations to many rows that are joined." },

    { "values", "name", "The field's name." },
    { "values", "count", "Counts a relation's rows, or the values of a column; \"*\" of groups." },
    { "values", "count_distinct", "Counts different values." },
    { "values", "sum", "The sum of a column." },
    { "values", "avg", "The mean of a column." },
    { "values", "min", "The smallest value of a column." },
    { "values", "max", "The largest value of a column." },

    { "joins", "relation", "A relation by path." },
    { "joins", "kind", "left, when absent, or inner." },
};
/* clang-format on */

const char *word_meaning(const char *entry, const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].entry, entry) == 0 && strcmp(words[i].word, word) == 0)
            return words[i].meaning;
    return NULL;
}
