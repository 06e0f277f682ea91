-- name: a :exec
-- param: used bigint
-- param: unused bigint
-- param: min_total numeric
-- param: used bigint
DELETE FROM a WHERE id = :used AND total > :min_totl;

-- name: b :exec
DELETE FROM a WHERE id = :id OR id = :id + 1 OR x = :Bad;

-- name: c :exec
-- param: id
DELETE FROM a WHERE id = :id;

-- name: d :exec
-- param: idd bigint
DELETE FROM a WHERE id = 1;
