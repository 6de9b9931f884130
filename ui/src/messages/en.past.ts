/** What is said of searches made before. */
import { control, count, format, photos, plural } from "./en.counts.ts";

export const past = {
  button: "Past searches",
  buttonTitle: `Past searches (${control} H)`,
  heading: "Past searches",
  recent: "Recent searches",
  all: "All",
  allTitle: `Show all past searches (${control} H)`,
  list: "Past searches, the latest first",
  loading: "Looking them up…",
  none: "No searches yet",
  noneHint: "Every search is kept here with its photos, crops and filters, also when Vitrine was closed meanwhile.",
  failed: "The past searches could not be read.",
  again: "Try again",
  /** What was searched by: the first photo, and how many more. */
  name: (name: string, more: number) => (more === 0 ? name : `${name} + ${count(more)}`),
  unnamed: "Search",
  when: (millis: number, now: number) => format.moment(millis, now),
  conditions: (n: number) => plural(n, { one: "1 filter", other: `${count(n)} filters` }),
  words: (words: string) => `“${words}”`,
  groupBy: (column: string) => `by ${column}`,
  recommended: "recommendation",
  colour: "colour",
  turned: "turned too",
  cropped: "cropped",
  gone: (n: number, of: number) => (of === 1 ? "photo gone" : n === of ? "photos gone" : `${count(n)} of ${photos(of)} gone`),
  less: (n: number) => `less like ${photos(n)}`,
  option: (name: string, when: string, hints: string[]) => [name, when, ...hints].join(", "),
  forget: (name: string) => `Forget the search by ${name}`,
  forgetTitle: "Forget this search (Delete)",
  forgotten: (name: string) => `The search by ${name} is forgotten.`,
  forgetAll: "Forget all…",
  forgetAllTitle: "Forget all past searches?",
  forgetAllText: (n: number) => `${plural(n, { one: "The 1 search", other: `All ${count(n)} searches` })} and the pictures kept with them are deleted. This cannot be undone.`,
  forgetAllKept: "Your photos, pins and saved filters stay as they are.",
  forgetAllConfirm: "Forget all",
  allForgotten: "All past searches are forgotten",
  hint: "Enter searches again, Delete forgets",

  someGone: (n: number, of: number) => `${count(n)} of ${photos(of)} of this search ${plural(n, { one: "is", other: "are" })} gone`,
  someGoneHint: (names: string[]) => (names.length === 0 ? "It was searched by the others." : `It was searched without ${format.list(names)}.`),
  allGone: "This search cannot be made again",
  /** `left`: photos that there should be less of. */
  allGoneHint: (left: number) =>
    left === 0 ? "Its photos are no longer in the catalog." : "Of its photos only those are left that there should be less of.",
  leftOut: "Not all of its filters are in force",
  leftOutHint: (columns: string[]) => `The product data can no longer be asked for ${format.list(columns)}.`,
  notKept: "Searches cannot be kept",
  notKeptHint: (message: string) => `${message} Searching works as before; until Vitrine is started again this is not said anew.`,
};

export const pastShortcuts = [{ keys: [control, "H"], does: "Past searches" }];
