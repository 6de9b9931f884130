/** What is said of the worklist: many photos judged one after the other. */
import type { Decision, JobReport, WorklistRow } from "../engine/types.ts";
import { count, format, photos, plural, rows } from "./en.counts.ts";
import { verdicts } from "./en.verdicts.ts";

/** Of more photos dropped together the shell asks what is to be done with them. */
export const MOST_OF_ONE_ITEM = 8;

const decisions: Record<Decision, string> = { open: "Open", accepted: "Accepted", changed: "Changed", rejected: "Not in the catalog" };

const state = (row: WorklistRow) =>
  row.state.kind === "failed" ? "Could not be read" : row.state.kind === "waiting" ? "Waiting" : row.verdict === null ? "Judged" : verdicts.label[row.verdict];

export const worklist = {
  title: "Worklist",
  filter: "Filter rows by name, SKU…",
  list: "Photos to be judged",

  emptyTitle: "Judge many photos in one go",
  emptyText:
    "Drop them anywhere in the window. Each is matched with the catalog, and you accept, change or reject the match from the keyboard.",
  emptySteps: [
    { title: "Add photos", text: "From a supplier, a competitor, a return: they are read where they are, and stay out of the catalog." },
    { title: "Decide", text: "Enter accepts the match, Delete says it is not in the catalog, C takes another one. What was decided is kept at once." },
    { title: "Export", text: "A CSV says of every photo which product it shows. Edited elsewhere, it can be imported again." },
  ],
  emptyCatalog: "The catalog is empty: add a folder of product photos to it first, or nothing can be matched.",
  addPhotos: "Add photos…",
  addFolder: "Add a folder…",
  importCsv: "Import a CSV…",
  importCsvTitle: "Takes in what was decided in a CSV that was exported before",
  exportCsv: "Export a CSV…",
  exportCsvTitle: "Photo, verdict, SKU, similarity and decision of every row",
  more: "More",

  progress: (decided: number, all: number) => `${count(decided)} of ${plural(all, { one: "1 is decided", other: `${count(all)} are decided` })}`,
  waiting: (n: number) => `${count(n)} ${plural(n, { one: "waits", other: "wait" })} to be judged`,
  fill: (n: number) => `Judge ${plural(n, { one: "1 photo", other: `${count(n)} photos` })}`,
  tabs: { all: "All", open: "Open", same: "Same item", variant: "Variant", similar: "Similar", none: "No match", failed: "Failed", decided: "Decided" },
  tabsLabel: "Which rows are shown",
  acceptSure: (n: number) => `Accept all ${count(n)} “same item”`,
  acceptSureOne: "Accept the 1 “same item”",
  acceptSureTitle: "Accepts the match of every open row that is the same item. It can be undone.",
  acceptedAll: (n: number) => `${rows(n)} accepted`,
  acceptedAllHint: "Their matches are the same item.",

  noRows: {
    all: "There is nothing in the worklist",
    open: "Every photo is decided",
    same: "No photo shows the same item",
    variant: "No photo shows a variant",
    similar: "No photo is only similar",
    none: "Every photo is near something in the catalog",
    failed: "Every photo could be read",
    decided: "Nothing is decided yet",
  },
  openHint: "Export a CSV to hand it on. Photos that are added come in here.",
  noMatch: (filter: string) => `No row has “${filter}” in its file name or product data`,
  showAll: "Show all",

  state,
  decisions,
  /** As a row is called aloud. */
  option: (row: WorklistRow, match: string | null) =>
    `${row.name}, ${state(row).toLocaleLowerCase("en")}` +
    (match === null || row.hit === null ? "" : `: ${match}, similarity ${format.similarity(row.hit.similarity)}`) +
    (row.decision === "open" ? "" : `, ${decisions[row.decision].toLocaleLowerCase("en")}`),
  told: (name: string, decision: Decision) => `${name}: ${decision === "open" ? "open again" : decisions[decision].toLocaleLowerCase("en")}`,
  waitingHint: "It is judged as soon as it is its turn.",
  nothingToMatch: "No match",
  nothingToMatchHint: "There is nothing in the catalog to match it with yet.",
  failedTitle: "This photo could not be read",
  failedHint: "The file was not changed. Remove the row, or put the file right and add it again.",

  detail: "Selected photo and its match",
  photo: "Photo",
  match: "Match",
  chosen: "Chosen match",
  candidate: "Candidate",
  photoAlt: (name: string) => `Photo ${name}`,
  matchAlt: (name: string) => `Match ${name}`,
  accept: "Accept",
  acceptInstead: "Take this one",
  reject: "Not in the catalog",
  change: "Change",
  undo: "Undo",
  undoTitle: "Opens the row again (U)",
  compare: "Compare",
  compareTitle: "Larger, side by side (Space)",
  remove: "Remove from the worklist",
  remaining: (n: number) => plural(n, { one: "1 open row", other: `${count(n)} open rows` }),

  candidates: "Other candidates, nearest first",
  candidatesHint: "choose one",
  candidatesClose: "Close the candidates",
  candidateOption: (at: number, name: string, similarity: number) => `${count(at)}. ${name}, similarity ${format.similarity(similarity)}`,
  noCandidates: "Nothing else in the catalog is to be found for it.",
  candidatesFailed: "They could not be looked for.",
  looking: "Looking for candidates…",

  menu: "More for the worklist",
  clearDecided: "Remove what is decided…",
  clearAll: "Remove all rows…",
  clearDecidedTitle: (n: number) => `Remove ${plural(n, { one: "the decided row", other: `${count(n)} decided rows` })}?`,
  clearAllTitle: (n: number) => `Remove ${plural(n, { one: "the row", other: `all ${count(n)} rows` })} from the worklist?`,
  clearText: (undecided: number) =>
    (undecided === 0 ? "What was decided goes with them" : `What was decided goes with them, and ${plural(undecided, { one: "1 row is", other: `${count(undecided)} rows are` })} not decided yet`) +
    ". Export a CSV first to keep it.",
  clearKept: "Nothing on disk is touched: the photos stay where they are, and the catalog as it is.",
  clearConfirm: (n: number) => `Remove ${rows(n)}`,

  exported: "The worklist was exported",
  exportedHint: "One line for every photo, with the product it shows.",
  imported: (n: number) => (n === 0 ? "The CSV says nothing new of the worklist" : `${rows(n)} brought up to date from the CSV`),

  many: {
    dragged: (n: number) => `Judge ${photos(n)} one by one, or search by all`,
    title: (n: number) => `${photos(n)} were dropped`,
    text: "What is to be done with them?",
    judge: "Judge them one by one",
    judgeHint: "Each is matched with the catalog, in the worklist.",
    search: "Search by all as one item",
    searchHint: "They show one thing: what they have in common is looked for.",
  },

  ended: (report: JobReport) =>
    report.error !== null
      ? "Judging stopped on an error"
      : report.cancelled
        ? "Judging was cancelled; what was judged is kept"
        : "The photos of the worklist are judged",
  show: "Show the worklist",

  keys: { accept: "Enter", reject: "Del", change: "C", undo: "U", compare: "Space", left: "←", right: "→" },
  shortcuts: [
    { keys: ["Enter"], does: "In the worklist: accept the match and go on" },
    { keys: ["Delete"], does: "In the worklist: it is not in the catalog" },
    { keys: ["C"], does: "In the worklist: choose another match" },
    { keys: ["U"], does: "In the worklist: undo the decision" },
  ],
};
