//! The page itself.

use std::fmt::{self, Write as _};

use super::{SheetOptions, SheetPhoto, base64, clock};
use crate::{Hit, Orientation, Ranking};

/// A hit and its picture.
pub(super) struct Row<'a> {
    pub(super) hit: &'a Hit,
    /// JPEG bytes.
    pub(super) thumbnail: Option<Vec<u8>>,
}

/// Light, whatever the reader's system prefers: it is to be printed. Nothing may be loaded, not even by mistake.
const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<style>
@page { size: A4; margin: 14mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 190mm; padding: 8mm 0; background: #fff; color: #1b1b1f; font: 10.5pt/1.4 system-ui, sans-serif }
h1 { margin: 0; font-size: 16pt; font-weight: 600; overflow-wrap: anywhere }
.about { margin: 1mm 0 5mm; color: #5c5c66; overflow-wrap: anywhere }
.query { display: flex; flex-wrap: wrap; gap: 5mm; padding-bottom: 5mm; border-bottom: .3mm solid #d9d9e0 }
figure { margin: 0; max-width: 50mm }
.frame { position: relative; display: inline-block; background: #f4f4f7; line-height: 0 }
.frame img { max-width: 50mm; max-height: 50mm }
.crop { position: absolute; border: .6mm solid #3b5bdb }
figcaption { font-size: 9pt; color: #5c5c66; overflow-wrap: anywhere }
.less { color: #b3261e }
table { width: 100%; border-collapse: collapse }
thead { display: table-header-group }
tr { break-inside: avoid }
th { padding: 3mm 3mm 1mm 0; text-align: left; font-weight: 600; font-size: 9pt; color: #5c5c66 }
td { padding: 2.5mm 3mm 2.5mm 0; vertical-align: top; border-top: .2mm solid #e6e6ec; overflow-wrap: anywhere }
td.rank, td.number { white-space: nowrap; font-variant-numeric: tabular-nums }
td.picture { width: 34mm; line-height: 0 }
td.picture img { max-width: 30mm; max-height: 30mm; background: #f4f4f7 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3mm 3mm; margin: 0 }
dt { color: #5c5c66 } dd { margin: 0 }
.file { margin-bottom: 1mm; font-weight: 600 }
.small { font-size: 9pt; color: #5c5c66 }
</style>
"#;

/// Text in a page: what would be markup is written so that it shows as it is.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // No page may have these, and readers differ in what they make of them.
                control if control.is_control() && !control.is_whitespace() => {
                    f.write_char('\u{fffd}')?;
                }
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

pub(super) fn page(options: &SheetOptions, ranking: &Ranking, rows: &[Row<'_>]) -> String {
    let mut page = HEAD.to_owned();
    write(&mut page, options, ranking, rows).expect("writing to a text never fails");
    page
}

fn write(
    page: &mut String,
    options: &SheetOptions,
    ranking: &Ranking,
    rows: &[Row<'_>],
) -> fmt::Result {
    let title = Text(&options.title);
    write!(
        page,
        "<title>{title}</title></head>\n<body><h1>{title}</h1>\n"
    )?;
    let made = clock::text(options.made);
    let (hits, gallery) = (rows.len(), ranking.gallery);
    write!(
        page,
        "<p class=\"about\">{made} · {hits} of {gallery} photos"
    )?;
    if let Some(filter) = &options.filter {
        write!(page, " where {}", Text(filter))?;
    }
    page.push_str("</p>\n<section class=\"query\">");
    for photo in &options.query {
        query_photo(page, photo)?;
    }
    page.push_str("</section>\n<table><thead><tr><th></th><th>Photo</th><th>Similarity</th><th>Product</th></tr></thead><tbody>\n");
    for row in rows {
        hit(page, row)?;
    }
    page.push_str("</tbody></table></body></html>\n");
    Ok(())
}

fn query_photo(page: &mut String, photo: &SheetPhoto) -> fmt::Result {
    page.push_str("<figure>");
    if let Some(jpeg) = &photo.jpeg {
        page.push_str("<span class=\"frame\">");
        picture(page, jpeg);
        if let Some(crop) = photo.crop {
            let [left, top, width, height] =
                [crop.x(), crop.y(), crop.width(), crop.height()].map(|part| part * 100.0);
            write!(
                page,
                "<span class=\"crop\" style=\"left:{left:.2}%;top:{top:.2}%;width:{width:.2}%;height:{height:.2}%\"></span>"
            )?;
        }
        page.push_str("</span>");
    }
    write!(page, "<figcaption>{}", Text(&photo.name))?;
    if photo.weight < 0.0 {
        page.push_str(" <span class=\"less\">less of this</span>");
    }
    if photo.weight.abs() != 1.0 {
        write!(page, " (weight {:.2})", photo.weight)?;
    }
    page.push_str("</figcaption></figure>");
    Ok(())
}

fn hit(page: &mut String, Row { hit, thumbnail }: &Row<'_>) -> fmt::Result {
    write!(
        page,
        "<tr><td class=\"rank\">{}</td><td class=\"picture\">",
        hit.rank
    )?;
    if let Some(jpeg) = thumbnail {
        picture(page, jpeg);
    }
    write!(page, "</td><td class=\"number\">{:.3}", hit.similarity)?;
    if hit.similarity != hit.content {
        write!(
            page,
            "<div class=\"small\">content {:.3}</div>",
            hit.content
        )?;
        if let Some(colour) = hit.colour {
            write!(page, "<div class=\"small\">colour {colour:.3}</div>")?;
        }
    }
    if hit.orientation != Orientation::Upright {
        let seen = in_words(hit.orientation);
        write!(page, "<div class=\"small\">{seen}</div>")?;
    }
    page.push_str("</td><td>");
    if let Some(name) = hit.path().and_then(|path| path.file_name()) {
        let name = name.to_string_lossy();
        write!(page, "<div class=\"file\">{}</div>", Text(&name))?;
    }
    if let Some(group) = hit.group.as_ref().filter(|group| group.photos > 1) {
        write!(
            page,
            "<div class=\"small\">one of {} photos</div>",
            group.photos
        )?;
    }
    if !hit.product.is_empty() {
        page.push_str("<dl>");
        for (column, cell) in &hit.product {
            let cell = cell.to_string();
            write!(page, "<dt>{}</dt><dd>{}</dd>", Text(column), Text(&cell))?;
        }
        page.push_str("</dl>");
    }
    page.push_str("</td></tr>\n");
    Ok(())
}

fn picture(page: &mut String, jpeg: &[u8]) {
    page.push_str("<img alt=\"\" src=\"data:image/jpeg;base64,");
    base64::push(page, jpeg);
    page.push_str("\">");
}

fn in_words(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::Upright => "",
        Orientation::Turned90 => "turned right",
        Orientation::Turned180 => "upside down",
        Orientation::Turned270 => "turned left",
        Orientation::Mirrored => "mirrored",
        Orientation::MirroredTurned90 => "mirrored, turned right",
        Orientation::MirroredTurned180 => "mirrored, upside down",
        Orientation::MirroredTurned270 => "mirrored, turned left",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_markup_is_text() {
        let text = Text("<img src=x onerror='alert(\"1\")'> & \u{1}\u{0}").to_string();
        assert_eq!(
            text,
            "&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt; &amp; \u{fffd}\u{fffd}"
        );
    }
}
