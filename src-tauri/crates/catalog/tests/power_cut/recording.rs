//! Records what SQLite does to its files: a thin layer around the storage layer of the system, through which every
//! connection of this program goes.
//!
//! Only writing, truncating, syncing, opening and deleting are looked at, each after it was done; everything else
//! goes straight to the layer below. Files outside the recorded folder are not synced: they are disks that the test
//! makes by the hundred, and throws away.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

/// One thing done to a file, in the order in which they were done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The file was made.
    Create(String),
    Write {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    /// Everything before this is on the disk, as far as this file is concerned.
    Sync(String),
    Delete {
        file: String,
        /// So is the deletion.
        synced: bool,
    },
    /// The test's own: what `commit` number so-and-so stored was reported as stored.
    Reported(usize),
}

#[derive(Default)]
struct Recording {
    /// Files in it are recorded.
    folder: Option<PathBuf>,
    events: Vec<Event>,
    /// By the address of SQLite's handle: its name, and the functions of the layer below.
    open: HashMap<usize, (String, ffi::sqlite3_io_methods)>,
}

static RECORDING: OnceLock<Mutex<Recording>> = OnceLock::new();

/// The layer below: an address that stays for as long as the program runs.
static BELOW: OnceLock<usize> = OnceLock::new();

/// Records everything that SQLite does to the files in `folder` until [`finish`].
pub fn start(folder: &Path) {
    BELOW.get_or_init(|| {
        // SAFETY: SQLite's own layer is found by no name, lives for ever and may be copied; the copy is never freed.
        unsafe {
            let below = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut layer = *below;
            layer.zName = c"recorded".as_ptr();
            layer.pNext = std::ptr::null_mut();
            layer.xOpen = Some(open);
            layer.xDelete = Some(delete);
            let layer = Box::leak(Box::new(layer));
            assert_eq!(ffi::sqlite3_vfs_register(layer, 1), ffi::SQLITE_OK);
            below as usize
        }
    });
    let mut recording = recording();
    recording.folder = Some(folder.to_owned());
    recording.events.clear();
}

/// Notes that everything up to the commit of this number was reported as stored.
pub fn reported(commits: usize) {
    recording().events.push(Event::Reported(commits));
}

/// Ends the recording and gives it.
pub fn finish() -> Vec<Event> {
    let mut recording = recording();
    recording.folder = None;
    std::mem::take(&mut recording.events)
}

fn recording() -> MutexGuard<'static, Recording> {
    let recording = RECORDING.get_or_init(Mutex::default);
    recording.lock().unwrap_or_else(PoisonError::into_inner)
}

fn below() -> *mut ffi::sqlite3_vfs {
    *BELOW.get().expect("found before anything is opened") as *mut ffi::sqlite3_vfs
}

/// The name of a file in the recorded folder; `None` for all others, temporary ones too.
///
/// # Safety
/// `path` is null or a string that ends in a zero.
unsafe fn recorded_name(path: *const c_char) -> Option<String> {
    if path.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    let path = PathBuf::from(unsafe { CStr::from_ptr(path) }.to_str().ok()?);
    let folder = recording().folder.clone()?;
    let inside = path.parent() == Some(&folder);
    inside.then(|| Some(path.file_name()?.to_str()?.to_owned()))?
}

/// The name and the functions below of an open file that is recorded.
fn recorded(file: *mut ffi::sqlite3_file) -> (String, ffi::sqlite3_io_methods) {
    let open = &recording().open;
    open.get(&(file as usize)).expect("opened by us").clone()
}

fn note(result: c_int, event: impl FnOnce() -> Event) -> c_int {
    if result == ffi::SQLITE_OK {
        recording().events.push(event());
    }
    result
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn open(
    _layer: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own arguments are handed on; after success the file's functions are set, and are replaced by a
    // table that is never freed.
    unsafe {
        let name = recorded_name(path);
        let is_new = name.is_some()
            && CStr::from_ptr(path)
                .to_str()
                .is_ok_and(|path| !Path::new(path).exists());
        let open = (*below()).xOpen.expect("every layer opens");
        let result = open(below(), path, file, flags, flags_out);
        if result != ffi::SQLITE_OK {
            return result;
        }
        let methods = *(*file).pMethods;
        if let Some(name) = name {
            let ours = ffi::sqlite3_io_methods {
                xClose: Some(close),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                ..methods
            };
            (*file).pMethods = Box::leak(Box::new(ours));
            let mut recording = recording();
            if is_new {
                recording.events.push(Event::Create(name.clone()));
            }
            recording.open.insert(file as usize, (name, methods));
        } else {
            let hasty = ffi::sqlite3_io_methods {
                xSync: Some(skip_sync),
                ..methods
            };
            (*file).pMethods = Box::leak(Box::new(hasty));
        }
        result
    }
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let (_, methods) = recorded(file);
    recording().open.remove(&(file as usize));
    // SAFETY: the function belongs to this file.
    unsafe { methods.xClose.expect("every file closes")(file) }
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    let (name, methods) = recorded(file);
    // SAFETY: the function belongs to this file, and there are `length` bytes.
    let (result, bytes) = unsafe {
        let result = methods.xWrite.expect("every file is written")(file, bytes, length, offset);
        let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), length as usize);
        (result, bytes.to_vec())
    };
    note(result, || Event::Write {
        file: name,
        offset: offset as usize,
        bytes,
    })
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    let (name, methods) = recorded(file);
    // SAFETY: the function belongs to this file.
    let result = unsafe { methods.xTruncate.expect("every file is cut")(file, length) };
    note(result, || Event::Truncate {
        file: name,
        length: length as usize,
    })
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let (name, methods) = recorded(file);
    // SAFETY: the function belongs to this file.
    let result = unsafe { methods.xSync.expect("every file is synced")(file, flags) };
    note(result, || Event::Sync(name))
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn skip_sync(_file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    ffi::SQLITE_OK
}

/// # Safety
/// As SQLite calls it.
unsafe extern "C" fn delete(
    _layer: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite's own arguments are handed on.
    let (name, result) = unsafe {
        let delete = (*below()).xDelete.expect("every layer deletes");
        (recorded_name(path), delete(below(), path, sync_folder))
    };
    match name {
        Some(file) => note(result, || Event::Delete {
            file,
            synced: sync_folder != 0,
        }),
        None => result,
    }
}
