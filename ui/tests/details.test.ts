import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProductCell, WorklistRow } from "../src/engine/types.ts";
import { product, ranking, stocked } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

// A page without layout: a text is as high as it is long, and what is seen of it as high as every element here.
const before = Object.getOwnPropertyDescriptor(Element.prototype, "scrollHeight");
beforeEach(() => {
  Object.defineProperty(Element.prototype, "scrollHeight", {
    configurable: true,
    get(this: Element) {
      return (this.textContent ?? "").length * 10;
    },
  });
  return () => void (before !== undefined && Object.defineProperty(Element.prototype, "scrollHeight", before));
});

const long = "A low shoe of full-grain leather with a cup sole. ".repeat(12);
const columns = [...stocked.catalog!.products!.columns, { name: "Description", kind: "text" as const, unit: null }];
const described = { ...stocked, catalog: { ...stocked.catalog!, products: { ...stocked.catalog!.products!, columns } } };
const productOf = (image: number): ProductCell[] => [...product(image), { column: "Description", value: `${image}: ${long}` }];

const hits = (count: number) => ranking(count, (hit) => ({ ...hit, product: productOf(hit.image), verdict: "same" }));
const row: WorklistRow = { id: 1, name: "in-1.jpg", folder: "/in", state: { kind: "judged" }, verdict: "same", hit: hits(1).hits[0]!, decision: "open" };

const more = (within: HTMLElement) => [...within.querySelectorAll<HTMLElement>('[data-testid="detail-more"]')];

test("a long description is opened in place while comparing, by a button of its own, and closed for the next photo", async () => {
  view = await TestWindow.open({ subscribe: () => described, search: () => hits(3) });
  await view.drop();
  await view.press(" ");
  const compare = view.get("compare");
  // Only what does not fit has one.
  expect(more(compare).map((button) => button.getAttribute("aria-label"))).toEqual(["More of Description"]);
  const text = () => document.getElementById(more(compare)[0]!.getAttribute("aria-controls")!)!;
  expect(text().classList.contains("clamped")).toBe(true);
  // Enter on it is its own, not a search by the photo.
  const searches = view.engine.searches().length;
  more(compare)[0]!.focus();
  await view.press("Enter");
  expect(view.engine.searches()).toHaveLength(searches);
  await view.click(more(compare)[0]!);
  expect(text().classList.contains("clamped")).toBe(false);
  expect(more(compare)[0]?.getAttribute("aria-expanded")).toBe("true");
  expect(written(more(compare)[0])).toBe("Less");
  await view.press("ArrowRight", {}, compare);
  expect(text().textContent).toContain("102:");
  expect(text().classList.contains("clamped")).toBe(true);
  // What it is called, its code, its price and its verdict do not scroll with it.
  const scrolled = compare.querySelector("figure[data-image] [role=region]")!;
  for (const words of ["Court Low 102", "41-102", "€1,189.50", "Same item"]) {
    expect(written(compare.querySelector("figure[data-image] figcaption")!)).toContain(words);
    expect(written(scrolled)).not.toContain(words);
  }
});

test("and so it is while a row of the worklist is compared, where keys decide the row", async () => {
  view = await TestWindow.open({ subscribe: () => described, worklist: () => ({ rows: [row], calibration: null }) });
  await view.click("navWorklist");
  await view.press(" ", {}, view.get("worklistList"));
  const compare = view.get("rowCompare");
  more(compare)[0]!.focus();
  await view.press("Enter");
  expect(view.engine.of("decide")).toEqual([]);
  await view.click(more(compare)[0]!);
  expect(more(compare)[0]?.getAttribute("aria-expanded")).toBe("true");
  const scrolled = compare.querySelector("[role=region]")!;
  for (const words of ["Court Low 101", "41-101", "€1,189.50", "Same item"]) {
    expect(written(compare)).toContain(words);
    expect(written(scrolled)).not.toContain(words);
  }
});
