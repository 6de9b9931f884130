//! SHA-256 of files, and what is said when one is not the file that was meant.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes`, in lower-case hexadecimal.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of the file at `path`, in lower-case hexadecimal.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let mut hasher = Sha256::new();
        // Large enough that a 100 MB file takes no longer than hashing it does.
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hexadecimal(&hasher.finalize())),
                count => hasher.update(&buffer[..count]),
            }
        }
    };
    read().with_context(|| format!("could not read {}", path.display()))
}

/// Checks that the file at `path` is the one whose SHA-256 is `expected`.
///
/// # Errors
/// The file cannot be read, or it is another one; both sums are named.
pub(crate) fn verify(path: &Path, expected: &str) -> Result<()> {
    let actual = of_file(path)?;
    ensure!(
        actual == expected,
        "{} is not the file that was meant: its SHA-256 is {actual}, not {expected}",
        path.display()
    );
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_that_the_standard_gives() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_bytes(b"abc"), expected);
    }

    #[test]
    fn a_changed_byte_is_refused_and_both_sums_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("photo.jpg");
        std::fs::write(&path, b"abc").expect("it can be written");
        let meant = of_bytes(b"abc");
        verify(&path, &meant).expect("the file is the one meant");
        std::fs::write(&path, b"abd").expect("it can be written");
        let error = verify(&path, &meant)
            .expect_err("one byte differs")
            .to_string();
        assert!(
            error.contains(&meant) && error.contains(&of_bytes(b"abd")),
            "{error}"
        );
    }
}
