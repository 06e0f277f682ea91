-- name: a :exec
DELETE FROM a WHERE name = 'it;
-- name: b :exec
DELETE FROM b;
