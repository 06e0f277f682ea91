-- name: a :exec
DELETE FROM a WHERE x = $tag$ x $$;
