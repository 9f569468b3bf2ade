//! Objects in a folder. What holds for buckets too is among the integration tests.

use super::*;
use crate::config::MediaPlace;
use crate::objects::incoming::PART_BYTES;
use std::path::Path as FilePath;

fn in_folder(folder: &FilePath) -> Arc<Objects> {
    Objects::open(&MediaPlace::Folder(folder.to_owned())).expect("a folder")
}

async fn written(objects: &Arc<Objects>, bytes: &[u8]) -> Arrived {
    let mut incoming = objects.begin().expect("the store is there");
    for chunk in bytes.chunks(700_000) {
        incoming.write(chunk).await.expect("written");
    }
    incoming.finish().await.expect("finished")
}

async fn names(objects: &Objects) -> Vec<ObjectName> {
    objects.list().try_collect().await.expect("listed")
}

fn files(folder: &FilePath) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn a_folder_has_a_file_for_each_object_and_nothing_of_what_was_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = in_folder(folder.path());
    let large = vec![7; PART_BYTES * 2 + 1];
    drop(written(&objects, &large).await);
    let mut begun = objects.begin().expect("begun");
    begun.write(&large).await.expect("written");
    drop(begun);
    objects.clean().await;
    assert_eq!((objects.leftovers.len(), files(folder.path())), (0, 0));
    let arrived = written(&objects, b"abc").await;
    let name = arrived.object().name;
    objects.put(arrived).await.expect("put in place");
    let path = objects.location(name);
    assert!(
        path.ends_with(
            "objects/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    );
    assert_eq!(std::fs::read(path).expect("a file"), b"abc");
}

#[tokio::test]
async fn a_later_run_sweeps_what_a_crash_has_left_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = in_folder(folder.path());
    let large = vec![7; PART_BYTES + 1];
    let mut begun = first.begin().expect("begun");
    begun.write(&large).await.expect("written");
    let arrived = written(&first, &large).await;
    let kept = written(&first, b"kept").await;
    first.put(kept).await.expect("put in place");
    assert_eq!(files(folder.path()), 3);
    // The process is gone before it could do anything about these.
    std::mem::forget((begun, arrived));
    let second = in_folder(folder.path());
    let under_way = written(&second, &large).await;
    assert_eq!(second.sweep().await.expect("swept"), 1);
    assert_eq!(files(folder.path()), 2);
    second.put(under_way).await.expect("put in place");
    assert_eq!(names(&second).await.len(), 2);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_noticed_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = in_folder(folder.path());
    let arrived = written(&objects, b"abc").await;
    std::fs::write(folder.path().join(OBJECTS), b"in the way").expect("a file");
    assert!(matches!(objects.put(arrived).await, Err(Error::Away(_))));
    assert!(objects.is_away() && objects.begin().is_err());
    std::fs::remove_file(folder.path().join(OBJECTS)).expect("removed");
    objects.probe().await.expect("it can be written");
    assert!(!objects.is_away() && objects.begin().is_ok());
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_with_its_name() {
    let refused = Objects::open(&MediaPlace::Folder("/proc/none/media".into()));
    let text = refused.err().map(|error| error.to_string());
    assert!(text.is_some_and(|text| text.contains("/proc/none/media")));
}
