//! Photos that are nearly the same, found among all pairs exactly and put into groups around a photo in the middle.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use half::f16;
use rayon::prelude::*;

use crate::kernel::{self, Kernel};
use crate::snapshot::BLOCK_ROWS;
use crate::{ImageId, Neighbour, Snapshot};

/// Of how many numbers one is looked at first. Two photos whose eighths differ enough cannot be near whatever the rest
/// is, and nearly all pairs differ enough.
const PART: usize = 8;

/// Rounding of a dot product in half precision, far above what it can be.
const ROUNDING: f32 = 1e-4;

/// Photos that are all near one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// The photo with the greatest sum of similarities to all photos it was chosen from.
    pub medoid: ImageId,
    /// All photos, nearest to the medoid first; it is the first itself, with similarity 1.
    pub members: Vec<Neighbour>,
}

/// One photo to be compared.
struct Row<'a> {
    id: ImageId,
    vector: &'a [f16],
    inverse_length: f32,
}

/// Up to [`BLOCK_ROWS`] photos by the part of their numbers that is looked at first.
struct Parts {
    /// Each of unit length as a whole, so that the part is shorter.
    values: Vec<f16>,
    /// Length of what is not in `values`, by row.
    rests: Vec<f32>,
}

impl Snapshot {
    /// Groups of photos, among those that `keep` keeps, each at least `threshold` (cosine similarity) from the photo in
    /// the middle of its group: so that no chain of small steps joins unlike photos. A photo is in one group at most;
    /// groups have two photos or more and come largest first, then by the medoid's number.
    ///
    /// Exact, by comparing all pairs; most are told apart by an eighth of their numbers. `go_on` is asked
    /// often with the share of the work that is done, 0 to 1; when it says no, the result is `None`.
    pub fn clusters(
        &self,
        threshold: f32,
        keep: impl Fn(ImageId) -> bool,
        go_on: &(dyn Fn(f64) -> bool + Sync),
    ) -> Option<Vec<Cluster>> {
        let mut rows: Vec<Row<'_>> = self
            .blocks
            .iter()
            .flat_map(|block| {
                let vectors = block.vectors.chunks_exact(self.dims);
                let rows = block.ids.iter().zip(vectors).zip(&block.inverse_lengths);
                rows.map(|((id, vector), inverse_length)| Row {
                    id: *id,
                    vector,
                    inverse_length: *inverse_length,
                })
            })
            .filter(|row| keep(row.id))
            .collect();
        rows.sort_unstable_by_key(|row| row.id);
        let joined = joined(&rows, self.dims, threshold, go_on)?;
        let mut clusters = Vec::new();
        for connected in joined {
            let members = connected.iter().map(|place| &rows[*place as usize]);
            split(members.collect(), threshold, go_on, &mut clusters)?;
        }
        clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.members.len()), cluster.medoid));
        Some(clusters)
    }
}

/// The sets of rows that steps between near ones connect, those of several rows.
fn joined(
    rows: &[Row<'_>],
    dims: usize,
    threshold: f32,
    go_on: &(dyn Fn(f64) -> bool + Sync),
) -> Option<Vec<Vec<u32>>> {
    let chosen = telling_numbers(rows, dims);
    let parts: Vec<Parts> = rows
        .par_chunks(BLOCK_ROWS)
        .map(|rows| Parts::of(rows, &chosen))
        .collect();
    let pairs: Vec<(usize, usize)> = (0..parts.len())
        .flat_map(|a| (a..parts.len()).map(move |b| (a, b)))
        .collect();
    let sets = Mutex::new(Sets((0..rows.len() as u32).collect()));
    let done = AtomicUsize::new(0);
    pairs.par_iter().try_for_each(|(a, b)| {
        let share = done.fetch_add(1, Ordering::Relaxed) as f64 / pairs.len() as f64;
        if !go_on(share) {
            return None;
        }
        let near = near_pairs(rows, (*a, &parts[*a]), (*b, &parts[*b]), threshold);
        let mut sets = sets.lock().unwrap_or_else(PoisonError::into_inner);
        near.iter().for_each(|(a, b)| sets.join(*a, *b));
        Some(())
    })?;
    let sets = sets.into_inner().unwrap_or_else(PoisonError::into_inner);
    Some(sets.of_several())
}

/// The places of an eighth of the numbers, those that are largest on the whole: the more of a vector's length they
/// hold, the more pairs they tell apart.
fn telling_numbers(rows: &[Row<'_>], dims: usize) -> Vec<usize> {
    // Enough to rank the numbers; any rows will do.
    const LOOKED_AT: usize = 1000;
    let step = rows.len().div_ceil(LOOKED_AT).max(1);
    let mut squares = vec![0.0_f64; dims];
    for row in rows.iter().step_by(step) {
        for (square, value) in squares.iter_mut().zip(row.vector) {
            *square += f64::from(value.to_f32() * row.inverse_length).powi(2);
        }
    }
    let mut places: Vec<usize> = (0..dims).collect();
    places.sort_by(|a, b| squares[*b].total_cmp(&squares[*a]));
    places.truncate(dims.div_ceil(PART));
    places.sort_unstable();
    places
}

impl Parts {
    fn of(rows: &[Row<'_>], chosen: &[usize]) -> Self {
        let mut parts = Self {
            values: Vec::with_capacity(rows.len() * chosen.len()),
            rests: Vec::with_capacity(rows.len()),
        };
        for row in rows {
            let mut held = 0.0;
            for place in chosen {
                let value = f16::from_f32(row.vector[*place].to_f32() * row.inverse_length);
                held += value.to_f32().powi(2);
                parts.values.push(value);
            }
            parts.rests.push((1.0 - held).max(0.0).sqrt());
        }
        parts
    }
}

/// The pairs of rows, the first of block `a` and the second of block `b` and later, that are near.
fn near_pairs(
    rows: &[Row<'_>],
    (a, parts_a): (usize, &Parts),
    (b, parts_b): (usize, &Parts),
    threshold: f32,
) -> Vec<(u32, u32)> {
    let kernel = Kernel::detect();
    let width = parts_a.values.len() / parts_a.rests.len();
    let mut dots = [0.0; BLOCK_ROWS];
    let dots = &mut dots[..parts_b.rests.len()];
    let mut near = Vec::new();
    let mut query = vec![0.0; width];
    let values = parts_a.values.chunks_exact(width);
    for (row, (values, rest)) in values.zip(&parts_a.rests).enumerate() {
        let place = a * BLOCK_ROWS + row;
        for (query, value) in query.iter_mut().zip(values) {
            *query = value.to_f32();
        }
        kernel.dots(&query, &parts_b.values, dots);
        for (other, dot) in dots.iter().enumerate() {
            // Cauchy and Schwarz: the rest of the dot product is at most the product of the rests' lengths.
            if dot + rest * parts_b.rests[other] < threshold - ROUNDING {
                continue;
            }
            let other = b * BLOCK_ROWS + other;
            if place < other && cosine(&rows[place], &rows[other]) >= threshold {
                near.push((place as u32, other as u32));
            }
        }
    }
    near
}

fn cosine(a: &Row<'_>, b: &Row<'_>) -> f32 {
    let dot = kernel::dot(a.vector, b.vector);
    (dot * a.inverse_length * b.inverse_length).clamp(-1.0, 1.0)
}

/// Takes groups around their medoids out of connected rows until none of several is left.
fn split(
    mut rows: Vec<&Row<'_>>,
    threshold: f32,
    go_on: &(dyn Fn(f64) -> bool + Sync),
    clusters: &mut Vec<Cluster>,
) -> Option<()> {
    while rows.len() > 1 {
        if !go_on(1.0) {
            return None;
        }
        let medoid = medoid(&rows);
        let (near, others): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .map(|row| {
                let similarity = if std::ptr::eq(row, medoid) {
                    1.0
                } else {
                    cosine(medoid, row)
                };
                (row, similarity)
            })
            .partition(|(_, similarity)| *similarity >= threshold);
        rows = others.into_iter().map(|(row, _)| row).collect();
        if near.len() < 2 {
            continue;
        }
        let neighbour = |(row, similarity): (&Row<'_>, f32)| Neighbour {
            id: row.id,
            similarity,
        };
        let mut members: Vec<Neighbour> = near.into_iter().map(neighbour).collect();
        // The medoid comes first even beside a photo of equal numbers.
        members.sort_by_key(|member| (member.id != medoid.id, *member));
        clusters.push(Cluster {
            medoid: medoid.id,
            members,
        });
    }
    Some(())
}

/// The row with the greatest sum of similarities, which is its product with the sum of all; the first of equals.
fn medoid<'a>(rows: &[&'a Row<'a>]) -> &'a Row<'a> {
    let mut sum = vec![0.0_f32; rows[0].vector.len()];
    for row in rows {
        for (sum, value) in sum.iter_mut().zip(row.vector) {
            *sum += value.to_f32() * row.inverse_length;
        }
    }
    let kernel = Kernel::detect();
    let central = |row: &Row<'_>| {
        let mut dot = [0.0];
        kernel.dots(&sum, row.vector, &mut dot);
        dot[0] * row.inverse_length
    };
    let mut best = (rows[0], central(rows[0]));
    for row in &rows[1..] {
        let central = central(row);
        if central > best.1 {
            best = (row, central);
        }
    }
    best.0
}

/// Numbers joined into sets: the number above each, itself at the top.
struct Sets(Vec<u32>);

impl Sets {
    fn top(&mut self, mut number: u32) -> u32 {
        while self.0[number as usize] != number {
            let above = self.0[number as usize];
            // Halves the way for the next time.
            self.0[number as usize] = self.0[above as usize];
            number = above;
        }
        number
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.top(a), self.top(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// The sets of two numbers or more, each in order.
    fn of_several(mut self) -> Vec<Vec<u32>> {
        let mut sets = std::collections::BTreeMap::<u32, Vec<u32>>::new();
        for number in 0..self.0.len() as u32 {
            let top = self.top(number);
            sets.entry(top).or_default().push(number);
        }
        sets.into_values().filter(|set| set.len() > 1).collect()
    }
}
