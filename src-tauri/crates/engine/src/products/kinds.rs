//! What the columns of a CSV hold. A column is of a kind only when every filled cell of it is: nothing is
//! guessed that could be read two ways, and what is no number stays the text it was.

use catalog::{Cell, Column, ColumnKind, Date};

/// From this share of filled cells on, a separator between short texts makes them tags.
const SHARE_OF_LISTS: f64 = 0.2;

/// A longer text is no tag.
const LONGEST_TAG: usize = 60;

/// Digits of an article number (UPC, EAN, GTIN), which is not counted with.
const ARTICLE_NUMBER_DIGITS: usize = 12;

/// A column with its cells read, one for each of `texts`.
pub(super) fn typed(
    name: &str,
    texts: &[&str],
    decimal_comma_first: bool,
) -> (Column, Vec<Option<Cell>>) {
    let column = |kind, unit| Column {
        name: name.to_owned(),
        kind,
        unit,
    };
    if let Some((unit, cells)) = numbers(texts, decimal_comma_first) {
        let is_price = unit.as_deref().is_some_and(is_currency) || names_a_price(name);
        let kind = if is_price {
            ColumnKind::Price
        } else {
            ColumnKind::Number
        };
        return (column(kind, unit), cells);
    }
    if let Some(cells) = dates(texts) {
        return (column(ColumnKind::Date, None), cells);
    }
    if let Some(cells) = tags(name, texts) {
        return (column(ColumnKind::Tags, None), cells);
    }
    (column(ColumnKind::Text, None), plain(texts))
}

/// The cells of a column that is text whatever it looks like.
pub(super) fn plain(texts: &[&str]) -> Vec<Option<Cell>> {
    let cell = |text: &&str| (!text.is_empty()).then(|| Cell::Text((*text).to_owned()));
    texts.iter().map(cell).collect()
}

/// All cells read by `read`; `None` when a filled one cannot be, or none is filled.
fn all<'a, T>(texts: &[&'a str], read: impl Fn(&'a str) -> Option<T>) -> Option<Vec<Option<T>>> {
    if texts.iter().all(|text| text.is_empty()) {
        return None;
    }
    let cell = |text: &&'a str| {
        if text.is_empty() {
            Some(None)
        } else {
            read(text).map(Some)
        }
    };
    texts.iter().map(cell).collect()
}

type Cells = Vec<Option<Cell>>;

/// Numbers with one unit or none.
fn numbers(texts: &[&str], decimal_comma_first: bool) -> Option<(Option<String>, Cells)> {
    let parts = all(texts, |text| Some(without_unit(text)))?;
    let mut units = parts.iter().flatten().map(|(_, unit)| *unit);
    let unit = units.next()?;
    if units.any(|other| other != unit) {
        return None;
    }
    let marks = if decimal_comma_first {
        [(',', '.'), ('.', ',')]
    } else {
        [('.', ','), (',', '.')]
    };
    let cells = marks.into_iter().find_map(|(decimal, group)| {
        let cell = |part: &Option<(&str, &str)>| match part {
            None => Some(None),
            Some((digits, _)) => number(digits, decimal, group).map(|n| Some(Cell::Number(n))),
        };
        parts.iter().map(cell).collect::<Option<Cells>>()
    })?;
    Some((Some(unit.to_owned()).filter(|unit| !unit.is_empty()), cells))
}

/// The digits of a cell, and the currency or unit before or after them.
fn without_unit(text: &str) -> (&str, &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let (Some(start), Some(end)) = (text.find(is_digit), text.rfind(is_digit)) else {
        return (text, "");
    };
    // A sign, or a decimal mark with nothing before it, belongs to the number.
    let start = text[..start]
        .char_indices()
        .rev()
        .take_while(|(_, c)| matches!(c, '-' | '+' | '.' | ','))
        .last()
        .map_or(start, |(place, _)| place);
    let (before, number, after) = (&text[..start], &text[start..=end], &text[end + 1..]);
    match (before.trim(), after.trim()) {
        ("", "") => (number, ""),
        (unit, "") if is_currency(unit) => (number, unit),
        ("", unit) if is_currency(unit) || unit == "%" => (number, unit),
        // "12 kg", but not "12A", which is a name.
        ("", unit)
            if after.starts_with(char::is_whitespace)
                && unit.chars().count() <= 4
                && unit
                    .chars()
                    .all(|c| c.is_alphabetic() || "²³\"'".contains(c)) =>
        {
            (number, unit)
        }
        _ => (text, ""),
    }
}

fn is_currency(unit: &str) -> bool {
    const CODES: [&str; 21] = [
        "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "INR", "JPY",
        "KRW", "MXN", "NOK", "PLN", "SEK", "SGD", "TRY", "USD",
    ];
    let symbol = |c: char| "$€£¥₹₩₽₺₴₫฿₪元円".contains(c);
    let named = ["kr", "kr.", "zł", "Kč", "Ft", "Fr.", "R$"].contains(&unit);
    CODES.contains(&unit) || named || (!unit.is_empty() && unit.chars().all(symbol))
}

fn names_a_price(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "price", "cost", "msrp", "rrp", "preis", "prix", "precio", "prezzo", "preço", "prijs",
        "cena", "价格", "價格", "価格",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// A number written with these marks; `None` for what is none or is only written like one: "007", an EAN.
fn number(text: &str, decimal: char, group: char) -> Option<f64> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = match unsigned.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.is_some_and(|part| part.is_empty() || !only_digits(part)) {
        return None;
    }
    let space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    let mark = whole.chars().find(|c| !c.is_ascii_digit());
    let groups: Vec<&str> = match mark {
        Some(mark) if mark == group || space(mark) => whole.split(mark).collect(),
        _ => vec![whole],
    };
    let first_fits = match groups.len() {
        1 => true,
        _ => (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|part| part.len() == 3),
    };
    if !first_fits || !groups.iter().all(|part| only_digits(part)) {
        return None;
    }
    let digits = groups.concat();
    let is_name = groups.len() == 1
        && fraction.is_none()
        && (digits.len() >= ARTICLE_NUMBER_DIGITS || digits.len() > 1 && digits.starts_with('0'));
    if is_name || digits.is_empty() && fraction.is_none() {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    format!("{sign}0{digits}.{}", fraction.unwrap_or("0"))
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// Days, all in one notation. Of "3/4/2026" nobody knows which is the month unless another cell tells.
fn dates(texts: &[&str]) -> Option<Cells> {
    type Order = fn([u16; 3]) -> Option<Date>;
    let day_first: Order = |[day, month, year]| date(year, month, day);
    let month_first: Order = |[month, day, year]| date(year, month, day);
    let year_first: Order = |[year, month, day]| date(year, month, day);
    let read = |mark: char, order: Order| {
        all(texts, |text| {
            let day = text.split([' ', 'T']).next().unwrap_or_default();
            let mut parts = day.split(mark).map(|part| {
                let digits = !part.is_empty() && part.len() <= 4;
                let digits = digits && part.bytes().all(|byte| byte.is_ascii_digit());
                part.parse::<u16>().ok().filter(|_| digits)
            });
            let numbers = [parts.next()??, parts.next()??, parts.next()??];
            let whole = parts.next().is_none() && numbers.iter().any(|number| *number > 999);
            order(numbers).filter(|_| whole).map(Cell::Date)
        })
    };
    let clear = ['-', '/', '.']
        .into_iter()
        .find_map(|mark| read(mark, year_first));
    clear.or_else(|| read('.', day_first)).or_else(|| {
        ['/', '-'].into_iter().find_map(|mark| {
            match (read(mark, day_first), read(mark, month_first)) {
                (Some(cells), None) | (None, Some(cells)) => Some(cells),
                _ => None,
            }
        })
    })
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?)
}

fn tags(name: &str, texts: &[&str]) -> Option<Cells> {
    let separators: &[char] = if names_tags(name) {
        &['|', ';', ',']
    } else {
        &['|', ';']
    };
    let filled = texts.iter().filter(|text| !text.is_empty()).count();
    separators.iter().find_map(|separator| {
        let lists = texts
            .iter()
            .filter(|text| text.contains(*separator))
            .count();
        if lists == 0 || (lists as f64) < SHARE_OF_LISTS * filled as f64 {
            return None;
        }
        all(texts, |text| {
            let mut tags: Vec<String> = Vec::new();
            for tag in text.split(*separator).map(str::trim) {
                if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
                    tags.push(tag.to_owned());
                }
            }
            let short = tags.iter().all(|tag| tag.chars().count() <= LONGEST_TAG);
            (short && !tags.is_empty()).then_some(Cell::Tags(tags))
        })
    })
}

fn names_tags(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "tag", "color", "colour", "categor", "facet", "material", "keyword", "farbe", "size",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, texts: &[&str]) -> (ColumnKind, Option<String>, Vec<String>) {
        let (column, cells) = typed(name, texts, false);
        let shown = |cell: Option<Cell>| cell.map_or(String::new(), |cell| cell.to_string());
        (
            column.kind,
            column.unit,
            cells.into_iter().map(shown).collect(),
        )
    }

    #[test]
    fn numbers_are_read_in_the_notation_that_fits_the_whole_column() {
        let same = ["1299", "12.5", ""];
        for texts in [
            ["1,299.00", "12.5", ""],
            ["1.299,00", "12,5", ""],
            ["1 299,00", "12,5", ""],
            ["1'299.00", "12.5", ""],
        ] {
            let (found, _, values) = kind("n", &texts);
            assert_eq!(
                (found, values),
                (ColumnKind::Number, same.map(String::from).to_vec()),
                "{texts:?}"
            );
        }
        assert_eq!(kind("n", &["-3", "+4", ".5"]).2, ["-3", "4", "0.5"]);
    }

    #[test]
    fn what_only_looks_like_a_number_stays_text() {
        for texts in [
            ["007", "12"],
            ["4006381333931", "4006381333948"],
            ["12A", "13"],
            ["1.2.3", "4"],
            ["1,29,3", "4"],
            ["-", "4"],
        ] {
            assert_eq!(kind("n", &texts).0, ColumnKind::Text, "{texts:?}");
        }
        assert_eq!(kind("n", &["0", "0.5"]).0, ColumnKind::Number);
    }

    #[test]
    fn a_thousand_and_a_fraction_are_told_apart_by_the_files_own_habit() {
        let value = |comma| typed("n", &["1,299", "2,500"], comma).1[0].clone();
        assert_eq!(value(false), Some(Cell::Number(1299.0)));
        assert_eq!(value(true), Some(Cell::Number(1.299)));
    }

    #[test]
    fn money_is_known_by_its_currency_or_its_name() {
        assert_eq!(kind("x", &["€ 12,50", "€ 9"]).0, ColumnKind::Price);
        assert_eq!(kind("x", &["12.50 USD", "9 USD"]).1.as_deref(), Some("USD"));
        assert_eq!(kind("Unit Price", &["12.50", "9"]).0, ColumnKind::Price);
        assert_eq!(kind("x", &["€ 12,50", "$ 9"]).0, ColumnKind::Text);
        assert_eq!(
            kind("weight", &["1.5 kg", "2 kg"]),
            (
                ColumnKind::Number,
                Some("kg".into()),
                vec!["1.5".into(), "2".into()]
            )
        );
        assert_eq!(kind("model", &["12 kg", "2 lb"]).0, ColumnKind::Text);
    }

    #[test]
    fn days_are_read_only_where_they_can_be_read_one_way() {
        assert_eq!(
            kind("d", &["2026-01-31", "2026-02-01T10:00"]).2,
            ["2026-01-31", "2026-02-01"]
        );
        assert_eq!(
            kind("d", &["31.1.2026", "3.4.2026"]).2,
            ["2026-01-31", "2026-04-03"]
        );
        assert_eq!(
            kind("d", &["31/1/2026", "3/4/2026"]).2,
            ["2026-01-31", "2026-04-03"]
        );
        assert_eq!(
            kind("d", &["1/31/2026", "3/4/2026"]).2,
            ["2026-01-31", "2026-03-04"]
        );
        assert_eq!(kind("d", &["3/4/2026"]).0, ColumnKind::Text);
        for wrong in ["2026-02-30", "2026-257-1", "2026-1-257", "257.1.2026"] {
            assert_eq!(kind("d", &[wrong]).0, ColumnKind::Text, "{wrong}");
        }
    }

    #[test]
    fn lists_of_short_texts_are_tags() {
        let (found, _, values) = kind("facets", &["a | b|a", "c", ""]);
        assert_eq!(
            (found, values),
            (
                ColumnKind::Tags,
                vec!["a | b".into(), "c".into(), String::new()]
            )
        );
        assert_eq!(kind("colour", &["red, blue", "red"]).0, ColumnKind::Tags);
        assert_eq!(
            kind("description", &["soft, light", "firm"]).0,
            ColumnKind::Text
        );
    }

    #[test]
    fn an_empty_column_is_text() {
        assert_eq!(kind("x", &["", ""]).0, ColumnKind::Text);
    }
}
