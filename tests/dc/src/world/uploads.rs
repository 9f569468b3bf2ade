//! Uploads in progress: which parts of which file each key has sent.
//!
//! Owns the rules of a part's number and size, and how long parts are kept that nobody uses. The
//! bytes are `storage`'s. Source: <https://core.telegram.org/api/files>.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ids::KeyId;
use super::refusal::Refusal;
use crate::storage::{MAX_PART, MAX_PARTS, PartFile, count_of};

/// Parts are kept so long after the last of them has come.
const KEPT: Duration = Duration::from_hours(1);
/// Uploads of one key that are kept at once; the oldest makes room.
const MAX_UPLOADS: usize = 256;

/// Which method parts come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `upload.saveFilePart`, for at most 10 MiB.
    Small,
    /// `upload.saveBigFilePart`.
    Big,
}

/// One part as it is announced.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The client's number for the file.
    pub file_id: i64,
    /// From 0.
    pub number: usize,
    /// By which method it came.
    pub method: Method,
    /// How many there are, once the client knows.
    pub total: Option<usize>,
}

#[derive(Debug)]
struct Upload {
    parts: Arc<PartFile>,
    method: Method,
    total: Option<usize>,
    touched: Instant,
    /// True once a message was made of it: whatever comes now is another file.
    is_used: bool,
}

/// All uploads.
#[derive(Debug, Default)]
pub struct Uploads(HashMap<KeyId, HashMap<i64, Upload>>);

impl Part {
    /// Checks what can be checked of a part alone. `total` is -1 as long as it is not known.
    ///
    /// # Errors
    /// 400 `FILE_PART_EMPTY`, `FILE_PART_TOO_BIG`, `FILE_PARTS_INVALID`, `FILE_PART_INVALID`.
    pub fn check(
        file_id: i64,
        number: i32,
        method: Method,
        total: i32,
        len: usize,
    ) -> Result<Self, Refusal> {
        match len {
            0 => return Err(Refusal::bad("FILE_PART_EMPTY")),
            1..=MAX_PART => {}
            _ => return Err(Refusal::bad("FILE_PART_TOO_BIG")),
        }
        let total = (total != -1).then(|| count_of(total)).transpose()?;
        let number = usize::try_from(number)
            .ok()
            .filter(|number| *number < total.unwrap_or(MAX_PARTS))
            .ok_or_else(|| Refusal::bad("FILE_PART_INVALID"))?;
        Ok(Self {
            file_id,
            number,
            method,
            total,
        })
    }

    /// Whether it is the last one, if that is known.
    pub fn is_last(&self) -> Option<bool> {
        self.total.map(|total| self.number + 1 == total)
    }
}

impl Uploads {
    /// Where a part belongs; `None` if it is the first of its file.
    ///
    /// # Errors
    /// 400 `FILE_PARTS_INVALID` when the number of parts, or the method, is not what it was.
    pub fn find(&mut self, key: KeyId, part: &Part) -> Result<Option<Arc<PartFile>>, Refusal> {
        let uploads = self.0.get_mut(&key);
        let upload = uploads.and_then(|uploads| uploads.get_mut(&part.file_id));
        let Some(upload) = upload.filter(|upload| !upload.is_used) else {
            return Ok(None);
        };
        let is_same = part
            .total
            .is_none_or(|total| upload.total.is_none_or(|t| t == total));
        if !is_same || upload.method != part.method {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        upload.total = upload.total.or(part.total);
        upload.touched = Instant::now();
        Ok(Some(Arc::clone(&upload.parts)))
    }

    /// Begins a file with `fresh`, unless another of its parts has just done so.
    ///
    /// # Errors
    /// As [`Uploads::find`].
    pub fn begin(
        &mut self,
        key: KeyId,
        part: &Part,
        fresh: PartFile,
    ) -> Result<Arc<PartFile>, Refusal> {
        if let Some(parts) = self.find(key, part)? {
            return Ok(parts);
        }
        self.forget_old();
        let uploads = self.0.entry(key).or_default();
        if uploads.len() >= MAX_UPLOADS {
            let oldest = uploads.iter().min_by_key(|(_, upload)| upload.touched);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                uploads.remove(&oldest);
            }
        }
        let parts = Arc::new(fresh);
        let upload = Upload {
            parts: Arc::clone(&parts),
            method: part.method,
            total: part.total,
            touched: Instant::now(),
            is_used: false,
        };
        uploads.insert(part.file_id, upload);
        Ok(parts)
    }

    /// The parts of a file that a message is made of. They stay for further messages.
    ///
    /// # Errors
    /// 400 `FILE_PART_0_MISSING` for a file that nobody has uploaded by this method;
    /// `FILE_PARTS_INVALID` when another number of parts was announced.
    pub fn take(
        &mut self,
        key: KeyId,
        file_id: i64,
        method: Method,
        count: i32,
    ) -> Result<Arc<PartFile>, Refusal> {
        let count = count_of(count)?;
        let uploads = self.0.get_mut(&key);
        let upload = uploads
            .and_then(|uploads| uploads.get_mut(&file_id))
            .filter(|upload| upload.method == method)
            .ok_or_else(|| Refusal::bad("FILE_PART_0_MISSING"))?;
        if upload.total.is_some_and(|total| total != count) {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        upload.is_used = true;
        Ok(Arc::clone(&upload.parts))
    }

    /// Drops what a key has uploaded.
    pub fn forget_key(&mut self, key: KeyId) {
        self.0.remove(&key);
    }

    fn forget_old(&mut self) {
        for uploads in self.0.values_mut() {
            uploads.retain(|_, upload| upload.touched.elapsed() < KEPT);
        }
        self.0.retain(|_, uploads| !uploads.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: KeyId = KeyId(1);

    fn part(number: i32, total: i32, len: usize) -> Result<Part, Refusal> {
        Part::check(5, number, Method::Big, total, len)
    }

    #[test]
    fn a_part_has_a_number_and_a_size_that_can_be() {
        let name = |number, total, len| part(number, total, len).unwrap_err().name;
        assert_eq!(name(0, 1, 0), "FILE_PART_EMPTY");
        assert_eq!(name(0, 1, MAX_PART + 1), "FILE_PART_TOO_BIG");
        assert_eq!(name(-1, -1, 1), "FILE_PART_INVALID");
        assert_eq!(name(4000, -1, 1), "FILE_PART_INVALID");
        assert_eq!(name(3, 3, 1), "FILE_PART_INVALID");
        assert_eq!(name(0, 0, 1), "FILE_PARTS_INVALID");
        assert_eq!(name(0, 4001, 1), "FILE_PARTS_INVALID");
        assert_eq!(part(2, 3, 1).unwrap().is_last(), Some(true));
    }

    #[test]
    fn a_streamed_upload_tells_its_number_of_parts_late_and_once() {
        let mut uploads = Uploads::default();
        let fresh = || PartFile::create().unwrap();
        let first = part(0, -1, 1024).unwrap();
        let parts = uploads.begin(KEY, &first, fresh()).unwrap();
        let last = part(1, 2, 10).unwrap();
        let same = uploads.begin(KEY, &last, fresh()).unwrap();
        assert!(Arc::ptr_eq(&parts, &same));
        let other = uploads.find(KEY, &part(1, 3, 10).unwrap());
        assert_eq!(other.unwrap_err().name, "FILE_PARTS_INVALID");
        let short = uploads.take(KEY, 5, Method::Big, 1);
        assert_eq!(short.unwrap_err().name, "FILE_PARTS_INVALID");
        assert!(uploads.take(KEY, 5, Method::Big, 2).is_ok());
        // The next part under this number is another file's.
        assert!(uploads.find(KEY, &first).unwrap().is_none());
        uploads.forget_key(KEY);
        let gone = uploads.take(KEY, 5, Method::Big, 2);
        assert_eq!(gone.unwrap_err().name, "FILE_PART_0_MISSING");
    }
}
