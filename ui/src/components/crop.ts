/**
 * A crop rectangle and how pointer and keys change it. Fractions of the upright photo's width and height;
 * every result lies inside the photo and is at least `MIN_SIDE` wide and high.
 */

export type Box = { x: number; y: number; width: number; height: number };

export type Point = { x: number; y: number };

/** Which side or corner is held; "move" holds the whole box. */
export type Grip = "move" | "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw";

export const GRIPS: Exclude<Grip, "move">[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** A smaller crop holds too few pixels of a 1,000 px photo to be searched by. */
export const MIN_SIDE = 0.05;

/** One press of an arrow key. */
export const KEY_STEP = 0.02;

/** What Enter makes of a photo without a crop: its middle. */
export const MIDDLE: Box = { x: 0.15, y: 0.15, width: 0.7, height: 0.7 };

export const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };

/** The box between two corners, in any order. */
export function spanned(from: Point, to: Point): Box {
  return fitted({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) });
}

/** The box after `grip` was dragged by `by`. */
export function dragged(box: Box, grip: Grip, by: Point): Box {
  if (grip === "move") return moved(box, by);
  let { x: left, y: top } = box;
  let right = box.x + box.width;
  let bottom = box.y + box.height;
  if (grip.includes("w")) left = clamp(left + by.x, 0, right - MIN_SIDE);
  if (grip.includes("e")) right = clamp(right + by.x, left + MIN_SIDE, 1);
  if (grip.includes("n")) top = clamp(top + by.y, 0, bottom - MIN_SIDE);
  if (grip.includes("s")) bottom = clamp(bottom + by.y, top + MIN_SIDE, 1);
  return fitted({ x: left, y: top, width: right - left, height: bottom - top });
}

/** The box after an arrow key; with `resize` the right lower corner moves instead. Null for other keys. */
export function nudged(box: Box, key: string, resize: boolean): Box | null {
  const steps: Record<string, Point> = {
    ArrowLeft: { x: -KEY_STEP, y: 0 },
    ArrowRight: { x: KEY_STEP, y: 0 },
    ArrowUp: { x: 0, y: -KEY_STEP },
    ArrowDown: { x: 0, y: KEY_STEP },
  };
  const step = steps[key];
  if (step === undefined) return null;
  return resize ? dragged(box, "se", step) : moved(box, step);
}

export function isWhole(box: Box): boolean {
  return box.x <= 0 && box.y <= 0 && box.width >= 1 && box.height >= 1;
}

function moved(box: Box, by: Point): Box {
  return fitted({ ...box, x: clamp(box.x + by.x, 0, 1 - box.width), y: clamp(box.y + by.y, 0, 1 - box.height) });
}

/** Inside the photo, not too small, on four decimals: a tenth of a pixel of a 1,000 px photo. */
function fitted(box: Box): Box {
  const width = round(clamp(box.width, MIN_SIDE, 1));
  const height = round(clamp(box.height, MIN_SIDE, 1));
  return { x: round(clamp(box.x, 0, 1 - width)), y: round(clamp(box.y, 0, 1 - height)), width, height };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
