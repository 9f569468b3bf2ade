//! The store of objects, in a folder and in a bucket.

use super::pattern;
use super::s3::Server;
use crate::support::TestResult;
use futures_util::TryStreamExt as _;
use std::ops::Range;
use std::sync::Arc;
use telegram_hub::config::MediaPlace;
use telegram_hub::model::{ObjectName, StoredObject};
use telegram_hub::objects::{Arrived, Error, Objects};

async fn written(objects: &Arc<Objects>, bytes: &[u8]) -> Result<Arrived, Error> {
    let mut incoming = objects.begin()?;
    for chunk in bytes.chunks(700_000) {
        incoming.write(chunk).await?;
    }
    incoming.finish().await
}

async fn read(
    objects: &Arc<Objects>,
    object: StoredObject,
    range: Range<u64>,
) -> Result<Vec<u8>, Error> {
    let parts: Vec<_> = objects.read(object, range).await?.try_collect().await?;
    Ok(parts.concat())
}

async fn names(objects: &Objects) -> Result<Vec<ObjectName>, Error> {
    objects.list().try_collect().await
}

/// What holds for objects wherever they are.
async fn keeps_objects(objects: &Arc<Objects>) -> TestResult {
    objects.probe().await?;
    let large = pattern(11_000_077);
    for bytes in [&large[..], &large[..5 * 1024 * 1024], b"small", b""] {
        keeps(objects, bytes).await?;
    }
    // What is given up goes away.
    drop(written(objects, &large).await?);
    let mut begun = objects.begin()?;
    begun.write(&large).await?;
    drop(begun);
    objects.clean().await;
    assert_eq!(objects.sweep().await?, 0);
    Ok(())
}

/// One object from its first byte to its deletion.
async fn keeps(objects: &Arc<Objects>, bytes: &[u8]) -> TestResult {
    let arrived = written(objects, bytes).await?;
    let object = arrived.object();
    assert_eq!(object.size, bytes.len() as u64);
    assert!(names(objects).await?.is_empty());
    objects.put(arrived).await?;
    reads(objects, object, bytes).await?;
    // The same bytes come to the same place.
    objects.put(written(objects, bytes).await?).await?;
    assert_eq!(names(objects).await?, [object.name]);
    objects.delete(object.name).await?;
    objects.delete(object.name).await?;
    let gone = read(objects, object, 0..object.size).await;
    assert!(matches!(gone, Err(Error::Missing)));
    Ok(())
}

/// An object comes back whole and in parts, and only as what it is.
async fn reads(objects: &Arc<Objects>, object: StoredObject, bytes: &[u8]) -> TestResult {
    let size = object.size;
    assert!(read(objects, object, 0..size).await? == bytes);
    if size > 4 {
        assert_eq!(read(objects, object, 1..4).await?, bytes[1..4]);
        let end = read(objects, object, size - 2..size).await?;
        assert_eq!(end, bytes[bytes.len() - 2..]);
    }
    let longer = StoredObject {
        size: size + 1,
        ..object
    };
    let cut = read(objects, longer, 0..1).await;
    assert!(matches!(cut, Err(Error::Missing)));
    Ok(())
}

#[tokio::test]
async fn a_folder_keeps_objects() -> TestResult {
    let folder = tempfile::tempdir()?;
    let place = MediaPlace::Folder(folder.path().to_owned());
    keeps_objects(&Objects::open(&place)?).await
}

#[tokio::test]
async fn a_bucket_keeps_objects_below_its_prefix() -> TestResult {
    let Some(server) = Server::given() else {
        return Ok(());
    };
    let bucket = server.bucket().await?;
    let [one, other] = ["some/where", "else"].map(|prefix| bucket.below(prefix));
    let one = Objects::open(&one)?;
    let other = Objects::open(&other)?;
    let kept = written(&other, b"in another place").await?;
    other.put(kept).await?;
    keeps_objects(&one).await?;
    assert_eq!(names(&other).await?.len(), 1);
    let name = names(&other).await?.pop().ok_or("an object")?;
    let location = other.location(name);
    assert!(
        location.starts_with("s3://") && location.contains("/else/objects/"),
        "{location}"
    );
    Ok(())
}

#[tokio::test]
async fn a_later_run_sweeps_the_temporary_objects_of_a_bucket() -> TestResult {
    let Some(server) = Server::given() else {
        return Ok(());
    };
    let place = server.bucket().await?.below("");
    let first = Objects::open(&place)?;
    std::mem::forget(written(&first, &pattern(6_000_000)).await?);
    let second = Objects::open(&place)?;
    assert_eq!(second.sweep().await?, 1);
    assert_eq!(second.sweep().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_is_not_there_takes_nothing_and_says_so() -> TestResult {
    let Some(server) = Server::given() else {
        return Ok(());
    };
    let place = server.missing_bucket();
    let objects = Objects::open(&place)?;
    let small = written(&objects, b"small").await?;
    assert!(matches!(objects.put(small).await, Err(Error::Away(_))));
    assert!(objects.is_away() && objects.begin().is_err());
    Ok(())
}
