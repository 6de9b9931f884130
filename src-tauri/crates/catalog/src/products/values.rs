//! The cells of one column in memory, and what can be asked of them.

use std::collections::HashMap;

use memchr::memmem::Finder;
use rayon::prelude::*;

use super::filter::{FilterError, Test};
use super::{Cell, Column, ColumnKind, Date};

/// Where a text cell is empty.
const NONE: u32 = u32::MAX;

/// Texts that one thread looks through before another is asked: below that, waking it takes longer.
const TEXTS_PER_TASK: usize = 8192;

/// The cells of one column, one for each product.
#[derive(Debug)]
pub(super) enum Values {
    Text(Dictionary, Vec<u32>),
    /// `NaN` where a cell is empty.
    Numbers(Vec<f64>),
    Dates(Vec<Option<Date>>),
    Tags(Dictionary, Vec<Vec<u32>>),
}

/// Each text once, as given and without case.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    texts: Vec<String>,
    folded: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Dictionary {
    fn code(&mut self, text: String) -> u32 {
        if let Some(code) = self.codes.get(&text) {
            return *code;
        }
        let code = self.texts.len() as u32;
        self.folded.push(text.to_lowercase());
        self.codes.insert(text.clone(), code);
        self.texts.push(text);
        code
    }

    /// Which texts match, without case; asked on several threads.
    fn matching(&self, matches: impl Fn(&str) -> bool + Sync) -> Vec<bool> {
        let texts = self.folded.par_iter().with_min_len(TEXTS_PER_TASK);
        texts.map(|text| matches(text)).collect()
    }

    /// Which texts contain `part`, which is in lower case.
    fn containing(&self, part: &str) -> Vec<bool> {
        let finder = Finder::new(part);
        self.matching(|text| finder.find(text.as_bytes()).is_some())
    }
}

impl Values {
    pub(super) fn new(kind: ColumnKind, products: usize) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(Dictionary::default(), Vec::with_capacity(products)),
            ColumnKind::Number | ColumnKind::Price => Self::Numbers(Vec::with_capacity(products)),
            ColumnKind::Date => Self::Dates(Vec::with_capacity(products)),
            ColumnKind::Tags => Self::Tags(Dictionary::default(), Vec::with_capacity(products)),
        }
    }

    /// Adds a cell; one of another kind is left empty.
    pub(super) fn push(&mut self, cell: Option<Cell>) {
        match (self, cell) {
            (Self::Text(texts, codes), Some(Cell::Text(text))) => codes.push(texts.code(text)),
            (Self::Text(_, codes), _) => codes.push(NONE),
            (Self::Numbers(numbers), Some(Cell::Number(number))) => numbers.push(number),
            (Self::Numbers(numbers), _) => numbers.push(f64::NAN),
            (Self::Dates(dates), Some(Cell::Date(date))) => dates.push(Some(date)),
            (Self::Dates(dates), _) => dates.push(None),
            (Self::Tags(texts, lists), Some(Cell::Tags(tags))) => {
                lists.push(tags.into_iter().map(|tag| texts.code(tag)).collect());
            }
            (Self::Tags(_, lists), _) => lists.push(Vec::new()),
        }
    }

    /// How often each text or tag occurs in these rows; nothing of numbers and days.
    pub(super) fn counts(&self, rows: impl Iterator<Item = usize>) -> Vec<(&str, usize)> {
        let mut counts = HashMap::<u32, usize>::new();
        let texts = match self {
            Self::Text(texts, codes) => {
                for row in rows {
                    *counts.entry(codes[row]).or_default() += 1;
                }
                counts.remove(&NONE);
                texts
            }
            Self::Tags(texts, lists) => {
                for code in rows.flat_map(|row| &lists[row]) {
                    *counts.entry(*code).or_default() += 1;
                }
                texts
            }
            Self::Numbers(_) | Self::Dates(_) => return Vec::new(),
        };
        let counts = counts.into_iter();
        counts
            .map(|(code, count)| (texts.texts[code as usize].as_str(), count))
            .collect()
    }

    /// The smallest and the largest number; `None` of other columns and without any.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let Self::Numbers(numbers) = self else {
            return None;
        };
        let filled = numbers.iter().copied().filter(|number| !number.is_nan());
        filled.fold(None, |range, number| {
            let (low, high) = range.unwrap_or((number, number));
            Some((f64::min(low, number), f64::max(high, number)))
        })
    }

    pub(super) fn cell(&self, row: usize) -> Option<Cell> {
        match self {
            Self::Text(texts, codes) => {
                let text = texts.texts.get(codes[row] as usize)?;
                Some(Cell::Text(text.clone()))
            }
            Self::Numbers(numbers) => Some(numbers[row])
                .filter(|number| !number.is_nan())
                .map(Cell::Number),
            Self::Dates(dates) => dates[row].map(Cell::Date),
            Self::Tags(texts, lists) => {
                let tags = lists[row]
                    .iter()
                    .map(|code| texts.texts[*code as usize].clone());
                Some(Cell::Tags(tags.collect())).filter(|_| !lists[row].is_empty())
            }
        }
    }

    /// Marks the rows of which some text contains `word`, which is in lower case.
    pub(super) fn mark_containing(&self, word: &str, rows: &mut [bool]) {
        match self {
            Self::Text(texts, codes) => {
                let matching = texts.containing(word);
                for (row, code) in rows.iter_mut().zip(codes) {
                    *row |= matching.get(*code as usize).copied().unwrap_or(false);
                }
            }
            Self::Tags(texts, lists) => {
                let matching = texts.containing(word);
                for (row, tags) in rows.iter_mut().zip(lists) {
                    *row |= tags.iter().any(|code| matching[*code as usize]);
                }
            }
            Self::Numbers(_) | Self::Dates(_) => {}
        }
    }

    pub(super) fn test(&self, column: &Column, test: &Test) -> Result<Vec<bool>, FilterError> {
        match self {
            Self::Text(texts, codes) => {
                if *test == Test::Empty {
                    return Ok(codes.iter().map(|code| *code == NONE).collect());
                }
                let matching = texts.matching(&text_test(column, test)?);
                let holds = |code: &u32| matching.get(*code as usize).copied().unwrap_or(false);
                Ok(codes.iter().map(holds).collect())
            }
            Self::Tags(texts, lists) => {
                if *test == Test::Empty {
                    return Ok(lists.iter().map(Vec::is_empty).collect());
                }
                let matching = texts.matching(&text_test(column, test)?);
                let holds = |tags: &Vec<u32>| tags.iter().any(|code| matching[*code as usize]);
                Ok(lists.iter().map(holds).collect())
            }
            Self::Numbers(numbers) => {
                if let Test::Contains(part) = test {
                    let part = part.to_lowercase();
                    let holds = |n: &f64| !n.is_nan() && n.to_string().contains(&part);
                    return Ok(numbers.iter().map(holds).collect());
                }
                let read = |text: &String| {
                    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                    number.ok_or_else(|| no_value(column, text))
                };
                let holds = order_test(test, read)?;
                let filled = |n: &f64| Some(*n).filter(|n| !n.is_nan());
                Ok(numbers.iter().map(|n| holds(filled(n))).collect())
            }
            Self::Dates(dates) => {
                if let Test::Contains(part) = test {
                    let holds = |d: &Option<Date>| d.is_some_and(|d| d.to_string().contains(part));
                    return Ok(dates.iter().map(holds).collect());
                }
                let read = |text: &String| text.parse().map_err(|()| no_value(column, text));
                let holds = order_test(test, read)?;
                Ok(dates.iter().map(|date| holds(*date)).collect())
            }
        }
    }
}

fn no_value(column: &Column, text: &str) -> FilterError {
    FilterError::Value {
        value: text.to_owned(),
        kind: match column.kind {
            ColumnKind::Date => "date (such as 2026-11-23)",
            _ => "number",
        },
        column: column.name.clone(),
    }
}

type TextTest<'a> = Box<dyn Fn(&str) -> bool + Sync + 'a>;

type OrderTest<T> = Box<dyn Fn(Option<T>) -> bool>;

/// What is asked of one text without case.
fn text_test<'a>(column: &Column, test: &'a Test) -> Result<TextTest<'a>, FilterError> {
    Ok(match test {
        Test::Equals(values) => {
            let values: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
            Box::new(move |text| values.iter().any(|value| value == text))
        }
        Test::Contains(part) => {
            let part = part.to_lowercase();
            let finder = Finder::new(&part).into_owned();
            Box::new(move |text| finder.find(text.as_bytes()).is_some())
        }
        Test::Empty => Box::new(|_| false),
        Test::Below { .. } | Test::Above { .. } | Test::Between(..) => {
            return Err(FilterError::Order {
                column: column.name.clone(),
                kind: column.kind.as_str(),
            });
        }
    })
}

/// What is asked of one value that has an order; an empty one is `None`.
fn order_test<T: PartialOrd + Copy + 'static>(
    test: &Test,
    read: impl Fn(&String) -> Result<T, FilterError>,
) -> Result<OrderTest<T>, FilterError> {
    let filled = |holds: Box<dyn Fn(T) -> bool>| -> OrderTest<T> {
        Box::new(move |value| value.is_some_and(&holds))
    };
    Ok(match test {
        Test::Equals(values) => {
            let values = values.iter().map(read).collect::<Result<Vec<T>, _>>()?;
            filled(Box::new(move |value| values.contains(&value)))
        }
        Test::Below { bound, or_equal } => {
            let (bound, or_equal) = (read(bound)?, *or_equal);
            filled(Box::new(move |value| {
                value < bound || or_equal && value == bound
            }))
        }
        Test::Above { bound, or_equal } => {
            let (bound, or_equal) = (read(bound)?, *or_equal);
            filled(Box::new(move |value| {
                value > bound || or_equal && value == bound
            }))
        }
        Test::Between(low, high) => {
            let (low, high) = (read(low)?, read(high)?);
            filled(Box::new(move |value| (low..=high).contains(&value)))
        }
        Test::Empty => Box::new(|value| value.is_none()),
        Test::Contains(_) => filled(Box::new(|_| false)),
    })
}
