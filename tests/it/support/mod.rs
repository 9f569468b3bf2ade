//! What the tests stand on.

pub(crate) mod db;
pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod hub;
pub(crate) mod ledger;
pub(crate) mod observe;
#[cfg(feature = "postgres-system")]
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod raw;

/// What a test body answers; any error fails the test with its text.
pub(crate) type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Makes one test for each database from one body.
macro_rules! contract {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDb) $body:block)+) => {
        $($(#[$meta])* mod $name {
            use super::*;

            async fn body($db: $crate::support::db::TestDb) -> $crate::support::TestResult {
                $body
                Ok(())
            }

            #[cfg(feature = "sqlite")]
            #[tokio::test]
            async fn sqlite() -> $crate::support::TestResult {
                body($crate::support::db::TestDb::sqlite()?).await
            }

            #[cfg(feature = "postgres-system")]
            #[tokio::test]
            async fn postgres() -> $crate::support::TestResult {
                match $crate::support::db::TestDb::postgres()? {
                    Some(db) => body(db).await,
                    None => Ok(()),
                }
            }
        })+
    };
}
pub(crate) use contract;
