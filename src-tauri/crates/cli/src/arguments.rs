use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use engine::{CropRect, DEFAULT_MODEL, DeviceRequest, Orientations, Selection};

/// Offline visual search for product photos.
#[derive(Parser)]
#[command(name = "vitrine-cli", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
pub(crate) struct Common {
    /// The folder that holds the catalog [default: the one the window opens]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,
    /// Where the network runs: auto, gpu or cpu
    #[arg(long, global = true, default_value = "auto")]
    pub(crate) device: DeviceRequest,
    /// A model by name, or the path of its card or weights
    #[arg(long, global = true, value_name = "NAME|FILE", default_value = DEFAULT_MODEL)]
    pub(crate) model: String,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add or refresh folders and files
    Index {
        /// Folders and photos; without any, every folder of the catalog
        paths: Vec<PathBuf>,
        #[command(flatten)]
        exclusions: ExclusionArguments,
        /// Try files again too that could not be taken in before and have not changed since
        #[arg(long)]
        retry: bool,
        /// Go on with what changes in the catalog's folders, until Ctrl+C
        #[arg(long)]
        watch: bool,
        /// While watching, look through all folders this often as well
        #[arg(long, value_name = "MINUTES", requires = "watch", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        rescan_every: u32,
        #[command(flatten)]
        output: Output,
    },
    /// Rank the catalog by similarity to a photo
    Search {
        /// One photo, or several of the same item, pooled into one query
        #[arg(required = true)]
        photos: Vec<PathBuf>,
        /// A photo of what the hits are not to be like; may be repeated
        #[arg(long, value_name = "PHOTO")]
        less: Vec<PathBuf>,
        /// Hits wanted
        #[arg(short, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        k: u32,
        /// The part of the photo that matters: pixels of the upright photo, or fractions when all four are at most 1
        #[arg(long, value_name = "x,y,w,h")]
        crop: Option<CropArgument>,
        /// Only photos whose product data this holds for, such as: price < 50 and (color = red or tags ~ linen)
        #[arg(long = "where", value_name = "EXPR")]
        filter: Option<String>,
        /// Of the photos for which this column of the product data says the same, show the nearest only
        #[arg(long, value_name = "COLUMN")]
        group_by: Option<String>,
        /// How much colour counts: -1 (it is ignored) to 1 (colour alone)
        #[arg(long, value_name = "WEIGHT", allow_negative_numbers = true, value_parser = colour_weight)]
        colour: Option<f32>,
        /// Find photos that are mirrored or turned as well: upright, mirrored or any
        #[arg(long, value_name = "WHICH", default_value = "upright", value_parser = orientations)]
        orientations: Orientations,
        /// Look for photos from plain margins on without these as well
        #[arg(long)]
        trim: bool,
        /// List hits that are nearly identical to a better one under it
        #[arg(long)]
        fold: bool,
        /// Write the ranking as one HTML file too, with thumbnails and product data
        #[arg(long, value_name = "OUT.html")]
        sheet: Option<PathBuf>,
        /// Compare with every photo, whatever the catalog's size
        #[arg(long)]
        exact: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Judge photos from outside: same, variant, similar or none, with the best match of each
    Batch {
        /// Photos, and folders of them
        #[arg(required = true, value_name = "PHOTO_OR_FOLDER")]
        photos: Vec<PathBuf>,
        /// Write the verdicts to this CSV, one line for each photo
        #[arg(long, value_name = "OUT")]
        csv: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Find photos of the catalog that are copies of each other: re-encoded, resized, lightly cropped
    Duplicates {
        /// Least cosine similarity to the photo in the middle of a group, 0 to 1
        #[arg(long, value_name = "T", value_parser = threshold, default_value_t = engine::DUPLICATE_SIMILARITY)]
        threshold: f32,
        #[command(flatten)]
        output: Output,
    },
    /// Rank what is closest to a shopper's interest, or to an ad: many tastes, no two hits alike
    ///
    /// The interest is photos of the catalog. For ads, let the photos of each ad be the interest of a "shopper" that is
    /// called like the ad.
    Recommend {
        /// A CSV with the columns photo (a path, or a file's name in the catalog), shopper, and weight (-1 to 1)
        #[arg(long, value_name = "CSV")]
        interest: PathBuf,
        /// Only this shopper
        #[arg(long, value_name = "NAME")]
        shopper: Option<String>,
        /// Hits wanted for each shopper
        #[arg(short, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        k: u32,
        /// Only photos whose product data this holds for
        #[arg(long = "where", value_name = "EXPR")]
        filter: Option<String>,
        /// Of the photos for which this column of the product data says the same, show one only
        #[arg(long, value_name = "COLUMN")]
        group_by: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Attach the columns of a CSV (SKU, price, …) to the photos it is about
    Metadata {
        /// The CSV, in any encoding and with any delimiter
        csv: PathBuf,
        /// The column that says which photos: a path, a file's name, or a SKU in it [default: the one that finds most]
        #[arg(long, value_name = "COLUMN")]
        key: Option<String>,
        /// Say what would come of it, and change nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Print a photo's embedding
    Embed {
        /// The photo
        photo: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Measure retrieval on labelled photos of the catalog
    Evaluate {
        /// A CSV whose `file` column holds paths relative to it
        #[arg(long, value_name = "CSV")]
        labels: PathBuf,
        /// The column that says which photos belong together
        #[arg(long, value_name = "COLUMN")]
        label: String,
        /// The photos that ask
        #[arg(long, value_name = "COL=VALUE", value_parser = selection)]
        queries: Option<Selection>,
        /// The photos that are searched
        #[arg(long, value_name = "COL=VALUE", value_parser = selection)]
        gallery: Option<Selection>,
        #[command(flatten)]
        output: Output,
    },
    /// List what the catalog leaves out: patterns, sizes and single files
    Exclusions {
        #[command(flatten)]
        output: Output,
    },
    /// List every graphics adapter, and which device is used and why
    Devices {
        #[command(flatten)]
        output: Output,
    },
    /// Check rows, files, vectors and index against each other
    Doctor {
        /// Mend what can be mended
        #[arg(long)]
        repair: bool,
        #[command(flatten)]
        output: Output,
    },
    /// List the graphics adapters as JSON; run as a child, so that a broken driver takes only this process down
    #[command(hide = true)]
    ProbeAdapters,
}

/// Added to what the catalog leaves out already, or taken back from it, and kept with it.
#[derive(Args)]
pub(crate) struct ExclusionArguments {
    /// Leave out files and folders of this name or path, as in a .gitignore: *.png, raw/, 2024/**/draft-*; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Take back what was excluded: a pattern as it was given, or a file; may be repeated
    #[arg(long, value_name = "GLOB|FILE")]
    pub(crate) include: Vec<String>,
    /// Leave out no file for its size any more
    #[arg(long, conflicts_with_all = ["smaller_than", "larger_than"])]
    pub(crate) any_size: bool,
    /// Leave out files of fewer bytes; K and M are understood
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) smaller_than: Option<u64>,
    /// Leave out files of more bytes; K and M are understood
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) larger_than: Option<u64>,
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Output {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Four numbers as given; whether they are pixels or fractions shows only with the photo at hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CropArgument([f32; 4]);

impl std::str::FromStr for CropArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<f32> = text
            .split(',')
            .map(|number| {
                number
                    .trim()
                    .parse()
                    .map_err(|_| format!("{number:?} is not a number"))
            })
            .collect::<Result<_, _>>()?;
        match <[f32; 4]>::try_from(numbers) {
            Ok([x, y, width, height]) if x >= 0.0 && y >= 0.0 && width > 0.0 && height > 0.0 => {
                Ok(Self([x, y, width, height]))
            }
            Ok(_) => Err("x and y must not be negative, w and h must be above 0".to_owned()),
            Err(numbers) => Err(format!("expected x,y,w,h, got {} numbers", numbers.len())),
        }
    }
}

impl CropArgument {
    /// The crop as fractions of a photo of this size, in pixels.
    pub(crate) fn of(self, width: u32, height: u32) -> Result<CropRect, String> {
        let [x, y, w, h] = self.0;
        let fractions = self.0.iter().all(|number| *number <= 1.0);
        let (across, down) = if fractions {
            (1.0, 1.0)
        } else {
            (width as f32, height as f32)
        };
        CropRect::new(x / across, y / down, w / across, h / down).map_err(|error| {
            format!("--crop {x},{y},{w},{h} on a photo of {width}×{height}: {error}")
        })
    }
}

fn colour_weight(text: &str) -> Result<f32, String> {
    let number = text.parse().ok();
    number
        .filter(|weight| (-1.0..=1.0).contains(weight))
        .ok_or_else(|| "expected a number from -1 to 1".to_owned())
}

fn orientations(text: &str) -> Result<Orientations, String> {
    match text {
        "upright" => Ok(Orientations::Upright),
        "mirrored" => Ok(Orientations::Mirrored),
        "any" => Ok(Orientations::Any),
        _ => Err("expected upright, mirrored or any".to_owned()),
    }
}

fn selection(text: &str) -> Result<Selection, String> {
    let (column, value) = text.split_once('=').ok_or("expected COLUMN=VALUE")?;
    Ok(Selection {
        column: column.trim().to_owned(),
        value: value.trim().to_owned(),
    })
}

fn threshold(text: &str) -> Result<f32, String> {
    let number = text.trim().parse::<f32>().ok();
    number
        .filter(|number| (0.0..=1.0).contains(number))
        .ok_or_else(|| "expected a cosine similarity from 0 to 1, such as 0.92".to_owned())
}

/// A size in bytes, also as so many K (1,024 bytes) or M (1,024 K).
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.trim().to_ascii_uppercase() {
        upper if upper.ends_with('K') => (upper[..upper.len() - 1].to_owned(), 1024),
        upper if upper.ends_with('M') => (upper[..upper.len() - 1].to_owned(), 1024 * 1024),
        plain => (plain, 1),
    };
    let number = digits.parse::<u64>().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "expected a number of bytes, such as 20000, 20K or 5M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn sizes_are_bytes_or_thousands_of_them() {
        let sizes = ["0", "20000", "20K", "5m"].map(|text| bytes(text).ok());
        assert_eq!(
            sizes,
            [Some(0), Some(20_000), Some(20_480), Some(5_242_880)]
        );
        for text in ["", "K", "5G", "-1", "1.5M", "99999999999999999999", "5MM"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_crop_is_fractions_when_nothing_in_it_is_above_one_and_pixels_otherwise() {
        let crop = |text: &str| {
            text.parse::<CropArgument>()
                .expect("a crop")
                .of(400, 200)
                .expect("inside")
        };
        assert_eq!(crop("0.25,0.5,0.5,0.5"), crop("100,100,200,100"));
    }

    #[test]
    fn a_crop_outside_the_photo_says_so() {
        let error = "300,0,200,100"
            .parse::<CropArgument>()
            .expect("a crop")
            .of(400, 200)
            .expect_err("too wide");
        assert!(error.contains("400×200"), "{error}");
    }

    #[test]
    fn half_a_crop_is_refused() {
        for text in ["", "1,2,3", "1,2,3,x", "0,0,0,10", "-1,0,5,5"] {
            assert!(text.parse::<CropArgument>().is_err(), "{text}");
        }
    }
}
