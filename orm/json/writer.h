/* What those who write JSON share. */
#ifndef ORM_JSON_WRITER_H
#define ORM_JSON_WRITER_H

#include <orm/json.h>

/* Notes the first failure; what is appended later is ignored. */
void orm__json_writer_fail(orm_json_writer *writer, orm_status status);
orm_status orm__json_writer_status(const orm_json_writer *writer);

/* The value of a column as it stands in a row's member. */
void orm__json_put_member(orm_json_writer *writer, const orm_column *column, const void *member);

/* A string of `size` bytes that need no escapes. */
void orm__json_put_plain(orm_json_writer *writer, const char *text, size_t size);
/* Bytes as base64. */
void orm__json_put_bytes(orm_json_writer *writer, orm_bytes bytes);
/* A finite number, or a string where it is none. */
void orm__json_put_real(orm_json_writer *writer, double value, bool narrow);

#endif
