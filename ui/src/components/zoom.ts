/**
 * How far into photos one looks. Points are fractions of a photo's width and height, so that photos of different shapes
 * are looked at in the same place.
 */

export type Point = { x: number; y: number };

/** `scale` 1 shows a photo whole; `x` and `y` are the point in the middle of the view. */
export type Zoom = { scale: number; x: number; y: number };

export const WHOLE_PHOTO: Zoom = { scale: 1, x: 0.5, y: 0.5 };

/** Photos are shown at 1,600 px at the most: beyond that there is nothing more to see. */
export const MAX_SCALE = 8;

/** One press of a key, or one notch of a wheel. */
export const ZOOM_STEP = 1.25;

/** `factor` times as near, with the point `at` staying where it is on the screen. */
export function zoomed(zoom: Zoom, factor: number, at: Point = zoom): Zoom {
  const scale = clamp(zoom.scale * factor, 1, MAX_SCALE);
  const kept = zoom.scale / scale;
  return fitted({ scale, x: at.x - (at.x - zoom.x) * kept, y: at.y - (at.y - zoom.y) * kept });
}

/** Moved over the photo by a part of the photo. */
export function panned(zoom: Zoom, by: Point): Zoom {
  return fitted({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y });
}

export function isWholePhoto({ scale }: Zoom): boolean {
  return scale === 1;
}

/** The photo does not leave its place: nothing but photo is looked at. */
function fitted({ scale, x, y }: Zoom): Zoom {
  const margin = 0.5 / scale;
  return { scale, x: clamp(x, margin, 1 - margin), y: clamp(y, margin, 1 - margin) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
