-- name: a :exec
DELETE FROM a WHERE id = $1;
