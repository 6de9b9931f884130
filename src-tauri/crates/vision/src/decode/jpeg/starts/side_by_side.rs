//! Sections of a scan's data are read side by side for where their blocks start.
//!
//! A block starts where the one before it ends, so that a reader waits for every code before it can look at the next:
//! most of the time of a large photo, of which only the means are wanted, goes into waiting. While one section waits
//! the others are read.

use super::super::bits::Bits;
use super::super::huffman::{Definition, HuffmanTable, MOST_DIFFERENCE_BITS};
use super::section::{Block, Codes, Findings, Place, RECENT, Section};
use super::span::{REST, SPAN_LOOK, Span};
use super::unstuffed::Unstuffed;
use crate::recent::Recent;
use crate::wide::wide;
use std::hint::select_unpredictable;
use std::ops::Range;
use std::rc::Rc;

/// Sections that are read side by side: with more, what is known of each does not stay in registers.
const LANES: usize = 3;
/// Bits of a section.
const SECTION: usize = 1 << 17;
/// Bits that a section is read beyond its end. Of 7000 sections of large photos 99 % had fallen into step after 7300.
const BEYOND: usize = 1 << 13;
/// Most turns between two looks at whether a section has come to its end. In a turn each takes two spans.
const TURNS: usize = RECENT / 2 - 1;
/// Most bits that a turn takes.
const TURN_BITS: usize = 2 * Span::MOST_BITS as usize;
/// Most kinds of blocks, each with spans that begin with its mean, and spans of what comes behind.
const MOST_KINDS: usize = 4;
const SPANS: usize = (2 * MOST_KINDS) << SPAN_LOOK;
/// Most blocks of a unit: more than there are, and a power of two.
const MOST_BLOCKS: usize = 64;
/// Bits that are passed over where nothing can be made of them.
const LOST: usize = 64;

/// The tables of a block of a unit, by number.
#[derive(Clone, Copy)]
pub(super) struct BlockTables<'a> {
    pub(super) dc: (usize, &'a HuffmanTable),
    pub(super) ac: (usize, &'a HuffmanTable),
}

/// What is looked up to pass over the blocks of a file.
struct Spans {
    /// The DC and AC tables of each kind of block.
    kinds: Vec<[Definition; 2]>,
    /// For each kind those at its mean, then those behind it.
    all: Box<[Span; SPANS]>,
}

thread_local! {
    /// 64 KiB each.
    static KEPT: Recent<Spans> = const { Recent::new(4) };
}

impl Spans {
    /// Those of blocks with these tables, which this thread may have made before; `None` for more than there can be.
    fn kept(kinds: &[[&HuffmanTable; 2]]) -> Option<Rc<Self>> {
        let wanted = |spans: &Self| {
            let definitions = kinds.iter().flatten().map(|table| table.definition());
            spans.kinds.iter().flatten().eq(definitions)
        };
        KEPT.with(|kept| kept.try_get(wanted, || Self::new(kinds)))
    }

    fn new(kinds: &[[&HuffmanTable; 2]]) -> Option<Self> {
        let mut all = vec![Span::default(); SPANS];
        let (tables, _) = all.as_chunks_mut::<{ 1 << SPAN_LOOK }>();
        if kinds.len() > MOST_KINDS {
            return None;
        }
        for ([means, rests], [dc, ac]) in tables.as_chunks_mut().0.iter_mut().zip(kinds) {
            Span::fill(means, Some(dc), ac);
            Span::fill(rests, None, ac);
        }
        let definitions = |kind: &[&HuffmanTable; 2]| kind.map(|table| table.definition().clone());
        Some(Self {
            kinds: kinds.iter().map(definitions).collect(),
            all: all.try_into().ok()?,
        })
    }
}

/// Reads sections.
pub(super) struct Reader<'a> {
    /// The tables of each block of a unit.
    unit: Vec<BlockTables<'a>>,
    spans: Rc<Spans>,
    blocks: [Block; MOST_BLOCKS],
}

impl<'a> Reader<'a> {
    /// For scans whose units have blocks with the tables `unit`; `None` for more than any have.
    pub(super) fn new(unit: Vec<BlockTables<'a>>) -> Option<Self> {
        if unit.is_empty() || unit.len() > MOST_BLOCKS {
            return None;
        }
        let (mut kinds, mut tables) = (Vec::new(), Vec::new());
        let mut blocks = [Block::default(); MOST_BLOCKS];
        for (block, BlockTables { dc, ac }) in unit.iter().enumerate() {
            let kind = [dc.0, ac.0];
            let known = kinds.iter().position(|known| *known == kind);
            let number = known.unwrap_or(kinds.len());
            if known.is_none() {
                kinds.push(kind);
                tables.push([dc.1, ac.1]);
            }
            let [mean, rest] = [2 * number, 2 * number + 1].map(|table| table << SPAN_LOOK);
            let before = (block + unit.len() - 1) % unit.len();
            blocks[before].set(true, Codes::new(mean, block));
            blocks[block].set(false, Codes::new(rest, block));
        }
        Some(Self {
            spans: Spans::kept(&tables)?,
            unit,
            blocks,
        })
    }

    /// How many blocks a unit has.
    pub(super) fn blocks(&self) -> usize {
        self.unit.len()
    }

    /// Reads all that `data` holds, in sections. The first begins at bit `at` with block `block` of a unit, the others as
    /// if a unit began there.
    pub(super) fn read(
        &self,
        data: &Unstuffed<'_>,
        at: usize,
        block: usize,
        sections: &mut Vec<Section>,
    ) {
        let end = data.bits();
        let length = ((end - at) / LANES).clamp(1, SECTION);
        let count = (end - at).div_ceil(length).max(LANES);
        sections.resize_with(count, Section::unread);
        for (number, section) in sections.iter_mut().enumerate() {
            let first = at + number * length;
            let limit = (first + length + BEYOND).min(end);
            let block = if number == 0 { block } else { 0 };
            self.begin(section, first..limit, block, number == 0);
        }
        // A closure, because a function given by its name is not put inline.
        wide(
            #[inline(always)]
            || self.read_all(data, sections),
        );
    }

    /// Reads a section through to the end of another, as the true one.
    pub(super) fn read_through(
        &self,
        data: &Unstuffed<'_>,
        section: &mut Section,
        other: &Section,
    ) {
        section.findings.is_true = true;
        section.limit = other.limit;
        while !section.is_done() {
            self.take_turn(data, &mut section.place, &mut section.findings);
            section.keep_recent();
        }
    }

    fn begin(&self, section: &mut Section, bits: Range<usize>, block: usize, is_true: bool) {
        let before = (block + self.unit.len() - 1) % self.unit.len();
        section.place = Place {
            at: bits.start,
            left: 0,
            codes: Codes::new(0, before),
            found: 0,
        };
        section.limit = bits.end;
        section.first_block = block;
        let findings = &mut section.findings;
        (findings.is_true, findings.stuck, findings.was_lost) = (is_true, None, false);
        findings.starts.clear();
        self.pass(&mut section.place, findings, 0);
    }

    #[inline(always)]
    fn read_all(&self, data: &Unstuffed<'_>, sections: &mut [Section]) {
        let mut lanes: [usize; LANES] = std::array::from_fn(|lane| lane);
        let mut waiting = LANES..sections.len();
        loop {
            // A section that is done is read on where no other waits: that costs nothing and does no harm.
            for lane in &mut lanes {
                if sections[*lane].is_done() {
                    *lane = waiting.next().unwrap_or(*lane);
                }
            }
            if lanes.iter().all(|lane| sections[*lane].is_done()) {
                return;
            }
            let lanes = sections.get_disjoint_mut(lanes);
            self.read_on(data, lanes.expect("each section has one lane"));
        }
    }

    /// Reads on, until one that was not done may be.
    #[inline(always)]
    fn read_on(&self, data: &Unstuffed<'_>, lanes: [&mut Section; LANES]) {
        let unread = lanes.iter().filter(|lane| !lane.is_done());
        let least = unread.map(|lane| lane.limit - lane.place.at).min();
        let turns = (least.unwrap_or(0) / TURN_BITS + 1).min(TURNS);
        // Apart from the rest, so that they are kept in registers.
        let [mut first, mut second, mut third] = lanes.each_ref().map(|lane| lane.place);
        let [a, b, c] = lanes;
        for _ in 0..turns {
            self.take_turn(data, &mut first, &mut a.findings);
            self.take_turn(data, &mut second, &mut b.findings);
            self.take_turn(data, &mut third, &mut c.findings);
        }
        for (lane, place) in [a, b, c].into_iter().zip([first, second, third]) {
            lane.place = place;
            lane.keep_recent();
        }
    }

    #[inline(always)]
    fn take_turn(&self, data: &Unstuffed<'_>, place: &mut Place, findings: &mut Findings) {
        let mut word = data.word(place.at);
        let spans = &*self.spans.all;
        self.read_span(spans, data, place, &mut word, findings);
        self.read_span(spans, data, place, &mut word, findings);
    }

    /// Reads what one look shows, without branches but for what is rare: a wrong guess costs as much as three looks.
    #[inline(always)]
    fn read_span(
        &self,
        spans: &[Span; SPANS],
        data: &Unstuffed<'_>,
        place: &mut Place,
        word: &mut u64,
        findings: &mut Findings,
    ) {
        let seen = (*word >> (u64::BITS - SPAN_LOOK)) as usize;
        let span = spans[(place.codes.first_span() | seen) % SPANS];
        let mut left = place.left - span.coefficients();
        if Span::is_too_much(left) {
            (*place, left) = self.read_code(data, *place, findings);
            *word = data.word(place.at);
        } else {
            *word <<= span.bits();
            place.at += span.bits() as usize;
        }
        self.pass(place, findings, left);
    }

    /// Notes how many coefficients the block has left: none, or fewer behind a code for its end.
    #[inline(always)]
    fn pass(&self, place: &mut Place, findings: &mut Findings, left: i32) {
        let is_over = left <= 0;
        place.left = select_unpredictable(is_over, REST, left);
        place.codes = self.blocks[place.codes.block() % MOST_BLOCKS].next(is_over);
        // The last one written counts.
        findings.recent[place.found % RECENT] = place.at as u32;
        place.found += usize::from(is_over);
    }

    /// Reads one code, where a look does not show it whole, or shows more than the block has left.
    #[cold]
    #[inline(never)]
    fn read_code(
        &self,
        data: &Unstuffed<'_>,
        place: Place,
        findings: &mut Findings,
    ) -> (Place, i32) {
        let tables = &self.unit[place.codes.block()];
        let mut bits = Bits::of_word(data.word(place.at), Unstuffed::WORD_BITS);
        let left = if place.codes.is_mean() {
            // The mean is none of the coefficients that are left.
            let size = tables.dc.1.symbol(&mut bits).map(u32::from);
            let size = size.filter(|size| *size <= MOST_DIFFERENCE_BITS);
            size.map(|size| {
                bits.skip(size);
                place.left
            })
        } else {
            tables.ac.1.symbol(&mut bits).map(|symbol| {
                bits.skip(u32::from(symbol & 15));
                place.left - Span::coefficients_of(symbol)
            })
        };
        let at = place.at + (Unstuffed::WORD_BITS - bits.count()) as usize;
        match left {
            Some(left) if !Span::is_too_much(left) && findings.stuck.is_none() => {
                (Place { at, ..place }, left)
            }
            _ => self.lose(data, place, findings),
        }
    }

    /// Goes on behind what is no code. Where the blocks are the true ones, and at the end of the data, that is the end.
    fn lose(&self, data: &Unstuffed<'_>, place: Place, findings: &mut Findings) -> (Place, i32) {
        if findings.is_true || place.at + LOST >= data.bits() {
            findings.stuck.get_or_insert(place.found);
            return (place, place.left);
        }
        findings.was_lost = true;
        let place = Place {
            at: place.at + LOST,
            left: 0,
            codes: Codes::new(0, self.unit.len() - 1),
            found: 0,
        };
        (place, 0)
    }
}
