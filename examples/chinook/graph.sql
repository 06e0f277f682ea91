-- What `chinook graph` prints, in plain SQL for both databases:
--     sqlite3 shop.db <graph.sql
--     psql -XAtq -f graph.sql shop

-- Artists, albums, tracks with their genre, and the playlists a track is in.
SELECT line FROM (
    SELECT artist_id AS a, 0 AS b, 0 AS c, 0 AS d,
        'artist ' || artist_id || ': ' || coalesce(name, '-') AS line
    FROM artist
    UNION ALL
    SELECT artist_id, album_id, 0, 0, '  album ' || album_id || ': ' || title
    FROM album
    UNION ALL
    SELECT artist_id, album_id, track_id, 0,
        '    track ' || track_id || ': ' || track.name || ' | ' || coalesce(genre.name, '-')
            || ' | ' || coalesce(composer, '-') || ' | ' || milliseconds || ' ms | '
            || coalesce('' || bytes, '-') || ' bytes | ' || unit_price
    FROM track JOIN album USING (album_id) LEFT JOIN genre USING (genre_id)
    UNION ALL
    SELECT artist_id, album_id, track_id, playlist_id,
        '      in playlist ' || playlist_id || ': ' || coalesce(playlist.name, '-')
    FROM playlist JOIN playlist_track USING (playlist_id) JOIN track USING (track_id)
        JOIN album USING (album_id)
) AS catalog
ORDER BY a, b, c, d;

-- Playlists and their tracks.
SELECT line FROM (
    SELECT playlist_id AS a, 0 AS b,
        'playlist ' || playlist_id || ': ' || coalesce(name, '-') AS line
    FROM playlist
    UNION ALL
    SELECT playlist_id, track_id, '  track ' || track_id || ': ' || name
    FROM playlist_track JOIN track USING (track_id)
) AS playlists
ORDER BY a, b;

-- Employees: first those who report to nobody, below each the customers with their invoices and
-- lines, then the reports. The path holds the numbers from the top, ten digits each.
WITH RECURSIVE tree (employee_id, path) AS (
    SELECT employee_id,
        substr('0000000000' || employee_id, length('' || employee_id) + 1)
    FROM employee WHERE reports_to IS NULL
    UNION ALL
    SELECT employee.employee_id,
        path || substr('0000000000' || employee.employee_id, length('' || employee.employee_id) + 1)
    FROM employee JOIN tree ON employee.reports_to = tree.employee_id
)
SELECT line FROM (
    SELECT path AS a, 0 AS b, 0 AS c, 0 AS d,
        'employee ' || employee_id || ': ' || first_name || ' ' || last_name || ' | '
            || coalesce(title, '-') || ' | reports to ' || coalesce('' || reports_to, '-')
            || ' | born ' || coalesce('' || birth_date, '-')
            || ' | hired ' || coalesce('' || hire_date, '-') AS line
    FROM employee JOIN tree USING (employee_id)
    UNION ALL
    SELECT path, customer_id, 0, 0,
        '  customer ' || customer_id || ': ' || first_name || ' ' || last_name || ' | '
            || coalesce(company, '-') || ' | ' || coalesce(city, '-') || ', '
            || coalesce(country, '-') || ' | ' || email
    FROM customer JOIN tree ON support_rep_id = employee_id
    UNION ALL
    SELECT path, customer_id, invoice_id, 0,
        '    invoice ' || invoice_id || ': ' || invoice_date || ' | '
            || coalesce(billing_city, '-') || ', ' || coalesce(billing_country, '-') || ' | ' || total
    FROM invoice JOIN customer USING (customer_id) JOIN tree ON support_rep_id = employee_id
    UNION ALL
    SELECT path, customer_id, invoice_id, invoice_line_id,
        '      line ' || invoice_line_id || ': ' || quantity || ' x ' || track.name || ' for '
            || invoice_line.unit_price
    FROM invoice_line JOIN invoice USING (invoice_id) JOIN customer USING (customer_id)
        JOIN tree ON support_rep_id = employee_id JOIN track USING (track_id)
) AS staff
ORDER BY a, b, c, d;
