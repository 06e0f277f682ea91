-- prefix: Shop
-- name: TopCustomers :many
-- column: id bigint
SELECT 1 AS id;
-- name: twice :exec
DELETE FROM a;
-- name: twice :exec
DELETE FROM b;
-- name: no_kind
DELETE FROM c;
-- name: odd_kind :manny
-- column: id bigint
SELECT 1 AS id;
-- name: :many
-- column: id bigint
SELECT 1 AS id;
-- name: printf :exec
DELETE FROM a;
-- name: nothing :exec
