-- name: a :exec
DELETE FROM a /* one /* two */ */;
