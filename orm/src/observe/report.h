/* Findings, written for people and for programs. */
#ifndef ORM_OBSERVE_REPORT_H
#define ORM_OBSERVE_REPORT_H

#include "observe/scope.h"

/* Appends the report; the scope is locked. */
void orm__report_text(const orm_scope *scope, const orm_scope_statistics *statistics,
                      const orm_report_options *options, orm__buffer *buffer);
void orm__report_json(const orm_scope *scope, const orm_scope_statistics *statistics,
                      orm__buffer *buffer);

#endif
