//! Hits as JSON and as lines.

use engine::{Group, Hit, Orientation, Product};
use serde::Serialize;

use crate::output::text_of;

/// What is said of each hit beside the usual.
#[derive(Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// Content and colour apart.
    pub(crate) colour: bool,
    /// How the photo shows the query.
    pub(crate) orientation: bool,
    /// Which photo it is nearest to, of these.
    pub(crate) nearest_of: &'a [String],
}

#[derive(Serialize)]
pub(crate) struct HitRow {
    rank: usize,
    path: String,
    similarity: f32,
    /// With `--colour` only, as the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<f32>,
    /// Absent also where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    colour: Option<f32>,
    /// With `--orientations` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    orientation: Option<&'static str>,
    /// Of several photos the one it is nearest to.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
    product: ProductCells,
    /// With `--group-by` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupRow>,
    /// With `--fold` only: the paths of hits that are nearly identical to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alike: Vec<String>,
}

#[derive(Serialize)]
struct GroupRow {
    value: String,
    photos: usize,
}

/// An object with the columns in the CSV's order.
pub(crate) struct ProductCells(pub(crate) Product);

impl Serialize for ProductCells {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, cell)| (column, cell)))
    }
}

impl HitRow {
    pub(crate) fn new(hit: Hit, said: Said<'_>) -> Self {
        Self {
            rank: hit.rank,
            path: hit.path().map(|path| text_of(path)).unwrap_or_default(),
            similarity: hit.similarity,
            content: said.colour.then_some(hit.content),
            colour: hit.colour.filter(|_| said.colour),
            orientation: said.orientation.then(|| name_of(hit.orientation)),
            nearest: said.nearest_of.get(hit.part).cloned(),
            product: ProductCells(hit.product),
            group: hit
                .group
                .map(|Group { value, photos }| GroupRow { value, photos }),
            alike: paths(&hit.alike),
        }
    }

    pub(crate) fn print(&self) {
        let Self {
            rank,
            path,
            similarity,
            ..
        } = self;
        println!("{rank:>4}  {similarity:.4}  {path}");
        if let Some(content) = self.content {
            let colour = self
                .colour
                .map_or("unknown".to_owned(), |colour| format!("{colour:.4}"));
            println!("      content {content:.4}, colour {colour}");
        }
        if let Some(orientation) = self.orientation.filter(|name| *name != "upright") {
            println!("      {orientation}");
        }
        if let Some(nearest) = &self.nearest {
            println!("      nearest to {nearest}");
        }
        if let Some(GroupRow { value, photos }) = &self.group
            && *photos > 1
        {
            println!("      {value}: {photos} photos");
        }
        for (column, cell) in &self.product.0 {
            println!("      {column}: {cell}");
        }
        for path in &self.alike {
            println!("      nearly identical: {path}");
        }
    }
}

fn paths(hits: &[Hit]) -> Vec<String> {
    let paths = hits.iter().filter_map(Hit::path);
    paths.map(|path| text_of(path)).collect()
}

/// How a hit shows the query, in JSON.
fn name_of(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::Upright => "upright",
        Orientation::Turned90 => "turned-90",
        Orientation::Turned180 => "turned-180",
        Orientation::Turned270 => "turned-270",
        Orientation::Mirrored => "mirrored",
        Orientation::MirroredTurned90 => "mirrored-turned-90",
        Orientation::MirroredTurned180 => "mirrored-turned-180",
        Orientation::MirroredTurned270 => "mirrored-turned-270",
    }
}
