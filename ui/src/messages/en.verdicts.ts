/** What similarities say, and how often that was wrong when it was measured. */
import type { Calibration, Verdict } from "../engine/types.ts";
import { format, photos } from "./en.counts.ts";

const measuredOn = ({ queries, column }: Calibration) =>
  `measured on ${photos(queries)}` + (column === null ? " of unlike items" : ` by column ${column}`);

/** 0.031 → "3%"; what rounds to nothing is not nothing. */
const share = (fraction: number) => (fraction > 0 && fraction < 0.005 ? `fewer than ${format.percent(0.01)}` : format.percent(fraction));

export const verdicts = {
  label: { same: "Same item", variant: "Variant", similar: "Similar", none: "No match" } satisfies Record<Verdict, string>,
  sections: { same: "Same item", variant: "Variants", similar: "Similar", none: "Less similar" } satisfies Record<Verdict, string>,
  answer: (verdict: Verdict, called: string) =>
    ({
      same: `Same item: ${called}`,
      variant: `A variant is in the catalog: ${called}`,
      similar: "Nothing but similar items",
      none: "Not in the catalog",
    })[verdict],
  /** Of a photo that is in the catalog itself. */
  noneBeside: "Nothing else in the catalog is like it",
  /** Of photos that a filter leaves. */
  filteredAnswer: (verdict: Verdict, called: string) =>
    ({
      same: `Same item: ${called}`,
      variant: `A variant fits the filters: ${called}`,
      similar: "Nothing but similar items fits the filters",
      none: "Not among what fits the filters",
    })[verdict],
  /** How far such an answer can be relied on. */
  measured: (verdict: Verdict, calibration: Calibration) => {
    const { wrongWhenSame, queries } = calibration;
    if (verdict !== "same" || wrongWhenSame === null) return measuredOn(calibration);
    const wrong = wrongWhenSame === 0 ? "no such answer named another item" : `of such answers ${share(wrongWhenSame)} name another item`;
    return `${wrong}, ${queries === 0 ? "as measured" : measuredOn(calibration)}`;
  },
  /** All that was measured. */
  explained: (calibration: Calibration) => {
    const { same, variant, similar, wrongWhenSame, acceptedWhenAbsent } = calibration;
    const lines = [
      same === null ? "“Same item” cannot be told apart in this catalog." : `“Same item” begins at a similarity of ${format.similarity(same)}.`,
      variant === null ? "" : `“Variant” begins at ${format.similarity(variant)}.`,
      `“Similar” begins at ${format.similarity(similar)}.`,
      wrongWhenSame === null ? "" : `Of the answers “same item”, ${wrongWhenSame === 0 ? "none" : share(wrongWhenSame)} named another item.`,
      acceptedWhenAbsent === null
        ? ""
        : `Of photos whose item is not in the catalog, ${acceptedWhenAbsent === 0 ? "none" : share(acceptedWhenAbsent)} got “same item” all the same.`,
      `${measuredOn(calibration).replace(/^m/, "M")}.`,
    ];
    return lines.filter((line) => line !== "").join("\n");
  },
  /** Above the less similar hits of a catalog that verdicts are known of. */
  less: (similar: number) => `Less similar: below ${format.similarity(similar)}`,
  noneHint: (best: number, similar: number) =>
    `the nearest photo has a similarity of ${format.similarity(best)}; what counts as similar begins at ${format.similarity(similar)}`,
};
