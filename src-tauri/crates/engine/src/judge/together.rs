//! Batches of the device told several at a time.

use std::time::{Duration, Instant};

/// Photos judged at a time: the catalog's vectors are read once for all of them, and their rows stored at once. The
/// processor's batches alone are of few.
const TOGETHER: usize = 32;

/// How long a photo waits for others to be judged with.
const WITHIN: Duration = Duration::from_millis(400);

/// Tells `each` of what is in `batches`, in order: of as much together as takes little more time than one, but of
/// nothing late. The first error ends it; what came before an error of `batches` has been told.
pub(super) fn told_together<T, E>(
    batches: impl Iterator<Item = Result<Vec<T>, E>>,
    each: &mut dyn FnMut(Vec<T>) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = Vec::new();
    let mut told = Instant::now();
    for batch in batches {
        match batch {
            Ok(batch) => waiting.extend(batch),
            Err(error) => {
                if !waiting.is_empty() {
                    each(waiting)?;
                }
                return Err(error);
            }
        }
        if waiting.len() >= TOGETHER || told.elapsed() >= WITHIN {
            each(std::mem::take(&mut waiting))?;
            told = Instant::now();
        }
    }
    match waiting.is_empty() {
        true => Ok(()),
        false => each(waiting),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(batches: Vec<Result<Vec<usize>, &'static str>>) -> (Vec<Vec<usize>>, bool) {
        let mut told = Vec::new();
        let ended = told_together(batches.into_iter(), &mut |batch| {
            told.push(batch);
            Ok(())
        });
        (told, ended.is_ok())
    }

    #[test]
    fn everything_is_told_once_and_in_order() {
        let batches: Vec<Vec<usize>> = (0..25).map(|at| (4 * at..4 * at + 4).collect()).collect();
        let (told, ended) = told(batches.into_iter().map(Ok).collect());
        assert!(ended && told.len() <= 25 && told.iter().all(|batch| !batch.is_empty()));
        assert_eq!(told.concat(), (0..100).collect::<Vec<_>>());
        assert_eq!(
            super::told_together::<(), ()>([].into_iter(), &mut |_| Err(())),
            Ok(())
        );
    }

    #[test]
    fn what_came_before_an_error_is_told() {
        let (told, ended) = told(vec![Ok(vec![1, 2]), Ok(vec![3]), Err("lost"), Ok(vec![4])]);
        assert_eq!((told.concat(), ended), (vec![1, 2, 3], false));
    }
}
