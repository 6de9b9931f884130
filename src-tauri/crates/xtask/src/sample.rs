//! The sample catalog's photos: fetched once from an npm package, verified file by file.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::node;
use crate::process;
use crate::sha256;
use crate::tree::{Tree, remove_folder};

/// The npm package that holds the photos, its file as `npm pack` names it, and that file's SHA-256.
const PACKAGE: &str = "@vendure/create@3.7.3";
const ARCHIVE: &str = "vendure-create-3.7.3.tgz";
const ARCHIVE_SHA256: &str = "89f0a9ce225c44b7f9fc07a85bca655f98c48bbb7f3aa06ae0e9c04ce5db0af7";

/// Where the photos and the product table lie in the package.
const PHOTOS_IN_ARCHIVE: &str = "package/assets/images";
const PRODUCTS_IN_ARCHIVE: &str = "package/assets/products.csv";

/// The product table, beside the photos' folder.
const PRODUCTS: &str = "products.csv";

/// The folder of the sample photos.
pub(crate) fn photos(tree: &Tree) -> PathBuf {
    tree.sample().join("photos")
}

/// The product table: SKU, price and more of what the photos show.
pub(crate) fn products(tree: &Tree) -> PathBuf {
    tree.sample().join(PRODUCTS)
}

/// Fetches the sample photos and the product table unless they are there, whole and unchanged.
///
/// # Errors
/// The package cannot be fetched, or it or a file in it is not the one the manifest means. What was
/// there before is kept then.
pub(crate) fn fetch(tree: &Tree) -> Result<()> {
    let manifest = Manifest::read(&tree.sample().join("manifest.sha256"))?;
    if manifest.verify(&tree.sample()).is_ok() {
        return Ok(());
    }
    eprintln!("Fetching the sample photos");
    let scratch = tree.scratch()?;
    let work = scratch.path();
    process::output(
        node::npm()
            .args(["pack", PACKAGE, "--silent"])
            .current_dir(work),
    )
    .with_context(|| format!("could not fetch {PACKAGE}; is there a network?"))?;
    sha256::verify(&work.join(ARCHIVE), ARCHIVE_SHA256)?;
    // Names relative to the working folder: to some versions of tar, `C:` is another machine.
    let mut unpack = Command::new("tar");
    unpack
        .args(["-xzf", ARCHIVE, PHOTOS_IN_ARCHIVE, PRODUCTS_IN_ARCHIVE])
        .current_dir(work);
    process::output(&mut unpack).context("could not unpack the sample photos")?;
    place(&manifest, work, tree)
}

/// Brings the unpacked files to `assets/sample`: all of them or none.
fn place(manifest: &Manifest, unpacked: &Path, tree: &Tree) -> Result<()> {
    // Beside its destination, so that it takes its place in one step.
    let partial = tree.sample().join("photos.partial");
    remove_folder(&partial)?;
    let copy = |from: &Path, to: &Path| {
        fs::copy(from, to)
            .map(drop)
            .with_context(|| format!("could not copy {}", from.display()))
    };
    fs::create_dir_all(partial.join("photos"))
        .with_context(|| format!("could not make {}", partial.display()))?;
    for file in &manifest.files {
        let from = match file.path.file_name() {
            Some(name) if file.path.starts_with("photos") => {
                unpacked.join(PHOTOS_IN_ARCHIVE).join(name)
            }
            _ => unpacked.join(PRODUCTS_IN_ARCHIVE),
        };
        copy(&from, &partial.join(&file.path))?;
    }
    manifest.verify(&partial)?;
    remove_folder(&photos(tree))?;
    for name in ["photos", PRODUCTS] {
        let to = tree.sample().join(name);
        fs::rename(partial.join(name), &to)
            .with_context(|| format!("could not put {} in place", to.display()))?;
    }
    remove_folder(&partial)
}

/// The files of the sample catalog, in the format of `sha256sum`.
#[derive(Debug)]
struct Manifest {
    files: Vec<ListedFile>,
}

/// One line of the manifest.
#[derive(Debug)]
struct ListedFile {
    sha256: String,
    /// Relative to `assets/sample`.
    path: PathBuf,
}

impl Manifest {
    fn read(path: &Path) -> Result<Manifest> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("could not read {}", path.display()))?;
        Manifest::parse(&text).with_context(|| format!("{} is not a manifest", path.display()))
    }

    fn parse(text: &str) -> Result<Manifest> {
        let mut files = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((sum, path)) = line.split_once("  ") else {
                bail!("line {number} is not a sum, two spaces and a path");
            };
            let is_hexadecimal =
                sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
            ensure!(
                is_hexadecimal,
                "line {number} does not begin with a SHA-256"
            );
            let path = PathBuf::from(path);
            let stays_inside = path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            ensure!(
                stays_inside,
                "line {number} names a file outside the folder"
            );
            files.push(ListedFile {
                sha256: sum.to_ascii_lowercase(),
                path,
            });
        }
        ensure!(!files.is_empty(), "it lists no files");
        Ok(Manifest { files })
    }

    /// Checks every listed file under `folder`.
    fn verify(&self, folder: &Path) -> Result<()> {
        self.files
            .iter()
            .try_for_each(|file| sha256::verify(&folder.join(&file.path), &file.sha256))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &str = "photos/boots.jpg";

    /// A checkout with a manifest of one photo and the table, and the package's files unpacked.
    fn unpacked() -> (tempfile::TempDir, Tree, Manifest) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().to_path_buf();
        let tree = Tree {
            cache: root.join("cache"),
            programs: root.join("programs"),
            root,
        };
        let package = tree.root.join(PHOTOS_IN_ARCHIVE);
        fs::create_dir_all(&package).expect("it can be made");
        fs::create_dir_all(tree.sample()).expect("it can be made");
        fs::write(package.join("boots.jpg"), "a photo").expect("it can be written");
        fs::write(tree.root.join(PRODUCTS_IN_ARCHIVE), "sku,price").expect("it can be written");
        let lines = format!(
            "# a comment\n{}  {PHOTO}\n{}  {PRODUCTS}\n",
            sha256::of_bytes(b"a photo"),
            sha256::of_bytes(b"sku,price")
        );
        (
            folder,
            tree,
            Manifest::parse(&lines).expect("a valid manifest"),
        )
    }

    #[test]
    fn the_sample_manifest_lists_the_product_table_and_54_photos() {
        let tree = Tree::locate().expect("the tests run in a checkout");
        let manifest = Manifest::read(&tree.sample().join("manifest.sha256")).expect("it is there");
        let photos = manifest
            .files
            .iter()
            .filter(|file| file.path.starts_with("photos"))
            .count();
        assert_eq!((photos, manifest.files.len()), (54, 55));
    }

    #[test]
    fn photos_take_their_place_together_and_over_older_ones() {
        let (_folder, tree, manifest) = unpacked();
        fs::create_dir_all(photos(&tree)).expect("it can be made");
        fs::write(photos(&tree).join("left over.jpg"), "old").expect("it can be written");
        place(&manifest, &tree.root, &tree).expect("all files are as listed");
        manifest.verify(&tree.sample()).expect("they are in place");
        assert!(!photos(&tree).join("left over.jpg").exists());
        assert!(!tree.sample().join("photos.partial").exists());
    }

    #[test]
    fn a_changed_byte_in_the_package_leaves_what_was_there() {
        let (_folder, tree, manifest) = unpacked();
        place(&manifest, &tree.root, &tree).expect("all files are as listed");
        fs::write(
            tree.root.join(PHOTOS_IN_ARCHIVE).join("boots.jpg"),
            "a ph0to",
        )
        .expect("it can be written");
        let error = place(&manifest, &tree.root, &tree)
            .expect_err("one byte differs")
            .to_string();
        assert!(
            error.contains("boots.jpg") && error.contains("SHA-256"),
            "{error}"
        );
        manifest
            .verify(&tree.sample())
            .expect("the older files are still there");
    }

    #[test]
    fn a_changed_or_absent_photo_is_fetched_anew() {
        let (_folder, tree, manifest) = unpacked();
        assert!(
            manifest.verify(&tree.sample()).is_err(),
            "nothing is there yet"
        );
        place(&manifest, &tree.root, &tree).expect("all files are as listed");
        fs::write(tree.sample().join(PHOTO), "b photo").expect("it can be written");
        assert!(manifest.verify(&tree.sample()).is_err(), "one byte differs");
    }

    #[test]
    fn a_manifest_that_is_none_or_leaves_its_folder_is_refused() {
        let sum = sha256::of_bytes(b"");
        for (text, complaint) in [
            (String::new(), "no files"),
            ("boots.jpg\n".to_owned(), "line 1"),
            ("abc  boots.jpg\n".to_owned(), "SHA-256"),
            (format!("{sum}  ../boots.jpg\n"), "outside"),
            (format!("{sum}  /boots.jpg\n"), "outside"),
        ] {
            let error = Manifest::parse(&text).expect_err(&text).to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
