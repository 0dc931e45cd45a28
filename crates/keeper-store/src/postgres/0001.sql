-- Rows are found by slot and group together; the slot is a hash of the group. Ids are bytes: their order is that of the bytes, and the
-- database refuses no character. `SET bytea_output = 'escape'` shows them as text. Times are milliseconds since 1970 by `keeper_now`.

-- The one clock of all nodes.
CREATE FUNCTION keeper_now() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

CREATE SEQUENCE keeper_version;

-- Marks are numbers with a space between them.
CREATE TABLE want (
    slot smallint NOT NULL,
    grp bytea NOT NULL,
    account bytea NOT NULL,
    marks text NOT NULL,
    robot boolean NOT NULL,
    removed text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (slot, grp, account)
);

CREATE TABLE wanted_group (
    slot smallint NOT NULL,
    grp bytea NOT NULL,
    wants bigint NOT NULL,
    PRIMARY KEY (slot, grp)
) WITH (fillfactor = 50);

CREATE TABLE holders (
    slot smallint NOT NULL,
    grp bytea NOT NULL,
    mark bigint NOT NULL,
    holders bigint NOT NULL,
    PRIMARY KEY (slot, grp, mark)
) WITH (fillfactor = 50);

-- One row for each commit and slot; the arrays are of one length. -1 stands for a webhook without time, an empty account for none.
CREATE TABLE inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot smallint NOT NULL,
    groups bytea[] NOT NULL,
    accounts bytea[] NOT NULL,
    kinds smallint[] NOT NULL,
    times bigint[] NOT NULL
);

-- An empty account stands for the whole group.
CREATE TABLE due (
    slot smallint NOT NULL,
    grp bytea NOT NULL,
    account bytea NOT NULL,
    at bigint NOT NULL,
    tries integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (slot, grp, account)
);
CREATE INDEX due_at ON due (at, grp, account);

-- Half of each page is left free, so that the frequent updates of the next three stay within it. None is UNLOGGED: a crash of the
-- database would empty it, and epochs would fall.
CREATE TABLE node (id bigint PRIMARY KEY, until bigint NOT NULL) WITH (fillfactor = 50);

CREATE TABLE lease (slot smallint PRIMARY KEY, node bigint, epoch bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO lease SELECT slot, NULL, 0 FROM generate_series(0, 255) AS slot;

-- The permit of a call, and the record of who took it last.
CREATE TABLE permit (
    endpoint text NOT NULL,
    n integer NOT NULL,
    free_at bigint NOT NULL,
    slot smallint,
    epoch bigint,
    PRIMARY KEY (endpoint, n)
) WITH (fillfactor = 50);
