//! A network input mirrored and turned: to find photos that show the query so.

use crate::preprocess::InputTensor;

/// How a photo shows what another one shows: mirrored (left and right exchanged) or not, then turned clockwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// As it is.
    #[default]
    Upright,
    /// Turned by a quarter, clockwise.
    Turned90,
    /// Upside down.
    Turned180,
    /// Turned by three quarters, clockwise.
    Turned270,
    /// Mirrored.
    Mirrored,
    /// Mirrored, then turned by a quarter.
    MirroredTurned90,
    /// Mirrored, then turned by a half: mirrored top to bottom.
    MirroredTurned180,
    /// Mirrored, then turned by three quarters.
    MirroredTurned270,
}

impl Orientation {
    /// All of them; the upright one first.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::Turned90,
        Self::Turned180,
        Self::Turned270,
        Self::Mirrored,
        Self::MirroredTurned90,
        Self::MirroredTurned180,
        Self::MirroredTurned270,
    ];

    /// Whether left and right are exchanged.
    pub fn is_mirrored(self) -> bool {
        self as usize >= 4
    }

    /// Quarters of a turn clockwise, 0 to 3.
    pub fn quarters(self) -> usize {
        self as usize % 4
    }
}

impl InputTensor {
    /// The input of the same photo mirrored and turned. The photo stays in the middle; where its margins are of
    /// odd length, it comes to lie a pixel beside where preparing the turned photo would have put it.
    pub fn seen(&self, orientation: Orientation) -> Self {
        let side = self.size() as usize;
        let last = side - 1;
        let mut values = Vec::with_capacity(self.values().len());
        for plane in self.values().chunks_exact(side * side) {
            for y in 0..side {
                values.extend((0..side).map(|x| {
                    let (from_x, from_y) = match orientation.quarters() {
                        0 => (x, y),
                        1 => (y, last - x),
                        2 => (last - x, last - y),
                        _ => (last - y, x),
                    };
                    let from_x = if orientation.is_mirrored() {
                        last - from_x
                    } else {
                        from_x
                    };
                    plane[from_y * side + from_x]
                }));
            }
        }
        Self::new(self.size(), values).expect("as many values as there were")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three planes of 2 x 2: `[top left, top right, bottom left, bottom right]`.
    fn seen(orientation: Orientation) -> [f32; 4] {
        let plane = [1.0, 2.0, 3.0, 4.0];
        let tensor = InputTensor::new(2, plane.repeat(3)).expect("three planes");
        let seen = tensor.seen(orientation);
        let (planes, _) = seen.values().as_chunks::<4>();
        assert!(planes.iter().all(|plane| *plane == planes[0]));
        planes[0]
    }

    #[test]
    fn each_orientation_is_what_its_name_says() {
        let expected = [
            [1.0, 2.0, 3.0, 4.0],
            [3.0, 1.0, 4.0, 2.0],
            [4.0, 3.0, 2.0, 1.0],
            [2.0, 4.0, 1.0, 3.0],
            [2.0, 1.0, 4.0, 3.0],
            [4.0, 2.0, 3.0, 1.0],
            [3.0, 4.0, 1.0, 2.0],
            [1.0, 3.0, 2.0, 4.0],
        ];
        assert_eq!(Orientation::ALL.map(seen), expected);
    }
}
