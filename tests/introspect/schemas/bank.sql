-- database: both
-- A bank with keys of several columns, to primary and to unique keys, in another order too.
CREATE TABLE bank (country char(2) NOT NULL, code varchar(8) NOT NULL, name varchar(80) NOT NULL, bic varchar(11) NOT NULL UNIQUE, PRIMARY KEY (country, code));
CREATE TABLE branch (number integer NOT NULL, country char(2) NOT NULL, bank_code varchar(8) NOT NULL, city text, PRIMARY KEY (country, bank_code, number), UNIQUE (city, number), FOREIGN KEY (country, bank_code) REFERENCES bank (country, code) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE client (id bigint PRIMARY KEY, name text NOT NULL, guarantor bigint REFERENCES client (id) ON DELETE SET NULL);
CREATE TABLE account (iban varchar(34) PRIMARY KEY, country char(2) NOT NULL, bank_code varchar(8) NOT NULL, branch_number integer NOT NULL, balance numeric(14,2) DEFAULT 0 NOT NULL, limit_amount numeric(14,2), opened date, CONSTRAINT account_branch FOREIGN KEY (country, bank_code, branch_number) REFERENCES branch (country, bank_code, number), CONSTRAINT within_limit CHECK (balance >= -1000));
CREATE TABLE holder (iban varchar(34) NOT NULL REFERENCES account (iban), client_id bigint NOT NULL REFERENCES client (id), role varchar(10) DEFAULT 'owner' NOT NULL, share integer, PRIMARY KEY (client_id, iban));
CREATE TABLE transfer (id bigint PRIMARY KEY, from_iban varchar(34) NOT NULL REFERENCES account (iban), to_iban varchar(34) NOT NULL REFERENCES account (iban), amount numeric(14,2) NOT NULL CHECK (amount > 0), via_bic varchar(11) REFERENCES bank (bic) ON UPDATE CASCADE);
CREATE TABLE vault (country char(2) NOT NULL, bank_code varchar(8) NOT NULL, number integer NOT NULL, capacity integer, PRIMARY KEY (number, bank_code, country), FOREIGN KEY (country, bank_code, number) REFERENCES branch (country, bank_code, number));
CREATE TABLE correspondent (a_country char(2) NOT NULL, a_code varchar(8) NOT NULL, b_country char(2) NOT NULL, b_code varchar(8) NOT NULL, since date, PRIMARY KEY (a_country, a_code, b_country, b_code), FOREIGN KEY (a_country, a_code) REFERENCES bank (country, code), FOREIGN KEY (b_country, b_code) REFERENCES bank (country, code));
CREATE INDEX transfer_from ON transfer (from_iban, id DESC);
CREATE INDEX transfer_large ON transfer (amount) WHERE amount > 10000;
CREATE VIEW rich AS SELECT iban, balance FROM account WHERE balance > 10;
INSERT INTO bank VALUES ('DE', '1000', 'First', 'FIRSTDE'), ('FR', '2000', 'Second', 'SECFR');
INSERT INTO branch VALUES (1, 'DE', '1000', 'Bonn'), (2, 'FR', '2000', NULL);
INSERT INTO client VALUES (1, 'Ann', NULL), (2, 'Bob', 1);
INSERT INTO account VALUES ('DE01', 'DE', '1000', 1, 100, NULL, '2020-02-03'), ('FR01', 'FR', '2000', 2, 5.5, 10, NULL);
INSERT INTO holder VALUES ('DE01', 1, 'owner', 100), ('FR01', 1, 'owner', 50), ('FR01', 2, 'owner', 50);
INSERT INTO transfer VALUES (1, 'DE01', 'FR01', 10.5, 'SECFR'), (2, 'FR01', 'DE01', 1, NULL);
INSERT INTO vault VALUES ('DE', '1000', 1, 5);
INSERT INTO correspondent VALUES ('DE', '1000', 'FR', '2000', NULL);
