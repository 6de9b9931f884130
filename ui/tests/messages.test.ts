import { describe, expect, test } from "vitest";
import type { JobReport } from "../src/engine/types.ts";
import { en } from "../src/messages/en.ts";

const report: JobReport = { added: 0, changed: 0, moved: 0, unchanged: 0, missing: 0, excluded: 0, failed: [], seconds: 14.2, cancelled: false, error: null };

describe("numbers in words", () => {
  test("similarity always has two decimals", () => {
    expect([1, 0.5, 0.666, -0.1].map(en.format.similarity)).toEqual(["1.00", "0.50", "0.67", "-0.10"]);
  });

  test("milliseconds below one are not shown as none", () => {
    expect([0, 0.3, 6.4, 1269].map(en.format.millis)).toEqual(["0 ms", "<1 ms", "6 ms", "1,269 ms"]);
  });

  test("a time left is coarse and never zero", () => {
    expect([0.2, 45, 200, 9000].map(en.format.remaining)).toEqual(["1 sec", "45 sec", "3 min", "2.5 hr"]);
    expect(en.job.left(0.2)).toBe("almost done");
  });

  test("one photo is not photos", () => {
    expect([0, 1, 48213].map(en.photos)).toEqual(["0 photos", "1 photo", "48,213 photos"]);
    expect([2, 1].map(en.results.copies)).toEqual(["2 copies", "1 copy"]);
  });
});

describe("values of product data", () => {
  const { price, amount, date } = en.format;

  test("a price is in the currency that its code or sign means", () => {
    expect([price(89.9, "€"), price(1200, "EUR"), price(15, "$"), price(15, "CAD"), price(1200, "¥")]).toEqual(["€89.90", "€1,200.00", "$15.00", "CA$15.00", "¥1,200"]);
  });

  test("no digit of a price is lost", () => {
    expect([price(12.5, "¥"), price(1.599, "EUR")]).toEqual(["¥12.5", "€1.599"]);
  });

  test("a unit that is no currency stands before the plain number", () => {
    expect([price(1200, "kr"), price(89.9, "pts"), price(89.9, null), price(40, null)]).toEqual(["kr 1,200", "pts 89.90", "89.90", "40.00"]);
  });

  test("an amount has its unit, and a year no separator", () => {
    expect([amount(0.8, "kg"), amount(2026, null), amount(48213, null)]).toEqual(["0.8 kg", "2026", "48,213"]);
  });

  test("a date is written out, and what is none stays as it is", () => {
    expect([date("2026-11-23"), date("autumn")]).toEqual(["Nov 23, 2026", "autumn"]);
  });
});

describe("sentences", () => {
  test("the divider says how rare such a nearness is between random photos", () => {
    expect(en.results.divider({ similarity: 0.62, randomPairs: 0.01 })).toBe(
      "Less similar: only 1 in 100 random pairs of this catalog are nearer than 0.62",
    );
  });

  test("a job's report names only what happened", () => {
    expect(en.job.ended({ ...report, added: 12, moved: 3, unchanged: 900 })).toBe("12 added, 3 moved, and 900 unchanged. It took 14 sec.");
    expect(en.job.ended({ ...report, unchanged: 900, excluded: 2 })).toBe("900 unchanged and 2 left out. It took 14 sec.");
    expect(en.job.ended(report)).toBe("No photos were found.");
  });

  test("the drop overlay says what letting go will do", () => {
    expect(en.drop.title({ photos: 1, folders: 0, tables: 0 })).toBe("Search with this photo");
    expect(en.drop.title({ photos: 3, folders: 1, tables: 0 })).toBe("Search with 3 photos together");
    expect(en.drop.title({ photos: 0, folders: 1, tables: 0 })).toBe("Add the folder to the catalog");
    expect(en.drop.title({ photos: 0, folders: 0, tables: 0 })).toBe("This does not look like a photo");
    expect(en.drop.hint({ photos: 1, folders: 2, tables: 1, others: 1 })).toBe(
      "2 folders can be added to the catalog; the CSV can be attached as product data; 1 other file is taken if it is a photo.",
    );
  });

  test("removing a folder says that no file is touched", () => {
    expect(en.catalog.removeText(1)).toContain("1 photo leaves");
    expect(en.catalog.removeKept).toContain("not touched");
  });
});
