//! A hub whose files are kept in a bucket. The server is that of `tests/with-s3`.

use super::{Failure, document, given, kept, read};
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use telegram_hub::config::{Bucket, MediaPlace};
use telegram_hub::model::MediaState;

/// A server that speaks S3.
pub(super) struct Server {
    url: String,
}

/// A bucket of a test's own.
pub(super) struct TestBucket {
    url: String,
    name: String,
}

impl Server {
    /// That of `HUB_TEST_S3_URL`.
    ///
    /// `None` without that variable, unless `HUB_TEST_REQUIRE_S3=1` makes this a failure.
    #[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
    pub(super) fn given() -> Option<Self> {
        if let Ok(url) = std::env::var("HUB_TEST_S3_URL") {
            return Some(Self { url });
        }
        let required = std::env::var("HUB_TEST_REQUIRE_S3").is_ok_and(|value| value == "1");
        assert!(!required, "HUB_TEST_S3_URL is not set");
        eprintln!("SKIPPED: HUB_TEST_S3_URL is not set");
        None
    }

    pub(super) async fn bucket(&self) -> Result<TestBucket, Failure> {
        let name = format!("test-{}", uuid::Uuid::new_v4().simple());
        let made = reqwest::Client::new().put(format!("{}/{name}", self.url));
        made.send().await?.error_for_status()?;
        Ok(TestBucket {
            url: self.url.clone(),
            name,
        })
    }

    pub(super) fn missing_bucket(&self) -> MediaPlace {
        let (url, name) = (self.url.clone(), "missing".to_owned());
        TestBucket { url, name }.below("")
    }
}

impl TestBucket {
    /// What comes below a prefix.
    pub(super) fn below(&self, prefix: &str) -> MediaPlace {
        MediaPlace::Bucket(Bucket {
            name: self.name.clone(),
            prefix: prefix.to_owned(),
            endpoint: Some(self.url.clone()),
            region: Some("us-east-1".to_owned()),
            key: Some(("test".to_owned(), "secret".into())),
        })
    }
}

/// The settings of a hub whose files are kept in a bucket.
fn options(server: &str, bucket: &str) -> Options {
    let flags = [
        format!("--media-url=s3://{bucket}/hub"),
        format!("--media-s3-endpoint={server}"),
        "--media-s3-region=us-east-1".to_owned(),
        "--media-s3-access-key-id=test".to_owned(),
        "--media-s3-secret-access-key=a-secret-of-the-test".to_owned(),
    ];
    Options {
        flags: flags.to_vec(),
        ..Options::default()
    }
}

contract! {
    async fn a_file_is_kept_in_a_bucket(db: TestDb) {
        let Some(server) = Server::given() else {
            return Ok(());
        };
        let options = options(&server.url, &server.bucket().await?.name);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("alice", "+15550000001").await?;
        for bytes in [vec![1; 3_000], vec![2; 6_000_000]] {
            let id = given(&hub, "alice", &document("a.bin", &bytes)).await?;
            let file = kept(&hub, "alice", id).await?;
            assert!(read(&hub, "alice", &file).await? == bytes);
        }
        hub.stop().await?;
    }

    async fn a_bucket_that_is_away_stops_nothing_else(db: TestDb) {
        // Nobody listens there.
        let options = options("http://127.0.0.1:9", "bucket");
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Skipped);
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["media_store"], "unavailable");
        assert_eq!(hub.client.state("alice").await?, "online");
        hub.stop().await?;
    }
}
