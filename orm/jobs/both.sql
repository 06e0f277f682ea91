-- prefix: ormq

-- name: find :one
-- param: id bigint
-- returns: job
SELECT * FROM orm_jobs WHERE id = :id;

-- name: find_unique :many
-- param: name text
-- param: unique_key text
-- returns: job
SELECT * FROM orm_jobs
 WHERE name = :name AND unique_key = :unique_key AND state IN ('waiting', 'running');

-- Newest first.
-- name: list :many
-- param: queue text nullable
-- param: name text nullable
-- param: state text nullable
-- param: before bigint nullable
-- param: count bigint
-- returns: job
SELECT * FROM orm_jobs
 WHERE (:queue IS NULL OR queue = :queue)
   AND (:name IS NULL OR name = :name)
   AND (:state IS NULL OR CAST(state AS text) = :state)
   AND (:before IS NULL OR id < :before)
 ORDER BY id DESC LIMIT :count;

-- name: counts :many
-- param: queue text nullable
-- column: state text
-- column: number bigint
SELECT CAST(state AS text) AS state, count(*) AS number FROM orm_jobs
 WHERE (:queue IS NULL OR queue = :queue) GROUP BY state;

-- name: cancel :exec
-- param: id bigint
DELETE FROM orm_jobs WHERE id = :id AND state = 'waiting';
