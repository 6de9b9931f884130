/** What is said of recommendations: what someone who likes these photos would like. */
import { count, format, photos, plural } from "./en.counts.ts";

export const recommend = {
  heading: "How the photos are read",
  kinds: { alike: "Look-alikes", recommend: "Recommend" },
  kindHints: {
    alike: "The photos show one item: what looks like it comes first",
    recommend: "The photos are an interest: what someone who likes them would like, each of its tastes in turn",
  },
  variety: "Variety",
  stops: [
    { at: 0, label: "Closest", title: "What is closest to the interest, however alike" },
    { at: 0.5, label: "Balanced", title: "Close to the interest, and not all alike" },
    { at: 1, label: "Most varied", title: "As unlike each other as the interest allows" },
  ],
  varietyWords: (variety: number) => {
    if (variety <= 0) return "Closest";
    if (variety >= 1) return "Most varied";
    return variety === 0.5 ? "Balanced" : `Variety ${format.percent(variety)}`;
  },
  /** Where there is little room. */
  standing: (variety: number) => (variety === 0.5 ? "Recommend" : `Recommend · ${format.percent(variety)}`),
  without: "Colour and orientation do not count in a recommendation.",

  title: (title: string) => `Recommended for ${title}`,
  from: (name: string, more: number) =>
    more === 0 ? `Recommended from ${name}` : `Recommended from ${name} and ${plural(more, { one: "1 more photo", other: `${count(more)} more photos` })}`,
  query: (n: number) => `An interest of ${photos(n)}`,
  list: "Recommended, each taste in turn",
  summary: (shown: number, gallery: number, totalMillis: number | null) =>
    `${count(shown)} recommended of ${photos(gallery)}` + (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
  narrowedSummary: (shown: number, totalMillis: number | null) => `${count(shown)} recommended` + (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
  matched: (n: number, of: number, name: string) => `For photo ${count(n)} of ${count(of)} of the interest, ${name}`,

  fromPhoto: "Recommend from this photo",
  fromPins: "Recommend from these",
  fromPinsTitle: "What someone who likes all of these would like",
  fromCsv: "Recommend from a CSV…",
  fromCsvTitle: "A CSV of shopper, photo and weight: recommends from the photos of each shopper, product or ad",
};

/** Of the interests in a CSV. */
export const shoppers = {
  heading: "Interests",
  hint: "The column “shopper” may name a shopper, a product or an ad: its photos are what is recommended from.",
  counted: (n: number) => plural(n, { one: "1 interest", other: `${count(n)} interests` }),
  shown: (n: number, of: number) => `${count(n)} of ${count(of)} interests`,
  filter: "Filter by name",
  list: "Interests of the CSV",
  noMatch: (words: string) => `No name has “${words}” in it.`,
  unnamed: "All photos of the file",
  photos: (n: number, less: number) => photos(n) + (less === 0 ? "" : `, less like ${count(less)}`),
  /** `chosen`: what is shown is recommended from it. */
  option: (name: string, facts: string, chosen: boolean) => `${name}, ${facts}` + (chosen ? ", recommended from" : ""),
  previous: "Previous",
  next: "Next",
  previousTitle: "Recommend from the interest before",
  nextTitle: "Recommend from the next interest",
  another: "Another CSV…",
  none: "No photo of this file is in the catalog",
  noneHint: "The column “photo” has to hold paths, or names of files that are in the catalog.",
  passedOver: (n: number) => `${plural(n, { one: "1 photo was", other: `${count(n)} photos were` })} passed over`,
  passed: (shopper: string, photo: string, reason: string) => (shopper === "" ? "" : `${shopper}: `) + `${photo} – ${reason}`,
  more: (n: number) => `and ${count(n)} more`,
  cut: (used: number, of: number) => `Of ${photos(of)} the ${count(used)} that count most are used`,
  cutHint: "An interest may hold more; a query takes no more than that.",
  nothing: (name: string) => `Nothing can be recommended for ${name}`,
  /** `left`: photos that there should be less of. */
  nothingHint: (left: number) =>
    left === 0 ? "None of its photos is in the catalog." : "Its photos only say what there should be less of: one has to say what is liked.",
};
