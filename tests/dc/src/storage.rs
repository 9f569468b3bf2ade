//! Uploaded bytes on disk: a file without a name for each upload, read and written in place.
//!
//! Owns the temporary files, which vanish with their last user or with the process, and where a
//! part lies in them. It knows neither accounts nor what the bytes are.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::world::random::random;
use crate::world::refusal::Refusal;

/// The largest part of an upload, in bytes; every part has a place of this size, so that the last
/// one may come before it is known how large the others are.
pub const MAX_PART: usize = 512 * 1024;
/// Parts of one upload, at most.
pub const MAX_PARTS: usize = 4000;

/// An upload in progress.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    /// Bytes of each part that has come.
    lengths: Mutex<Vec<Option<usize>>>,
}

/// An upload that is complete, or bytes that a script brought along. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct Blob {
    parts: Arc<PartFile>,
    part_size: usize,
    len: u64,
}

impl PartFile {
    /// An empty file in the system's folder for temporary files, already without a name.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create() -> io::Result<Self> {
        let name = format!("local-dc-{:032x}", u128::from_le_bytes(random()));
        let path = env::temp_dir().join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        fs::remove_file(&path)?;
        Ok(Self {
            file,
            lengths: Mutex::default(),
        })
    }

    /// Writes a part, again if it was there before. `is_last` is known of some uploads only.
    ///
    /// # Errors
    /// 400 `FILE_PART_SIZE_INVALID` for a size that only a last part may have, if others follow;
    /// 500 `INTERNAL` when the disk refuses.
    pub fn put(&self, part: usize, bytes: &[u8], is_last: Option<bool>) -> Result<(), Refusal> {
        let followed = self.lengths().len() > part + 1;
        if !is_regular(bytes.len()) && (followed || is_last == Some(false)) {
            return Err(Refusal::bad("FILE_PART_SIZE_INVALID"));
        }
        self.file
            .write_all_at(bytes, place(part))
            .map_err(|error| broken(&error))?;
        let mut lengths = self.lengths();
        if lengths.len() <= part {
            lengths.resize(part + 1, None);
        }
        if let Some(length) = lengths.get_mut(part) {
            *length = Some(bytes.len());
        }
        Ok(())
    }

    /// The whole of an upload of `count` parts.
    ///
    /// # Errors
    /// 400 `FILE_PARTS_INVALID` for a number of parts that cannot be, `FILE_PART_n_MISSING`,
    /// `FILE_PART_SIZE_INVALID`, `FILE_PART_SIZE_CHANGED` when parts but the last differ in size,
    /// `FILE_PART_LENGTH_INVALID` for a last one that is larger than the others.
    pub fn whole(self: &Arc<Self>, count: i32) -> Result<Blob, Refusal> {
        let lengths = self.lengths();
        let count = count_of(count)?;
        let length = |part: usize| {
            let length = lengths.get(part).copied().flatten();
            length.ok_or_else(|| Refusal::bad(&format!("FILE_PART_{part}_MISSING")))
        };
        let part_size = length(0)?;
        for part in 0..count - 1 {
            if length(part)? != part_size {
                return Err(Refusal::bad("FILE_PART_SIZE_CHANGED"));
            }
        }
        let last = length(count - 1)?;
        if lengths.len() > count {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        if count > 1 && !is_regular(part_size) {
            return Err(Refusal::bad("FILE_PART_SIZE_INVALID"));
        }
        if last > part_size {
            return Err(Refusal::bad("FILE_PART_LENGTH_INVALID"));
        }
        Ok(Blob {
            parts: Arc::clone(self),
            part_size,
            len: (part_size * (count - 1) + last) as u64,
        })
    }

    fn lengths(&self) -> MutexGuard<'_, Vec<Option<usize>>> {
        self.lengths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blob {
    /// Bytes that did not come in parts.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn of(bytes: &[u8]) -> io::Result<Self> {
        let parts = PartFile::create()?;
        parts.file.write_all_at(bytes, 0)?;
        Ok(Self {
            parts: Arc::new(parts),
            part_size: MAX_PART,
            len: bytes.len() as u64,
        })
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// At most `limit` bytes from `offset` on; none behind the end.
    ///
    /// # Errors
    /// 500 `INTERNAL` when the disk refuses.
    pub fn read(&self, offset: u64, limit: usize) -> Result<Vec<u8>, Refusal> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(limit)];
        let mut offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut rest = bytes.as_mut_slice();
        while !rest.is_empty() {
            let (part, within) = (offset / self.part_size, offset % self.part_size);
            let here = rest.len().min(self.part_size - within);
            let (now, later) = rest.split_at_mut(here);
            self.parts
                .file
                .read_exact_at(now, place(part) + within as u64)
                .map_err(|error| broken(&error))?;
            offset += here;
            rest = later;
        }
        Ok(bytes)
    }

    /// The MD5 of all bytes, in lower-case hexadecimal digits.
    ///
    /// # Errors
    /// 500 `INTERNAL` when the disk refuses.
    pub fn md5(&self) -> Result<String, Refusal> {
        let mut context = md5::Context::new();
        let mut offset = 0;
        while offset < self.len {
            let bytes = self.read(offset, MAX_PART)?;
            context.consume(&bytes);
            offset += bytes.len() as u64;
        }
        Ok(format!("{:x}", context.finalize()))
    }
}

/// A number of parts that an upload may have.
///
/// # Errors
/// 400 `FILE_PARTS_INVALID`.
pub fn count_of(count: i32) -> Result<usize, Refusal> {
    usize::try_from(count)
        .ok()
        .filter(|count| (1..=MAX_PARTS).contains(count))
        .ok_or_else(|| Refusal::bad("FILE_PARTS_INVALID"))
}

/// Whether a part that is not the last may have this size.
fn is_regular(len: usize) -> bool {
    len > 0 && len.is_multiple_of(1024) && MAX_PART.is_multiple_of(len)
}

fn place(part: usize) -> u64 {
    part as u64 * MAX_PART as u64
}

fn broken(error: &io::Error) -> Refusal {
    log::error!("a temporary file: {error}");
    Refusal::new(500, "INTERNAL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploaded(parts: &[(usize, &[u8])]) -> Arc<PartFile> {
        let file = PartFile::create().unwrap();
        for (part, bytes) in parts {
            file.put(*part, bytes, None).unwrap();
        }
        Arc::new(file)
    }

    #[test]
    fn parts_may_come_in_any_order_and_are_read_across_their_borders() {
        let bytes: Vec<u8> = (0..2500_u32).map(|n| n.to_le_bytes()[0]).collect();
        let file = uploaded(&[
            (2, &bytes[2048..]),
            (0, &bytes[..1024]),
            (1, &bytes[1024..2048]),
        ]);
        let whole = file.whole(3).unwrap();
        assert_eq!(whole.len(), 2500);
        assert_eq!(whole.read(0, 5000).unwrap(), bytes);
        assert_eq!(whole.read(1000, 1100).unwrap(), bytes[1000..2100]);
        assert!(whole.read(2500, 10).unwrap().is_empty());
        assert_eq!(whole.md5().unwrap(), format!("{:x}", md5::compute(&bytes)));
    }

    #[test]
    fn what_does_not_fit_together_is_refused_by_name() {
        let name = |file: &Arc<PartFile>, count| file.whole(count).unwrap_err().name;
        let kilobyte = [7; 1024];
        assert_eq!(name(&uploaded(&[]), 1), "FILE_PART_0_MISSING");
        let hole = uploaded(&[(0, &kilobyte), (2, &kilobyte)]);
        assert_eq!(name(&hole, 3), "FILE_PART_1_MISSING");
        assert_eq!(name(&hole, 0), "FILE_PARTS_INVALID");
        let two = uploaded(&[(0, &kilobyte), (1, &kilobyte)]);
        assert_eq!(name(&two, 1), "FILE_PARTS_INVALID");
        let growing = uploaded(&[(0, &kilobyte), (1, &[7; 2048])]);
        assert_eq!(name(&growing, 2), "FILE_PART_LENGTH_INVALID");
        let changing = uploaded(&[(0, &kilobyte), (1, &[7; 2048]), (2, &kilobyte)]);
        assert_eq!(name(&changing, 3), "FILE_PART_SIZE_CHANGED");
        let odd = two.put(0, &[7; 1000], None).unwrap_err();
        assert_eq!(odd.name, "FILE_PART_SIZE_INVALID");
    }
}
