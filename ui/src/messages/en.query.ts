/** What is said of a query and of what came of it: boxes, weights, colour, why a hit was found, and what is kept. */
import type { Disturbance, Orientation, Orientations, Stability } from "../engine/types.ts";
import { count, format, photos } from "./en.counts.ts";

const { similarity } = format;

/** What was done to the photo. */
const disturbances: Record<Disturbance, string> = {
  recompressed: "re-encoded",
  blurred: "blurred",
  cropped: "cropped",
  resized: "resized",
  brightened: "brightened",
};

export const boxes = {
  heading: "Boxes found in the photo",
  whole: "Whole photo",
  box: (n: number) => `Box ${count(n)}`,
  title: (n: number) => `Search by this part of the photo (${count(n)})`,
  wholeTitle: "Search by the whole photo (0)",
};

export const parts = {
  heading: "Photos of the query",
  weight: (name: string) => `How much ${name} counts`,
  words: (weight: number) => {
    if (weight <= -1) return "Much less of this";
    if (weight < 0) return "Less of this";
    if (weight >= 1) return "Counts fully";
    return weight === 0.5 ? "Counts half" : `Counts ${format.percent(weight)}`;
  },
  less: "less",
  more: "more",
  /** After what is looked for. */
  headingLess: (n: number) => (n === 0 ? "" : `, less like ${photos(n)}`),
  nothingLeft: "One photo has to say what to look for",
  nothingLeftHint: "Of “less of this” alone nothing is near. Let another photo count first.",
  matched: (n: number, of: number, name: string) => `Nearest to query photo ${count(n)} of ${count(of)}, ${name}`,
  matchedShort: (n: number, of: number) => `query photo ${count(n)} of ${count(of)}`,
};

export const matching = {
  heading: "Match by",
  colour: "Colour",
  stops: [
    { at: -1, label: "Ignored", title: "Colour is ignored: another colour of the same item is as near" },
    { at: 0, label: "As is", title: "Colour counts as much as it does in what photos show" },
    { at: 1, label: "Decides", title: "Colour decides: what has these colours comes first" },
  ],
  colourWords: (colour: number) => {
    if (colour <= -1) return "Colour ignored";
    if (colour < 0) return `Colour counts ${format.percent(-colour)} less`;
    if (colour === 0) return "Colour as is";
    return colour < 1 ? `Colour counts ${format.percent(colour)} more` : "Colour decides";
  },
  /** The same where there is little room. */
  colourShort: (colour: number) => {
    if (colour <= -1) return "Colour ignored";
    if (colour === 0) return "Colour as is";
    return colour < 1 ? `Colour ${colour < 0 ? "−" : "+"}${format.percent(Math.abs(colour))}` : "Colour decides";
  },
  orientations: "Orientation",
  orientation: { upright: "Upright", mirrored: "Mirrored too", any: "Any turn" } satisfies Record<Orientations, string>,
  orientationHint: {
    upright: "Photos as they are",
    mirrored: "Also photos that show it mirrored",
    any: "Also photos that show it mirrored or turned by quarters",
  } satisfies Record<Orientations, string>,
  /** What a hit was found as; empty for one that is as it is. */
  found: ({ mirrored, quarters }: Orientation) => {
    const turned = quarters === 0 ? "" : `turned ${count(quarters * 90)}°`;
    if (!mirrored) return turned === "" ? "" : capital(turned);
    return turned === "" ? "Mirrored" : `Mirrored, ${turned}`;
  },
  foundTitle: "So it is nearest to the query",
};

export const similarities = {
  content: "Content",
  colour: "Colour",
  contentTitle: "What the photos show: cosine similarity of their embeddings",
  colourTitle: "How alike their colours are, 0 to 1",
  unknown: "not known",
};

export const why = {
  toggle: "Why",
  toggleTitle: "Show where the two photos agree (H)",
  agrees: "agrees",
  differs: "differs",
  legend: "Brightness of the overlay: dark where the photos differ, clear and warm where they agree",
  map: (name: string) => `Where ${name} agrees with the other photo`,
  loading: "Comparing the two photos…",
  failed: "Where they agree could not be told.",
  again: "Try again",
  checking: "Checking how far the similarity holds…",
  stabilityFailed: "How far the similarity holds could not be told.",
  stable: (least: number) => `Stable: at least ${similarity(least)} under re-encoding, blur and crops`,
  unstable: ({ similarity: whole, tests }: Stability) => {
    const worst = tests.reduce((low, test) => (test.similarity < low.similarity ? test : low), tests[0] ?? { disturbance: "blurred", similarity: whole });
    return `Unstable: falls from ${similarity(whole)} to ${similarity(worst.similarity)} when ${disturbances[worst.disturbance]}: the match may hang on noise`;
  },
  tests: "Tests",
  testsTitle: "What the similarity becomes when the query photo is changed a little",
  testHeadings: { test: "Query photo", similarity: "Similarity", change: "Change" },
  test: (disturbance: Disturbance) => capital(disturbances[disturbance]),
  untouched: "As it is",
  change: (by: number) => (by > 0 ? "+" : "") + similarity(Math.abs(by) < 0.005 ? 0 : by),
};

export const zoom = {
  in: "Zoom in (+)",
  out: "Zoom out (−)",
  reset: "Fit the window (0)",
  factor: (scale: number) => format.percent(scale),
  hint: "Wheel or +/− zooms both photos, dragging moves them, a double click resets",
};

export const unfold = {
  badge: (n: number) => `+${count(n - 1)}`,
  title: (n: number, column: string, value: string) => `Show all ${photos(n)} with ${column} ${value} (U)`,
  menu: (n: number) => `Show all ${photos(n)} of its group`,
  heading: (column: string, value: string) => `${column} ${value}`,
  list: (column: string, value: string) => `Photos with ${column} ${value}, nearest first`,
  shown: (shown: number, all: number) => (shown < all ? `nearest ${count(shown)} of ${photos(all)}` : photos(all)),
  loading: "Ranking its photos…",
  failed: "The photos of this group could not be ranked.",
};

export const pins = {
  button: "Pinned",
  buttonTitle: (n: number) => (n === 0 ? "Pinned photos (Shift P): none yet" : `Pinned photos (Shift P): ${count(n)}`),
  heading: "Pinned",
  list: "Pinned photos, the last pinned first",
  pin: "Pin",
  unpin: "Unpin",
  unpinNamed: (name: string) => `Unpin ${name}`,
  pinned: (name: string) => `${name} is pinned`,
  unpinned: (name: string) => `${name} is no longer pinned`,
  badge: "Pinned",
  none: "Nothing is pinned yet. P pins the selected photo, so that it stays at hand from one search to the next.",
};

export const saved = {
  heading: "Saved",
  save: "Save these filters…",
  nameLabel: "Name of the filters",
  placeholder: "Name",
  confirm: "Save",
  apply: (name: string) => `Use the filters ${name}`,
  rename: (name: string) => `Rename ${name}`,
  forget: (name: string) => `Delete ${name}`,
  taken: (name: string) => `Other filters are called ${name} already.`,
  saved: (name: string) => `The filters are kept as ${name}`,
  forgotten: (name: string) => `${name} was deleted`,
  none: "Choose filters below and keep them here under a name.",
};

export const sheet = {
  button: "Save as a page",
  title: "Save these results as one HTML page, pictures included, for a colleague (E)",
  saved: "The page was saved",
  savedHint: "It opens in any browser, without Vitrine and without a network.",
};

export const kept = {
  failed: "What is pinned and saved could not be kept",
  failedHint: (message: string) => `${message} It is shown as it was before.`,
};

export const hitActions = {
  more: "More like this",
  less: "Less like this",
  leaned: (name: string, weight: number) => (weight > 0 ? `More like ${name}` : `Less like ${name}`),
  copyCode: (column: string) => `Copy ${column}`,
  codeCopied: (column: string) => `${column} copied`,
};

export const queryShortcuts = [
  { keys: ["+", "−"], does: "More, or less, like the selected photo" },
  { keys: ["1 – 3", "0"], does: "Search by a box found in the photo, or by the whole of it" },
  { keys: ["U"], does: "Show what the selected photo stands for: its group, nearly identical photos, copies" },
  { keys: ["P"], does: "Pin the selected photo, or unpin it" },
  { keys: ["Shift", "P"], does: "Show the pinned photos" },
  { keys: ["E"], does: "Save the results as a page" },
  { keys: ["H"], does: "While comparing: where the two photos agree" },
];

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

