-- prefix: ormq_pg
/* Moments are those of clock_timestamp(): now() stands still while a transaction waits. */

-- name: enqueue :many
-- param: queue text
-- param: name text
-- param: payload json
-- param: priority integer
-- param: max_attempts integer
-- param: unique_key text nullable
-- param: run_at timestamptz nullable
-- param: delay_ms bigint
-- returns: job
INSERT INTO orm_jobs (queue, name, payload, priority, max_attempts, unique_key, run_at)
VALUES (:queue, :name, :payload, :priority, :max_attempts, :unique_key,
        coalesce(:run_at, clock_timestamp()) + :delay_ms * interval '1 millisecond')
    ON CONFLICT (name, unique_key) WHERE state IN ('waiting', 'running') DO NOTHING
RETURNING *;

-- Milliseconds until something is to be done; NULL: nothing is there.
-- name: next :one
-- param: queues text[]
-- param: names text[]
-- column: ms bigint nullable
SELECT CAST(ceil(extract(epoch FROM least(
    (SELECT min(run_at) FROM orm_jobs
      WHERE state = 'waiting' AND queue = ANY(:queues) AND name = ANY(:names)),
    (SELECT min(lease_until) FROM orm_jobs WHERE state = 'running')
  ) - clock_timestamp()) * 1000) AS bigint) AS ms;

-- A job whose worker was lost waits again, or is dead when that was its last attempt.
-- name: expire :exec
WITH lost AS MATERIALIZED (
    SELECT id FROM orm_jobs WHERE state = 'running' AND lease_until <= clock_timestamp()
     LIMIT 1000 FOR UPDATE SKIP LOCKED)
UPDATE orm_jobs j
   SET state = CASE WHEN j.attempts < j.max_attempts THEN CAST('waiting' AS orm_jobs_state) ELSE 'dead' END,
       run_at = clock_timestamp(), lease_until = NULL,
       finished_at = CASE WHEN j.attempts < j.max_attempts THEN NULL ELSE clock_timestamp() END,
       last_error = 'the worker ' || coalesce(j.worker, '?') || ' was lost in attempt ' || j.attempts
  FROM lost WHERE j.id = lost.id;

-- name: take :many
-- param: queue text
-- param: names text[]
-- param: count bigint
-- param: worker text
-- param: lease_ms bigint
-- returns: job
WITH due AS MATERIALIZED (
    SELECT id FROM orm_jobs
     WHERE state = 'waiting' AND queue = :queue AND name = ANY(:names) AND run_at <= clock_timestamp()
     ORDER BY priority DESC, run_at, id LIMIT :count FOR UPDATE SKIP LOCKED)
UPDATE orm_jobs j
   SET state = 'running', attempts = j.attempts + 1, worker = :worker, started_at = clock_timestamp(),
       lease_until = clock_timestamp() + :lease_ms * interval '1 millisecond'
  FROM due WHERE j.id = due.id
RETURNING j.*;

-- What is just being finished is locked, and needs no renewal.
-- name: renew :exec
-- param: ids bigint[]
-- param: worker text
-- param: lease_ms bigint
WITH mine AS MATERIALIZED (
    SELECT id FROM orm_jobs WHERE id = ANY(:ids) AND state = 'running' AND worker = :worker
       FOR UPDATE SKIP LOCKED)
UPDATE orm_jobs j SET lease_until = clock_timestamp() + :lease_ms * interval '1 millisecond'
  FROM mine WHERE j.id = mine.id;

-- name: held :many
-- param: ids bigint[]
-- param: worker text
-- returns: job
SELECT * FROM orm_jobs WHERE id = ANY(:ids) AND state = 'running' AND worker = :worker;

-- name: done :exec
-- param: id bigint
-- param: attempt integer
UPDATE orm_jobs SET state = 'done', finished_at = clock_timestamp(), lease_until = NULL
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: failed :exec
-- param: id bigint
-- param: attempt integer
-- param: dead boolean
-- param: delay_ms bigint
-- param: error text
UPDATE orm_jobs
   SET state = CASE WHEN :dead OR attempts >= max_attempts THEN CAST('dead' AS orm_jobs_state) ELSE 'waiting' END,
       finished_at = CASE WHEN :dead OR attempts >= max_attempts THEN clock_timestamp() END,
       run_at = clock_timestamp() + :delay_ms * interval '1 millisecond',
       lease_until = NULL, last_error = :error
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- An attempt that was not its own fault does not count.
-- name: release :exec
-- param: id bigint
-- param: attempt integer
UPDATE orm_jobs
   SET state = 'waiting', attempts = attempts - 1, run_at = clock_timestamp(), lease_until = NULL
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: revive :exec
-- param: id bigint
-- param: more integer
UPDATE orm_jobs
   SET state = 'waiting', run_at = clock_timestamp(), finished_at = NULL,
       max_attempts = attempts + :more
 WHERE id = :id AND state = 'dead';

-- name: clean :exec
-- param: state text
-- param: age_ms bigint
DELETE FROM orm_jobs WHERE id IN (
    SELECT id FROM orm_jobs
     WHERE state IN ('done', 'dead') AND CAST(state AS text) = :state
       AND finished_at < clock_timestamp() - :age_ms * interval '1 millisecond'
     ORDER BY finished_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
