-- A row is what moved the balance of an account on one day under one heading, counted from 1 in the
-- order of the columns of `total`; under 0 it is how many facts there were. What stood before a day
-- within a month is answered from it. Derived, as the sums of months are.
CREATE TABLE day_total (
  day      INTEGER NOT NULL,
  account  INTEGER NOT NULL REFERENCES account (id),
  measure  INTEGER NOT NULL CHECK (measure BETWEEN 0 AND 13),
  amount   INTEGER NOT NULL,
  PRIMARY KEY (day, account, measure)
) STRICT, WITHOUT ROWID;

INSERT INTO day_total (day, account, measure, amount)
WITH
  live AS (
    SELECT (at - (at % 86400 + 86400) % 86400) / 86400 AS day, kind, from_account, to_account,
           unit_out = unit_in AS one_unit, amount_out, amount_in, fee, tax
    FROM entry WHERE change NOT IN (SELECT change FROM voided)),
  -- A top-up from outside bears its charges itself.
  outside AS (SELECT * FROM live WHERE kind = 3 AND from_account IS NULL AND one_unit),
  shown AS (
    SELECT (at - (at % 86400 + 86400) % 86400) / 86400 AS day, account, unexplained, first FROM seen),
  flow (day, account, measure, amount) AS (
    SELECT day, from_account, 0, 1 FROM live WHERE from_account IS NOT NULL
    UNION ALL SELECT day, to_account, 0, 1 FROM live WHERE to_account IS NOT NULL
    UNION ALL SELECT day, account, 0, 1 FROM shown
    UNION ALL SELECT day, to_account, 1, amount_in FROM live WHERE kind = 2
    UNION ALL SELECT day, to_account, 2, amount_in + fee + tax FROM outside
    UNION ALL SELECT day, to_account, 2, amount_in FROM live
              WHERE kind = 3 AND NOT (from_account IS NULL AND one_unit)
    UNION ALL SELECT day, to_account, 3, amount_in FROM live WHERE kind = 4
    UNION ALL SELECT day, to_account, 4, amount_in FROM live WHERE kind NOT IN (2, 3, 4, 7)
    UNION ALL SELECT day, to_account, 5, amount_in FROM live WHERE kind = 7
    UNION ALL SELECT day, from_account, 6, amount_out FROM live WHERE kind = 1
    UNION ALL SELECT day, from_account, 7, amount_out - fee - tax FROM live WHERE kind = 6
    UNION ALL SELECT day, from_account, 8, amount_out - fee - tax FROM live WHERE kind NOT IN (1, 6, 8)
    UNION ALL SELECT day, from_account, 9, fee FROM live WHERE kind NOT IN (1, 8)
    UNION ALL SELECT day, to_account, 9, fee FROM outside
    UNION ALL SELECT day, from_account, 10, tax FROM live WHERE kind NOT IN (1, 8)
    UNION ALL SELECT day, to_account, 10, tax FROM outside
    UNION ALL SELECT day, from_account, 11, amount_out FROM live WHERE kind = 8
    UNION ALL SELECT day, account, 12, unexplained FROM shown
    UNION ALL SELECT day, account, 13, unexplained FROM shown WHERE first)
SELECT day, account, measure, sum(amount) FROM flow WHERE account IS NOT NULL
GROUP BY day, account, measure HAVING sum(amount) <> 0;
