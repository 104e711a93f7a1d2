-- The role that serves, and its database. Row-level security is forced, and so
-- binds the role although it owns the tables.
CREATE ROLE bothost LOGIN PASSWORD :'password';
CREATE DATABASE bothost OWNER bothost ENCODING 'UTF8' TEMPLATE template0;
