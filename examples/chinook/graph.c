/* The whole graph: three queries, each naming the relations it wants, however deep. */
#include "graph.h"

#include <stdlib.h>

#include "chinook.h"

enum { LEVELS_OF_EMPLOYEES = 16 };

/* Artists, their albums, their tracks, and of each track the genre and the playlists it is in. */
static const chinook_artist_query CATALOG = {
    .order_by = {CHINOOK_ARTIST_BY_ID},
    .with.albums = &(chinook_album_query){
        .order_by = {CHINOOK_ALBUM_BY_ID},
        .with.tracks = &(chinook_track_query){
            .order_by = {CHINOOK_TRACK_BY_ID},
            .with.genre = &chinook_genre_all,
            .with.playlists = &(chinook_playlist_query){
                .order_by = {CHINOOK_PLAYLIST_BY_ID},
            },
        },
    },
};

/* The same link from its other side. */
static const chinook_playlist_query PLAYLISTS = {
    .order_by = {CHINOOK_PLAYLIST_BY_ID},
    .with.tracks = &(chinook_track_query){.order_by = {CHINOOK_TRACK_BY_ID}},
};

/* Customers, invoices, lines; the track of a line comes by a join, in the lines' statement. */
static const chinook_customer_query CUSTOMERS = {
    .order_by = {CHINOOK_CUSTOMER_BY_ID},
    .with.invoices = &(chinook_invoice_query){
        .order_by = {CHINOOK_INVOICE_BY_ID},
        .with.lines = &(chinook_invoice_line_query){
            .order_by = {CHINOOK_INVOICE_LINE_BY_ID},
            .with.track = &(chinook_track_query){.load = ORM_LOAD_JOIN},
        },
    },
};

static orm_status print_catalog(orm_session *db, FILE *out)
{
    chinook_artist_list artists;
    orm_status status = chinook_artist_select(db, &CATALOG, &artists);
    for (size_t i = 0; status == ORM_OK && i < artists.count; i++)
        status = artist_print(artists.items[i], out);
    return status;
}

static orm_status print_playlists(orm_session *db, FILE *out)
{
    chinook_playlist_list playlists;
    orm_status status = chinook_playlist_select(db, &PLAYLISTS, &playlists);
    for (size_t i = 0; status == ORM_OK && i < playlists.count; i++)
        status = playlist_print(playlists.items[i], out);
    return status;
}

/* Who reports to nobody, and all below. */
static orm_status print_employees(orm_session *db, FILE *out)
{
    chinook_employee_query query = {
        .where = chinook_employee_reports_to_is_null(),
        .order_by = {CHINOOK_EMPLOYEE_BY_ID},
        .with.customers = &CUSTOMERS,
        .with.reports = &(chinook_employee_query){
            .order_by = {CHINOOK_EMPLOYEE_BY_ID},
            .depth = LEVELS_OF_EMPLOYEES,
            .with.customers = &CUSTOMERS,
        },
    };
    chinook_employee_list employees;
    orm_status status = chinook_employee_select(db, &query, &employees);
    for (size_t i = 0; status == ORM_OK && i < employees.count; i++)
        status = employee_print(employees.items[i], out);
    return status;
}

static orm_status graph_handler(orm_session *db, void *context)
{
    FILE *out = context;
    orm_status status = print_catalog(db, out);
    if (status == ORM_OK)
        status = print_playlists(db, out);
    if (status == ORM_OK)
        status = print_employees(db, out);
    return status;
}

/* Nothing is shown before the session has ended well, so a failure prints no half graph. */
static bool graph_text(orm_engine *engine, char **text_out, size_t *size_out)
{
    orm_error error;
    FILE *memory = open_memstream(text_out, size_out);
    if (memory == NULL) {
        perror("chinook");
        return false;
    }
    orm_session_options session_options = {.read_only = true};
    orm_status status = orm_session_run(engine, &session_options, graph_handler, memory, &error);
    if (status != ORM_OK)
        error_print(&error);
    bool written = !ferror(memory);
    written = fclose(memory) == 0 && written;
    if (!written)
        perror("chinook");
    return status == ORM_OK && written;
}

int graph_command(const options *given)
{
    orm_engine *engine = NULL;
    char *text = NULL;
    size_t size = 0;
    if (!database_open(given->url, &engine))
        return EXIT_FAILED;
    bool fine = graph_text(engine, &text, &size);
    if (fine && (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)) {
        perror("chinook: standard output");
        fine = false;
    }
    free(text);
    database_close(engine);
    return fine ? EXIT_FINE : EXIT_FAILED;
}
