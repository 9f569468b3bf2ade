//! How types of the model are read from rows.
//!
//! Diesel's derives stand on a type, and the model must not know Diesel; a row type of its own
//! beside each type of the model would say every field twice more.

/// Lets a type of the model be read by `as_select()`: each field as what, and from which column.
macro_rules! read_as {
    ($model:ty { $($field:ident: $type:ty = $table:ident::$column:ident,)* }) => {
        impl<DB: diesel::backend::Backend> diesel::Selectable<DB> for $model {
            type SelectExpression = ($($table::$column,)*);

            fn construct_selection() -> Self::SelectExpression {
                ($($table::$column,)*)
            }
        }

        impl<ST, DB: diesel::backend::Backend> diesel::Queryable<ST, DB> for $model
        where
            ($($type,)*): diesel::deserialize::FromStaticSqlRow<ST, DB>,
        {
            type Row = ($($type,)*);

            fn build(($($field,)*): Self::Row) -> diesel::deserialize::Result<Self> {
                Ok(Self { $($field: $field.into(),)* })
            }
        }
    };
}

pub(in crate::store) use read_as;
