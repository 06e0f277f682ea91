/* Row by row: each artist asks for its albums, each album for its tracks. */
#include "catalog.h"

orm_status catalog_naive(orm_session *db, void *context)
{
    catalog *sum = context;
    chinook_artist_list artists;
    chinook_album_list albums;
    chinook_track_list tracks;
    orm_status status = chinook_artist_select(db, NULL, &artists);
    for (size_t i = 0; status == ORM_OK && i < artists.count; i++) {
        sum->artists++;
        status = chinook_artist_load_albums(db, artists.items[i], &albums);
        for (size_t k = 0; status == ORM_OK && k < albums.count; k++) {
            status = chinook_album_load_tracks(db, albums.items[k], &tracks);
            if (status == ORM_OK)
                catalog_add(sum, &tracks);
        }
    }
    return status;
}
