//! Colour signatures for photos that were taken in before there were any, from their stored thumbnails.

use std::time::{Duration, Instant};

use embedding::ImageId;
use embedding::colour::ColourSignature;

use crate::{CancelToken, Engine, EngineError};

/// Photos whose signatures are made and stored together: a tenth of a second's work.
const AT_A_TIME: usize = 128;

/// How long a run that was asked for something else goes on with this: some 15,000 photos. The next one goes on.
pub(crate) const AT_MOST: Duration = Duration::from_secs(15);

impl Engine {
    /// Makes signatures that are missing, from thumbnails, for about this long or until cancelled, and gives their
    /// number: 0 when all are there. What was made is kept. Every ingest ends with some of it by itself.
    ///
    /// # Errors
    /// The catalog's own.
    pub fn complete_colours(
        &self,
        at_most: Duration,
        cancel: &CancelToken,
    ) -> Result<usize, EngineError> {
        let started = Instant::now();
        let mut made = 0;
        let mut after = ImageId(0);
        while !cancel.is_cancelled() && started.elapsed() < at_most {
            let some = self.catalog().without_colours(after, AT_A_TIME)?;
            let Some(last) = some.last() else { break };
            // A thumbnail that cannot be read is passed over, here and in the next run.
            after = *last;
            let mut signatures = Vec::with_capacity(some.len());
            for image in some {
                if let Some(signature) = self.colour_of_thumbnail(image)? {
                    signatures.push((image, signature));
                }
            }
            self.catalog().set_colours(&signatures)?;
            made += signatures.len();
        }
        Ok(made)
    }

    /// `None` without a thumbnail that can be read; `doctor` names such photos.
    pub(crate) fn colour_of_thumbnail(
        &self,
        image: ImageId,
    ) -> Result<Option<ColourSignature>, EngineError> {
        let pixels = self.thumbnail_pixels(image)?;
        Ok(pixels.map(|pixels| vision::colour_signature(&pixels, None)))
    }
}
