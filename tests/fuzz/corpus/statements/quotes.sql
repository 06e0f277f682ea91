/* Before the first name there may be comments,
   -- name: this_is_none :exec
   of any kind. */
-- Also of this one.
-- prefix: sq

-- name: busy :many
-- Users with many orders */ /* and a trigraph ??/
--
-- as of now.
-- param: least integer
-- param: db text
-- param: site text nullable
-- param: class text
-- param: values bigint[]
-- param: user enum(role)
-- param: since timestamptz nullable
-- param: ratio real nullable
-- param: part double
-- param: flag boolean
-- column: id bigint
-- column: class text nullable
-- column: total numeric(12, 2) nullable
-- column: role role
-- column: tags text[]
SELECT u.id, ':least' AS class, "odd:least" AS total, -- :nothing and 'open
       /* :nothing "open */ u.role, u.tags
  FROM users u
 WHERE u.orders >= :least AND u.db = :db::text AND :site IS NULL
   AND u.text <> E'\':least\\' AND u.text <> 'it''s ?' AND u.text <> $$ :least ; ' $$
   AND u.text <> $q$ -- :least $$ $q$ AND u.a[1:2] = ARRAY[1] AND u.class = :class
   AND u.id = ANY(:values) AND u.role = :user AND u.at > :since AND u.r < :ratio
   AND u.p = :part AND u.f = :flag AND u.orders < :least + 1 AND u.what = "??/\"
;

-- name: purge :exec
DELETE FROM users WHERE note = 'a

   b'   -- kept as it is
   AND id > 0

-- name: count_all :one
-- column: new bigint
SELECT count(*) AS new FROM users
