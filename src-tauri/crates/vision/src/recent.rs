//! What was made last, kept for when the same is wanted again: one photo of a folder is often stored as the next.

use std::cell::RefCell;
use std::rc::Rc;

/// The last few things made. For one thread.
pub(crate) struct Recent<T> {
    /// The last one that was wanted at the end.
    kept: RefCell<Vec<Rc<T>>>,
    most: usize,
}

impl<T> Recent<T> {
    /// Keeps so many.
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            kept: RefCell::new(Vec::new()),
            most,
        }
    }

    /// The one that is `wanted`, or what `make` makes now. Neither may ask here again.
    pub(crate) fn get(&self, wanted: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> Rc<T> {
        let made = self.try_get(wanted, || Some(make()));
        made.expect("something is made")
    }

    /// As [`Recent::get`] where what is wanted may not be to be had: `None` when nothing was made.
    pub(crate) fn try_get(
        &self,
        wanted: impl Fn(&T) -> bool,
        make: impl FnOnce() -> Option<T>,
    ) -> Option<Rc<T>> {
        let mut kept = self.kept.borrow_mut();
        if let Some(place) = kept.iter().rposition(|one| wanted(one)) {
            kept[place..].rotate_left(1);
            return kept.last().map(Rc::clone);
        }
        let made = Rc::new(make()?);
        if kept.len() >= self.most {
            kept.remove(0);
        }
        kept.push(Rc::clone(&made));
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_wanted_are_made_once() {
        let recent = Recent::new(2);
        let mut made = Vec::new();
        for number in [1, 1, 2, 1, 3, 1, 2] {
            let one = recent.get(
                |known| *known == number,
                || {
                    made.push(number);
                    number
                },
            );
            assert_eq!(*one, number);
        }
        assert_eq!(made, [1, 2, 3, 2]);
        assert!(recent.try_get(|_| false, || None).is_none());
        assert!(recent.try_get(|known| *known == 1, || None).is_some());
    }
}
