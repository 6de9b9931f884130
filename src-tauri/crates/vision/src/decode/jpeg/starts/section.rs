//! A section of a scan's data, and the blocks found in it.

use super::span::SPAN_LOOK;

/// More starts than are found between two calls of [`Section::keep_recent`], and a power of two.
pub(super) const RECENT: usize = 256;

/// Which spans are looked up, and the block of a unit that they belong to, in one number.
#[derive(Clone, Copy, Default)]
pub(super) struct Codes(u32);

impl Codes {
    pub(super) fn new(first_span: usize, block: usize) -> Self {
        Self((block as u32) << 16 | first_span as u32)
    }

    #[inline(always)]
    pub(super) fn first_span(self) -> usize {
        self.0 as usize & 0xFFFF
    }

    /// Place of the block.
    #[inline(always)]
    pub(super) fn block(self) -> usize {
        self.0 as usize >> 16
    }

    /// Whether the next code is that of a mean.
    pub(super) fn is_mean(self) -> bool {
        (self.first_span() >> SPAN_LOOK).is_multiple_of(2)
    }
}

/// A block of a unit: the codes of its coefficients, and above them those of the mean that comes when it is over.
#[derive(Clone, Copy, Default)]
pub(super) struct Block(u64);

impl Block {
    /// What comes next in it, or behind it.
    #[inline(always)]
    pub(super) fn next(self, is_over: bool) -> Codes {
        Codes((self.0 >> (u32::from(is_over) * u32::BITS)) as u32)
    }

    pub(super) fn set(&mut self, is_over: bool, codes: Codes) {
        self.0 |= u64::from(codes.0) << (u32::from(is_over) * u32::BITS);
    }
}

/// A place in the data.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The next bit.
    pub(super) at: usize,
    /// Coefficients that the block has left.
    pub(super) left: i32,
    /// What the next code is read with.
    pub(super) codes: Codes,
    /// Starts found since the last were kept.
    pub(super) found: usize,
}

/// Some of the data.
pub(super) struct Section {
    pub(super) place: Place,
    /// Where it ends.
    pub(super) limit: usize,
    /// The first block's place in its unit.
    pub(super) first_block: usize,
    pub(super) findings: Findings,
}

/// What is found in a section.
pub(super) struct Findings {
    /// Whether the blocks are known to be the true ones.
    pub(super) is_true: bool,
    /// How many of the recent ones count, where a code came that is none and was not passed over.
    pub(super) stuck: Option<usize>,
    /// Whether codes were passed over that are none, so that earlier starts were no blocks.
    pub(super) was_lost: bool,
    /// Where blocks start, those that were found last.
    pub(super) recent: [u32; RECENT],
    /// And those before.
    pub(super) starts: Vec<u32>,
}

impl Section {
    /// One of nothing.
    pub(super) fn unread() -> Self {
        Self {
            place: Place {
                at: 0,
                left: 0,
                codes: Codes::default(),
                found: 0,
            },
            limit: 0,
            first_block: 0,
            findings: Findings {
                is_true: false,
                stuck: None,
                was_lost: false,
                recent: [0; RECENT],
                starts: Vec::new(),
            },
        }
    }

    /// Where blocks start, in bits.
    pub(super) fn starts(&self) -> &[u32] {
        &self.findings.starts
    }

    /// Where this one, from its block `first` on, comes to a block that `next` found as the same block of a unit: its number
    /// in both.
    pub(super) fn meeting(&self, first: usize, next: &Self, blocks: usize) -> Option<[usize; 2]> {
        let (starts, others) = (self.starts(), next.starts());
        let mut other = 0;
        let from = starts.partition_point(|start| Some(start) < others.first());
        for (number, start) in starts.iter().enumerate().skip(from.max(first)) {
            while others.get(other)? < start {
                other += 1;
            }
            let in_unit = |first: usize, number: usize| (first + number) % blocks;
            if others[other] == *start
                && in_unit(self.first_block, number) == in_unit(next.first_block, other)
            {
                return Some([number, other]);
            }
        }
        None
    }

    pub(super) fn is_done(&self) -> bool {
        self.findings.stuck.is_some() || self.place.at >= self.limit
    }

    /// Puts the recent starts behind those found before.
    pub(super) fn keep_recent(&mut self) {
        let findings = &mut self.findings;
        if std::mem::take(&mut findings.was_lost) {
            findings.starts.clear();
        }
        let found = std::mem::take(&mut self.place.found);
        let found = findings.stuck.as_mut().map_or(found, std::mem::take);
        findings.starts.extend_from_slice(&findings.recent[..found]);
    }
}
