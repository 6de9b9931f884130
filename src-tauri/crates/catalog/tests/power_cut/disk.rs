//! What lies on a disk after a power cut: what was synced, and any part of what was not.

use std::collections::BTreeMap;

use crate::recording::Event;

/// Disks write this many bytes whole or not at all.
const SECTOR_BYTES: usize = 512;

/// What became of the writes since a file was last synced.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// None reached the disk.
    Lost,
    /// All did: this is what a killed process leaves.
    Kept,
    /// They did in their order, up to the middle of the last one.
    Torn,
    /// The files have grown, but what was to be in them has not been written.
    Zeroed,
    /// Some sectors did, in no order; which ones, the number says.
    Scattered(u64),
}

/// The contents of a folder, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The files of one folder, with what may still be lost.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

#[derive(Default)]
struct File {
    /// What no power cut takes away; `None` while there is no such file.
    synced: Option<Vec<u8>>,
    /// What was done since, in order.
    since: Vec<Event>,
}

impl Disk {
    /// Does what was done. With the first sync of a new journal or log SQLite syncs the folder, and so what was made
    /// and deleted in it.
    pub fn follow(&mut self, event: &Event) {
        if let Event::Sync(name) = event
            && self.files.get(name).is_some_and(File::is_new)
        {
            self.files.values_mut().for_each(File::settle_name);
        }
        let (name, is_synced) = match event {
            Event::Reported(_) => return,
            Event::Sync(name) => (name, true),
            Event::Create(name) => (name, false),
            Event::Write { file, .. } | Event::Truncate { file, .. } => (file, false),
            Event::Delete { file, synced } => (file, *synced),
        };
        let file = self.files.entry(name.clone()).or_default();
        file.since.push(event.clone());
        if is_synced {
            file.synced = file.after(|_| true);
            file.since.clear();
        }
    }

    /// Every write since the last sync is lost or kept as `fate` says.
    pub fn after_cut(&self, fate: Fate) -> Files {
        let left = self.files.iter().filter_map(|(name, file)| {
            let left = file.left(fate)?;
            Some((name.clone(), left))
        });
        left.collect()
    }
}

impl File {
    /// It was made since, so that its name is not on the disk for sure.
    fn is_new(&self) -> bool {
        let made = |event: &Event| matches!(event, Event::Create(_));
        self.since.iter().any(made)
    }

    /// Its name is, or the absence of it; what was written is in doubt still.
    fn settle_name(&mut self) {
        let named = |event: &Event| matches!(event, Event::Create(_) | Event::Delete { .. });
        if let Some(last) = self.since.iter().rposition(named) {
            let is_made = matches!(self.since[last], Event::Create(_));
            self.synced = is_made.then(Vec::new);
            self.since.drain(..=last);
        }
    }

    fn left(&self, fate: Fate) -> Option<Vec<u8>> {
        let written = |event: &Event| match event {
            Event::Write { bytes, .. } => bytes.len().div_ceil(SECTOR_BYTES),
            _ => 1,
        };
        match fate {
            Fate::Lost => self.synced.clone(),
            Fate::Kept => self.after(|_| true),
            Fate::Torn => {
                let all: usize = self.since.iter().map(written).sum();
                let last = self.since.last().map_or(0, written);
                self.after(|sector| sector < all - last.div_ceil(2))
            }
            Fate::Zeroed => {
                let kept = self.after(|_| true)?;
                let mut left = self.synced.clone().unwrap_or_default();
                left.resize(kept.len().max(left.len()), 0);
                Some(left)
            }
            Fate::Scattered(seed) => {
                let lucky = |sector: usize| {
                    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                        ^ (sector as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    (mixed ^ (mixed >> 31)).count_ones().is_multiple_of(2)
                };
                self.after(lucky)
            }
        }
    }

    /// The contents after those of the sectors since the last sync that `reaches` the disk, counted from 0.
    fn after(&self, reaches: impl Fn(usize) -> bool) -> Option<Vec<u8>> {
        let mut contents = self.synced.clone();
        let mut sector = 0;
        for event in &self.since {
            match event {
                Event::Write { offset, bytes, .. } => {
                    for (number, some) in bytes.chunks(SECTOR_BYTES).enumerate() {
                        if let Some(contents) = contents.as_mut().filter(|_| reaches(sector)) {
                            let start = offset + number * SECTOR_BYTES;
                            contents.resize(contents.len().max(start + some.len()), 0);
                            contents[start..start + some.len()].copy_from_slice(some);
                        }
                        sector += 1;
                    }
                    continue;
                }
                Event::Create(_) if reaches(sector) => {
                    contents.get_or_insert_default();
                }
                Event::Truncate { length, .. } if reaches(sector) => {
                    if let Some(contents) = &mut contents {
                        contents.resize(*length, 0);
                    }
                }
                Event::Delete { .. } if reaches(sector) => contents = None,
                _ => {}
            }
            sector += 1;
        }
        contents
    }
}
