-- param: early bigint
-- name: a :many
-- parm: x bigint
-- Column: id bigint
-- note: this is only a comment
-- column: id bigin
-- column: Name text
-- column: total numeric(9999)
-- column: role rol[]
-- column: alone
-- column: id text
-- returns: nobody
-- returns: twice
SELECT 1 AS id;
-- prefix: late
-- name: b :exec
-- column: id bigint
DELETE FROM a
-- param: late bigint
;
-- name: c :many
SELECT 1 AS id;
-- name: d :one
-- returns:
SELECT 1;
