-- Rows are found by slot and group together; the slot is a hash of the group.

CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- `number`: the last version that was given. `generation`: how often the file was opened; the epochs of leases grow with it.
INSERT INTO setting VALUES ('number', 0), ('generation', 0);

-- Marks are numbers with a space between them.
CREATE TABLE want (
    slot INTEGER NOT NULL,
    grp TEXT NOT NULL,
    account TEXT NOT NULL,
    marks TEXT NOT NULL,
    robot INTEGER NOT NULL,
    removed TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (slot, grp, account)
) WITHOUT ROWID;

CREATE TABLE wanted_group (
    slot INTEGER NOT NULL,
    grp TEXT NOT NULL,
    wants INTEGER NOT NULL,
    PRIMARY KEY (slot, grp)
) WITHOUT ROWID;

CREATE TABLE holders (
    slot INTEGER NOT NULL,
    grp TEXT NOT NULL,
    mark INTEGER NOT NULL,
    holders INTEGER NOT NULL,
    PRIMARY KEY (slot, grp, mark)
) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, as readers remember those that they have in hand.
CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, slot INTEGER NOT NULL, events BLOB NOT NULL);

-- An empty account stands for the whole group.
CREATE TABLE due (
    slot INTEGER NOT NULL,
    grp TEXT NOT NULL,
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (slot, grp, account)
) WITHOUT ROWID;
CREATE INDEX due_at ON due (at, grp, account);
