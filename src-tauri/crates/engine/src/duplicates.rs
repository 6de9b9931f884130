//! Photos of the catalog that are copies of each other.

use std::{collections::BTreeMap, path::PathBuf, sync::Mutex};

use embedding::{ImageId, Neighbour};

use crate::{CancelToken, Engine, EngineError, Progress, progress::Meter, sync::lock};

/// From this cosine similarity on, two photos are taken for copies of one picture. Of copies made of 200 photos it finds
/// 99 % of those saved at JPEG quality 40, 95 % of those at half the size (small photos, where that costs most), 97 %
/// of those cropped by 5 % on each side and 35 % by 10 %; among 377 different photos of groceries it takes 6 pairs for
/// copies. Measured with vitrine-r50h-2; with vitrine-r50h-1, whose similarities are higher, 0.95 did the same.
pub const DUPLICATE_SIMILARITY: f32 = 0.92;

/// Files that show nearly the same picture.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// The file in the middle: all others are near it.
    pub medoid: PathBuf,
    /// All files, the medoid first, the others nearest first, ties by path.
    pub members: Vec<Duplicate>,
}

/// A file of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The photo it shows.
    pub image: ImageId,
    /// Where it is.
    pub path: PathBuf,
    /// Cosine similarity to the medoid, -1 to 1; 1 for files with its very content.
    pub similarity: f32,
}

impl Engine {
    /// Files of the catalog that show nearly the same picture, in groups in which every file is at least `threshold`
    /// (cosine similarity; by default [`DUPLICATE_SIMILARITY`]) from the one in the middle. Files with the same content
    /// are in one group. Excluded photos and missing files take no part; largest groups first, ties by path.
    ///
    /// All pairs are compared, exactly. A cancelled search finds nothing.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn duplicates(
        &self,
        threshold: Option<f32>,
        cancel: &CancelToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<DuplicateGroup>, EngineError> {
        let mut files = BTreeMap::<ImageId, Vec<PathBuf>>::new();
        let (vectors, excluded) = self.catalog().searched();
        for file in self.catalog().stored_files()? {
            if !file.missing && !excluded.contains(&file.image) {
                files.entry(file.image).or_default().push(file.file.path);
            }
        }
        let photos = files.len();
        let meter = Mutex::new((Meter::new(progress, photos), 0));
        let go_on = |share: f64| {
            let mut meter = lock(&meter);
            let done = (share * photos as f64) as usize;
            let more = done.saturating_sub(meter.1);
            if more > 0 {
                meter.1 = done;
                meter.0.advance(more, 0, None);
            }
            !cancel.heed()
        };
        let threshold = threshold.unwrap_or(DUPLICATE_SIMILARITY);
        let keep = |image| files.contains_key(&image);
        let Some(clusters) = vectors.clusters(threshold, keep, &go_on) else {
            return Ok(Vec::new());
        };
        let mut groups: Vec<DuplicateGroup> = clusters
            .into_iter()
            .filter_map(|cluster| group(&cluster.members, &mut files))
            .collect();
        // Photos that are near no other, with several files.
        let alone: Vec<ImageId> = files.keys().copied().collect();
        groups.extend(alone.into_iter().filter_map(|id| {
            let itself = Neighbour {
                id,
                similarity: 1.0,
            };
            group(&[itself], &mut files)
        }));
        groups.sort_by(|a, b| {
            let by_size = b.members.len().cmp(&a.members.len());
            by_size.then_with(|| a.medoid.cmp(&b.medoid))
        });
        Ok(groups)
    }
}

/// The files of these photos, of which the first is the medoid, taken out of `files`; `None` when it is one file only.
fn group(
    photos: &[Neighbour],
    files: &mut BTreeMap<ImageId, Vec<PathBuf>>,
) -> Option<DuplicateGroup> {
    let mut members = Vec::new();
    for photo in photos {
        // By path: stored files are.
        for path in files.remove(&photo.id).unwrap_or_default() {
            members.push(Duplicate {
                image: photo.id,
                path,
                similarity: photo.similarity,
            });
        }
    }
    let medoid = members.first()?.path.clone();
    (members.len() > 1).then_some(DuplicateGroup { medoid, members })
}
