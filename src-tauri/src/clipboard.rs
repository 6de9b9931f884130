//! The system's clipboard: copied files and pictures in, a path out.

use std::{path::PathBuf, sync::Mutex};

use engine::DecodedImage;

use crate::{error::ShellError, state::lock};

/// The clipboard, opened when it is first needed. It stays open: on Linux a copied text is
/// there only as long as the program that copied it answers for it.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

/// What of the clipboard can be searched with.
pub(crate) enum Content {
    /// Files copied in a file manager.
    Files(Vec<PathBuf>),
    /// A picture copied in a browser or an editor.
    Picture(DecodedImage),
    /// Neither.
    Nothing,
}

impl Clipboard {
    /// Reads copied files, or else a picture.
    ///
    /// # Errors
    /// [`ShellError::Clipboard`] when the system does not let it be read now.
    pub(crate) fn read(&self) -> Result<Content, ShellError> {
        self.with(|clipboard| {
            let files = clipboard.get().file_list();
            if let Ok(files) = &files
                && !files.is_empty()
            {
                return Ok(Content::Files(files.clone()));
            }
            match clipboard.get_image() {
                Ok(picture) => Ok(over_white(&picture).map_or(Content::Nothing, Content::Picture)),
                // Some programs answer a question for files with something else; that matters only when
                // there is no picture either.
                Err(arboard::Error::ContentNotAvailable) => match files {
                    Ok(_) | Err(arboard::Error::ContentNotAvailable) => Ok(Content::Nothing),
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            }
        })
    }

    /// Puts a text on the clipboard.
    ///
    /// # Errors
    /// [`ShellError::Clipboard`].
    pub(crate) fn write_text(&self, text: String) -> Result<(), ShellError> {
        self.with(|clipboard| clipboard.set_text(text))
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
    ) -> Result<T, ShellError> {
        let mut open = lock(&self.0);
        let clipboard = match &mut *open {
            Some(clipboard) => clipboard,
            closed => closed.insert(arboard::Clipboard::new()?),
        };
        Ok(act(clipboard)?)
    }
}

/// Red, green and blue of a picture laid over white, as every photo with transparency is seen here.
fn over_white(picture: &arboard::ImageData) -> Option<DecodedImage> {
    let rgb = picture.bytes.chunks_exact(4).flat_map(|pixel| {
        let alpha = u32::from(pixel[3]);
        let over =
            move |colour: u8| ((u32::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        [over(pixel[0]), over(pixel[1]), over(pixel[2])]
    });
    let (width, height) = (
        u32::try_from(picture.width).ok()?,
        u32::try_from(picture.height).ok()?,
    );
    DecodedImage::new(width, height, rgb.collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transparent_picture_is_seen_over_white() {
        let bytes = vec![200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 128];
        let picture = arboard::ImageData {
            width: 3,
            height: 1,
            bytes: bytes.into(),
        };
        let image = over_white(&picture).expect("three pixels");
        assert_eq!(image.rgb(), [200, 100, 0, 255, 255, 255, 227, 177, 127]);
    }
}
