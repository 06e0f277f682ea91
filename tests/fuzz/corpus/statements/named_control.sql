-- name: a :exec
DELETE FROM a;
