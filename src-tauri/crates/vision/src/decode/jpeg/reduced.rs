//! A JPEG photo at a half, three eighths, a quarter or an eighth of its size, straight from the compressed data.
//!
//! Most of the time of decoding goes into coefficients that a small picture never shows. Here they are passed over:
//! at an eighth of the size only the mean of each block is read, and of a progressive file only the scans that hold
//! it. What cannot be read this way (four inks, arithmetic coding, odd sampling, any damage) is left to the full
//! decoder, which also has the last word on what is wrong with a file.

use super::bits::Bits;
use super::frame::{Frame, ScanHeader, Tables};
use super::idct::{ZIGZAG, last_needed};
use super::planes::{Plane, Planes};
use super::{END_OF_IMAGE, PROGRESSIVE, START_OF_IMAGE, START_OF_SCAN, next_marker};
use crate::wide::wide;

const BASELINE: u8 = 0xC0;
const EXTENDED: u8 = 0xC1;
const HUFFMAN_TABLES: u8 = 0xC4;
const QUANTIZATION_TABLES: u8 = 0xDB;
const RESTART_INTERVAL: u8 = 0xDD;

/// The picture with each side divided by 8 / `block_side`, rounded up; `None` when it cannot be read this way.
/// `block_side` is 1, 2, 3 or 4. A plane with fewer samples than the brightness has `least_color_side` pixels along the
/// longer side, or as many as the brightness.
pub(super) fn read(bytes: &[u8], block_side: usize, least_color_side: usize) -> Option<Planes> {
    let mut tables = Tables::default();
    let mut picture: Option<(Frame, Planes)> = None;
    let (mut at, mut scans) = (0, 0);
    loop {
        let (marker, after) = next_marker(bytes, at)?;
        if marker == START_OF_IMAGE {
            at = after;
            continue;
        }
        if marker == END_OF_IMAGE {
            break;
        }
        let length = usize::from(u16::from_be_bytes(*bytes.get(after..)?.first_chunk()?));
        let segment = bytes.get(after + 2..after + length)?;
        at = after + length;
        match marker {
            BASELINE | EXTENDED | PROGRESSIVE if picture.is_none() => {
                let frame = Frame::of(segment, marker == PROGRESSIVE)?;
                if frame.progressive && block_side > 1 {
                    return None;
                }
                let planes = Planes::new(&frame, block_side, least_color_side)?;
                picture = Some((frame, planes));
            }
            // Lossless, hierarchical and arithmetic coding.
            0xC0..=0xC3 | 0xC5..=0xCF => return None,
            HUFFMAN_TABLES => tables.huffman(segment, bytes.len())?,
            QUANTIZATION_TABLES => tables.quantize(segment)?,
            RESTART_INTERVAL => {
                tables.restart_interval = usize::from(u16::from_be_bytes(*segment.first_chunk()?));
            }
            START_OF_SCAN => {
                let (frame, planes) = picture.as_mut()?;
                let header = ScanHeader::of(segment, frame)?;
                scans += 1;
                if let Some(end) = planes.read_from_starts(bytes, at, frame, &header, &tables) {
                    at = end;
                } else if !frame.progressive {
                    // Closures, because a function given by its name is not put inline.
                    at = wide(
                        #[inline(always)]
                        || {
                            planes.read_scan(
                                bytes,
                                at,
                                frame,
                                &header,
                                &tables,
                                #[inline(always)]
                                |plane, bits, context, place| {
                                    baseline_block(plane, bits, context, place)
                                },
                            )
                        },
                    )?;
                } else if header.band == [0, 0] {
                    at = planes.read_scan(bytes, at, frame, &header, &tables, progressive_mean)?;
                }
            }
            _ => {}
        }
    }
    let (frame, mut planes) = picture.filter(|_| scans > 0)?;
    if frame.progressive {
        planes.show_means(&frame, &tables)?;
    }
    planes.planes.iter_mut().for_each(Plane::shrink);
    Some(planes)
}

/// What reading a block takes beside its plane.
struct BlockContext<'a> {
    header: &'a ScanHeader,
    tables: &'a Tables,
    steps: &'a [f32; 64],
    dc: usize,
    ac: usize,
}

impl Planes {
    /// Reads one scan's data, which begins at `at`; gives the place behind it. `read_block` reads a block of one
    /// component at a place of its plane, given in blocks.
    #[inline(always)]
    fn read_scan(
        &mut self,
        bytes: &[u8],
        at: usize,
        frame: &Frame,
        header: &ScanHeader,
        tables: &Tables,
        read_block: impl Fn(&mut Plane, &mut Bits<'_>, &BlockContext<'_>, [usize; 2]) -> Option<()>,
    ) -> Option<usize> {
        let mut parts = Vec::with_capacity(header.components.len());
        for &(place, dc, ac) in &header.components {
            let component = &frame.components[place];
            let steps = tables.quantization[component.quantization].as_deref()?;
            let factors = header.factors(component);
            parts.push((
                place,
                factors,
                BlockContext {
                    header,
                    tables,
                    steps,
                    dc,
                    ac,
                },
            ));
        }
        let [across, down] = header.units(frame);
        let mut bits = Bits::new(bytes, at);
        let mut left = tables.restart_interval;
        self.restart();
        for unit in 0..across * down {
            if tables.restart_interval > 0 {
                if left == 0 {
                    bits = next_interval(bytes, &bits)?;
                    self.restart();
                    left = tables.restart_interval;
                }
                left -= 1;
            }
            let (unit_x, unit_y) = (unit % across, unit / across);
            for (place, [wide, high], context) in &parts {
                for block in 0..wide * high {
                    let x = unit_x * wide + block % wide;
                    let y = unit_y * high + block / wide;
                    read_block(&mut self.planes[*place], &mut bits, context, [x, y])?;
                }
            }
        }
        (!bits.ran_out()).then_some(bits.place())
    }

    fn restart(&mut self) {
        for plane in &mut self.planes {
            plane.mean = 0;
        }
    }

    /// Paints the means of a progressive file.
    fn show_means(&mut self, frame: &Frame, tables: &Tables) -> Option<()> {
        for (plane, component) in self.planes.iter_mut().zip(&frame.components) {
            plane.show_means(component, tables)?;
        }
        Some(())
    }
}

/// The bits behind the next restart marker.
fn next_interval<'a>(bytes: &'a [u8], bits: &Bits<'_>) -> Option<Bits<'a>> {
    if bits.ran_out() {
        return None;
    }
    match *bytes.get(bits.place()..)? {
        [0xFF, 0xD0..=0xD7, ..] => Some(Bits::new(bytes, bits.place() + 2)),
        _ => None,
    }
}

/// A block of a sequential file.
#[inline(always)]
fn baseline_block(
    plane: &mut Plane,
    bits: &mut Bits<'_>,
    context: &BlockContext<'_>,
    place: [usize; 2],
) -> Option<()> {
    let dc = context.tables.dc[context.dc].as_deref()?;
    let ac = context.tables.ac[context.ac].as_deref()?;
    bits.refill();
    plane.mean = plane.mean.wrapping_add(dc.difference(bits)?);
    let mean = plane.mean as f32 * context.steps[0];
    if plane.side == 1 {
        plane.paint_mean(mean, place);
        return ac.skip_block(bits, 0);
    }
    let mut block = [0.0; 64];
    block[0] = mean;
    let mut rows = 1u8;
    let needed = last_needed(plane.side);
    let mut last = 0;
    while last < needed {
        if bits.count() < 32 {
            bits.refill();
        }
        let coefficient = ac.coefficient(bits)?;
        if coefficient.is_end() {
            if last == 0 {
                plane.paint_flat(mean, place);
            } else {
                plane.paint(&block, rows, place);
            }
            return Some(());
        }
        last += coefficient.zeros + 1;
        let at = usize::from(*ZIGZAG.get(last)? & 63);
        block[at] = coefficient.value as f32 * context.steps[at];
        rows |= 1 << (at / 8);
    }
    ac.skip_block(bits, last)?;
    plane.paint(&block, rows, place);
    Some(())
}

/// The mean of a block of a progressive file: its first bits, or one more. ITU-T T.81, G.1.2.1.
fn progressive_mean(
    plane: &mut Plane,
    bits: &mut Bits<'_>,
    context: &BlockContext<'_>,
    [x, y]: [usize; 2],
) -> Option<()> {
    let [before, now] = context.header.bits;
    if now > 13 {
        return None;
    }
    bits.refill();
    let place = y * plane.stride + x;
    if before == 0 {
        let dc = context.tables.dc[context.dc].as_deref()?;
        plane.mean = plane.mean.wrapping_add(dc.difference(bits)?);
        plane.means[place] = plane.mean.wrapping_shl(u32::from(now));
    } else {
        plane.means[place] |= (bits.peek(1) as i32) << now;
        bits.skip(1);
    }
    Some(())
}
