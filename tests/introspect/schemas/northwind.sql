-- database: sqlite
-- Orders like Northwind's, as SQLite files have them: loose types, blanks in names, no AUTOINCREMENT.
CREATE TABLE [Categories] ([CategoryID] INTEGER PRIMARY KEY AUTOINCREMENT, [CategoryName] TEXT, [Picture] BLOB);
CREATE TABLE [CustomerDemographics] ([CustomerTypeID] TEXT NOT NULL, [CustomerDesc] TEXT, PRIMARY KEY ("CustomerTypeID"));
CREATE TABLE [Customers] ([CustomerID] TEXT, [CompanyName] NVARCHAR(40) COLLATE NOCASE, [Phone] CHAR(24) DEFAULT '-', PRIMARY KEY (`CustomerID`));
CREATE TABLE [CustomerCustomerDemo] ([CustomerID] TEXT NOT NULL, [CustomerTypeID] TEXT NOT NULL, PRIMARY KEY ("CustomerID","CustomerTypeID"),
  FOREIGN KEY ([CustomerID]) REFERENCES [Customers] ([CustomerID]) ON DELETE NO ACTION ON UPDATE NO ACTION,
  FOREIGN KEY ([CustomerTypeID]) REFERENCES [CustomerDemographics]([CustomerTypeID]) /* a comment , here */);
CREATE TABLE [Employees] ([EmployeeID] INTEGER PRIMARY KEY, [LastName] TEXT, [BirthDate] DATE, [Photo] BLOB, [ReportsTo] INTEGER NULL REFERENCES Employees (EmployeeID), [Active] BOOLEAN NOT NULL DEFAULT 1 CHECK ([Active] IN (0,1)),
  [FullName] TEXT GENERATED ALWAYS AS (LastName || '!') VIRTUAL, [Upper] TEXT AS (upper("LastName")) STORED);
CREATE TABLE Regions (RegionID INTEGER NOT NULL PRIMARY KEY, RegionDescription TEXT NOT NULL CONSTRAINT region_name UNIQUE);
CREATE TABLE Territories (TerritoryID TEXT NOT NULL, TerritoryDescription TEXT NOT NULL, RegionID INTEGER NOT NULL, PRIMARY KEY (TerritoryID), CONSTRAINT territory_region FOREIGN KEY (RegionID) REFERENCES Regions (RegionID) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID;
CREATE TABLE EmployeeTerritories (EmployeeID INTEGER NOT NULL REFERENCES Employees, TerritoryID TEXT NOT NULL REFERENCES Territories, PRIMARY KEY (EmployeeID, TerritoryID));
CREATE TABLE Shippers (ShipperID INTEGER PRIMARY KEY, CompanyName TEXT NOT NULL CHECK (length(CompanyName) > 0)) STRICT;
CREATE TABLE Suppliers (SupplierID INTEGER PRIMARY KEY, CompanyName TEXT NOT NULL, HomePage);
CREATE TABLE Products (ProductID INTEGER PRIMARY KEY AUTOINCREMENT, ProductName TEXT NOT NULL, SupplierID INTEGER REFERENCES Suppliers, CategoryID INT REFERENCES Categories (CategoryID) ON DELETE SET NULL, UnitPrice NUMERIC DEFAULT 0, UnitsInStock INTEGER DEFAULT 0, Discontinued TEXT NOT NULL DEFAULT '0', Weight REAL DEFAULT 1.5, CHECK (UnitPrice >= 0), CHECK (UnitsInStock >= 0));
CREATE TABLE Orders (OrderID INTEGER PRIMARY KEY AUTOINCREMENT, CustomerID TEXT, EmployeeID INTEGER, OrderDate DATETIME DEFAULT CURRENT_TIMESTAMP, ShipVia INTEGER, Freight NUMERIC DEFAULT (0.5 + 0.5), Note TEXT DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (CustomerID) REFERENCES Customers, FOREIGN KEY (EmployeeID) REFERENCES Employees (EmployeeID), FOREIGN KEY (ShipVia) REFERENCES Shippers (ShipperID));
CREATE TABLE "Order Details" (OrderID INTEGER NOT NULL REFERENCES Orders ON DELETE CASCADE, ProductID INTEGER NOT NULL REFERENCES Products, UnitPrice NUMERIC(10,2) NOT NULL DEFAULT 0, Quantity INTEGER NOT NULL DEFAULT 1, Discount REAL NOT NULL DEFAULT 0, PRIMARY KEY (OrderID, ProductID));
CREATE TABLE "Order Notes" (OrderID INTEGER PRIMARY KEY REFERENCES Orders, "the text" CLOB);
CREATE TABLE log (at TEXT, what TEXT);
CREATE INDEX ProductName ON Products (ProductName COLLATE NOCASE DESC);
CREATE UNIQUE INDEX "Orders By Date" ON Orders (OrderDate, lower(Note)) WHERE OrderDate IS NOT NULL;
CREATE INDEX plain_index ON "Order Details" (ProductID, UnitPrice DESC);
CREATE VIEW [Product List] AS SELECT ProductID, ProductName FROM Products /* all */ WHERE Discontinued = '0';
CREATE VIEW counted (name, number) AS SELECT CategoryName, count(*) FROM Categories JOIN Products USING (CategoryID) GROUP BY 1;
INSERT INTO Categories (CategoryName) VALUES ('Beverages');
INSERT INTO CustomerDemographics VALUES ('big', 'Big ones');
INSERT INTO Customers VALUES ('ALFKI', 'Alfreds Futterkiste', '030');
INSERT INTO CustomerCustomerDemo VALUES ('ALFKI', 'big');
INSERT INTO Employees (EmployeeID, LastName, BirthDate, ReportsTo) VALUES (2, 'Fuller', '1952-02-19', NULL), (1, 'Davolio', NULL, 2);
INSERT INTO Regions VALUES (1, 'Eastern');
INSERT INTO Territories VALUES ('01581', 'Westboro', 1);
INSERT INTO EmployeeTerritories VALUES (1, '01581');
INSERT INTO Shippers VALUES (1, 'Speedy');
INSERT INTO Suppliers VALUES (1, 'Exotic Liquids', NULL);
INSERT INTO Products (ProductName, SupplierID, CategoryID, UnitPrice) VALUES ('Chai', 1, 1, 18.5);
INSERT INTO Orders (CustomerID, EmployeeID, OrderDate, ShipVia) VALUES ('ALFKI', 1, '2016-07-04', 1);
INSERT INTO "Order Details" VALUES (1, 1, 14, 12, 0);
INSERT INTO "Order Notes" VALUES (1, 'note');
INSERT INTO log VALUES ('2020', 'x');
CREATE TRIGGER stamp AFTER UPDATE ON Orders BEGIN UPDATE Orders SET Note = 'it''s; "changed"' WHERE OrderID = NEW.OrderID; SELECT 1; END;
