-- A file without names.
SELECT 1;
