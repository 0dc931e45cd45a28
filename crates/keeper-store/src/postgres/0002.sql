-- The version of the newest want of each slot, so that a node sees with one row whether wants were added that it does not know. The trigger sets it in
-- the transaction that adds them, whatever program that is. Whoever adds wants has locked the slot, so versions of a slot grow in the
-- order of commits.

-- It also locks the table until the migration is committed, so that nothing is added meanwhile.
CREATE INDEX want_by_version ON want (slot, version);

CREATE TABLE want_version (slot smallint PRIMARY KEY, version bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO want_version SELECT slot, coalesce((SELECT max(version) FROM want WHERE want.slot = s.slot), 0)
    FROM generate_series(0, 255) AS s(slot);

-- Of an INSERT that also updates, `added` has the rows that are new.
CREATE FUNCTION keeper_wants_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE want_version SET version = newest.version
        FROM (SELECT slot, max(version) AS version FROM added GROUP BY slot) AS newest
        WHERE want_version.slot = newest.slot;
    RETURN NULL;
END $$;
CREATE TRIGGER wants_added AFTER INSERT ON want REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keeper_wants_added();
