/* Lines of the user's source, to be quoted in reports. */
#ifndef ORM_OBSERVE_SOURCE_LINE_H
#define ORM_OBSERVE_SOURCE_LINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads line `number` of `file` (below `root` when that is given and the path is relative) into
 * `line`, without blanks at its ends and cut to `size`. False when it can't be read.
 */
bool orm__source_line(const char *root, const char *file, int number, char *line, size_t size);

#endif
