/* Findings, written for people and for programs. */
#ifndef ORM_OBSERVE_REPORT_H
#define ORM_OBSERVE_REPORT_H

#include <limits.h>

#include "observe/scope.h"

/* The folder that paths are shown without. */
typedef struct orm__report_root {
    char given[PATH_MAX];    /* as the user spells it; "" when there is none */
    char resolved[PATH_MAX]; /* without links; "" when it is not known */
} orm__report_root;

/* `root` NULL: the working directory. */
void orm__report_root_init(orm__report_root *it, const char *root);
/* The part of `file` below the root, or `file`. */
const char *orm__report_path(const orm__report_root *it, const char *file);

/* Appends the report; the scope is locked. */
void orm__report_text(const orm_scope *scope, const orm_scope_statistics *statistics,
                      const orm_report_options *options, const orm__report_root *root,
                      orm__buffer *buffer);
void orm__report_json(const orm_scope *scope, const orm_scope_statistics *statistics,
                      const orm__report_root *root, orm__buffer *buffer);

#endif
