//! The check that a file is the one its model card names, before anything of it is parsed.

use crate::error::ModelError;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The bytes of `path`, when their SHA-256 is `expected` (hexadecimal, any case).
///
/// # Errors
///
/// [`ModelError::Unreadable`], or [`ModelError::Checksum`] with both sums.
pub(crate) fn read_verified(path: &Path, expected: &str) -> Result<Vec<u8>, ModelError> {
    let bytes = std::fs::read(path).map_err(|source| ModelError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let actual = hexadecimal(&Sha256::digest(&bytes));
    if !actual.eq_ignore_ascii_case(expected) {
        return Err(ModelError::Checksum {
            path: path.to_owned(),
            expected: expected.to_owned(),
            actual,
        });
    }
    Ok(bytes)
}

fn hexadecimal(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_is_noticed_and_both_sums_are_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("weights");
        std::fs::write(&path, b"abc").expect("writable");
        // FIPS 180-4, example B.1.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(read_verified(&path, sum).expect("the same file"), b"abc");

        std::fs::write(&path, b"abd").expect("writable");
        let error = read_verified(&path, sum).expect_err("another file");
        let text = error.to_string();
        assert!(text.contains("weights") && text.contains(sum), "{text}");
    }
}
