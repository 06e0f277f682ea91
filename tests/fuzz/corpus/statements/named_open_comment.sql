-- name: a :exec
DELETE FROM a /* not closed ;
