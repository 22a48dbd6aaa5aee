-- The table of an event store as message-db has it, trimmed to the work: one order, a unique
-- (stream, version), the expected version checked in the server. Writers hold no common lock, so
-- that their commits can share a flush (a reader by position may then miss one that commits late).
DROP TABLE IF EXISTS events;
CREATE TABLE events (
    position bigserial PRIMARY KEY,
    stream   text NOT NULL,
    version  bigint NOT NULL,
    type     integer NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    payload  bytea NOT NULL,
    UNIQUE (stream, version)
);

CREATE OR REPLACE FUNCTION append_event(
    stream_name text, expected bigint, event_type integer, event_payload bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    actual bigint;
    result bigint;
BEGIN
    SELECT coalesce(max(version), 0) INTO actual FROM events WHERE stream = stream_name;
    IF actual <> expected THEN
        RAISE EXCEPTION 'stream % is at version %, not %', stream_name, actual, expected;
    END IF;
    INSERT INTO events (stream, version, type, payload)
        VALUES (stream_name, expected + 1, event_type, event_payload)
        RETURNING position INTO result;
    RETURN result;
END $$;
