/* The same loops; but the query names what they will need, so they only read memory. */
#include "catalog.h"

orm_status catalog_eager(orm_session *db, void *context)
{
    catalog *sum = context;
    chinook_artist_list artists;
    chinook_album_list albums;
    chinook_track_list tracks;
    orm_status status = chinook_artist_select(db, &(chinook_artist_query){
        .with.albums = &(chinook_album_query){.with.tracks = &chinook_track_all},
    }, &artists);
    for (size_t i = 0; status == ORM_OK && i < artists.count; i++) {
        sum->artists++;
        status = chinook_artist_albums(artists.items[i], &albums);
        for (size_t k = 0; status == ORM_OK && k < albums.count; k++) {
            status = chinook_album_tracks(albums.items[k], &tracks);
            if (status == ORM_OK)
                catalog_add(sum, &tracks);
        }
    }
    return status;
}
