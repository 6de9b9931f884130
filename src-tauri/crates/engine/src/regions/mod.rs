//! Parts of photos: where the network saw what.
//!
//! The backbone's last feature maps of a photo, made once and kept ([`cache`]), answer four questions without another
//! pass through the network: what a part of the photo is similar to while its box is dragged ([`live`]), which parts
//! are worth a search ([`suggest`], with [`trim`] for margins), and where two photos agree ([`agreement`]).
//! [`stability`] asks the network how well a similarity withstands small changes.

mod agreement;
mod boxes;
mod cache;
mod grid;
mod heat;
mod live;
mod stability;
mod suggest;
mod trim;

pub(crate) use suggest::inner_part;

use vision::CropRect;

use crate::Source;

pub use agreement::Agreement;
pub(crate) use cache::MapCache;
pub use heat::HeatMap;
pub use stability::Stability;

/// The part of the photo that matters.
fn crop_of(source: &Source) -> Option<CropRect> {
    match source {
        Source::Photo { crop, .. } | Source::Catalog { crop, .. } => *crop,
    }
}
