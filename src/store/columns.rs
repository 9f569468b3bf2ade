//! How the model's types and JSON lie in columns, the same way in both databases.
//!
//! Times are `TIMESTAMP` in UTC, ids are integers, closed lists and JSON are `TEXT`. It owns
//! these conversions and must not know any table.

use crate::model::{
    BackfillState, ChatId, ChatKind, FileKind, FileUuid, GapCause, KeyId, MediaClass, MediaState,
    MessageBox, MessageId, ObjectName, SessionId, SessionName, StoredState, TenantId, TenantUserId,
    UserId, UtcTime,
};
use crate::store::backend::MultiBackend;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::define_sql_function;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Integer, Nullable, SingleValue, Text, Timestamp};
use serde_json::Value;
use std::borrow::Cow;

/// Lets a type of the model stand where Diesel wants a column's value.
macro_rules! column {
    ($proxy:ident($inner:ty) as $sql:ty) => {
        #[derive(FromSqlRow, AsExpression)]
        #[diesel(foreign_derive)]
        #[diesel(sql_type = $sql)]
        #[expect(dead_code, reason = "only its derived implementations are used")]
        struct $proxy($inner);
    };
    ($proxy:ident($inner:ident: $plain:ty) as $sql:ty) => {
        column!($proxy($inner) as $sql);

        impl<DB: Backend> ToSql<$sql, DB> for $inner
        where
            $plain: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<$sql, DB> for $inner
        where
            $plain: FromSql<$sql, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                <$plain>::from_sql(bytes).map(Self)
            }
        }
    };
}

column!(SessionIdColumn(SessionId: i64) as BigInt);
column!(ChatIdColumn(ChatId: i64) as BigInt);
column!(UserIdColumn(UserId: i64) as BigInt);
column!(TenantIdColumn(TenantId: i64) as BigInt);
column!(TenantUserIdColumn(TenantUserId: i64) as BigInt);
column!(KeyIdColumn(KeyId: i64) as BigInt);
column!(MessageIdColumn(MessageId: i32) as Integer);
column!(UtcTimeColumn(UtcTime) as Timestamp);
column!(SessionNameColumn(SessionName) as Text);
column!(StoredStateColumn(StoredState) as Text);
column!(ChatKindColumn(ChatKind) as Text);
column!(MessageBoxColumn(MessageBox: i64) as BigInt);
column!(GapCauseColumn(GapCause) as Text);
column!(BackfillStateColumn(BackfillState) as Text);
column!(MediaClassColumn(MediaClass) as Text);
column!(FileKindColumn(FileKind) as Text);
column!(MediaStateColumn(MediaState) as Text);
column!(FileUuidColumn(FileUuid) as Text);
column!(ObjectNameColumn(ObjectName) as Text);

/// The instant as the databases hold it, within the years whose texts sort as times do.
fn naive(time: UtcTime) -> NaiveDateTime {
    let earliest = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN);
    let latest = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    time.as_datetime()
        .naive_utc()
        .clamp(earliest.into(), latest.into())
}

#[cfg(feature = "sqlite")]
impl ToSql<Timestamp, diesel::sqlite::Sqlite> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::sqlite::Sqlite>) -> serialize::Result {
        out.set_value(naive(*self).format("%F %T%.f").to_string());
        Ok(IsNull::No)
    }
}

#[cfg(feature = "postgres-system")]
impl ToSql<Timestamp, diesel::pg::Pg> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::pg::Pg>) -> serialize::Result {
        ToSql::<Timestamp, diesel::pg::Pg>::to_sql(&naive(*self), &mut out.reborrow())
    }
}

impl ToSql<Timestamp, MultiBackend> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Timestamp, self));
        Ok(IsNull::No)
    }
}

impl<DB: Backend> FromSql<Timestamp, DB> for UtcTime
where
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let time = NaiveDateTime::from_sql(bytes)?;
        Ok(Self::from(DateTime::from_naive_utc_and_offset(
            time,
            chrono::Utc,
        )))
    }
}

/// A closed list or a checked text, by its text.
macro_rules! text_column {
    ($inner:ty, $as_str:expr, $parse:expr) => {
        impl<DB: Backend> ToSql<Text, DB> for $inner
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<Text, DB>::to_sql($as_str(self), out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $inner
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                $parse(&text).ok_or_else(|| format!("`{text}` is no {}", stringify!($inner)).into())
            }
        }
    };
}

text_column!(SessionName, SessionName::as_str, |text| {
    SessionName::parse(text).ok()
});
text_column!(
    StoredState,
    |state: &StoredState| state.as_str(),
    StoredState::parse
);
text_column!(GapCause, |cause: &GapCause| cause.as_str(), GapCause::parse);
text_column!(
    BackfillState,
    |state: &BackfillState| state.as_str(),
    BackfillState::parse
);
text_column!(ChatKind, |kind: &ChatKind| kind.as_str(), ChatKind::parse);
text_column!(
    MediaClass,
    |class: &MediaClass| class.as_str(),
    MediaClass::parse
);
text_column!(FileKind, |kind: &FileKind| kind.as_str(), FileKind::parse);
text_column!(
    MediaState,
    |state: &MediaState| state.as_str(),
    MediaState::parse
);

/// A text that is made anew each time, which every database takes by value.
macro_rules! made_text_column {
    ($inner:ty) => {
        #[cfg(feature = "sqlite")]
        impl ToSql<Text, diesel::sqlite::Sqlite> for $inner {
            fn to_sql<'b>(
                &'b self,
                out: &mut Output<'b, '_, diesel::sqlite::Sqlite>,
            ) -> serialize::Result {
                out.set_value(self.to_string());
                Ok(IsNull::No)
            }
        }

        #[cfg(feature = "postgres-system")]
        impl ToSql<Text, diesel::pg::Pg> for $inner {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::pg::Pg>) -> serialize::Result {
                ToSql::<Text, diesel::pg::Pg>::to_sql(&self.to_string(), &mut out.reborrow())
            }
        }

        impl ToSql<Text, MultiBackend> for $inner {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((Text, self));
                Ok(IsNull::No)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $inner
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                Self::parse(&text)
                    .ok_or_else(|| format!("`{text}` is no {}", stringify!($inner)).into())
            }
        }
    };
}

made_text_column!(FileUuid);
made_text_column!(ObjectName);

/// JSON in a text column, for reading.
pub struct Json(Value);

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        json.0
    }
}

impl<DB: Backend> Queryable<Text, DB> for Json
where
    String: FromSql<Text, DB>,
{
    type Row = String;

    fn build(text: String) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(&text)?))
    }
}

/// JSON in a text column that may be NULL.
pub struct MaybeJson(Option<Value>);

impl From<MaybeJson> for Option<Value> {
    fn from(json: MaybeJson) -> Self {
        json.0
    }
}

impl<DB: Backend> Queryable<Nullable<Text>, DB> for MaybeJson
where
    String: FromSql<Text, DB>,
{
    type Row = Option<String>;

    fn build(text: Option<String>) -> deserialize::Result<Self> {
        let value = text.as_deref().map(serde_json::from_str).transpose()?;
        Ok(Self(value))
    }
}

/// The text without NUL, which PostgreSQL cannot hold and Telegram does not forbid.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

define_sql_function! {
    /// The first of two values that is not NULL.
    #[sql_name = "COALESCE"]
    fn coalesce<T: SingleValue>(first: Nullable<T>, second: Nullable<T>) -> Nullable<T>;
}
