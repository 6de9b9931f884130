//! A CSV as spreadsheets write it: whatever its encoding, delimiter and first line.

use std::path::Path;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};

/// More than any catalog's product data; held in memory twice while it is read.
const LARGEST_BYTES: u64 = 512 << 20;

/// Records looked at to tell the delimiter.
const SAMPLE: usize = 100;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table of texts. Every row has as many cells as there are headings.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Unique, whatever the case, and never empty.
    pub(crate) headings: Vec<String>,
    /// Trimmed; a row whose cells are all empty is left out.
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) delimiter: char,
    /// The encoding's name, as the WHATWG's Encoding Standard has it.
    pub(crate) encoding: &'static str,
}

/// Reads a file; the error says why not, in a few words.
pub(crate) fn read(path: &Path) -> Result<Sheet, String> {
    let size = path.metadata().map_err(|error| error.to_string())?.len();
    if size > LARGEST_BYTES {
        return Err(format!(
            "it has {} MB; product data may have {} MB",
            size >> 20,
            LARGEST_BYTES >> 20
        ));
    }
    parse(&std::fs::read(path).map_err(|error| error.to_string())?)
}

fn parse(bytes: &[u8]) -> Result<Sheet, String> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err("it is a spreadsheet, not a CSV: save it as CSV first".to_owned());
    }
    let (text, encoding) = decode(bytes)?;
    let (text, stated) = stated_delimiter(&text);
    let delimiter = stated.unwrap_or_else(|| {
        *DELIMITERS
            .iter()
            .rev()
            .max_by_key(|delimiter| evenness(text, **delimiter))
            .expect("there are some")
    });
    let mut records = reader(text, delimiter).into_records();
    let first = records
        .next()
        .ok_or("it is empty")?
        .map_err(|error| error.to_string())?;
    let headings = headings(&first);
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(|error| error.to_string())?;
        let mut row: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if row.iter().all(String::is_empty) {
            continue;
        }
        row.resize(headings.len(), String::new());
        rows.push(row);
    }
    if rows.is_empty() {
        return Err("it has no rows below its first line".to_owned());
    }
    Ok(Sheet {
        headings,
        rows,
        delimiter: char::from(delimiter),
        encoding: encoding.name(),
    })
}

/// By its byte order mark; UTF-8 if it is that; else what the bytes look most like.
fn decode(bytes: &[u8]) -> Result<(String, &'static Encoding), String> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => {
            let mut detector = EncodingDetector::new();
            detector.feed(bytes, true);
            detector.guess(None, false)
        }
    };
    // Takes the byte order mark off.
    let (text, encoding, broken) = encoding.decode(bytes);
    if broken || text.contains('\0') {
        return Err("it is no text in any encoding known here; save it as UTF-8".to_owned());
    }
    Ok((text.into_owned(), encoding))
}

/// Excel's own first line, `sep=;`, says the delimiter.
fn stated_delimiter(text: &str) -> (&str, Option<u8>) {
    let stated = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="));
    let line = stated.and_then(|_| text.lines().next());
    match line.map(|line| (line, line.as_bytes())) {
        Some((line, bytes)) if bytes.len() == 5 => (
            text[line.len()..].trim_start_matches(['\r', '\n']),
            Some(bytes[4]),
        ),
        _ => (text, None),
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// How many of the first records have as many cells as the first, and how many that is: a delimiter that is
/// none makes one cell a record, and one that only occurs in texts makes uneven records.
fn evenness(text: &str, delimiter: u8) -> (usize, usize) {
    let mut reader = reader(text, delimiter);
    let mut lengths = reader
        .records()
        .take(SAMPLE)
        .filter_map(|record| record.ok().map(|record| record.len()));
    match lengths.next() {
        None | Some(1) => (0, 0),
        Some(first) => (lengths.filter(|length| *length == first).count() + 1, first),
    }
}

fn headings(record: &csv::StringRecord) -> Vec<String> {
    let mut headings: Vec<String> = Vec::with_capacity(record.len());
    for (place, heading) in record.iter().enumerate() {
        let heading = match heading.trim() {
            "" => format!("Column {}", place + 1),
            heading => heading.to_owned(),
        };
        let taken = |name: &str| {
            headings
                .iter()
                .any(|known| known.to_lowercase() == name.to_lowercase())
        };
        let name = std::iter::once(heading.clone())
            .chain((2..).map(|number| format!("{heading} ({number})")))
            .find(|name| !taken(name))
            .expect("numbers do not end");
        headings.push(name);
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> Sheet {
        parse(bytes).expect("a CSV")
    }

    #[test]
    fn every_dialect_gives_the_same_table() {
        let utf16: Vec<u8> = "\u{feff}sku;größe\r\nA1;12,5\r\nB2;8\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            "sku,größe\nA1,\"12,5\"\nB2,8\n".as_bytes(),
            "\u{feff}sku;größe\r\nA1;12,5\r\nB2;8\r\n".as_bytes(),
            "sku\tgröße\nA1\t12,5\n\n\t\nB2\t8".as_bytes(),
            "sku|größe\nA1|12,5\nB2|8".as_bytes(),
            "sep=;\r\nsku;größe\r\nA1;12,5\r\nB2;8".as_bytes(),
            b"sku;gr\xf6\xdfe\r\nA1;12,5\r\nB2;8\r\n",
            &utf16,
        ] {
            let sheet = sheet(bytes);
            assert_eq!(sheet.headings, ["sku", "größe"], "{}", sheet.encoding);
            assert_eq!(sheet.rows, [["A1", "12,5"], ["B2", "8"]]);
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_quotes_and_lines() {
        let sheet = sheet(b"a,b\n\"one, \"\"two\"\"\nthree\",x\n");
        assert_eq!(sheet.rows, [["one, \"two\"\nthree", "x"]]);
    }

    #[test]
    fn commas_in_texts_are_not_taken_for_the_delimiter() {
        let sheet = sheet(b"name;note\nShirt;soft, light\nShoe;firm, brown, new\n");
        assert_eq!(sheet.delimiter, ';');
        assert_eq!(sheet.rows[1], ["Shoe", "firm, brown, new"]);
    }

    #[test]
    fn headings_are_made_unique_and_rows_as_long_as_they() {
        let sheet = sheet(b"a,,A\n1\n1,2,3,4\n");
        assert_eq!(sheet.headings, ["a", "Column 2", "A (2)"]);
        assert_eq!(sheet.rows, [["1", "", ""], ["1", "2", "3"]]);
    }

    #[test]
    fn a_single_column_is_a_table_too() {
        assert_eq!(sheet(b"sku\nA1\n").rows, [["A1"]]);
    }

    #[test]
    fn what_is_no_csv_says_so() {
        for (bytes, said) in [
            (&b""[..], "empty"),
            (b"a,b\n", "no rows"),
            (b"PK\x03\x04 and so on", "save it as CSV"),
            (b"a,b\n\0\0,\0\n", "save it as UTF-8"),
        ] {
            let error = parse(bytes).expect_err("no CSV");
            assert!(error.contains(said), "{error}");
        }
    }
}
