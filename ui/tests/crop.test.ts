import { describe, expect, test } from "vitest";
import { type Box, dragged, GRIPS, isWhole, MIN_SIDE, nudged, spanned, WHOLE } from "../src/components/crop.ts";

const box: Box = { x: 0.2, y: 0.3, width: 0.4, height: 0.5 };

describe("a crop", () => {
  test("is drawn between two corners in any order", () => {
    expect(spanned({ x: 0.6, y: 0.8 }, { x: 0.2, y: 0.3 })).toEqual(box);
  });

  test("moves without changing its size and stops at the edge of the photo", () => {
    expect(dragged(box, "move", { x: 0.1, y: -0.1 })).toEqual({ x: 0.3, y: 0.2, width: 0.4, height: 0.5 });
    expect(dragged(box, "move", { x: 5, y: 5 })).toEqual({ x: 0.6, y: 0.5, width: 0.4, height: 0.5 });
  });

  test("follows the side that is held and leaves the opposite one where it is", () => {
    expect(dragged(box, "e", { x: 0.1, y: 0.4 })).toEqual({ ...box, width: 0.5 });
    expect(dragged(box, "nw", { x: -0.1, y: 0.1 })).toEqual({ x: 0.1, y: 0.4, width: 0.5, height: 0.4 });
  });

  test("does not turn inside out or get too small to be searched by", () => {
    expect(dragged(box, "e", { x: -3, y: 0 })).toEqual({ ...box, width: MIN_SIDE });
    expect(dragged(box, "n", { x: 0, y: 3 })).toEqual({ ...box, y: 0.75, height: MIN_SIDE });
    expect(spanned({ x: 0.99, y: 0.99 }, { x: 0.999, y: 0.999 })).toEqual({ x: 0.95, y: 0.95, width: 0.05, height: 0.05 });
  });

  test("stays inside the photo whatever is done to it", () => {
    const steps = [-1.3, -0.123456, 0.0371, 0.9];
    for (const grip of ["move", ...GRIPS] as const) {
      for (const x of steps) {
        for (const y of steps) {
          const after = dragged(box, grip, { x, y });
          expect(after.x).toBeGreaterThanOrEqual(0);
          expect(after.y).toBeGreaterThanOrEqual(0);
          // Four decimals each: their sum may pass 1 by the last bit of a double only.
          expect(after.x + after.width).toBeLessThanOrEqual(1 + 1e-9);
          expect(after.y + after.height).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    }
  });

  test("moves with the arrow keys and is resized with Shift", () => {
    expect(nudged(box, "ArrowRight", false)).toEqual({ ...box, x: 0.22 });
    expect(nudged(box, "ArrowUp", true)).toEqual({ ...box, height: 0.48 });
    expect(nudged(box, "a", false)).toBeNull();
  });

  test("grows out of the whole photo with Shift and an arrow", () => {
    expect(nudged(WHOLE, "ArrowLeft", true)).toEqual({ x: 0, y: 0, width: 0.98, height: 1 });
    expect(isWhole(WHOLE)).toBe(true);
    expect(isWhole(box)).toBe(false);
  });
});
