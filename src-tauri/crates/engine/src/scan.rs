//! Stage 1, scan: folders and files → [`FoundFile`]s, in a fixed order, touching no content.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    time::{Instant, UNIX_EPOCH},
};

use catalog::FileStamp;
use walkdir::WalkDir;

use crate::{
    CancelToken, FileFailure, Progress, Scope, Stage, ingest::Manner, progress::REPORT_EVERY,
};

/// Extensions taken for photos when a folder is scanned, lower case. What a file really is
/// is decided by its content when it is decoded; a file named directly is always tried.
pub const PHOTO_EXTENSIONS: [&str; 16] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "bmp", "dib", "tif", "tiff",
    "avif", "heic", "heif", "hif",
];

/// A file that looks like a photo, as the file system describes it.
pub type FoundFile = FileStamp;

/// What a scan saw.
#[derive(Debug, Default)]
pub struct Scan {
    /// Photos found, in path order, each path once.
    pub files: Vec<FoundFile>,
    /// Folders and files that could not be looked at, and named paths that are not there.
    pub failures: Vec<FileFailure>,
    /// Places that could not be looked into: what the catalog knows below them is neither
    /// confirmed nor refuted, so it is left as it is.
    pub unseen: Vec<PathBuf>,
    /// Files that are there and left out because of their size.
    pub left_out: Vec<PathBuf>,
}

/// Whether a folder scan takes this file for a photo.
pub fn looks_like_photo(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    !hidden && extension.is_some_and(|found| PHOTO_EXTENSIONS.iter().any(|known| found == *known))
}

/// Walks every root (a folder or a single file). Hidden files and folders are passed over;
/// symbolic links are followed, and one that leads back into itself is reported.
pub(crate) fn scan(
    scope: &Scope,
    manner: Manner,
    cancel: &CancelToken,
    progress: &dyn Fn(Progress),
) -> Scan {
    let mut scan = Scan {
        unseen: scope.unavailable.clone(),
        ..Scan::default()
    };
    for root in &scope.roots {
        if scope.is_unavailable(root) {
            continue;
        }
        match fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => {
                // What lies above it decides over it too.
                if !scope.leaves_out_folder(root) {
                    scan_folder(root, scope, (cancel, progress), &mut scan);
                }
            }
            Ok(metadata) if metadata.is_file() => {
                // A file is tried for what it is called by whoever named it, otherwise by its own name.
                let wanted = manner == Manner::Asked || looks_like_photo(root);
                if wanted && !scope.leaves_out(root) {
                    scan.take(stamp(root.clone(), &metadata), scope);
                }
            }
            Err(error) if gone_unasked(&error, manner) => {}
            Ok(_) => scan.failures.push(FileFailure::new(
                root,
                "not_a_file",
                "neither a file nor a folder",
            )),
            Err(error) => {
                scan.failures
                    .push(FileFailure::new(root, code_of(&error), plain_words(&error)));
                // A path that is plainly gone refutes its files; any other trouble says nothing of them.
                if error.kind() != io::ErrorKind::NotFound {
                    scan.unseen.push(root.clone());
                }
            }
        }
    }
    // Each root comes sorted, so that this is one pass unless they lie inside each other.
    scan.files.sort_by(|a, b| a.path.cmp(&b.path));
    scan.files.dedup_by(|a, b| a.path == b.path);
    scan
}

/// Nobody asked for what something happened to and which is gone now.
fn gone_unasked(error: &io::Error, manner: Manner) -> bool {
    manner == Manner::Followed && error.kind() == io::ErrorKind::NotFound
}

/// One look at each file, in path order: names are sorted folder by folder, which is quicker than all paths at once.
fn scan_folder(
    root: &Path,
    scope: &Scope,
    (cancel, progress): (&CancelToken, &dyn Fn(Progress)),
    scan: &mut Scan,
) {
    let mut told: Option<Instant> = None;
    let wanted = |entry: &walkdir::DirEntry| {
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        entry.depth() == 0 || !hidden && !scope.passes_over(entry)
    };
    for entry in WalkDir::new(root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(wanted)
    {
        if cancel.heed() {
            return;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                scan.failures.push(match error.io_error() {
                    Some(io) => FileFailure::new(&path, code_of(io), plain_words(io)),
                    None => FileFailure::new(
                        &path,
                        "link_loop",
                        "a symbolic link that leads back into its own folder",
                    ),
                });
                scan.unseen.push(path);
                continue;
            }
        };
        let due = |told: Instant| told.elapsed() >= REPORT_EVERY;
        if entry.file_type().is_dir() && told.is_none_or(due) {
            told = Some(Instant::now());
            progress(Progress {
                current: Some(entry.path().to_owned()),
                ..Progress::starting(Stage::Scanning)
            });
        }
        if !looks_like_photo(entry.path()) || !entry.file_type().is_file() {
            continue;
        }
        match entry.metadata() {
            Ok(metadata) => scan.take(stamp(entry.into_path(), &metadata), scope),
            Err(error) => {
                scan.failures.push(FileFailure::new(
                    entry.path(),
                    UNREADABLE,
                    error.to_string(),
                ));
                scan.unseen.push(entry.into_path());
            }
        }
    }
}

impl Scan {
    /// Takes a file that no name leaves out, if its size does not either.
    fn take(&mut self, file: FoundFile, scope: &Scope) {
        if scope.exclusions.leave_out_size(file.bytes) {
            self.left_out.push(file.path);
        } else {
            self.files.push(file);
        }
    }
}

pub(crate) fn stamp(path: PathBuf, metadata: &fs::Metadata) -> FoundFile {
    let modified_nanos = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or(0);
    FoundFile {
        path,
        bytes: metadata.len(),
        modified_nanos,
    }
}

/// The code of trouble with reading that is neither of the two below.
pub(crate) const UNREADABLE: &str = "reading";

/// The kind of an I/O error, for grouping.
pub(crate) fn code_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "not_found",
        io::ErrorKind::PermissionDenied => "no_permission",
        _ => UNREADABLE,
    }
}

/// An I/O error as a person would say it.
pub(crate) fn plain_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        _ => error.to_string(),
    }
}

/// The form in which paths are stored and compared: absolute, links resolved.
///
/// # Errors
/// When the path does not exist or cannot be resolved.
#[cfg(not(windows))]
pub fn stored_form(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// The form in which paths are stored and compared: absolute. Links are left alone, since
/// resolving them on Windows gives `\\?\` paths that no user recognises.
///
/// # Errors
/// When the path does not exist.
#[cfg(windows)]
pub fn stored_form(path: &Path) -> io::Result<PathBuf> {
    fs::metadata(path)?;
    std::path::absolute(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scan: &Scan, root: &Path) -> Vec<String> {
        let name = |file: &FoundFile| {
            file.path
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/")
        };
        scan.files.iter().map(name).collect()
    }

    fn scan_of(roots: Vec<PathBuf>) -> Scan {
        let scope = Scope {
            roots,
            ..Scope::default()
        };
        scan(&scope, Manner::Asked, &CancelToken::default(), &|_| ())
    }

    #[test]
    fn photos_are_found_in_path_order_once_each_and_hidden_ones_passed_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = stored_form(folder.path()).expect("it exists");
        fs::create_dir_all(root.join("b/.git")).expect("made");
        for name in [
            "b/2.PNG",
            "b/1.jpeg",
            "a.webp",
            "notes.txt",
            ".hidden.jpg",
            "b/._1.jpeg",
            "b/.git/x.jpg",
        ] {
            fs::write(root.join(name), "x").expect("written");
        }
        let scan = scan_of(vec![root.clone(), root.join("b"), root.join("a.webp")]);
        assert_eq!(names(&scan, &root), ["a.webp", "b/1.jpeg", "b/2.PNG"]);
        assert!(scan.failures.is_empty(), "{:?}", scan.failures);
    }

    #[test]
    fn a_path_that_is_not_there_is_a_failure_that_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gone = folder.path().join("gone");
        let scan = scan_of(vec![gone.clone()]);
        assert_eq!(
            scan.failures,
            [FileFailure::new(&gone, "not_found", "it does not exist")]
        );
        assert!(scan.unseen.is_empty());
    }

    #[test]
    fn a_root_on_a_drive_that_is_not_there_is_no_failure_and_says_nothing_of_its_files() {
        let drive = PathBuf::from("/not-a-drive");
        let scope = Scope {
            roots: vec![drive.join("spring")],
            unavailable: vec![drive.clone()],
            ..Scope::default()
        };
        let scan = scan(&scope, Manner::Asked, &CancelToken::default(), &|_| ());
        assert!(scan.failures.is_empty(), "{:?}", scan.failures);
        assert_eq!(scan.unseen, [drive]);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_into_its_own_folder_is_reported_and_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.jpg"), "x").expect("written");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("linked");
        let scan = scan_of(vec![folder.path().to_owned()]);
        assert_eq!(names(&scan, folder.path()), ["a.jpg"]);
        assert!(
            scan.failures[0].reason.contains("own folder"),
            "{:?}",
            scan.failures
        );
    }
}
