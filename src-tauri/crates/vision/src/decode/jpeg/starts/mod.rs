//! A scan's blocks read from where they start, when little of each is wanted: the starts are found at several places of
//! the data at once.

mod block_starts;
mod blocks;
mod means;
mod section;
mod side_by_side;
mod span;
mod unstuffed;

use super::frame::{Frame, ScanHeader, Tables};
use super::planes::Planes;
use crate::wide::wide;
use block_starts::BlockStarts;
use blocks::Blocks;
use means::Means;
use side_by_side::BlockTables;

/// From how many bytes of data on that pays: what is looked up has to be made first.
const LARGE_SCAN: usize = 1 << 12;

/// Up to which side of the brightness' blocks: of larger ones so much is wanted that it takes longer.
pub(super) const MOST_BLOCK_SIDE: usize = 2;

/// Most bytes that are held beside the planes, for a file of so many bytes.
pub(super) fn most_held(file_bytes: usize) -> usize {
    BlockStarts::most_held(file_bytes)
}

impl Planes {
    /// Reads one scan's data, which begins at `at`; gives the place behind it. `None` where much is wanted of each block,
    /// the scan is small or has restart markers, or the data is damaged.
    pub(super) fn read_from_starts(
        &mut self,
        bytes: &[u8],
        at: usize,
        frame: &Frame,
        header: &ScanHeader,
        tables: &Tables,
    ) -> Option<usize> {
        let is_large = bytes.len().saturating_sub(at) >= LARGE_SCAN;
        let is_wanted = self.planes.first()?.side <= MOST_BLOCK_SIDE;
        if frame.progressive || tables.restart_interval > 0 || !is_wanted || !is_large {
            return None;
        }
        let unit = unit(frame, header, tables)?;
        let mut starts = BlockStarts::new(bytes, at, unit)?;
        let mut places = header.components.iter().map(|(place, ..)| *place);
        // Closures, because a function given by its name is not put inline.
        if places.all(|place| self.planes[place].side == 1) {
            let mut means = Means::new(self, frame, header, tables)?;
            while !means.is_done() {
                let (starts, data) = starts.next()?;
                wide(
                    #[inline(always)]
                    || means.read(self, data, starts),
                )?;
            }
        } else {
            let mut blocks = Blocks::new(frame, header, tables)?;
            while !blocks.is_done() {
                let (starts, data) = starts.next()?;
                wide(
                    #[inline(always)]
                    || blocks.read(self, data, starts),
                )?;
            }
        }
        Some(starts.end())
    }
}

/// The tables of the blocks of a unit.
fn unit<'a>(
    frame: &Frame,
    header: &ScanHeader,
    tables: &'a Tables,
) -> Option<Vec<BlockTables<'a>>> {
    let mut unit = Vec::new();
    for &(plane, dc, ac) in &header.components {
        let [wide, high] = header.factors(&frame.components[plane]);
        let tables = BlockTables {
            dc: (dc, tables.dc[dc].as_deref()?),
            ac: (ac, tables.ac[ac].as_deref()?),
        };
        unit.extend(std::iter::repeat_n(tables, wide * high));
    }
    Some(unit)
}
