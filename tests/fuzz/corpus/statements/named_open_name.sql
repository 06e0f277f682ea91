-- name: a :exec
DELETE FROM "a WHERE name = 1;
