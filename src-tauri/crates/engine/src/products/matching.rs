//! Which photo shows which product: by path, by file name, or by the SKU in its name.

use std::collections::HashMap;
use std::path::Path;

/// A key shorter than this is found only as a whole file name: "12" is in too many.
const SHORTEST_SKU: usize = 3;

/// Words of a file name that a SKU may consist of.
const MOST_WORDS: usize = 6;

/// What separates several files in one cell.
const SEPARATORS: [char; 4] = ['|', ';', ',', '\n'];

/// The keys of products, ready to be looked up by photo. A key is what a CSV's cell says: the path of a file
/// or its end, the name of a file with or without its extension, several of these, or a SKU that file names
/// or the names of their folders contain.
#[derive(Debug, Default)]
pub(super) struct Keys<T> {
    /// By lower-case file name; the path before it, as lower-case parts.
    files: HashMap<String, Vec<(Vec<String>, T)>>,
    /// By words joined with one space.
    skus: HashMap<String, T>,
}

impl<T: Copy> Keys<T> {
    pub(super) fn new() -> Self {
        Self {
            files: HashMap::new(),
            skus: HashMap::new(),
        }
    }

    /// Adds a product's key. Where two say the same, the first counts.
    pub(super) fn add(&mut self, key: &str, product: T) {
        self.add_file(key, product);
        if key.contains(SEPARATORS) {
            for file in key.split(SEPARATORS) {
                self.add_file(file, product);
            }
        }
        let words = words(key);
        let long = key.chars().count() >= SHORTEST_SKU;
        // A word without a digit ("Shirt") says what a product is, not which.
        if long && words.len() <= MOST_WORDS && key.contains(|c: char| c.is_ascii_digit()) {
            self.skus.entry(words.join(" ")).or_insert(product);
        }
    }

    fn add_file(&mut self, file: &str, product: T) {
        let mut parts: Vec<String> = file
            .split(['/', '\\'])
            .map(|part| part.trim().to_lowercase())
            .filter(|part| !part.is_empty() && part != ".")
            .collect();
        if let Some(name) = parts.pop() {
            self.files.entry(name).or_default().push((parts, product));
        }
    }

    /// The product that the photo at `path` shows.
    pub(super) fn product_at(&self, path: &Path) -> Option<T> {
        let lower = |part: &std::ffi::OsStr| part.to_string_lossy().to_lowercase();
        let name = lower(path.file_name()?);
        let stem = lower(path.file_stem()?);
        let folders: Vec<String> = path
            .parent()
            .into_iter()
            .flat_map(Path::iter)
            .map(lower)
            .collect();
        self.by_file(&name, &folders)
            .or_else(|| self.by_file(&stem, &folders))
            .or_else(|| self.by_sku(&stem))
            .or_else(|| self.by_sku(folders.last()?))
    }

    /// The product of the longest path that the photo's path ends with.
    fn by_file(&self, name: &str, folders: &[String]) -> Option<T> {
        let mut best: Option<&(Vec<String>, T)> = None;
        for candidate in self.files.get(name)? {
            let longer = best.is_none_or(|best| candidate.0.len() > best.0.len());
            if longer && folders.ends_with(&candidate.0) {
                best = Some(candidate);
            }
        }
        best.map(|(_, product)| *product)
    }

    /// The product of the longest SKU among the words of a name.
    fn by_sku(&self, name: &str) -> Option<T> {
        if self.skus.is_empty() {
            return None;
        }
        let words = words(name);
        let most = words.len().min(MOST_WORDS);
        (1..=most).rev().find_map(|count| {
            words
                .windows(count)
                .find_map(|part| self.skus.get(&part.join(" ")).copied())
        })
    }
}

/// The letters and digits of a text, in lower case, cut at everything else.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(keys: &[&str], path: &str) -> Option<usize> {
        let mut all = Keys::new();
        for (place, key) in keys.iter().enumerate() {
            all.add(key, place);
        }
        all.product_at(Path::new(path))
    }

    #[test]
    fn a_file_is_found_by_its_name_with_or_without_extension_in_any_case() {
        assert_eq!(found(&["a.jpg", "b.jpg"], "/x/B.JPG"), Some(1));
        assert_eq!(found(&["a", "b"], "/x/b.png"), Some(1));
        assert_eq!(found(&["a.jpg"], "/x/a.png"), None);
    }

    #[test]
    fn a_path_is_found_by_its_end_and_the_longest_end_counts() {
        let keys = ["a.jpg", "red/a.jpg", r"blue\a.jpg", "shop/red/a.jpg"];
        assert_eq!(found(&keys, "/photos/red/a.jpg"), Some(1));
        assert_eq!(found(&keys, "/photos/Blue/a.jpg"), Some(2));
        assert_eq!(found(&keys, "/shop/red/a.jpg"), Some(3));
        assert_eq!(found(&keys, "/photos/green/a.jpg"), Some(0));
        assert_eq!(found(&["red/a.jpg"], "/photos/dred/a.jpg"), None);
    }

    #[test]
    fn several_files_may_stand_in_one_cell() {
        let keys = ["a.jpg|b.jpg", "c.jpg, d.jpg"];
        assert_eq!(found(&keys, "/x/b.jpg"), Some(0));
        assert_eq!(found(&keys, "/x/d.jpg"), Some(1));
    }

    #[test]
    fn a_sku_is_found_as_whole_words_of_the_name_however_they_are_joined() {
        let keys = ["AB-123", "AB-123-RED", "123"];
        assert_eq!(found(&keys, "/x/ab_123_front.jpg"), Some(0));
        assert_eq!(found(&keys, "/x/AB 123 red 2.jpg"), Some(1), "the longest");
        assert_eq!(found(&keys, "/x/ab1234.jpg"), None);
        assert_eq!(found(&keys, "/x/photo-123.jpg"), Some(2));
        assert_eq!(found(&["12"], "/x/photo-12.jpg"), None, "too short");
        assert_eq!(found(&["Shirt"], "/x/shirt-1.jpg"), None, "not a SKU");
    }

    #[test]
    fn a_folder_may_be_named_by_the_sku() {
        assert_eq!(found(&["AB-123"], "/x/AB-123/front.jpg"), Some(0));
        assert_eq!(found(&["AB-123"], "/AB-123/x/front.jpg"), None);
    }

    #[test]
    fn where_two_keys_say_the_same_the_first_counts() {
        assert_eq!(found(&["a.jpg", "a.jpg"], "/x/a.jpg"), Some(0));
    }
}
