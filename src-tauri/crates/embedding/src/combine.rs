//! One query out of several photos, some of them of what is not wanted.

use crate::{Embedding, VectorError};

/// Why parts are not a query.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CombineError {
    /// Nothing says what the hits are to be like.
    #[error("nothing says what the hits are to be like: at least one photo needs a weight above 0")]
    NothingWanted,
    /// A weight that is none.
    #[error("a photo's weight is from -1 to 1 and not 0; {0} is neither")]
    Weight(f32),
    /// What is wanted and what is not are the same.
    #[error("what is wanted and what is not wanted look the same: nothing is left to search by")]
    NothingLeft,
    /// Vectors that do not go together.
    #[error(transparent)]
    Vector(#[from] VectorError),
}

/// The least share of what is not wanted that has to differ from what is wanted: below it (a cosine above 0.9995)
/// both are one photo, re-encoded at most, and their difference is noise.
const LEAST_DIFFERENCE: f32 = 0.03;

/// The direction to search in for parts with weights from -1 to 1, not 0.
///
/// Of the wanted parts it is the weighted mean. Of each unwanted part only what tells it from that mean is taken
/// away: embeddings of photos all lie in a narrow cone, and taking away a part as a whole would also take away what
/// it shares with the wanted ones, and leave little more than what is unlike it. So a photo's similarity is that to
/// what is wanted, lowered by what it shares with the unwanted alone, and the wanted photos themselves always stay
/// on the near side. The weights say in what proportion; unwanted parts together never weigh more than the wanted.
///
/// # Errors
/// [`CombineError`].
pub fn combine(parts: &[(Embedding, f32)]) -> Result<Embedding, CombineError> {
    for (_, weight) in parts {
        if !(-1.0..=1.0).contains(weight) || *weight == 0.0 {
            return Err(CombineError::Weight(*weight));
        }
    }
    let (wanted, unwanted): (Vec<_>, Vec<_>) = parts.iter().partition(|(_, weight)| *weight > 0.0);
    let Some((first, _)) = wanted.first() else {
        return Err(CombineError::NothingWanted);
    };
    // As it is, to the last bit: the photo of a catalog then has similarity 1 to itself.
    let toward = match wanted.as_slice() {
        [_] => first.clone(),
        _ => Embedding::normalized(sum(first.dims(), &wanted)?)?,
    };
    if unwanted.is_empty() {
        return Ok(toward);
    }
    let total = |parts: &[&(Embedding, f32)]| parts.iter().map(|part| part.1.abs()).sum::<f32>();
    let whole = total(&wanted).max(total(&unwanted));
    let away = sum(first.dims(), &unwanted)?;
    // `away` is negative already: what of it lies along `toward` is put back.
    let shared: f32 = dot(&away, toward.as_slice());
    let own: Vec<f32> = away
        .iter()
        .zip(toward.as_slice())
        .map(|(value, along)| value - shared * along)
        .collect();
    if dot(&own, &own).sqrt() < LEAST_DIFFERENCE * total(&unwanted) {
        return Err(CombineError::NothingLeft);
    }
    let query = toward.as_slice().iter().zip(&own);
    Ok(Embedding::normalized(
        query.map(|(value, own)| value + own / whole).collect(),
    )?)
}

fn sum(dims: usize, parts: &[&(Embedding, f32)]) -> Result<Vec<f32>, VectorError> {
    let mut sum = vec![0.0_f32; dims];
    for (embedding, weight) in parts {
        if embedding.dims() != dims {
            return Err(VectorError::Dims {
                expected: dims,
                actual: embedding.dims(),
            });
        }
        for (total, value) in sum.iter_mut().zip(embedding.as_slice()) {
            *total += weight * value;
        }
    }
    Ok(sum)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn unit(values: &[f32]) -> Embedding {
        Embedding::normalized(values.to_vec()).unwrap()
    }

    #[test]
    fn wanted_parts_pool_by_weight_and_one_alone_stays_as_it_is() {
        let (right, up) = (unit(&[1.0, 0.0]), unit(&[0.0, 2.0]));
        assert_eq!(combine(&[(up.clone(), 0.2)]).unwrap(), up);
        let even = combine(&[(right.clone(), 0.5), (up.clone(), 0.5)]).unwrap();
        assert!((even.cosine(&right) - even.cosine(&up)).abs() < 1e-6);
        let more_up = combine(&[(right.clone(), 0.5), (up.clone(), 1.0)]).unwrap();
        assert!(more_up.cosine(&up) > more_up.cosine(&right));
    }

    #[test]
    fn less_of_a_photo_lowers_what_is_like_it_and_keeps_what_both_share() {
        let (wanted, unwanted) = (unit(&[1.0, 1.0, 0.0]), unit(&[1.0, 0.0, 1.0]));
        let query = combine(&[(wanted.clone(), 1.0), (unwanted.clone(), -1.0)]).unwrap();
        // What tells the unwanted apart is taken away; the wanted stays nearer than anything between the two.
        let between = unit(&[2.0, 1.0, 1.0]);
        assert!(query.cosine(&wanted) > query.cosine(&between));
        assert!(query.cosine(&between) > query.cosine(&unwanted));
        assert!(query.cosine(&unwanted) < wanted.cosine(&unwanted) - 0.3);
        // A gentler weight moves less.
        let gentle = combine(&[(wanted.clone(), 1.0), (unwanted.clone(), -0.3)]).unwrap();
        assert!(gentle.cosine(&unwanted) > query.cosine(&unwanted));
        assert!(gentle.cosine(&wanted) > query.cosine(&wanted));
        // Three times the same unwanted photo is no more than once with all the weight there is.
        let thrice: Vec<_> = std::iter::once((wanted.clone(), 1.0))
            .chain(std::iter::repeat_n((unwanted.clone(), -1.0), 3))
            .collect();
        let thrice = combine(&thrice).unwrap();
        assert!(thrice.cosine(&query) > 0.999_99);
        assert!(thrice.cosine(&wanted) > 0.5);
    }

    #[test]
    fn parts_that_leave_nothing_to_search_by_are_refused_in_plain_words() {
        let (right, up) = (unit(&[1.0, 0.0]), unit(&[0.0, 2.0]));
        assert_eq!(combine(&[]), Err(CombineError::NothingWanted));
        assert_eq!(
            combine(&[(up.clone(), -0.5)]),
            Err(CombineError::NothingWanted)
        );
        let both = [(up.clone(), 1.0), (up.clone(), -1.0)];
        assert_eq!(combine(&both), Err(CombineError::NothingLeft));
        for weight in [0.0, 1.5, -2.0, f32::NAN] {
            let refused = combine(&[(right.clone(), weight)]).unwrap_err();
            assert!(matches!(refused, CombineError::Weight(_)), "{refused}");
        }
        let left = unit(&[-1.0, 0.0]);
        assert_eq!(
            combine(&[(right.clone(), 1.0), (left, 1.0)]),
            Err(CombineError::Vector(VectorError::Zero))
        );
        let longer = unit(&[1.0; 3]);
        assert!(combine(&[(right, 1.0), (longer, -1.0)]).is_err());
    }
}
