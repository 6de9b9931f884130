//! The filter language: `price < 50 and (color = red or tags ~ "linen")`.
//!
//! ```text
//! filter     = and { "or" and }
//! and        = not { "and" not }
//! not        = [ "not" ] ( "(" filter ")" | comparison )
//! comparison = column ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" ) value
//!            | column [ "not" ] "in" "(" value { "," value } ")"
//!            | column [ "not" ] "between" value "and" value
//!            | column "is" [ "not" ] "empty"
//! column     = word | "[" any text "]" | value in double quotes
//! value      = word | text in single or double quotes (a quote inside is written twice)
//! ```
//!
//! `~` is "contains". Letters' case never matters. A tag column equals a value when one of its tags does.
//! An empty cell equals, contains and exceeds nothing, so `!=`, `!~` and `not` hold for it; a photo without
//! product data is one whose cells are all empty.

use thiserror::Error;

use super::grammar;

/// A filter as it was written, not yet checked against any columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(pub(super) Node);

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// What is asked of a column.
    Test {
        column: String,
        test: Test,
    },
    /// In lower case; some text or tag contains it.
    Word(String),
}

/// What is asked of one column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Equals(Vec<String>),
    Contains(String),
    Below { bound: String, or_equal: bool },
    Above { bound: String, or_equal: bool },
    Between(String, String),
    Empty,
}

impl Node {
    pub(super) fn test(column: String, test: Test, negated: bool) -> Self {
        let node = Self::Test { column, test };
        if negated {
            Self::Not(Box::new(node))
        } else {
            node
        }
    }
}

impl Test {
    pub(super) fn below(bound: String, or_equal: bool) -> Self {
        Self::Below { bound, or_equal }
    }

    pub(super) fn above(bound: String, or_equal: bool) -> Self {
        Self::Above { bound, or_equal }
    }
}

/// Why a text is no filter for these columns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FilterError {
    /// The text does not follow the language.
    #[error(
        "the filter is not understood at character {place}: expected {expected}, found {found}"
    )]
    Syntax {
        /// Counted from 1.
        place: usize,
        /// What could have stood there.
        expected: &'static str,
        /// What stood there.
        found: String,
    },
    /// No column is called so.
    #[error("there is no column {column}; {known}")]
    Column {
        /// As written.
        column: String,
        /// What there is instead.
        known: String,
    },
    /// The column's kind has no such values.
    #[error("{value} is no {kind}, which the column {column} holds")]
    Value {
        /// As written.
        value: String,
        /// The column's kind.
        kind: &'static str,
        /// The column.
        column: String,
    },
    /// The column's kind cannot be asked that.
    #[error("the column {column} holds {kind}, which has no order")]
    Order {
        /// The column.
        column: String,
        /// Its kind.
        kind: &'static str,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`FilterError::Syntax`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        grammar::parse(text).map(Self)
    }

    /// All of them must hold; without any, what holds for every photo.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::All(
            filters.into_iter().map(|filter| filter.0).collect(),
        ))
    }

    /// The column says one of these.
    pub fn one_of(column: &str, values: Vec<String>) -> Self {
        Self(Node::test(column.to_owned(), Test::Equals(values), false))
    }

    /// The column's number is in this range, both ends included; an end may be open.
    pub fn within(column: &str, low: Option<f64>, high: Option<f64>) -> Self {
        let ends = [
            low.map(|low| Test::above(low.to_string(), true)),
            high.map(|high| Test::below(high.to_string(), true)),
        ];
        let ends = ends.into_iter().flatten();
        Self(Node::All(
            ends.map(|end| Node::test(column.to_owned(), end, false))
                .collect(),
        ))
    }

    /// Every word of `text` is in some text of the product, whatever the column.
    pub fn words(text: &str) -> Self {
        let words = text.split_whitespace().map(str::to_lowercase);
        Self(Node::All(words.map(Node::Word).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Filter::parse(text).expect_err(text).to_string()
    }

    #[test]
    fn or_binds_less_than_and_and_not_binds_most() {
        let flat = Filter::parse("a = 1 or b = 2 and not c = 3");
        let nested = Filter::parse("(a = 1) or ((b = 2) and (not (c = 3)))");
        assert_eq!(flat, nested);
        assert_ne!(flat, Filter::parse("(a = 1 or b = 2) and not c = 3"));
    }

    #[test]
    fn names_and_values_may_be_quoted() {
        let plain = Filter::parse("[unit price] <= 5").expect("a filter");
        assert_eq!(
            plain.0,
            Node::Test {
                column: "unit price".into(),
                test: Test::below("5".into(), true)
            }
        );
        let quote = Filter::parse("\"name\" = 'it''s'").expect("a filter");
        assert_eq!(
            quote.0,
            Node::Test {
                column: "name".into(),
                test: Test::Equals(vec!["it's".into()])
            }
        );
    }

    #[test]
    fn keywords_are_read_in_any_case_and_quoted_they_are_values() {
        assert_eq!(
            Filter::parse("a NOT IN (x, 'or') AND b IS EMPTY"),
            Filter::parse("not a in (x, 'or') and b is empty")
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(
            error("price <"),
            "the filter is not understood at character 8: expected a value, found the end"
        );
        assert!(
            error("price 5").contains("at character 7"),
            "{}",
            error("price 5")
        );
        assert!(error("a = 'x").contains("a closing '"));
        assert!(error("a = 1 b = 2").contains("\"and\", \"or\" or the end, found b"));
        assert!(error("").contains("a column, found the end"));
        assert!(error("(a = 1").contains("\")\""));
        assert!(error("a = !").contains("a column, a value or an operator"));
    }

    #[test]
    fn endless_nesting_is_refused_before_the_stack_is_full() {
        let deep = "(".repeat(100_000);
        assert!(error(&deep).contains("fewer levels"));
        let not = "not ".repeat(100_000);
        assert!(error(&not).contains("fewer levels"));
    }
}
