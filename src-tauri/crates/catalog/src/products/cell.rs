//! One value of a product, and what kinds of values a column can hold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a column holds. Every filled cell of a column is of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Any text: a name, a SKU, a description.
    Text,
    /// A number.
    Number,
    /// An amount of money; the column's unit is the currency.
    Price,
    /// A calendar day.
    Date,
    /// Several short texts, such as colours or categories.
    Tags,
}

impl ColumnKind {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Price => "price",
            Self::Date => "date",
            Self::Tags => "tags",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        match text {
            "number" => Self::Number,
            "price" => Self::Price,
            "date" => Self::Date,
            "tags" => Self::Tags,
            _ => Self::Text,
        }
    }
}

/// A column of the product data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// As in the CSV's first line; unique, whatever the case.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// What its numbers count, if they all say the same: "€", "kg".
    pub unit: Option<String>,
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// `None` for a day that no calendar has.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days)
            .contains(&day)
            .then_some(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    /// As ISO 8601 writes it: 2026-11-23.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = ();

    /// Reads what `Display` writes, and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            parts
                .next()
                .filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|part| part.parse::<u16>().ok())
                .ok_or(())
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return Err(());
        }
        // Two digits fit.
        Self::new(year, month as u8, day as u8).ok_or(())
    }
}

/// One value. As JSON: a text, a number, a day as ISO 8601 writes it, or a list of texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Never empty.
    Text(String),
    /// A number or a price; finite.
    Number(f64),
    /// A day.
    #[serde(serialize_with = "as_text")]
    Date(Date),
    /// Never empty, nor is any of them.
    Tags(Vec<String>),
}

fn as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

impl Cell {
    /// The same value in a column of another kind; `None` when it makes none there.
    pub(crate) fn into_kind(self, kind: ColumnKind) -> Option<Self> {
        match (kind, self) {
            (ColumnKind::Text, cell) => Some(Self::Text(cell.to_string())),
            (ColumnKind::Number | ColumnKind::Price, Self::Number(number)) => {
                Some(Self::Number(number))
            }
            (ColumnKind::Date, Self::Date(date)) => Some(Self::Date(date)),
            (ColumnKind::Date, Self::Text(text)) => text.parse().ok().map(Self::Date),
            (ColumnKind::Tags, Self::Tags(tags)) => Some(Self::Tags(tags)),
            (ColumnKind::Tags, cell) => Some(Self::Tags(vec![cell.to_string()])),
            _ => None,
        }
    }

    /// What was stored as JSON; `None` for what this never stores.
    pub(crate) fn from_json(value: serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => Some(Self::Text(text)),
            serde_json::Value::Number(number) => number.as_f64().map(Self::Number),
            serde_json::Value::Array(tags) => tags
                .into_iter()
                .map(|tag| tag.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map(Self::Tags),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Tags(tags) => f.write_str(&tags.join(" | ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_no_calendar_has_are_refused() {
        assert!(Date::new(2024, 2, 29).is_some());
        for (year, month, day) in [
            (2023, 2, 29),
            (1900, 2, 29),
            (2024, 4, 31),
            (2024, 13, 1),
            (2024, 1, 0),
        ] {
            assert_eq!(Date::new(year, month, day), None);
        }
    }

    #[test]
    fn a_day_reads_as_it_is_written() {
        let day = Date::new(2026, 1, 9).expect("a day");
        assert_eq!(day.to_string(), "2026-01-09");
        assert_eq!(day.to_string().parse(), Ok(day));
        for wrong in ["2026-1-9", "26-01-09", "2026-01-09-1", "2026/01/09", ""] {
            assert_eq!(wrong.parse::<Date>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn a_value_keeps_its_meaning_in_a_column_of_another_kind_or_is_none() {
        let number = Cell::Number(12.5);
        assert_eq!(
            number.clone().into_kind(ColumnKind::Text),
            Some(Cell::Text("12.5".into()))
        );
        assert_eq!(number.into_kind(ColumnKind::Date), None);
        assert_eq!(
            Cell::Text("red".into()).into_kind(ColumnKind::Tags),
            Some(Cell::Tags(vec!["red".into()]))
        );
    }
}
