import { describe, expect, test } from "vitest";
import { cornerOf, type GridShape, layoutGrid, placeOf, scrollToShow, stepFrom, visibleRange } from "../src/components/grid.ts";

// Four columns of 100 px cells: 4 × 100 + 3 × 10 = 430; a row every 130 px.
const shape: GridShape = { count: 100, width: 430, minCell: 100, gap: 10, caption: 20, breaks: [], breakHeight: 40 };

describe("the layout", () => {
  test("fits as many columns as are at least as wide as asked for, and shares out the rest", () => {
    expect(layoutGrid(shape)).toMatchObject({ columns: 4, cell: 100, rowHeight: 130, rows: 25, height: 3250 });
    expect(layoutGrid({ ...shape, width: 529 })).toMatchObject({ columns: 4, cell: 124 });
    expect(layoutGrid({ ...shape, width: 540 })).toMatchObject({ columns: 5, cell: 100 });
  });

  test("keeps one column in a window narrower than a cell", () => {
    expect(layoutGrid({ ...shape, width: 60 })).toMatchObject({ columns: 1, cell: 60 });
  });

  test("starts a new row under the break and leaves room for the divider", () => {
    const layout = layoutGrid({ ...shape, breaks: [6] });
    expect(layout).toMatchObject({ rows: 26, height: 26 * 130 + 40 });
    expect(layout.sections.map(({ row, divider }) => ({ row, divider }))).toEqual([
      { row: 0, divider: null },
      { row: 2, divider: 260 },
    ]);
    expect(placeOf(layout, 5)).toEqual({ row: 1, column: 1 });
    expect(placeOf(layout, 6)).toEqual({ row: 2, column: 0 });
    expect(cornerOf(layout, 5)).toEqual({ x: 110, y: 130 });
    expect(cornerOf(layout, 7)).toEqual({ x: 110, y: 300 });
  });

  test("has no divider when nothing lies below the break", () => {
    expect(layoutGrid({ ...shape, breaks: [100] })).toMatchObject({ breaks: [], height: 3250 });
  });

  test("breaks as often as asked, each section in rows of its own", () => {
    const layout = layoutGrid({ ...shape, count: 20, breaks: [2, 7, 8] });
    // Rows of 2, of 4 and 1, of 1, and of 4, 4 and 4.
    expect(layout).toMatchObject({ rows: 7, height: 7 * 130 + 3 * 40 });
    expect(layout.sections.map(({ divider }) => divider)).toEqual([null, 130, 430, 600]);
    expect([1, 2, 6, 7, 8, 19].map((index) => cornerOf(layout, index))).toEqual([
      { x: 110, y: 0 }, { x: 0, y: 170 }, { x: 0, y: 300 }, { x: 0, y: 470 }, { x: 0, y: 640 }, { x: 330, y: 900 },
    ]);
    expect(stepFrom(layout, 1, "ArrowDown", 300)).toBe(3);
    expect(stepFrom(layout, 6, "ArrowDown", 300)).toBe(7);
    expect(stepFrom(layout, 9, "ArrowUp", 300)).toBe(7);
  });

  test("is empty for no photos", () => {
    expect(layoutGrid({ ...shape, count: 0 })).toMatchObject({ rows: 0, height: 0 });
    expect(visibleRange(layoutGrid({ ...shape, count: 0 }), 0, 500, 2)).toBeNull();
  });
});

describe("the visible range", () => {
  test("holds whole rows that touch the window, and the overscan", () => {
    const layout = layoutGrid(shape);
    expect(visibleRange(layout, 0, 260, 0)).toEqual({ first: 0, last: 7 });
    expect(visibleRange(layout, 129, 260, 0)).toEqual({ first: 0, last: 11 });
    expect(visibleRange(layout, 1300, 260, 2)).toEqual({ first: 32, last: 55 });
  });

  test("stays inside the photos at either end", () => {
    const layout = layoutGrid({ ...shape, count: 98 });
    expect(visibleRange(layout, -500, 260, 2)).toEqual({ first: 0, last: 3 });
    expect(visibleRange(layout, 99_999, 260, 0)).toEqual({ first: 96, last: 97 });
  });

  test("agrees with the corners of the cells, with and without breaks", () => {
    for (const breaks of [[], [1], [6], [8], [97], [1, 2, 3], [4, 9, 50]]) {
      const layout = layoutGrid({ ...shape, breaks });
      for (let top = 0; top < layout.height; top += 37) {
        const range = visibleRange(layout, top, 300, 0);
        for (let index = 0; index < layout.count; index += 1) {
          const { y } = cornerOf(layout, index);
          const touches = y < top + 300 && y + layout.cell + layout.caption > top;
          if (touches) expect(range !== null && index >= range.first && index <= range.last, `cell ${index} at ${top} of [${breaks}]`).toBe(true);
        }
      }
    }
  });

  test("of a hundred thousand photos is a few dozen", () => {
    const layout = layoutGrid({ ...shape, count: 100_000 });
    const range = visibleRange(layout, 1_500_000, 900, 2);
    expect(range).not.toBeNull();
    expect((range?.last ?? 0) - (range?.first ?? 0)).toBeLessThan(60);
  });
});

describe("the arrow keys", () => {
  const layout = layoutGrid({ ...shape, count: 10, breaks: [6] });

  test("move by one and by a row", () => {
    expect(stepFrom(layout, 0, "ArrowRight", 300)).toBe(1);
    expect(stepFrom(layout, 1, "ArrowDown", 300)).toBe(5);
    expect(stepFrom(layout, 5, "ArrowUp", 300)).toBe(1);
  });

  test("land on the last photo of a shorter row", () => {
    expect(stepFrom(layout, 3, "ArrowDown", 300)).toBe(5);
  });

  test("cross the divider in the same column", () => {
    expect(stepFrom(layout, 5, "ArrowDown", 300)).toBe(7);
    expect(stepFrom(layout, 7, "ArrowUp", 300)).toBe(5);
  });

  test("stop at the edges and select the first photo when none was", () => {
    expect(stepFrom(layout, 9, "ArrowRight", 300)).toBe(9);
    expect(stepFrom(layout, 9, "ArrowDown", 300)).toBe(9);
    expect(stepFrom(layout, 0, "ArrowUp", 300)).toBe(0);
    expect(stepFrom(layout, -1, "ArrowDown", 300)).toBe(0);
    expect(stepFrom(layout, 4, "Home", 300)).toBe(0);
    expect(stepFrom(layout, 4, "End", 300)).toBe(9);
  });

  test("page by what fits in the window", () => {
    expect(stepFrom(layoutGrid(shape), 0, "PageDown", 400)).toBe(12);
    expect(stepFrom(layoutGrid(shape), 50, "PageUp", 400)).toBe(38);
  });

  test("leave other keys alone", () => {
    expect(stepFrom(layout, 4, "a", 300)).toBeNull();
  });
});

test("showing a cell scrolls as little as possible", () => {
  const layout = layoutGrid(shape);
  expect(scrollToShow(layout, 4, 100, 300, 10)).toBe(100);
  expect(scrollToShow(layout, 8, 0, 300, 10)).toBe(260 + 120 + 10 - 300);
  expect(scrollToShow(layout, 4, 500, 300, 10)).toBe(120);
  expect(scrollToShow(layout, 0, 500, 300, 10)).toBe(-10);
});
