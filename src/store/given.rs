//! The rows of a query as a function of SQL's is given them, which takes half the time of asking a
//! statement for each column of each row.

use super::read::Values;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::FromSql;
use rusqlite::{Connection, Error, Params, Statement};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

/// Takes the rows of a query, one after the other.
pub(super) trait Take: Send + 'static {
    /// Takes the next one; an error ends the query.
    fn take(&mut self, row: &Given<'_, '_>) -> rusqlite::Result<()>;
}

/// What the function is given: the columns of one row.
pub(super) struct Given<'g, 'c> {
    context: &'g Context<'c>,
    columns: &'g [&'static str],
}

impl Values for Given<'_, '_> {
    #[inline]
    fn value<T: FromSql>(&self, column: usize) -> rusqlite::Result<T> {
        T::column_result(self.context.get_raw(column)).or_else(|_| self.told(column))
    }
}

impl Given<'_, '_> {
    /// A value that is not what it should be, told as the same column of a row would be.
    #[cold]
    fn told<T: FromSql>(&self, column: usize) -> rusqlite::Result<T> {
        self.context.get(column).map_err(|error| match error {
            Error::InvalidFunctionParameterType(_, found) => {
                let name = self.columns.get(column).copied().unwrap_or_default();
                Error::InvalidColumnType(column, name.to_string(), found)
            }
            error => error,
        })
    }
}

/// A query over one connection whose rows something takes.
pub(super) struct Giving<'c, T> {
    statement: Statement<'c>,
    place: Place<T>,
}

/// What takes the rows, while none is given to it, or why it takes no more.
type Place<T> = Arc<Mutex<Taking<T>>>;

type Taking<T> = Option<rusqlite::Result<T>>;

impl<'c, T: Take> Giving<'c, T> {
    /// The columns, and the rest of the query, which begins with `FROM`. The rows come in the order in
    /// which the table is walked, for there is no other.
    pub fn new(
        db: &'c Connection,
        columns: Vec<&'static str>,
        rest: &str,
    ) -> rusqlite::Result<Giving<'c, T>> {
        let (place, list) = (Place::default(), columns.join(", "));
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
        let function = Function { columns, place: Arc::clone(&place) };
        db.create_aggregate_function("give", -1, flags, function)?;
        Ok(Giving { statement: db.prepare(&format!("SELECT give({list}) {rest}"))?, place })
    }

    /// Gives all rows to something, and it back.
    pub fn all_to(&mut self, taking: T, values: impl Params) -> rusqlite::Result<T> {
        put(&self.place, Some(Ok(taking)));
        let given = self.statement.query_row(values, |_| Ok(()));
        let taken = put(&self.place, None).transpose()?;
        given.and(taken.ok_or(Error::QueryReturnedNoRows))
    }
}

fn put<T>(place: &Place<T>, what: Taking<T>) -> Taking<T> {
    std::mem::replace(&mut *place.lock().unwrap_or_else(PoisonError::into_inner), what)
}

struct Function<T> {
    columns: Vec<&'static str>,
    place: Place<T>,
}

impl<T: Take> Aggregate<AssertUnwindSafe<Taking<T>>, Option<i64>> for Function<T> {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<AssertUnwindSafe<Taking<T>>> {
        Ok(AssertUnwindSafe(put(&self.place, None)))
    }

    fn step(
        &self,
        context: &mut Context<'_>,
        AssertUnwindSafe(taking): &mut AssertUnwindSafe<Taking<T>>,
    ) -> rusqlite::Result<()> {
        let row = Given { context, columns: &self.columns };
        if let Some(Ok(open)) = taking
            && let Err(error) = open.take(&row)
        {
            // SQLite would tell of it in words alone.
            *taking = Some(Err(error));
            return Err(Error::InvalidQuery);
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        taking: Option<AssertUnwindSafe<Taking<T>>>,
    ) -> rusqlite::Result<Option<i64>> {
        if let Some(AssertUnwindSafe(taking)) = taking {
            put(&self.place, taking);
        }
        Ok(None)
    }
}
