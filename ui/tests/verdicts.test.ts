import { afterEach, describe, expect, test } from "vitest";
import type { Calibration, Hit, Ranking, Verdict } from "../src/engine/types.ts";
import { say } from "../src/messages/index.ts";
import { answerOf, firstLess, isNear, sectionsOf } from "../src/state/verdicts.ts";
import { ranking, stockedRanking } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

const calibration: Calibration = { column: "SKU", same: 0.9, variant: 0.8, similar: 0.6, wrongWhenSame: 0.031, acceptedWhenAbsent: 0.02, queries: 240 };

const verdictOf = (content: number): Verdict => (content > 0.9 ? "same" : content > 0.8 ? "variant" : content > 0.6 ? "similar" : "none");

/** Similarities 0.95, 0.85, … judged by the calibration above. */
function judged(change: (hit: Hit) => Hit = (hit) => hit): Ranking {
  return { ...ranking(8, (hit) => change({ ...hit, verdict: verdictOf(hit.content) })), calibration };
}

describe("sections", () => {
  test("begin where the verdict changes", () => {
    const of = judged();
    expect(sectionsOf(of.hits, of)).toEqual([
      { at: 0, kind: "same" },
      { at: 1, kind: "variant" },
      { at: 2, kind: "similar" },
      { at: 4, kind: "none" },
    ]);
    expect(firstLess(sectionsOf(of.hits, of))).toBe(4);
  });

  test("are near and less similar where verdicts are not known", () => {
    const of = ranking();
    expect(sectionsOf(of.hits, of)).toEqual([
      { at: 0, kind: "similar" },
      { at: 4, kind: "less" },
    ]);
  });

  test("are none where colour counts, and where verdicts do not fall with the rank", () => {
    const of = judged();
    expect(sectionsOf(of.hits, { ...of, cutoff: null })).toEqual([]);
    const mixed = judged((hit) => (hit.rank === 3 ? { ...hit, verdict: "same" } : hit));
    expect(sectionsOf(mixed.hits, mixed)).toEqual([]);
    expect(firstLess([])).toBeNull();
  });

  test("of hits that are all less similar is one, with no divider above it", () => {
    const of = judged((hit) => ({ ...hit, verdict: "none" }));
    expect(sectionsOf(of.hits, of)).toEqual([{ at: 0, kind: "none" }]);
    expect(firstLess(sectionsOf(of.hits, of))).toBe(0);
  });
});

describe("the answer", () => {
  test("is that of the hit nearest by content, whatever colour puts first", () => {
    const of = judged((hit) => (hit.rank === 1 ? { ...hit, content: 0.7, verdict: "similar" } : hit));
    expect(answerOf(of)).toMatchObject({ verdict: "variant", hit: { image: 102 } });
  });

  test("is not given where the catalog is too small to tell, or nothing was found", () => {
    expect(answerOf(ranking())).toBeNull();
    expect(answerOf({ ...judged(), hits: [] })).toBeNull();
    expect(answerOf(null)).toBeNull();
  });

  test("counts as near what has a verdict, and else what the cut-off says", () => {
    const of = judged();
    expect(of.hits.filter((hit) => isNear(hit, of))).toHaveLength(4);
    expect(of.hits.filter((hit) => isNear({ ...hit, verdict: null }, of))).toHaveLength(4);
  });
});

describe("how often an answer was wrong", () => {
  test("is said in words, with what it was measured on", () => {
    expect(say.verdicts.measured("same", calibration)).toBe("of such answers 3% name another item, measured on 240 photos by column SKU");
    expect(say.verdicts.measured("same", { ...calibration, wrongWhenSame: 0 })).toBe("no such answer named another item, measured on 240 photos by column SKU");
    expect(say.verdicts.measured("same", { ...calibration, wrongWhenSame: 0.001 })).toContain("fewer than 1%");
    expect(say.verdicts.measured("variant", calibration)).toBe("measured on 240 photos by column SKU");
    expect(say.verdicts.measured("similar", { ...calibration, column: null, wrongWhenSame: null })).toBe("measured on 240 photos of unlike items");
  });

  test("is told in full on request", () => {
    expect(say.verdicts.explained(calibration).split("\n")).toEqual([
      "“Same item” begins at a similarity of 0.90.",
      "“Variant” begins at 0.80.",
      "“Similar” begins at 0.60.",
      "Of the answers “same item”, 3% named another item.",
      "Of photos whose item is not in the catalog, 2% got “same item” all the same.",
      "Measured on 240 photos by column SKU.",
    ]);
    expect(say.verdicts.explained({ ...calibration, same: null, variant: null, wrongWhenSame: null, acceptedWhenAbsent: null })).toContain("cannot be told apart");
  });
});

describe("results", () => {
  let view: TestWindow;
  afterEach(() => view.close());

  test("say each hit's verdict in words, and where one ends and the next begins", async () => {
    view = await TestWindow.open({ search: () => judged() });
    await view.drop();
    expect(view.all("hit").map(written)).toEqual([
      "Same item photo-101.jpg 0.95", "Variant photo-102.jpg 0.85", "Similar photo-103.jpg 0.75", "Similar photo-104.jpg 0.65",
      ...[105, 106, 107, 108].map((image, at) => `photo-${image}.jpg 0.${55 - at * 10}`),
    ]);
    expect(view.all("hit")[1]?.getAttribute("aria-label")).toBe("2. photo-102.jpg, similarity 0.85, variant");
    expect(view.all("hit")[4]?.getAttribute("aria-label")).toBe("5. photo-105.jpg, similarity 0.55, less similar");
    expect(view.all("hit").map((hit) => hit.dataset["verdict"])).toEqual(["same", "variant", "similar", "similar", "none", "none", "none", "none"]);
    expect(view.all("sectionDivider").map(written)).toEqual(["Variants", "Similar"]);
    expect(view.text("cutoffDivider")).toContain("Less similar: only 1 in 100 random pairs");
  });

  test("begin with the answer", async () => {
    view = await TestWindow.openStocked({
      search: () => {
        const { hits } = stockedRanking({ groupBy: null });
        return { ...ranking(), hits: hits.map((hit) => ({ ...hit, verdict: verdictOf(hit.content) })), calibration };
      },
    });
    await view.drop();
    expect(view.text("answer")).toBe("Same item: Court Low 101 · 41-101 · €1,189.50 of such answers 3% name another item, measured on 240 photos by column SKU");
    expect(view.get("answer").dataset).toMatchObject({ verdict: "same", image: "101" });
  });

  test("of a photo that is not in the catalog say so, and how near the nearest is", async () => {
    view = await TestWindow.open({ search: () => judged((hit) => ({ ...hit, content: hit.content - 0.5, similarity: hit.similarity - 0.5, verdict: "none" })) });
    await view.drop();
    expect(view.text("answer")).toContain("Not in the catalog");
    expect(view.text("nothingClose")).toContain("the nearest photo has a similarity of 0.45; what counts as similar begins at 0.60");
    expect(view.has("cutoffDivider")).toBe(false);
    // One that is in it has no look-alike there.
    await view.click("hit");
    expect(view.text("answer")).toContain("Nothing else in the catalog is like it");
  });

  test("have no dividers where colour counts, and still an answer", async () => {
    view = await TestWindow.open({ search: () => ({ ...judged(), cutoff: null }) });
    await view.drop();
    expect(view.has("sectionDivider") || view.has("cutoffDivider")).toBe(false);
    expect(view.text("answer")).toContain("Same item: photo-101.jpg");
    expect(written(view.all("hit")[0])).toContain("Same item");
  });

  test("give no answer in a catalog that is too small to tell", async () => {
    view = await TestWindow.open();
    await view.drop();
    expect(view.has("answer")).toBe(false);
    expect(view.all("hit")[0]?.dataset["verdict"]).toBe("");
  });
});
