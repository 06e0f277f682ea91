-- name: a :exec
DELETE FROM a;
DROP TABLE a;
DROP TABLE b;
-- name: b :exec
DELETE FROM b; DELETE FROM c;
