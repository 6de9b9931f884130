//! Winograd's convolution in whole numbers. Transformed windows are sums of four values at most, so that those of 13
//! bits fit 16 and are exact. Sums of products wrap around; those of a tile, which are made of them by additions, fit
//! 32 bits and are right whatever wrapped before.

const _: () = assert!(
    4 * super::MOST as i32 <= i16::MAX as i32,
    "sums of four values fit 16 bits"
);

/// [`Winograd`](crate::resnet::kernel::winograd::Winograd) by the registers of the module around it.
macro_rules! winograd {
    ($features:tt, $tiles:tt) => {
        use $crate::resnet::kernel::Source;
        use $crate::resnet::kernel::winograd::{GROUP, POSITIONS, Tiles, Windows, Winograd};

        /// Its functions, for where the processor has the features.
        pub(super) const WINOGRAD: Winograd = Winograd {
            // SAFETY: this is part of an arithmetic that is only given away where the processor has the features of both.
            transform: |windows, output| unsafe { transform(windows, output) },
            // SAFETY: as above.
            run: |panel, tiles, output| unsafe { run(panel, tiles, output) },
        };

        $crate::resnet::kernel::tiles! { $features, $tiles }

        /// Writes the sums of a position as they are.
        #[target_feature(enable = $features)]
        #[inline]
        fn finish(
            _: &Panel<'_>,
            _: &Place,
            sums: [Ints; 2],
            output: &mut [u32],
            _: &mut [f32; LANES],
        ) {
            let words: &mut [u32; 2 * LANES] = output.first_chunk_mut().expect("a whole panel");
            // SAFETY: both are two registers of words.
            *words = unsafe { transmute::<[Ints; 2], [u32; 2 * LANES]>(sums) };
        }

        #[target_feature(enable = $features)]
        fn run(panel: &Panel<'_>, tiles: &Tiles<'_>, output: &mut [u32]) -> f32 {
            let [source] = panel.sources else {
                panic!("one source");
            };
            let mut sums = [[[0; 2 * LANES]; GROUP]; POSITIONS];
            let mut largest = [0.0; LANES];
            let places: [Place; GROUP] = std::array::from_fn(|at| Place {
                output: at * 2 * LANES,
                inputs: [at * source.line_words, 0],
                ..Place::default()
            });
            let groups = source.words.chunks_exact(POSITIONS * source.pitch);
            for (group, words) in tiles.all.chunks(GROUP).zip(groups) {
                let weights = panel.weights.chunks_exact(2 * LANES * source.line_words);
                let positions = words.chunks_exact(source.pitch).zip(weights);
                for ((words, weights), sums) in positions.zip(&mut sums) {
                    let position = Panel {
                        sources: &[Source {
                            words,
                            lines: 1,
                            ..*source
                        }],
                        weights,
                        ..*panel
                    };
                    run_tiles(&position, &places[..group.len()], sums.as_flattened_mut());
                }
                for (at, tile) in group.iter().enumerate() {
                    let [low, high] = [tile_half(&sums, at, 0), tile_half(&sums, at, 1)];
                    let mut line = tile.place;
                    for (low, high) in low.into_iter().zip(high).take(tile.lines) {
                        let mut place = line;
                        for (low, high) in low.into_iter().zip(high).take(tile.columns) {
                            let output = &mut output[place.output..];
                            super::finish(panel, &place, [low, high], output, &mut largest);
                            place.step(&tiles.beside);
                        }
                        line.step(&tiles.below);
                    }
                }
            }
            largest.into_iter().fold(0.0, f32::max)
        }

        /// Half the output channels of a tile's sums, line by line.
        #[target_feature(enable = $features)]
        #[inline]
        fn tile_half(
            sums: &[[[u32; 2 * LANES]; GROUP]; POSITIONS],
            at: usize,
            half: usize,
        ) -> [[Ints; 2]; 2] {
            let column = |column: usize| {
                join([
                    load(&sums[column][at])[half],
                    load(&sums[4 + column][at])[half],
                    load(&sums[8 + column][at])[half],
                    load(&sums[12 + column][at])[half],
                ])
            };
            let [first, second, third, fourth] = [column(0), column(1), column(2), column(3)];
            [
                join([first[0], second[0], third[0], fourth[0]]),
                join([first[1], second[1], third[1], fourth[1]]),
            ]
        }

        /// Four positions, of a line or a column, as the two places that they are of.
        #[target_feature(enable = $features)]
        #[inline]
        fn join([first, second, third, fourth]: [Ints; 4]) -> [Ints; 2] {
            [
                add_sums(add_sums(first, second), third),
                subtract_sums(subtract_sums(second, third), fourth),
            ]
        }

        #[target_feature(enable = $features)]
        fn transform(windows: &Windows<'_>, output: &mut [u32]) {
            let place = windows.place;
            assert!(place.is_multiple_of(LANES), "whole registers");
            let last = windows.lines[0].len() - place;
            for window in 0..windows.count {
                let tile = windows.first + window;
                let group = tile / GROUP * (GROUP * POSITIONS);
                let output = &mut output[(group + tile % GROUP) * place..];
                let first = 2 * window * place;
                let columns = [
                    first,
                    first + place,
                    first + 2 * place,
                    last.min(first + 3 * place),
                ];
                for at in (0..place).step_by(LANES) {
                    transform_register(windows, columns, at, output);
                }
            }
        }

        /// Transforms as many channels of a window as fill a register, from the word `at` of its places on.
        #[target_feature(enable = $features)]
        #[inline]
        fn transform_register(
            windows: &Windows<'_>,
            columns: [usize; 4],
            at: usize,
            output: &mut [u32],
        ) {
            let [first, second, third, fourth] = windows.lines;
            let column = |column: usize| {
                let at = columns[column] + at;
                spread_four([
                    halves(&first[at..]),
                    halves(&second[at..]),
                    halves(&third[at..]),
                    halves(&fourth[at..]),
                ])
            };
            let [first, second, third, fourth] = [column(0), column(1), column(2), column(3)];
            let pitch = GROUP * windows.place;
            let mut to = at;
            for (((first, second), third), fourth) in
                first.into_iter().zip(second).zip(third).zip(fourth)
            {
                for value in spread_four([first, second, third, fourth]) {
                    write(value, &mut output[to..]);
                    to += pitch;
                }
            }
        }

        /// Four places of a window, of a line or a column, as positions.
        #[target_feature(enable = $features)]
        #[inline]
        fn spread_four([first, second, third, fourth]: [Ints; 4]) -> [Ints; 4] {
            [
                subtract_factors(first, third),
                add_factors(second, third),
                subtract_factors(third, second),
                subtract_factors(second, fourth),
            ]
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn halves(words: &[u32]) -> Ints {
            let words: &[u32; LANES] = words.first_chunk().expect("a whole register");
            // SAFETY: both are a register of words.
            unsafe { transmute(*words) }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn write(value: Ints, words: &mut [u32]) {
            let words: &mut [u32; LANES] = words.first_chunk_mut().expect("a whole register");
            // SAFETY: both are a register of words.
            *words = unsafe { transmute::<Ints, [u32; LANES]>(value) };
        }
    };
}
pub(super) use winograd;
