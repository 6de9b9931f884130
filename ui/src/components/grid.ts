/**
 * Where the cells of a grid of equal cells lie, and which of them can be seen. Pure arithmetic, in CSS pixels.
 *
 * The grid may break once: cells from `breakAt` on start a new row under a gap of `breakHeight`, where a divider goes.
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
  /** First index below the break; null for none. */
  breakAt: number | null;
  breakHeight: number;
};

export type GridLayout = GridShape & {
  columns: number;
  cell: number;
  /** From one row's top to the next one's. */
  rowHeight: number;
  /** Rows above the break; all of them when there is none. */
  rowsAbove: number;
  rows: number;
  /** Top of the divider; null when nothing stands below it. */
  breakTop: number | null;
  height: number;
};

export type Range = { first: number; last: number };

export function layoutGrid(shape: GridShape): GridLayout {
  const { count, width, minCell, gap, caption } = shape;
  const columns = Math.max(1, Math.floor((width + gap) / (minCell + gap)));
  const cell = Math.max(0, Math.floor((width - gap * (columns - 1)) / columns));
  const rowHeight = cell + caption + gap;
  const breaks = shape.breakAt !== null && shape.breakAt < count;
  const above = breaks ? Math.max(0, shape.breakAt ?? 0) : count;
  const rowsAbove = Math.ceil(above / columns);
  const rows = rowsAbove + Math.ceil((count - above) / columns);
  return {
    ...shape,
    breakAt: breaks ? above : null,
    columns,
    cell,
    rowHeight,
    rowsAbove,
    rows,
    breakTop: breaks ? rowsAbove * rowHeight : null,
    height: rows * rowHeight + (breaks ? shape.breakHeight : 0),
  };
}

/** Row and column of a cell. */
export function placeOf(layout: GridLayout, index: number): { row: number; column: number } {
  const { columns, breakAt, rowsAbove } = layout;
  if (breakAt === null || index < breakAt) return { row: Math.floor(index / columns), column: index % columns };
  const below = index - breakAt;
  return { row: rowsAbove + Math.floor(below / columns), column: below % columns };
}

/** Left upper corner of a cell. */
export function cornerOf(layout: GridLayout, index: number): { x: number; y: number } {
  const { row, column } = placeOf(layout, index);
  return { x: column * (layout.cell + layout.gap), y: rowTop(layout, row) };
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
  const bottom = y + layout.rowHeight - layout.gap;
  if (y - margin < top) return y - margin;
  if (bottom + margin > top + viewport) return bottom + margin - viewport;
  return top;
}

function byRows(layout: GridLayout, index: number, rows: number): number {
  const { row, column } = placeOf(layout, index);
  const target = clamp(row + rows, 0, layout.rows - 1);
  if (target === row) return index;
  return Math.min(firstOfRow(layout, target) + column, lastOfRow(layout, target));
}

function rowTop(layout: GridLayout, row: number): number {
  return row * layout.rowHeight + (layout.breakAt !== null && row >= layout.rowsAbove ? layout.breakHeight : 0);
}

/** The row that covers a height; the divider counts to the row under it. */
function rowAt(layout: GridLayout, y: number): number {
  if (layout.breakTop === null || y < layout.breakTop) return Math.floor(y / layout.rowHeight);
  return Math.max(layout.rowsAbove, Math.floor((y - layout.breakHeight) / layout.rowHeight));
}

function firstOfRow(layout: GridLayout, row: number): number {
  const { columns, breakAt, rowsAbove } = layout;
  return breakAt === null || row < rowsAbove ? row * columns : breakAt + (row - rowsAbove) * columns;
}

function lastOfRow(layout: GridLayout, row: number): number {
  const { columns, breakAt, rowsAbove, count } = layout;
  const end = breakAt !== null && row < rowsAbove ? breakAt : count;
  return Math.min(firstOfRow(layout, row) + columns, end) - 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
