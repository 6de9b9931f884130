//! The pictures the page shows, served under `thumb:` by id and nothing else: no path the page gives is ever opened.

use std::sync::Arc;

use engine::{Engine, EngineError, ImageId, OpenedPhoto, Source, preview_of};
use tauri::http::{Request, Response, StatusCode, header};

use crate::{
    error::ShellError,
    queries::SMALL_SIDE,
    state::{Shell, lock},
};

/// Longest side, in pixels, of a catalog photo shown large: a laptop's screen at double density, with a frame around.
const PHOTO_MAX_SIDE: u32 = 1600;

/// What a picture address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    /// `/image/<id>`: the stored thumbnail of a catalog photo.
    Thumbnail(ImageId),
    /// `/photo/<id>`: a catalog photo, large.
    Photo(ImageId),
    /// `/query/<id>`: a photo the user brought in.
    Query(u32),
    /// `/kept/<id>`: a photo kept with a past search.
    Kept(i64),
    /// `/row/<id>`: a photo of the worklist.
    Row(i64),
    /// `/row-photo/<id>`: the same, large.
    RowPhoto(i64),
}

/// Answers a request of the page.
pub(crate) fn respond(shell: &Shell, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Some(picture) = named_by(request.uri().path()) else {
        return not_found();
    };
    match jpeg(shell, picture) {
        Ok(Some(jpeg)) => found(jpeg),
        Ok(None) => not_found(),
        Err(error) => {
            log::debug!("{picture:?} cannot be shown: {error}");
            not_found()
        }
    }
}

/// Reads an address strictly: two segments, a known word and a decimal number.
fn named_by(path: &str) -> Option<Picture> {
    let (kind, id) = path.strip_prefix('/')?.split_once('/')?;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match kind {
        "image" => Some(Picture::Thumbnail(ImageId(id.parse().ok()?))),
        "photo" => Some(Picture::Photo(ImageId(id.parse().ok()?))),
        "query" => Some(Picture::Query(id.parse().ok()?)),
        "kept" => Some(Picture::Kept(id.parse().ok()?)),
        "row" => Some(Picture::Row(id.parse().ok()?)),
        "row-photo" => Some(Picture::RowPhoto(id.parse().ok()?)),
        _ => None,
    }
}

fn jpeg(shell: &Shell, picture: Picture) -> Result<Option<Vec<u8>>, ShellError> {
    match picture {
        Picture::Thumbnail(image) => Ok(shell.engine()?.catalog().thumbnail(image)?),
        Picture::Photo(image) => photo(&*shell.engine()?, image),
        Picture::RowPhoto(row) => row_photo(&*shell.engine()?, row),
        Picture::Kept(photo) => Ok(shell.engine()?.catalog().kept_photo(photo)?),
        Picture::Row(row) => Ok(shell.engine()?.worklist_picture(row)?),
        Picture::Query(id) => {
            let pixels: Option<Arc<OpenedPhoto>> = lock(&shell.queries).get(id);
            Ok(pixels
                .map(|pixels| preview_of(&pixels, SMALL_SIDE))
                .transpose()?)
        }
    }
}

/// The photo from its file, or the stored thumbnail when no file of it can be read now.
fn photo(engine: &Engine, image: ImageId) -> Result<Option<Vec<u8>>, ShellError> {
    match engine.preview(image, PHOTO_MAX_SIDE) {
        Ok(jpeg) => Ok(Some(jpeg)),
        Err(EngineError::UnreadablePhoto { .. }) => Ok(engine.catalog().thumbnail(image)?),
        Err(EngineError::NoSuchPhoto(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The photo of a row from its file, or what is stored of it when the file is gone.
fn row_photo(engine: &Engine, row: i64) -> Result<Option<Vec<u8>>, ShellError> {
    match engine.worklist_source(row) {
        Ok(Source::Photo { image, .. }) => Ok(Some(preview_of(&image, PHOTO_MAX_SIDE)?)),
        Ok(Source::Catalog { image, .. }) => photo(engine, image),
        Err(EngineError::UnreadablePhoto { .. }) => Ok(engine.worklist_picture(row)?),
        Err(error) => Err(error.into()),
    }
}

fn found(jpeg: Vec<u8>) -> Response<Vec<u8>> {
    // Ids are never given twice, and the address names the catalog (`CatalogStatus::generation`).
    let forever = "max-age=31536000, immutable";
    response(StatusCode::OK, "image/jpeg", forever, jpeg)
}

/// Says nothing of why: the page shows a placeholder either way.
fn not_found() -> Response<Vec<u8>> {
    response(StatusCode::NOT_FOUND, "text/plain", "no-store", Vec::new())
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    keep: &'static str,
    body: Vec<u8>,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let fixed = header::HeaderValue::from_static;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, fixed(content_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::CACHE_CONTROL, fixed(keep));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_named_by_kind_and_number() {
        assert_eq!(named_by("/image/12"), Some(Picture::Thumbnail(ImageId(12))));
        assert_eq!(named_by("/photo/9"), Some(Picture::Photo(ImageId(9))));
        assert_eq!(named_by("/query/3"), Some(Picture::Query(3)));
    }

    #[test]
    fn anything_like_a_path_names_no_picture() {
        for path in [
            "",
            "/",
            "/image",
            "/image/",
            "/image/-1",
            "/image/+1",
            "/image/1/2",
            "/image/../../etc/passwd",
            "/image//etc/passwd",
            "/etc/passwd",
            "/image/%2e%2e%2f1",
            "/image/1.jpg",
            "/query/4294967296",
            "/image/99999999999999999999",
            "/other/1",
            "//image/1",
            "/image/C:\\photo.jpg",
        ] {
            assert_eq!(named_by(path), None, "{path}");
        }
    }
}
