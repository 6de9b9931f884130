import { describe, expect, test } from "vitest";
import { cssShade, heatPixels, RAMP } from "../src/components/heat.ts";
import { MAX_SCALE, panned, WHOLE_PHOTO, zoomed } from "../src/components/zoom.ts";

/** Where a point of the photo lies in the view, in photo widths from its middle. */
const onScreen = (zoom: { scale: number; x: number; y: number }, point: { x: number; y: number }) => ({
  x: zoom.scale * (point.x - zoom.x),
  y: zoom.scale * (point.y - zoom.y),
});

describe("looking into a photo", () => {
  test("what is pointed at stays where it is while it comes nearer", () => {
    const at = { x: 0.6, y: 0.45 };
    const near = zoomed(zoomed(WHOLE_PHOTO, 2), 1.5, at);
    expect(near.scale).toBe(3);
    expect(onScreen(near, at).x).toBeCloseTo(onScreen(zoomed(WHOLE_PHOTO, 2), at).x, 10);
    expect(onScreen(near, at).y).toBeCloseTo(onScreen(zoomed(WHOLE_PHOTO, 2), at).y, 10);
  });

  test("the photo never leaves its place, and whole it lies still", () => {
    expect(panned(WHOLE_PHOTO, { x: 0.3, y: -0.2 })).toEqual(WHOLE_PHOTO);
    expect(panned(zoomed(WHOLE_PHOTO, 4), { x: 9, y: -9 })).toEqual({ scale: 4, x: 0.875, y: 0.125 });
    expect(zoomed(panned(zoomed(WHOLE_PHOTO, 4), { x: 9, y: 9 }), 0.01)).toEqual(WHOLE_PHOTO);
  });

  test("there is an end to it", () => {
    expect(zoomed(WHOLE_PHOTO, 1000).scale).toBe(MAX_SCALE);
  });
});

describe("a heat map", () => {
  const shadeAt = (pixels: Uint8ClampedArray, at: number) => [...pixels.subarray(4 * at, 4 * at + 4)];
  const shadeOf = (value: number) => [...RAMP.subarray(4 * Math.round(value * 255), 4 * Math.round(value * 255) + 4)];

  test("has each cell's value in the middle of the cell, and is even where all are alike", () => {
    const pixels = heatPixels({ columns: 3, rows: 1, values: [0, 1, 0.4] }, 9, 3);
    expect([1, 4, 7].map((x) => shadeAt(pixels, 9 + x))).toEqual([0, 1, 0.4].map(shadeOf));
    const even = heatPixels({ columns: 2, rows: 2, values: [0.6, 0.6, 0.6, 0.6] }, 5, 5);
    expect(new Set(Array.from({ length: 25 }, (_, at) => shadeAt(even, at).join())).size).toBe(1);
  });

  test("rises evenly in lightness from where photos differ to where they agree, and thins out", () => {
    const lightness = Array.from({ length: 256 }, (_, at) => (RAMP[4 * at] ?? 0) * 0.2126 + (RAMP[4 * at + 1] ?? 0) * 0.7152 + (RAMP[4 * at + 2] ?? 0) * 0.0722);
    // Each of the three colours is rounded to a whole step.
    for (let at = 1; at < 256; at += 1) expect(lightness[at]).toBeGreaterThan((lightness[at - 1] ?? 0) - 0.75);
    expect(lightness[255]! - lightness[0]!).toBeGreaterThan(100);
    expect(RAMP[3]).toBeGreaterThan(RAMP[4 * 255 + 3]!);
    expect(cssShade(0)).toMatch(/^rgb\(\d+ \d+ \d+ \/ 0\.\d+\)$/);
  });
});
