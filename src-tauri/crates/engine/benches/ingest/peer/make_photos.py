"""Makes large photos from real ones: enlarged, with a camera's grain, as JPEGs at quality 90.

    python make_photos.py FROM TO MEGAPIXELS COUNT
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

GRAIN = 3.0  # standard deviation of a level


def enlarged(photo: Path, megapixels: float, numbers: np.random.Generator) -> Image.Image:
    """A photo of so many megapixels."""
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    times = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
    size = (round(image.width * times), round(image.height * times))
    pixels = np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    grain = numbers.normal(0, GRAIN, (size[1], size[0], 1)).astype(np.int16)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))


def main() -> None:
    """Reads the command line and writes the photos."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    megapixels, count = float(sys.argv[3]), int(sys.argv[4])
    target.mkdir(parents=True)
    photos = sorted(path for path in source.iterdir() if path.suffix == ".jpg")
    numbers = np.random.default_rng(0)
    for number in range(count):
        photo = enlarged(photos[number % len(photos)], megapixels, numbers)
        photo.save(target / f"{number:04}.jpg", quality=90)


if __name__ == "__main__":
    main()
