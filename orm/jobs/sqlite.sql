-- prefix: ormq_lite
/* Moments are written as the library stores them, so that text is ordered as time is. */

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
        rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', coalesce(:run_at, 'now'),
              printf('%+.3f seconds', :delay_ms / 1000.0)), '0'), '.') || '+00:00')
    ON CONFLICT (name, unique_key) WHERE state IN ('waiting', 'running') DO NOTHING
RETURNING *;

-- Milliseconds until something is to be done; NULL: nothing is there.
-- name: next :one
-- param: queues text[]
-- param: names text[]
-- column: ms bigint nullable
SELECT CAST(round((julianday(min(at)) - julianday('now')) * 86400000.0) AS integer) AS ms FROM (
    SELECT min(run_at) AS at FROM orm_jobs
     WHERE state = 'waiting' AND queue IN (SELECT value FROM json_each(:queues))
       AND name IN (SELECT value FROM json_each(:names))
    UNION ALL
    SELECT min(lease_until) FROM orm_jobs WHERE state = 'running');

-- A job whose worker was lost waits again, or is dead when that was its last attempt.
-- name: expire :exec
UPDATE orm_jobs
   SET state = CASE WHEN attempts < max_attempts THEN 'waiting' ELSE 'dead' END,
       run_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00',
       lease_until = NULL,
       finished_at = CASE WHEN attempts >= max_attempts
                          THEN rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00' END,
       last_error = 'the worker ' || coalesce(worker, '?') || ' was lost in attempt ' || attempts
 WHERE state = 'running'
   AND lease_until <= rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00';

-- name: take :many
-- param: queue text
-- param: names text[]
-- param: count bigint
-- param: worker text
-- param: lease_ms bigint
-- returns: job
UPDATE orm_jobs
   SET state = 'running', attempts = attempts + 1, worker = :worker,
       started_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00',
       lease_until = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now',
              printf('%+.3f seconds', :lease_ms / 1000.0)), '0'), '.') || '+00:00'
 WHERE id IN (
    SELECT id FROM orm_jobs
     WHERE state = 'waiting' AND queue = :queue AND name IN (SELECT value FROM json_each(:names))
       AND run_at <= rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00'
     ORDER BY priority DESC, run_at, id LIMIT :count)
RETURNING *;

-- name: renew :exec
-- param: ids bigint[]
-- param: worker text
-- param: lease_ms bigint
UPDATE orm_jobs
   SET lease_until = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now',
              printf('%+.3f seconds', :lease_ms / 1000.0)), '0'), '.') || '+00:00'
 WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'running' AND worker = :worker;

-- name: held :many
-- param: ids bigint[]
-- param: worker text
-- returns: job
SELECT * FROM orm_jobs
 WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'running' AND worker = :worker;

-- name: done :exec
-- param: id bigint
-- param: attempt integer
UPDATE orm_jobs
   SET state = 'done', lease_until = NULL,
       finished_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00'
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: failed :exec
-- param: id bigint
-- param: attempt integer
-- param: dead boolean
-- param: delay_ms bigint
-- param: error text
UPDATE orm_jobs
   SET state = CASE WHEN :dead OR attempts >= max_attempts THEN 'dead' ELSE 'waiting' END,
       finished_at = CASE WHEN :dead OR attempts >= max_attempts
                          THEN rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00' END,
       run_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now',
              printf('%+.3f seconds', :delay_ms / 1000.0)), '0'), '.') || '+00:00',
       lease_until = NULL, last_error = :error
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- An attempt that was not its own fault does not count.
-- name: release :exec
-- param: id bigint
-- param: attempt integer
UPDATE orm_jobs
   SET state = 'waiting', attempts = attempts - 1, lease_until = NULL,
       run_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00'
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: revive :exec
-- param: id bigint
-- param: more integer
UPDATE orm_jobs
   SET state = 'waiting', finished_at = NULL, max_attempts = attempts + :more,
       run_at = rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00:00'
 WHERE id = :id AND state = 'dead';

-- name: clean :exec
-- param: state text
-- param: age_ms bigint
DELETE FROM orm_jobs WHERE id IN (
    SELECT id FROM orm_jobs
     WHERE state IN ('done', 'dead') AND state = :state
       AND finished_at < rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now',
              printf('%+.3f seconds', -:age_ms / 1000.0)), '0'), '.') || '+00:00'
     ORDER BY finished_at LIMIT 1000);
