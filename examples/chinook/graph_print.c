#include "graph.h"

#include <inttypes.h>

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

/* "2021-01-01 00:00:00" or "-", into `text`. */
static const char *moment(orm_opt_timestamp value, char text[static ORM_TEMPORAL_TEXT_SIZE])
{
    if (!value.has)
        return "-";
    orm_timestamp_format(value.value, text);
    return text;
}

static const char *number(orm_opt_i32 value, char text[static 16])
{
    if (!value.has)
        return "-";
    snprintf(text, 16, "%" PRId32, value.value);
    return text;
}

/* OK with a NULL genre means "it has none"; ORM_NOT_LOADED means "nobody knows". */
static orm_status track_print(const chinook_track *track, FILE *out)
{
    char bytes[16];
    chinook_genre *genre = NULL;
    chinook_playlist_list playlists;
    orm_status status = chinook_track_genre(track, &genre);
    if (status != ORM_OK)
        return status;
    status = chinook_track_playlists(track, &playlists);
    if (status != ORM_OK)
        return status;
    fprintf(out, "    track %" PRId32 ": %s | %s | %s | %" PRId32 " ms | %s bytes | %s\n",
            track->id, track->name, genre == NULL ? "-" : or_dash(genre->name),
            or_dash(track->composer), track->milliseconds, number(track->bytes, bytes),
            track->unit_price.text);
    for (size_t i = 0; i < playlists.count; i++)
        fprintf(out, "      in playlist %" PRId32 ": %s\n", playlists.items[i]->id,
                or_dash(playlists.items[i]->name));
    return ORM_OK;
}

static orm_status album_print(const chinook_album *album, FILE *out)
{
    chinook_track_list tracks;
    orm_status status = chinook_album_tracks(album, &tracks);
    if (status != ORM_OK)
        return status;
    fprintf(out, "  album %" PRId32 ": %s\n", album->id, album->title);
    for (size_t i = 0; status == ORM_OK && i < tracks.count; i++)
        status = track_print(tracks.items[i], out);
    return status;
}

orm_status artist_print(const chinook_artist *artist, FILE *out)
{
    chinook_album_list albums;
    orm_status status = chinook_artist_albums(artist, &albums);
    if (status != ORM_OK)
        return status;
    fprintf(out, "artist %" PRId32 ": %s\n", artist->id, or_dash(artist->name));
    for (size_t i = 0; status == ORM_OK && i < albums.count; i++)
        status = album_print(albums.items[i], out);
    return status;
}

orm_status playlist_print(const chinook_playlist *playlist, FILE *out)
{
    chinook_track_list tracks;
    orm_status status = chinook_playlist_tracks(playlist, &tracks);
    if (status != ORM_OK)
        return status;
    fprintf(out, "playlist %" PRId32 ": %s\n", playlist->id, or_dash(playlist->name));
    for (size_t i = 0; i < tracks.count; i++)
        fprintf(out, "  track %" PRId32 ": %s\n", tracks.items[i]->id, tracks.items[i]->name);
    return ORM_OK;
}

static orm_status line_print(const chinook_invoice_line *line, FILE *out)
{
    chinook_track *track = NULL;
    orm_status status = chinook_invoice_line_track(line, &track);
    if (status != ORM_OK)
        return status;
    fprintf(out, "      line %" PRId32 ": %" PRId32 " x %s for %s\n", line->id, line->quantity,
            track == NULL ? "-" : track->name, line->unit_price.text);
    return ORM_OK;
}

static orm_status invoice_print(const chinook_invoice *invoice, FILE *out)
{
    char when[ORM_TEMPORAL_TEXT_SIZE];
    chinook_invoice_line_list lines;
    orm_status status = chinook_invoice_lines(invoice, &lines);
    if (status != ORM_OK)
        return status;
    orm_timestamp_format(invoice->invoice_date, when);
    fprintf(out, "    invoice %" PRId32 ": %s | %s, %s | %s\n", invoice->id, when,
            or_dash(invoice->billing_city), or_dash(invoice->billing_country), invoice->total.text);
    for (size_t i = 0; status == ORM_OK && i < lines.count; i++)
        status = line_print(lines.items[i], out);
    return status;
}

static orm_status customer_print(const chinook_customer *customer, FILE *out)
{
    chinook_invoice_list invoices;
    orm_status status = chinook_customer_invoices(customer, &invoices);
    if (status != ORM_OK)
        return status;
    fprintf(out, "  customer %" PRId32 ": %s %s | %s | %s, %s | %s\n", customer->id,
            customer->first_name, customer->last_name, or_dash(customer->company),
            or_dash(customer->city), or_dash(customer->country), customer->email);
    for (size_t i = 0; status == ORM_OK && i < invoices.count; i++)
        status = invoice_print(invoices.items[i], out);
    return status;
}

orm_status employee_print(const chinook_employee *employee, FILE *out)
{
    char manager[16];
    char born[ORM_TEMPORAL_TEXT_SIZE];
    char hired[ORM_TEMPORAL_TEXT_SIZE];
    chinook_customer_list customers;
    chinook_employee_list reports;
    orm_status status = chinook_employee_customers(employee, &customers);
    if (status != ORM_OK)
        return status;
    status = chinook_employee_reports(employee, &reports);
    if (status != ORM_OK)
        return status;
    fprintf(out, "employee %" PRId32 ": %s %s | %s | reports to %s | born %s | hired %s\n",
            employee->id, employee->first_name, employee->last_name, or_dash(employee->title),
            number(employee->reports_to, manager), moment(employee->birth_date, born),
            moment(employee->hire_date, hired));
    for (size_t i = 0; status == ORM_OK && i < customers.count; i++)
        status = customer_print(customers.items[i], out);
    for (size_t i = 0; status == ORM_OK && i < reports.count; i++)
        status = employee_print(reports.items[i], out);
    return status;
}
