//! Interests from a CSV: shopper, photo, weight.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use embedding::ImageId;

use crate::products::sheet::{self, Sheet};
use crate::scope::stored_form_of_any;
use crate::{Engine, EngineError, QueryPart, Source};

/// Photos that say what somebody is interested in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interest {
    /// Photos of the catalog, each once, with weights from -1 to 1 and not 0; below 0 says "not like this".
    pub photos: Vec<(ImageId, f32)>,
}

impl Interest {
    /// As parts of a query.
    pub fn parts(&self) -> Vec<QueryPart> {
        let part = |(image, weight): &(ImageId, f32)| QueryPart {
            source: Source::Catalog {
                image: *image,
                crop: None,
            },
            weight: *weight,
        };
        self.photos.iter().map(part).collect()
    }
}

/// The interests that a CSV holds.
#[derive(Clone, Debug, Default)]
pub struct Interests {
    /// By shopper, in the order of the CSV. A CSV without a column of shoppers is one interest without a name.
    pub shoppers: Vec<(String, Interest)>,
    /// Photos that were passed over, in the order of the CSV.
    pub unknown: Vec<UnknownPhoto>,
}

/// A row of the CSV that names no photo of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPhoto {
    /// Whose interest.
    pub shopper: String,
    /// As the CSV has it.
    pub photo: String,
    /// Why, in plain words.
    pub reason: String,
}

/// The photos of the catalog by what a CSV may call them.
struct Photos {
    by_path: HashMap<PathBuf, ImageId>,
    /// In lower case, as Windows and people have it.
    by_name: HashMap<String, BTreeSet<ImageId>>,
}

impl Engine {
    /// Reads interests: `photo` is a file's path or its name in the catalog, `weight` (1 where it is absent or empty)
    /// a number from -1 to 1, `shopper` whose interest it is. Whatever else the CSV holds is passed over. Of a photo
    /// named several times the weights add up, to 1 at most. Photos that the catalog does not have are listed, and
    /// the rest counts.
    ///
    /// # Errors
    /// [`EngineError::Interests`] when the CSV cannot be read, has no column `photo`, or holds a weight that is none.
    pub fn read_interests(&self, csv: &Path) -> Result<Interests, EngineError> {
        let unusable = |reason: String| EngineError::Interests {
            path: csv.to_owned(),
            reason,
        };
        let sheet = sheet::read(csv).map_err(unusable)?;
        let Some(photo) = column(&sheet, "photo") else {
            let known = sheet.headings.join(", ");
            return Err(unusable(format!(
                "there is no column called photo; the columns are {known}"
            )));
        };
        let (shopper, weight) = (column(&sheet, "shopper"), column(&sheet, "weight"));
        let photos = self.photos_by_name()?;
        let folder = csv.parent().unwrap_or(Path::new(""));
        let mut interests = Interests::default();
        let mut places = HashMap::<&str, usize>::new();
        for row in &sheet.rows {
            let who = shopper.map_or("", |column| row[column].as_str());
            let weight = weight.map_or("", |column| row[column].as_str());
            let weight =
                weight_of(weight).map_err(|reason| unusable(format!("{who}: {reason}")))?;
            let place = *places.entry(who).or_insert_with(|| {
                let next = interests.shoppers.len();
                interests
                    .shoppers
                    .push((who.to_owned(), Interest::default()));
                next
            });
            match photos.find(&row[photo], folder) {
                Ok(image) => add(&mut interests.shoppers[place].1, image, weight),
                Err(reason) => interests.unknown.push(UnknownPhoto {
                    shopper: who.to_owned(),
                    photo: row[photo].clone(),
                    reason,
                }),
            }
        }
        Ok(interests)
    }

    fn photos_by_name(&self) -> Result<Photos, EngineError> {
        let mut photos = Photos {
            by_path: HashMap::new(),
            by_name: HashMap::new(),
        };
        for file in self.catalog().stored_files()? {
            if !file.embedded {
                continue;
            }
            if let Some(name) = file.file.path.file_name() {
                let name = name.to_string_lossy().to_lowercase();
                photos.by_name.entry(name).or_default().insert(file.image);
            }
            photos.by_path.insert(file.file.path, file.image);
        }
        Ok(photos)
    }
}

impl Photos {
    fn find(&self, text: &str, folder: &Path) -> Result<ImageId, String> {
        let given = Path::new(text);
        let as_stored = |path: &Path| self.by_path.get(&stored_form_of_any(path)).copied();
        let at_path = self.by_path.get(given).copied();
        if let Some(image) = at_path.or_else(|| as_stored(&folder.join(given))) {
            return Ok(image);
        }
        let unknown = || "the catalog has no such photo".to_owned();
        let name = given.file_name().ok_or_else(unknown)?;
        let named = self.by_name.get(&name.to_string_lossy().to_lowercase());
        let named = named.ok_or_else(unknown)?;
        let mut images = named.iter();
        match (images.next(), images.len()) {
            (Some(image), 0) if given.components().count() == 1 => Ok(*image),
            (Some(_), 0) => Err(unknown()),
            _ if given.components().count() > 1 => Err(unknown()),
            _ => Err(format!(
                "{} photos of the catalog are called so; name one by its path",
                named.len()
            )),
        }
    }
}

fn column(sheet: &Sheet, name: &str) -> Option<usize> {
    let mut headings = sheet.headings.iter();
    headings.position(|heading| heading.to_lowercase() == name)
}

/// 0 is no weight: such a row says nothing.
fn weight_of(text: &str) -> Result<f32, String> {
    if text.is_empty() {
        return Ok(1.0);
    }
    // A decimal comma, as in CSVs with semicolons.
    let number = text.replace(',', ".").parse::<f32>().ok();
    let weight = number.filter(|weight| (-1.0..=1.0).contains(weight) && *weight != 0.0);
    weight.ok_or_else(|| format!("{text:?} is not a weight; it is a number from -1 to 1, not 0"))
}

fn add(interest: &mut Interest, image: ImageId, weight: f32) {
    let known = interest
        .photos
        .iter()
        .position(|(known, _)| *known == image);
    let Some(place) = known else {
        interest.photos.push((image, weight));
        return;
    };
    let sum = (interest.photos[place].1 + weight).clamp(-1.0, 1.0);
    // Wanted as much as not: it says nothing.
    if sum == 0.0 {
        interest.photos.remove(place);
    } else {
        interest.photos[place].1 = sum;
    }
}
