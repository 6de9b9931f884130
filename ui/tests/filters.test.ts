import { afterEach, expect, test } from "vitest";
import type { Facets, SearchRequest } from "../src/engine/types.ts";
import { facets, later, products, ranking, stocked, stockedRanking } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const facetValue = (value: string) => view.all("facetValue").find((each) => each.dataset["value"] === value)!;
const filters = () => view.engine.searches().map((request) => request.filter);
const chips = () => view.all("filterChip").map(written);

/** Longer than typing has to rest. */
const rest = () => new Promise((done) => setTimeout(done, 200)).then(() => view.settle());

test("a filter narrows the search over the whole gallery, and stays on for the next ones", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.press("f");
  expect(document.activeElement).toBe(view.get("filterWords"));
  expect(view.text("filtersMatch")).toBe("38 photos match");
  await view.click(facetValue("red"));
  await view.click(facetValue("black"));
  const asked = { words: "", conditions: [{ column: "Colour", values: ["black", "red"], low: null, high: null }] };
  expect(filters().at(-1)).toEqual(asked);
  expect(view.engine.of("facets").at(-1)).toEqual({ filter: asked });
  expect(chips()).toEqual(["Colour: black or red"]);
  expect(view.get("filters").dataset["on"]).toBe("1");
  await view.drop(4);
  expect(filters().at(-1)).toEqual(asked);
  expect(view.text("results")).toContain("4 of the 40 photos that fit are near");
});

test("typing counts once it rests", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.click("filters");
  view.application.narrowing.write("lea");
  await view.type("filterWords", "leather");
  expect(filters()).toEqual([null]);
  await rest();
  await view.type("facetLow", "40");
  await view.type("facetHigh", "120.5");
  await rest();
  expect(filters()).toEqual([
    null,
    { words: "leather", conditions: [] },
    { words: "leather", conditions: [{ column: "Price", values: [], low: 40, high: 120.5 }] },
  ]);
  expect(chips()).toEqual(["“leather”", "Price: €40.00 – €120.50"]);
  await view.type("facetLow", "");
  await view.press("Enter", {}, view.get("facetLow"));
  expect(chips()).toEqual(["“leather”", "Price: up to €120.50"]);
});

test("conditions are taken away one by one or all at once", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.click("filters");
  await view.type("filterWords", "leather");
  await view.press("Enter", {}, view.get("filterWords"));
  await view.click(facetValue("red"));
  expect(chips()).toEqual(["“leather”", "Colour: red"]);
  await view.click(view.all("removeFilter")[0]!);
  expect(chips()).toEqual(["Colour: red"]);
  expect((view.get("filterWords") as HTMLInputElement).value).toBe("");
  await view.click("clearFilters");
  expect(chips()).toEqual([]);
  expect((facetValue("red") as HTMLInputElement).checked).toBe(false);
  expect(filters().at(-1)).toBeNull();
});

test("the choices end at eight until more are asked for, and keep what is chosen", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.click("filters");
  expect(view.all("facetValue")).toHaveLength(8);
  expect(view.text("facetMore")).toBe("2 more");
  await view.click("facetMore");
  await view.click(facetValue("teal"));
  await view.click("facetMore");
  expect(view.all("facetValue").map((value) => value.dataset["value"])).toContain("teal");
  expect(view.all("facetValue")).toHaveLength(9);
});

test("of many counts only the latest are shown", async () => {
  const counts: ReturnType<typeof later<Facets>>[] = [];
  view = await TestWindow.openStocked({
    facets: () => {
      const reply = later<Facets>();
      counts.push(reply);
      return reply.promise;
    },
  });
  await view.drop();
  await view.click("filters");
  expect(view.text("filtersMatch")).toBe("Counting…");
  counts[0]?.resolve(facets);
  await view.settle();
  for (const value of ["red", "black", "navy"]) await view.click(facetValue(value));
  // One is under way, and of those asked for meanwhile only the last one follows.
  expect(counts).toHaveLength(2);
  counts[1]?.resolve({ ...facets, photos: 1 });
  await view.settle();
  expect(view.text("filtersMatch")).toBe("38 photos match");
  counts[2]?.resolve({ ...facets, photos: 7 });
  await view.settle();
  expect(counts).toHaveLength(3);
  expect(view.text("filtersMatch")).toBe("7 photos match");
});

test("counts that cannot be had are told, and the filters stay usable", async () => {
  view = await TestWindow.openStocked({
    facets: () => {
      throw { code: "other", message: "The catalog is closed." };
    },
  });
  await view.drop();
  await view.click("filters");
  expect(view.text("filtersPanel")).toContain("The choices could not be counted. The catalog is closed.");
  expect(view.has("filterWords")).toBe(true);
});

test("the ranking of other filters cannot be taken for that of those in force", async () => {
  const slow = later<unknown>();
  view = await TestWindow.openStocked({ search: ({ request }) => ((request as SearchRequest).filter === null ? stockedRanking(request as SearchRequest) : slow.promise) });
  await view.drop();
  await view.click("filters");
  await view.click(facetValue("red"));
  expect(view.all("hit")).toHaveLength(0);
  slow.resolve(stockedRanking({ groupBy: null }, 3));
  await view.settle();
  expect(view.all("hit")).toHaveLength(3);
});

test("filters that nothing fits say so and can be cleared", async () => {
  view = await TestWindow.openStocked({ search: ({ request }) => ((request as SearchRequest).filter === null ? stockedRanking(request as SearchRequest) : { ...ranking(), hits: [] }) });
  await view.drop();
  await view.click("filters");
  await view.click(facetValue("red"));
  expect(view.text("nothingFits")).toContain("No photo fits these filters");
  await view.click("nothingFitsClear");
  expect(view.all("hit")).toHaveLength(8);
  expect(view.has("filterChip")).toBe(false);
});

test("Escape closes the filters before it goes back, and f in a field is a letter", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.press("f");
  await view.press("Escape", {}, view.get("filterWords"));
  expect(view.has("filtersPanel")).toBe(false);
  expect(document.activeElement).toBe(view.get("resultsGrid"));
  await view.press("f");
  await view.press("Escape", {}, view.get("resultsGrid"));
  expect(view.has("filtersPanel")).toBe(false);
  expect(view.has("queryPhoto")).toBe(true);
  await view.press("f", {}, view.get("filter"));
  await view.press("f", {}, view.get("groupBy"));
  expect(view.has("filtersPanel")).toBe(false);
});

test("going back ranks anew only what was ranked under other filters", async () => {
  view = await TestWindow.openStocked();
  await view.drop(3);
  await view.drop(4);
  await view.press("ArrowLeft", { altKey: true });
  expect(view.engine.searches()).toHaveLength(2);
  await view.click("filters");
  await view.click(facetValue("red"));
  expect(view.engine.searches().map(({ parts }) => parts[0]?.source.id)).toEqual([3, 4, 3]);
  await view.press("ArrowRight", { altKey: true });
  expect(view.engine.searches().map(({ parts }) => parts[0]?.source.id)).toEqual([3, 4, 3, 4]);
  expect(filters().at(-1)?.conditions).toHaveLength(1);
  await view.press("ArrowLeft", { altKey: true });
  expect(view.engine.searches()).toHaveLength(4);
});

test("a search that is gone back to while it is under way is made again under the filters in force", async () => {
  const slow = later<unknown>();
  let searches = 0;
  view = await TestWindow.openStocked({ search: ({ request }) => ((searches += 1) === 1 ? slow.promise : stockedRanking(request as SearchRequest)) });
  await view.drop(3);
  await view.drop(4);
  await view.click("filters");
  await view.click(facetValue("red"));
  await view.press("ArrowLeft", { altKey: true });
  slow.resolve(stockedRanking({ groupBy: null }, 5));
  await view.settle();
  expect(filters()).toEqual([null, null, expect.anything(), expect.anything()]);
  expect(view.all("hit")).toHaveLength(8);
});

test("hits are folded by a column, and say for how many photos they stand", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  expect([...(view.get("groupBy") as HTMLSelectElement).options].map((option) => option.value)).toEqual(["", "SKU", "Title", "Colour", "Weight"]);
  await view.choose("groupBy", "SKU");
  expect(view.engine.searches().at(-1)?.groupBy).toBe("SKU");
  const badges = view.all("hit").map((hit) => hit.querySelector<HTMLElement>(".badge"));
  expect(badges[0]).toBeNull();
  expect(written(badges[2]!)).toBe("+2");
  expect(badges[2]?.title).toBe("Show all 3 photos with SKU 41-103 (U)");
  expect(view.all("hit")[2]?.dataset["groupPhotos"]).toBe("3");
  await view.drop(4);
  expect(view.engine.searches().at(-1)?.groupBy).toBe("SKU");
  await view.choose("groupBy", "");
  expect(view.engine.searches().at(-1)?.groupBy).toBeNull();
});

test("product data with other columns keeps the filters that it still knows", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.click("filters");
  await view.click(facetValue("red"));
  await view.type("facetLow", "40");
  await rest();
  expect(chips()).toHaveLength(2);
  view.engine.send({ kind: "status", status: { ...stocked, catalog: { ...stocked.catalog!, products: { ...products, columns: products.columns.filter(({ name }) => name !== "Colour") } } } });
  await view.settle();
  expect(chips()).toEqual(["Price: from €40.00"]);
  expect(filters().at(-1)?.conditions.map(({ column }) => column)).toEqual(["Price"]);
});
