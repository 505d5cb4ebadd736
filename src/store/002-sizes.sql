-- A row is how often one amount was spent in one month: small payments are counted from it, and not
-- from the entries. Derived, as the sums are.
CREATE TABLE spend_size (
  month   INTEGER NOT NULL,
  unit    INTEGER NOT NULL REFERENCES unit (seq),
  amount  INTEGER NOT NULL CHECK (amount > 0),
  count   INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (month, unit, amount)
) STRICT, WITHOUT ROWID;

INSERT INTO spend_size (month, unit, amount, count)
SELECT strftime('%Y', at, 'unixepoch') * 12 + strftime('%m', at, 'unixepoch') - 1, unit_out, amount_out, count(*)
FROM entry
WHERE kind = 1 AND change NOT IN (SELECT change FROM voided)
GROUP BY 1, 2, 3;

-- So nothing is answered from the index by date alone any more, and it holds no more than dates.
DROP INDEX entry_by_at;
CREATE INDEX entry_by_at ON entry (at);
