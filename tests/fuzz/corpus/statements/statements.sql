/* Named statements that run on both databases; see tests/integration/test_named.c. */

-- name: top_customers :many
-- Customers with many invoices,
-- the first invoice of each beside them; -- and "quotes" */ in the comment
-- param: least bigint
-- param: country text nullable
-- column: id integer
-- column: last_name text
-- column: company text nullable
-- column: invoices bigint
-- column: first_invoice timestamp nullable
-- column: first_total numeric(10,2) nullable
SELECT c.customer_id AS id, c.last_name, c.company, -- left out
       count(i.invoice_id) AS invoices,
       min(i.invoice_date) AS first_invoice,
       (SELECT f.total FROM invoice f WHERE f.customer_id = c.customer_id
         ORDER BY f.invoice_id LIMIT 1) AS first_total,
       ':least' AS ignored
  FROM customer c
  LEFT JOIN invoice i ON i.customer_id = c.customer_id
 WHERE (:country IS NULL OR c.country = :country) /* a NULL is every country */
 GROUP BY c.customer_id, c.last_name, c.company
HAVING count(i.invoice_id) >= :least
 ORDER BY c.customer_id;

-- name: customer_of_email :one
-- param: email text
-- column: id bigint
SELECT * FROM customer WHERE email = :email;

-- name: customers_of :many
-- param: country text
-- column: id bigint
SELECT *, 1 AS one_more FROM customer WHERE country = :country ORDER BY customer_id

-- name: country_totals :one
-- param: country text
-- column: customers bigint
-- column: class text nullable
SELECT count(*) AS customers, max(city) AS class FROM customer WHERE country = :country;

-- name: move_customers :exec
-- param: city text nullable
-- param: class text
UPDATE customer SET city = :city WHERE country = :class;

-- name: add_thing :exec
-- param: id bigint
-- param: flag boolean nullable
-- param: small smallint nullable
-- param: whole integer nullable
-- param: single real nullable
-- param: double double nullable
-- param: price numeric(8,2) nullable
-- param: note text nullable
-- param: code char(4) nullable
-- param: data bytea nullable
-- param: token uuid nullable
-- param: day date nullable
-- param: hour time nullable
-- param: local timestamp nullable
-- param: moment timestamptz nullable
-- param: span interval nullable
-- param: document jsonb nullable
-- param: temper text nullable
-- param: numbers bigint[] nullable
-- param: words text[] nullable
-- param: tempers text[] nullable
INSERT INTO specimen (tempers, words, numbers, temper, document, span, moment, local, hour, day, token,
                   data, code, note, price, "double", single, whole, small, flag, id)
VALUES (:tempers, :words, :numbers, :temper, :document, :span, :moment, :local, :hour, :day, :token,
        :data, :code, :note, :price, :double, :single, :whole, :small, :flag, :id);

-- name: things :many
-- column: id bigint
-- column: flag boolean nullable
-- column: small smallint nullable
-- column: whole integer nullable
-- column: single real nullable
-- column: double double nullable
-- column: price numeric(8,2) nullable
-- column: note text nullable
-- column: code char(4) nullable
-- column: data bytea nullable
-- column: token uuid nullable
-- column: day date nullable
-- column: hour time nullable
-- column: local timestamp nullable
-- column: moment timestamptz nullable
-- column: span interval nullable
-- column: document jsonb nullable
-- column: temper text nullable
-- column: numbers bigint[] nullable
-- column: words text[] nullable
-- column: tempers text[] nullable
SELECT * FROM specimen ORDER BY id;

-- name: find_thing :one
-- param: id bigint
-- param: small smallint
-- param: temper text
-- param: price numeric(8,2)
-- column: id bigint
SELECT id FROM specimen WHERE id = :id AND small = :small AND temper = :temper AND price = :price;

-- name: not_whole :many
-- column: whole integer
SELECT last_name AS whole FROM customer;

-- name: not_null :many
-- column: company text
SELECT company FROM customer ORDER BY customer_id DESC;

-- name: not_there :many
-- column: id integer
-- column: missing text
SELECT customer_id AS id FROM customer;
