-- Facts. Rows are only ever added; the triggers at the end refuse anything else.
-- Every row of a fact and every change draws its `seq` from one counter, the order of recording.
-- checksum: the CRC-32 of all other columns of the row, as `checksum.rs` computes it.

-- A row is what one command wrote; its facts have the next numbers, up to the next change.
-- within: the import that brought the change along, and with which it is undone.
CREATE TABLE change (
  seq       INTEGER PRIMARY KEY,
  id        INTEGER NOT NULL UNIQUE,
  at        INTEGER NOT NULL,
  command   TEXT    NOT NULL CHECK (command <> ''),
  within    INTEGER          REFERENCES change (seq) CHECK (within < seq),
  checksum  INTEGER NOT NULL
) STRICT;
CREATE INDEX change_by_within ON change (within) WHERE within IS NOT NULL;

-- A row is an id as a file wrote it, where it is not sixteen hexadecimal digits.
CREATE TABLE foreign_id (
  id        INTEGER PRIMARY KEY,
  text      TEXT NOT NULL UNIQUE CHECK (text <> ''),
  checksum  INTEGER NOT NULL
) STRICT;

-- A row voids a change: an undo voids what was recorded, a redo voids the undo. The undo of an
-- import has a row for each change within it that counted.
CREATE TABLE void (
  seq       INTEGER PRIMARY KEY,
  change    INTEGER NOT NULL REFERENCES change (seq),
  of        INTEGER NOT NULL REFERENCES change (seq) CHECK (of < change),
  checksum  INTEGER NOT NULL
) STRICT;
CREATE INDEX void_by_change ON void (change);

-- A row is a currency or a points unit that the ledger uses.
CREATE TABLE unit (
  seq       INTEGER PRIMARY KEY,
  change    INTEGER NOT NULL REFERENCES change (seq),
  code      TEXT    NOT NULL CHECK (length(code) BETWEEN 1 AND 16),
  decimals  INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 9),
  checksum  INTEGER NOT NULL
) STRICT;

-- A row is an account, whatever it is called by and by.
CREATE TABLE account (
  id        INTEGER PRIMARY KEY,
  change    INTEGER NOT NULL REFERENCES change (seq),
  checksum  INTEGER NOT NULL
) STRICT;

-- A row is an account as it stands from one change on. A limit and a balance of 0 differ from none.
CREATE TABLE account_version (
  seq           INTEGER PRIMARY KEY,
  account       INTEGER NOT NULL REFERENCES account (id),
  change        INTEGER NOT NULL REFERENCES change (seq),
  name          TEXT    NOT NULL CHECK (name <> ''),
  platform      TEXT             CHECK (platform <> ''),
  kind          TEXT    NOT NULL CHECK (kind IN ('wallet', 'rewards', 'giftcard', 'carrier', 'bank')),
  unit          INTEGER NOT NULL REFERENCES unit (seq),
  limit_amount  INTEGER          CHECK (limit_amount >= 0),
  bill_day      INTEGER          CHECK (bill_day BETWEEN 1 AND 31),
  note          TEXT,
  closed        INTEGER NOT NULL CHECK (closed IN (0, 1)),
  checksum      INTEGER NOT NULL
) STRICT;
CREATE INDEX account_version_by_account ON account_version (account, seq);

-- A row is a word that many entries share: a category, a payee, a channel.
CREATE TABLE label (
  id        INTEGER PRIMARY KEY,
  text      TEXT NOT NULL UNIQUE CHECK (text <> ''),
  checksum  INTEGER NOT NULL
) STRICT;

-- A row is one dated event, in which value leaves one place and arrives at another.
-- kind: 1 spend, 2 earn, 3 topup, 4 refund, 5 transfer, 6 withdraw, 7 pay, 8 expire.
-- expires: a day counted from 1970-01-01, 2147483647 for never, NULL for unknown.
CREATE TABLE entry (
  seq           INTEGER PRIMARY KEY,
  id            INTEGER NOT NULL UNIQUE,
  change        INTEGER NOT NULL REFERENCES change (seq),
  at            INTEGER NOT NULL,
  kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 8),
  from_account  INTEGER          REFERENCES account (id),
  to_account    INTEGER          REFERENCES account (id),
  unit_out      INTEGER NOT NULL REFERENCES unit (seq),
  unit_in       INTEGER NOT NULL REFERENCES unit (seq),
  amount_out    INTEGER NOT NULL CHECK (amount_out > 0),
  amount_in     INTEGER NOT NULL CHECK (amount_in >= 0),
  fee           INTEGER NOT NULL CHECK (fee >= 0),
  tax           INTEGER NOT NULL CHECK (tax >= 0),
  category      INTEGER          REFERENCES label (id),
  payee         INTEGER          REFERENCES label (id),
  channel       INTEGER          REFERENCES label (id),
  expires       INTEGER,
  note          TEXT,
  checksum      INTEGER NOT NULL,
  CHECK (from_account IS NOT NULL OR to_account IS NOT NULL),
  CHECK (from_account IS NULL OR to_account IS NULL OR from_account <> to_account),
  CHECK (unit_out <> unit_in OR amount_out = amount_in + fee + tax)
) STRICT;
CREATE INDEX entry_by_at      ON entry (at);
CREATE INDEX entry_by_from    ON entry (from_account, at) WHERE from_account IS NOT NULL;
CREATE INDEX entry_by_to      ON entry (to_account, at)   WHERE to_account IS NOT NULL;
CREATE INDEX entry_by_channel ON entry (channel, at)      WHERE channel IS NOT NULL;
-- What one unit became in another is rare, and is asked for over any period.
CREATE INDEX entry_converted  ON entry (at)               WHERE unit_out <> unit_in;

-- A row is a balance that the user saw. Of a carrier it is negative where money is owed.
CREATE TABLE snapshot (
  seq       INTEGER PRIMARY KEY,
  id        INTEGER NOT NULL UNIQUE,
  change    INTEGER NOT NULL REFERENCES change (seq),
  at        INTEGER NOT NULL,
  account   INTEGER NOT NULL REFERENCES account (id),
  balance   INTEGER NOT NULL,
  note      TEXT,
  checksum  INTEGER NOT NULL
) STRICT;
CREATE INDEX snapshot_by_at      ON snapshot (at);
CREATE INDEX snapshot_by_account ON snapshot (account, at);

-- A row is what one unit was worth in another from a day on.
CREATE TABLE rate (
  seq       INTEGER PRIMARY KEY,
  change    INTEGER NOT NULL REFERENCES change (seq),
  unit      INTEGER NOT NULL REFERENCES unit (seq),
  value     TEXT    NOT NULL CHECK (value <> ''),
  of        INTEGER NOT NULL REFERENCES unit (seq) CHECK (of <> unit),
  day       INTEGER NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;

-- The tables below are derived from the facts by the writer, and can be rebuilt from them.

-- A row is a change that is void now.
CREATE TABLE voided_change (
  change  INTEGER PRIMARY KEY REFERENCES change (seq)
) STRICT;

-- A row is an account after all its facts: its balance, its last fact and its last snapshot.
-- dated: how many earnings of points of a known expiry it has. What expires after the last fact is
-- still in the balance.
CREATE TABLE account_balance (
  account   INTEGER PRIMARY KEY REFERENCES account (id),
  balance   INTEGER NOT NULL,
  fact_at   INTEGER NOT NULL,
  seen_at   INTEGER,
  dated     INTEGER NOT NULL CHECK (dated >= 0)
) STRICT;

-- A row is a snapshot that counts. unexplained: by how much it differs from the facts before it.
CREATE TABLE snapshot_delta (
  account      INTEGER NOT NULL REFERENCES account (id),
  at           INTEGER NOT NULL,
  seq          INTEGER NOT NULL REFERENCES snapshot (seq),
  balance      INTEGER NOT NULL,
  unexplained  INTEGER NOT NULL,
  first        INTEGER NOT NULL CHECK (first IN (0, 1)),
  PRIMARY KEY (account, at, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_delta_by_at ON snapshot_delta (at);

-- A row is what moved the balance of an account in one month, by measure.
CREATE TABLE monthly_flow (
  account      INTEGER NOT NULL REFERENCES account (id),
  month        INTEGER NOT NULL,
  facts        INTEGER NOT NULL CHECK (facts >= 0),
  earned       INTEGER NOT NULL DEFAULT 0,
  topped_up    INTEGER NOT NULL DEFAULT 0,
  refunded     INTEGER NOT NULL DEFAULT 0,
  moved_in     INTEGER NOT NULL DEFAULT 0,
  bill_paid    INTEGER NOT NULL DEFAULT 0,
  spent        INTEGER NOT NULL DEFAULT 0,
  withdrawn    INTEGER NOT NULL DEFAULT 0,
  moved_out    INTEGER NOT NULL DEFAULT 0,
  fees         INTEGER NOT NULL DEFAULT 0,
  taxes        INTEGER NOT NULL DEFAULT 0,
  expired      INTEGER NOT NULL DEFAULT 0,
  unexplained  INTEGER NOT NULL DEFAULT 0,
  first_seen   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, month)
) STRICT, WITHOUT ROWID;

-- A row is what was spent, earned or refunded in one month under one category (0 for none).
CREATE TABLE monthly_category (
  month     INTEGER NOT NULL,
  kind      INTEGER NOT NULL CHECK (kind IN (1, 2, 4)),
  category  INTEGER NOT NULL,
  unit      INTEGER NOT NULL REFERENCES unit (seq),
  count     INTEGER NOT NULL CHECK (count > 0),
  amount    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (month, kind, category, unit)
) STRICT, WITHOUT ROWID;

-- A row is what left in one month through one channel (0: charged, but booked by hand), and its charges.
CREATE TABLE monthly_channel (
  month    INTEGER NOT NULL,
  channel  INTEGER NOT NULL,
  unit     INTEGER NOT NULL REFERENCES unit (seq),
  count    INTEGER NOT NULL CHECK (count > 0),
  amount   INTEGER NOT NULL DEFAULT 0,
  fee      INTEGER NOT NULL DEFAULT 0,
  tax      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (month, channel, unit)
) STRICT, WITHOUT ROWID;

-- A row is what the facts of one month added to the points that expire after one day (2147483647:
-- never), or took from them. The rows of a day sum up to what is left, or was left when it expired.
CREATE TABLE lot (
  account  INTEGER NOT NULL REFERENCES account (id),
  expires  INTEGER NOT NULL,
  month    INTEGER NOT NULL,
  amount   INTEGER NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (account, expires, month)
) STRICT, WITHOUT ROWID;

-- A row is what is still owed of a carrier's charges of one month.
CREATE TABLE bill (
  account  INTEGER NOT NULL REFERENCES account (id),
  month    INTEGER NOT NULL,
  amount   INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (account, month)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER change_is_kept           BEFORE UPDATE ON change           BEGIN SELECT RAISE(ABORT, 'a change is never altered'); END;
CREATE TRIGGER change_is_not_deleted    BEFORE DELETE ON change           BEGIN SELECT RAISE(ABORT, 'a change is never deleted'); END;
CREATE TRIGGER foreign_id_is_kept       BEFORE UPDATE ON foreign_id       BEGIN SELECT RAISE(ABORT, 'an id is never altered'); END;
CREATE TRIGGER foreign_id_is_not_deleted BEFORE DELETE ON foreign_id      BEGIN SELECT RAISE(ABORT, 'an id is never deleted'); END;
CREATE TRIGGER void_is_kept             BEFORE UPDATE ON void             BEGIN SELECT RAISE(ABORT, 'a void is never altered'); END;
CREATE TRIGGER void_is_not_deleted      BEFORE DELETE ON void             BEGIN SELECT RAISE(ABORT, 'a void is never deleted'); END;
CREATE TRIGGER unit_is_kept             BEFORE UPDATE ON unit             BEGIN SELECT RAISE(ABORT, 'a unit is never altered'); END;
CREATE TRIGGER unit_is_not_deleted      BEFORE DELETE ON unit             BEGIN SELECT RAISE(ABORT, 'a unit is never deleted'); END;
CREATE TRIGGER account_is_kept          BEFORE UPDATE ON account          BEGIN SELECT RAISE(ABORT, 'an account is never altered'); END;
CREATE TRIGGER account_is_not_deleted   BEFORE DELETE ON account          BEGIN SELECT RAISE(ABORT, 'an account is never deleted'); END;
CREATE TRIGGER version_is_kept          BEFORE UPDATE ON account_version  BEGIN SELECT RAISE(ABORT, 'an account version is never altered'); END;
CREATE TRIGGER version_is_not_deleted   BEFORE DELETE ON account_version  BEGIN SELECT RAISE(ABORT, 'an account version is never deleted'); END;
CREATE TRIGGER label_is_kept            BEFORE UPDATE ON label            BEGIN SELECT RAISE(ABORT, 'a label is never altered'); END;
CREATE TRIGGER label_is_not_deleted     BEFORE DELETE ON label            BEGIN SELECT RAISE(ABORT, 'a label is never deleted'); END;
CREATE TRIGGER entry_is_kept            BEFORE UPDATE ON entry            BEGIN SELECT RAISE(ABORT, 'an entry is never altered'); END;
CREATE TRIGGER entry_is_not_deleted     BEFORE DELETE ON entry            BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER snapshot_is_kept         BEFORE UPDATE ON snapshot         BEGIN SELECT RAISE(ABORT, 'a snapshot is never altered'); END;
CREATE TRIGGER snapshot_is_not_deleted  BEFORE DELETE ON snapshot         BEGIN SELECT RAISE(ABORT, 'a snapshot is never deleted'); END;
CREATE TRIGGER rate_is_kept             BEFORE UPDATE ON rate             BEGIN SELECT RAISE(ABORT, 'a rate is never altered'); END;
CREATE TRIGGER rate_is_not_deleted      BEFORE DELETE ON rate             BEGIN SELECT RAISE(ABORT, 'a rate is never deleted'); END;
