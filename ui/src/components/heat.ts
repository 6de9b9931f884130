/** A heat map as a picture: smooth between its cells, in shades of one hue. */

/** Cells row by row from the top left, 0 to 1. */
export type Heat = { columns: number; rows: number; values: number[] };

/** Steps of the ramp: more than an eye tells apart. */
const SHADES = 256;

/**
 * From a dark veil to a clear orange glow: lightness and chroma grow evenly, which is how far shades look apart. Where
 * photos agree they must be seen, so that the overlay thins out.
 */
const HUE_DEGREES = 52;
const DARKEST = { lightness: 0.17, chroma: 0.02, alpha: 0.62 };
const LIGHTEST = { lightness: 0.74, chroma: 0.165, alpha: 0.3 };

/** Red, green, blue and alpha of every shade, from "differs" to "agrees". */
export const RAMP: Uint8ClampedArray = Uint8ClampedArray.from(Array.from({ length: SHADES }, (_, at) => shade(at / (SHADES - 1))).flat());

/** A shade as CSS writes it; `agreement` 0 to 1. */
export function cssShade(agreement: number): string {
  const [red, green, blue, alpha] = shade(agreement);
  return `rgb(${red} ${green} ${blue} / ${(alpha / 255).toFixed(2)})`;
}

/** Pixels of the map drawn that large: RGBA, not premultiplied. */
export function heatPixels(heat: Heat, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * width * height);
  const across = weights(heat.columns, width);
  const down = weights(heat.rows, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let value = 0;
      for (const { cell: row, weight: vertical } of down[y] ?? []) {
        for (const { cell: column, weight } of across[x] ?? []) value += vertical * weight * (heat.values[row * heat.columns + column] ?? 0);
      }
      const from = 4 * Math.round(clamp(value) * (SHADES - 1));
      pixels.set(RAMP.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return pixels;
}

/** Of each pixel of a line the four cells around it and their weights (Catmull–Rom): the curve goes through every cell's value. */
function weights(cells: number, pixels: number): { cell: number; weight: number }[][] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const at = ((pixel + 0.5) / pixels) * cells - 0.5;
    const before = Math.floor(at);
    const t = at - before;
    const four = [-0.5 * t + t * t - 0.5 * t ** 3, 1 - 2.5 * t * t + 1.5 * t ** 3, 0.5 * t + 2 * t * t - 1.5 * t ** 3, -0.5 * t * t + 0.5 * t ** 3];
    return four.map((weight, nth) => ({ cell: Math.min(cells - 1, Math.max(0, before - 1 + nth)), weight }));
  });
}

function shade(agreement: number): [number, number, number, number] {
  const t = clamp(agreement);
  const mix = (from: number, to: number) => from + (to - from) * t;
  const rgb = fromOklch(mix(DARKEST.lightness, LIGHTEST.lightness), mix(DARKEST.chroma, LIGHTEST.chroma), HUE_DEGREES);
  return [...rgb, Math.round(255 * mix(DARKEST.alpha, LIGHTEST.alpha))];
}

/** OKLCH to sRGB, 0 to 255 (B. Ottosson, "A perceptual color space for image processing"). */
function fromOklch(lightness: number, chroma: number, hueDegrees: number): [number, number, number] {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const encoded = (linear: number) => Math.round(255 * clamp(linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
  return [
    encoded(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    encoded(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    encoded(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
