#ifndef ORM_TOOLS_ORM_LIBRARY_ORDER_H
#define ORM_TOOLS_ORM_LIBRARY_ORDER_H

/* How the library orders numbers and intervals that SQLite stores as text: its collations. */

int library_compare_numerics(void *context, int left_size, const void *left, int right_size,
                             const void *right);
int library_compare_intervals(void *context, int left_size, const void *left, int right_size,
                              const void *right);

#endif
