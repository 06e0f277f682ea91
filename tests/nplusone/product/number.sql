-- name: books_of :many
-- param: author bigint
-- returns: book
SELECT * FROM n_books WHERE author_id = :author

-- name: titles_of :many
-- param: author bigint
-- column: title text
SELECT title FROM n_books WHERE author_id = :author

-- name: young_authors :many
-- param: age integer
-- returns: author
SELECT * FROM n_authors WHERE age < :age ORDER BY id

-- name: name_all :exec
-- param: author bigint
UPDATE n_authors SET name = name WHERE id = :author
