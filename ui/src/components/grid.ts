/**
 * Where the cells of a grid of equal cells lie, and which of them can be seen. Pure arithmetic, in CSS pixels.
 *
 * The grid may break: cells from each of `breaks` on start a new row under a gap of `breakHeight`, where a divider goes.
 */

export type GridShape = {
  count: number;
  /** Inner width. */
  width: number;
  /** Cells are at least this wide; the rest of the width is shared out. */
  minCell: number;
  gap: number;
  /** Height of what stands under the square picture. */
  caption: number;
  /** First indices below each break, ascending; those beyond the last cell count for nothing. */
  breaks: readonly number[];
  breakHeight: number;
};

/** Cells between two breaks. */
export type GridSection = {
  /** Index of its first cell, and the one after its last. */
  first: number;
  end: number;
  /** Its first row, counted through the grid, and the one after its last. */
  row: number;
  endRow: number;
  /** Top of its first row. */
  top: number;
  /** Top of the divider above it; null for none. */
  divider: number | null;
};

export type GridLayout = GridShape & {
  columns: number;
  cell: number;
  /** From one row's top to the next one's. */
  rowHeight: number;
  /** At least one, also without cells. */
  sections: [GridSection, ...GridSection[]];
  rows: number;
  height: number;
};

export type Range = { first: number; last: number };

export function layoutGrid(shape: GridShape): GridLayout {
  const { count, width, minCell, gap, caption, breakHeight } = shape;
  const columns = Math.max(1, Math.floor((width + gap) / (minCell + gap)));
  const cell = Math.max(0, Math.floor((width - gap * (columns - 1)) / columns));
  const rowHeight = cell + caption + gap;
  const breaks = shape.breaks.filter((at, place) => at >= 0 && at < count && at > (shape.breaks[place - 1] ?? -1));
  const section = (first: number, end: number, row: number, from: number, divided: boolean): GridSection => ({
    first,
    end,
    row,
    endRow: row + Math.ceil((end - first) / columns),
    top: from + (divided ? breakHeight : 0),
    divider: divided ? from : null,
  });
  const sections: GridLayout["sections"] = [section(0, breaks[0] ?? count, 0, 0, false)];
  let last = sections[0];
  for (const [place, at] of breaks.entries()) {
    const from = last.top + (last.endRow - last.row) * rowHeight;
    last = section(at, breaks[place + 1] ?? count, last.endRow, from, true);
    sections.push(last);
  }
  return { ...shape, breaks, columns, cell, rowHeight, sections, rows: last.endRow, height: last.top + (last.endRow - last.row) * rowHeight };
}

/** Row and column of a cell. */
export function placeOf(layout: GridLayout, index: number): { row: number; column: number } {
  const { first, row } = sectionWhere(layout, (section) => section.first <= index);
  const within = index - first;
  return { row: row + Math.floor(within / layout.columns), column: within % layout.columns };
}

/** Left upper corner of a cell. */
export function cornerOf(layout: GridLayout, index: number): { x: number; y: number } {
  const { row, column } = placeOf(layout, index);
  const section = sectionWhere(layout, (section) => section.row <= row);
  return { x: column * (layout.cell + layout.gap), y: section.top + (row - section.row) * layout.rowHeight };
}

/** Indices whose rows touch the window [top, top + height), with `overscan` rows on either side; null when there are none. */
export function visibleRange(layout: GridLayout, top: number, height: number, overscan: number): Range | null {
  if (layout.count === 0 || layout.rowHeight <= 0) return null;
  const firstRow = clamp(rowAt(layout, top) - overscan, 0, layout.rows - 1);
  const lastRow = clamp(rowAt(layout, top + Math.max(0, height - 1)) + overscan, 0, layout.rows - 1);
  return { first: firstOfRow(layout, firstRow), last: lastOfRow(layout, lastRow) };
}

/** The cell an arrow or page key leads to; the same one at an edge, null for other keys. */
export function stepFrom(layout: GridLayout, index: number, key: string, viewport: number): number | null {
  const last = layout.count - 1;
  if (last < 0) return null;
  const page = Math.max(1, Math.floor(viewport / layout.rowHeight));
  switch (key) {
    case "ArrowRight":
      return Math.min(last, index + 1);
    case "ArrowLeft":
      return Math.max(0, index - 1);
    case "ArrowDown":
      return index < 0 ? 0 : byRows(layout, index, 1);
    case "ArrowUp":
      return index < 0 ? 0 : byRows(layout, index, -1);
    case "PageDown":
      return byRows(layout, Math.max(0, index), page);
    case "PageUp":
      return byRows(layout, Math.max(0, index), -page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** The scroll position that shows a cell whole with a margin, moving as little as possible; it may lie beyond either end. */
export function scrollToShow(layout: GridLayout, index: number, top: number, viewport: number, margin: number): number {
  const { y } = cornerOf(layout, index);
  return leastScroll(y - margin, y + layout.rowHeight - layout.gap + margin, top, viewport);
}

/** The scroll position at which all between two heights is in view, moving as little as possible; it may lie beyond either end. */
export function leastScroll(from: number, to: number, top: number, viewport: number): number {
  if (from < top) return from;
  return to > top + viewport ? to - viewport : top;
}

function byRows(layout: GridLayout, index: number, rows: number): number {
  const { row, column } = placeOf(layout, index);
  const target = clamp(row + rows, 0, layout.rows - 1);
  if (target === row) return index;
  return Math.min(firstOfRow(layout, target) + column, lastOfRow(layout, target));
}

/** The row that covers a height; a divider counts to the row under it. */
function rowAt(layout: GridLayout, y: number): number {
  const section = sectionWhere(layout, ({ divider }) => (divider ?? 0) <= y);
  const row = section.row + Math.floor((y - section.top) / layout.rowHeight);
  return section.divider === null ? row : Math.max(section.row, row);
}

function firstOfRow(layout: GridLayout, row: number): number {
  const section = sectionWhere(layout, (section) => section.row <= row);
  return section.first + (row - section.row) * layout.columns;
}

function lastOfRow(layout: GridLayout, row: number): number {
  const { end } = sectionWhere(layout, (section) => section.row <= row);
  return Math.min(firstOfRow(layout, row) + layout.columns, end) - 1;
}

/** The last section for which this holds; the first one when it holds for none. */
function sectionWhere(layout: GridLayout, holds: (section: GridSection) => boolean): GridSection {
  return layout.sections.findLast(holds) ?? layout.sections[0];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
