-- name: suppliers_of :many
-- Suppliers of a country.
-- param: country text
-- returns: supplier
SELECT * FROM suppliers WHERE country = :country ORDER BY id;

-- name: stock_of :one
-- What a supplier has in stock.
-- param: supplier_id bigint
-- column: items bigint
-- column: pieces bigint
SELECT count(*) AS items, coalesce(sum(stock), 0) AS pieces
  FROM products WHERE supplier_id = :supplier_id;

-- name: best_sellers :many
-- Products by what was sent of them, with columns that no model has.
-- column: product_id bigint
-- column: sold bigint
SELECT p.id AS product_id, sum(l.quantity) AS sold
  FROM products p JOIN lines l ON l.sku = p.sku
 GROUP BY p.id ORDER BY sold DESC, p.id;

-- name: every_supplier :many
-- returns: supplier
SELECT * FROM suppliers ORDER BY id;

-- name: restock :exec
-- param: id bigint
-- param: pieces integer
UPDATE products SET stock = stock + :pieces WHERE id = :id;
