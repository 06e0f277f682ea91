-- name: user_of_role :one
-- returns: user
-- param: role role
-- param: state user_state nullable
SELECT * FROM users WHERE role = :role AND state = :state;
