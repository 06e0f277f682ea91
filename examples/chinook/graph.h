/* Printing loaded rows and what hangs on them: reads memory only, and never asks the database. */
#ifndef GRAPH_H
#define GRAPH_H

#include <stdio.h>

#include "chinook.orm.h"

/* ORM_NOT_LOADED when a relation that is printed was not loaded. */
orm_status artist_print(const chinook_artist *artist, FILE *out);
orm_status playlist_print(const chinook_playlist *playlist, FILE *out);
orm_status employee_print(const chinook_employee *employee, FILE *out);

#endif
