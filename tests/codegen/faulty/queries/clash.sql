-- name: user_find :one
-- returns: user
SELECT * FROM users;
-- name: user :exec
DELETE FROM users;
-- name: users_of :many
-- returns: usr
SELECT * FROM users;
-- name: both :many
-- returns: user
-- column: id bigint
SELECT * FROM users;
