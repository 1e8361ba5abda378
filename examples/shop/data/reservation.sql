-- Three writes to one reservation, each in a transaction of its own that says who writes, and why.
PRAGMA foreign_keys = ON;

BEGIN;
INSERT INTO piperoll_context (only, actor, reason) VALUES (1, 'anna', 'booked by phone');
INSERT INTO reservation (id, name, date, time, party, last_modified)
VALUES (1, 'Steve', '2015-04-15', '19:00', 6, '2015-04-02T13:22:26Z');
DELETE FROM piperoll_context;
COMMIT;

BEGIN;
INSERT INTO piperoll_context (only, actor, reason) VALUES (1, 'ben', 'two guests cancelled');
UPDATE reservation SET party = 4, last_modified = '2015-04-03T09:39:51Z' WHERE id = 1;
DELETE FROM piperoll_context;
COMMIT;

BEGIN;
INSERT INTO piperoll_context (only, actor, reason) VALUES (1, 'anna', 'cancelled by mail');
DELETE FROM reservation WHERE id = 1;
DELETE FROM piperoll_context;
COMMIT;
