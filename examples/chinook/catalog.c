#include "catalog.h"

void catalog_add(catalog *sum, const chinook_track_list *tracks)
{
    sum->albums++;
    for (size_t i = 0; i < tracks->count; i++) {
        sum->tracks++;
        sum->milliseconds += tracks->items[i]->milliseconds;
    }
}
