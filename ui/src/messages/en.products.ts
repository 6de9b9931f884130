/** What is said of product data: filters by it, what is known of a photo, and the import of a CSV. */
import type { ColumnKind } from "../engine/types.ts";
import { columns, control, count, format, photos, plural, rows } from "./en.counts.ts";

/** What separates the cells of a CSV. */
const delimiters: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

export const filters = {
  title: "Filters",
  buttonTitle: "Narrow the search down by product data (F)",
  on: (n: number) => plural(n, { one: "1 filter is on", other: `${count(n)} filters are on` }),
  words: "Words",
  wordsHint: "In any text of the product",
  atLeast: (column: string) => `${column} at least`,
  atMost: (column: string) => `${column} at most`,
  to: "to",
  /** Of a column of numbers; prices say their currency themselves. */
  columnUnit: (column: string, unit: string | null) => (unit === null ? column : `${column} (${unit})`),
  more: (n: number) => `${count(n)} more`,
  fewer: "Fewer",
  match: (n: number) => plural(n, { one: "1 photo matches", other: `${count(n)} photos match` }),
  counting: "Counting…",
  countingFailed: "The choices could not be counted.",
  clearAll: "Clear all",
  clear: "Clear filters",
  chips: "Filters that are on",
  chip: {
    words: (words: string) => `“${words}”`,
    values: (column: string, values: string[]) => `${column}: ${format.either(values)}`,
    range: (column: string, low: string | null, high: string | null) =>
      `${column}: ` + (low === null ? `up to ${high ?? ""}` : high === null ? `from ${low}` : `${low} – ${high}`),
  },
  remove: (what: string) => `Remove the filter ${what}`,
  none: "No photo fits these filters",
  noneHint: "All of them must hold at once. Take one away, or clear them: the search stays.",
  groupBy: "Group by",
  ungrouped: "none",
};

export const product = {
  selected: "Selected",
  details: "Product data of the selected photo",
  copy: (column: string) => `Copy ${column}`,
  copied: (code: string) => `${code} copied`,
  copyFailed: `It could not be copied; select it and press ${control}+C instead.`,
  file: "File",
  tags: (tags: string[]) => tags.join(", "),
  /** Of a value that takes many lines. */
  long: (column: string) => ({ more: "More", less: "Less", moreOf: `More of ${column}`, lessOf: `Less of ${column}` }),
};

export const products = {
  heading: "Product data",
  none: "A CSV gives the photos titles, SKUs, prices and whatever else it says, to see and to filter by.",
  attachCsv: "Attach a CSV…",
  facts: (columnCount: number, photoCount: number, key: string) => `${columns(columnCount)} for ${photos(photoCount)}, found by ${key}`,
  update: "Update…",
  remove: "Remove…",
  removeTitle: "Remove the product data?",
  removeText: (columnCount: number, photoCount: number) =>
    `${columns(columnCount)} ${plural(columnCount, { one: "leaves", other: "leave" })} ${photos(photoCount)}, and filters by them are cleared.`,
  removeKept: "The photos stay, and the CSV is not touched. Attaching it again brings everything back.",
  removeConfirm: "Remove the product data",
  removed: "The product data was removed",
  removedHint: "The photos are as they were.",
  attached: "The product data is attached",
  kinds: { text: "Text", number: "Number", price: "Price", date: "Date", tags: "Tags" } satisfies Record<ColumnKind, string>,
  kind: (kind: string, unit: string | null) => (unit === null ? kind : `${kind}, ${unit}`),

  importTitle: (name: string) => `Attach ${name}?`,
  read: (rowCount: number, columnCount: number, encoding: string, delimiter: string) =>
    `${rows(rowCount)}, ${columns(columnCount)} · ${encoding}` + (delimiter in delimiters ? `, separated by ${delimiters[delimiter] ?? ""}` : ""),
  matched: (matchedRows: number, rowCount: number, matchedPhotos: number, photoCount: number) =>
    `${count(matchedRows)} of ${rows(rowCount)} ${plural(matchedRows, { one: "is", other: "are" })} about ${count(matchedPhotos)} of ${photos(photoCount)}`,
  key: "Find photos by",
  keyOption: (column: string, photoCount: number) => `${column} (${photos(photoCount)})`,
  finding: "Looking for photos…",
  foundBy: "finds the photos",
  noMatch: (key: string) => `No photo is found by ${key}.`,
  noMatchHint: "Choose the column that holds file names, paths, or something that is in the file names, such as a SKU.",
  noMatchAtAll: "No column finds a photo.",
  noMatchAtAllHint: "One of them has to hold file names, paths, or something that is in the file names, such as a SKU.",
  noPhotos: "There are no photos in the catalog yet.",
  noPhotosHint: "Add a folder first, then attach the CSV.",
  columns: "Columns",
  columnHeadings: { name: "Column", kind: "Holds", values: "For example" },
  unmatchedRows: (n: number) => plural(n, { one: "1 row is about no photo", other: `${count(n)} rows are about no photo` }),
  unmatchedPhotos: (n: number) => plural(n, { one: "1 photo is in no row", other: `${count(n)} photos are in no row` }),
  more: (n: number) => `and ${count(n)} more`,
  repeated: (n: number, key: string) =>
    plural(n, { one: `1 row repeats the ${key} of an earlier one, which counts`, other: `${count(n)} rows repeat the ${key} of earlier ones, which count` }),
  withoutKey: (n: number, key: string) => plural(n, { one: `1 row has no ${key} and is left out`, other: `${count(n)} rows have no ${key} and are left out` }),
  kept: "Products and columns attached before that this file does not mention stay as they are.",
  attach: "Attach",
  attaching: "Attaching…",
};
