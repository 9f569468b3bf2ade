//! One list of the columns that the capture writes, and what has to name each of them.

/// From a list of columns, each with its type and its value of a message: the row `NewRow`, which
/// SQLite is given, and its values turned into `Arrays`, which PostgreSQL is given.
macro_rules! columns {
    (($batch:ident, $message:ident) => $($column:ident: $type:ty = $value:expr,)*) => {
        /// The columns of a message, and how it came.
        #[derive(Insertable)]
        #[diesel(table_name = t, treat_none_as_default_value = false)]
        pub(super) struct NewRow<'a> {
            $(pub(super) $column: $type,)*
            #[diesel(skip_insertion)]
            pub(super) from_history: bool,
        }

        impl<'a> NewRow<'a> {
            pub(super) fn new($batch: &CapturedBatch, $message: &'a NewMessage) -> Self {
                Self {
                    $($column: $value,)*
                    from_history: $batch.from_history,
                }
            }
        }

        /// An array for each column.
        #[cfg(feature = "postgres-system")]
        pub(super) struct Arrays<'a> {
            $($column: Vec<&'a $type>,)*
        }

        #[cfg(feature = "postgres-system")]
        impl<'a> Arrays<'a> {
            /// The names of the columns in their order.
            pub(super) const COLUMNS: &'static [&'static str] = &[$(stringify!($column),)*];

            pub(super) fn new(rows: &[&'a NewRow<'a>]) -> Self {
                Self {
                    $($column: rows.iter().map(|row| &row.$column).collect(),)*
                }
            }

            /// The arrays as the parameters of a function.
            pub(super) fn push<'b>(
                &'b self,
                out: &mut diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> QueryResult<()> {
                use diesel::{dsl::SqlTypeOf, pg::sql_types::Array};

                let mut separator = "";
                $(
                    out.push_sql(std::mem::replace(&mut separator, ", "));
                    out.push_bind_param::<Array<SqlTypeOf<t::$column>>, _>(&self.$column)?;
                )*
                Ok(())
            }
        }
    };
}

pub(super) use columns;
