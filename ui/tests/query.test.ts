import { afterEach, expect, test } from "vitest";
import type { Orientation, SearchRequest } from "../src/engine/types.ts";
import { later, photo, product, queryPhoto, ranking, stockedRanking } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const BOXES = [
  { x: 0.1, y: 0.2, width: 0.5, height: 0.6 },
  { x: 0.4, y: 0.4, width: 0.2, height: 0.2 },
];
const last = () => view.engine.searches().at(-1);

/** Asks for the menu of a hit and chooses from it. */
async function menu(hit: number, label: string) {
  view.all("hit")[hit]!.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }));
  await view.settle();
  const item = [...view.get("contextMenu").querySelectorAll("button")].find((button) => written(button).startsWith(label));
  if (item === undefined) throw new Error(`no “${label}” in ${view.text("contextMenu")}`);
  await view.click(item);
}

async function point(at: HTMLElement, type: string, x: number, y: number) {
  at.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, pointerId: 1, clientX: x, clientY: y }));
  await view.settle();
}

test("a crop that is dragged is searched by live, and exactly when it is let go", async () => {
  view = await TestWindow.open();
  await view.drop();
  const box = view.get("cropBox");
  box.setPointerCapture = () => undefined;
  box.getBoundingClientRect = () => new DOMRect(0, 0, 200, 200);
  await point(box, "pointerdown", 20, 20);
  await point(box, "pointermove", 21, 21);
  expect(view.engine.searches()).toHaveLength(1);
  await point(box, "pointermove", 120, 100);
  await point(box, "pointermove", 140, 120);
  expect(view.engine.searches().slice(1).map(({ live, parts }) => [live, parts[0]?.source.crop?.width])).toEqual([[true, 0.5], [true, 0.6]]);
  expect(view.get("results").dataset["rankings"]).toBe("3");
  const first = view.all("hit")[0];
  await point(box, "pointerup", 140, 120);
  expect(last()).toMatchObject({ live: false, parts: [{ source: { crop: { x: 0.1, y: 0.1, width: 0.6, height: 0.5 } } }] });
  expect(view.all("hit")[0]).toBe(first);
  // A click alone moves nothing and asks for nothing.
  await point(box, "pointerdown", 150, 150);
  await point(box, "pointerup", 150, 150);
  expect(view.engine.searches()).toHaveLength(4);
});

test("boxes are offered once the results are there, of a photo of the catalog too", async () => {
  const slow = later<ReturnType<typeof ranking>>();
  view = await TestWindow.open({ suggest_crops: () => BOXES, search: () => slow.promise });
  await view.drop();
  expect(view.engine.of("suggest_crops")).toEqual([]);
  slow.resolve(ranking());
  await view.settle();
  expect(view.all("suggestedBox").map((box) => box.dataset["crop"])).toEqual(["0.1,0.2,0.5,0.6", "0.4,0.4,0.2,0.2"]);
  await view.click(view.all("hit")[1]!);
  expect(view.engine.of("suggest_crops").map(({ source }) => source)).toEqual([
    { kind: "photo", id: 3, crop: null },
    { kind: "image", id: 102, crop: null },
  ]);
});

test("a box is outlined on the photo when it is pointed at, and one click or its number searches by it", async () => {
  view = await TestWindow.open({ suggest_crops: () => BOXES });
  await view.drop();
  const [, second] = view.all("suggestedBox");
  second!.focus();
  await view.settle();
  expect(view.get("cropBox").querySelector<HTMLElement>(".hint")?.style.left).toBe("40%");
  second!.blur();
  await view.settle();
  expect(view.get("cropBox").querySelector(".hint")).toBeNull();
  await view.click(second!);
  expect(last()).toMatchObject({ live: false, parts: [{ source: { crop: BOXES[1] } }] });
  expect(second!.getAttribute("aria-pressed")).toBe("true");
  await view.press("1");
  expect(last()?.parts[0]?.source.crop).toEqual(BOXES[0]);
  await view.press("0");
  expect(last()?.parts[0]?.source.crop).toBeNull();
  expect(view.get("wholePhoto").getAttribute("aria-pressed")).toBe("true");
  const searches = view.engine.searches().length;
  await view.press("3");
  expect(view.engine.searches()).toHaveLength(searches);
});

test("a photo in which no box is found says how to draw one", async () => {
  view = await TestWindow.open({ suggest_crops: () => Promise.reject({ code: "other", message: "No map." }) });
  await view.drop();
  expect(view.text("boxes")).toContain("Drag on the photo");
  expect(view.has("notice")).toBe(false);
});

test("hits join the query as more or less of it, by menu and by key, and are weighed there", async () => {
  view = await TestWindow.open();
  await view.drop();
  await menu(1, "Less like this");
  expect(last()?.parts).toEqual([
    { source: { kind: "photo", id: 3, crop: null }, weight: 1 },
    { source: { kind: "image", id: 102, crop: null }, weight: -0.5 },
  ]);
  expect(view.all("queryChip").map((chip) => chip.dataset["weight"])).toEqual(["1", "-0.5"]);
  await view.press("+");
  expect(last()?.parts.map(({ weight }) => weight)).toEqual([1, -0.5, 1]);
  const [, weight] = view.all("queryWeight") as HTMLInputElement[];
  weight!.value = "0";
  weight!.dispatchEvent(new Event("input", { bubbles: true }));
  await view.settle();
  expect(last()?.parts.map(({ weight }) => weight)).toEqual([1, -1, 1]);
  expect(view.all("queryChip").map(written)[1]).toContain("Much less of this");
});

test("that nothing would be left to look for is said, and the query stays", async () => {
  view = await TestWindow.open();
  await view.drop();
  await menu(1, "Less like this");
  const searches = view.engine.searches().length;
  const slider = view.all("queryWeight")[0] as HTMLInputElement;
  slider.value = "1";
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await view.settle();
  expect(view.text("notice")).toContain("One photo has to say what to look for");
  expect(slider.value).toBe("3");
  await view.click(view.all("removeQueryPhoto")[0]!);
  expect(view.all("queryChip")).toHaveLength(2);
  expect(view.engine.searches()).toHaveLength(searches);
});

test("a hit of several photos shows which of them it is nearest to, and as what it was found", async () => {
  const turned: Orientation = { mirrored: true, quarters: 1 };
  view = await TestWindow.openStocked({
    search: () => ranking(4, (hit) => ({ ...hit, product: product(hit.image), part: hit.rank % 2, orientation: hit.rank === 1 ? turned : hit.orientation })),
  });
  view.engine.send({ kind: "queryDropped", photos: [queryPhoto(3), queryPhoto(4)], failures: [], receivedAt: Date.now() });
  await view.settle();
  expect(view.all("hit").map((hit) => hit.dataset["part"])).toEqual(["1", "0", "1", "0"]);
  expect(view.all("hit")[0]!.querySelector(".nearest")?.getAttribute("src")).toContain("/query/4");
  expect(view.all("hit").map((hit) => hit.dataset["orientation"])).toEqual(["mirrored-90", "", "", ""]);
  expect(written(view.all("hit")[0])).toContain("Mirrored, turned 90°");
  expect(view.text("selectedHit")).toContain("Nearest to query photo 2 of 2, query-4.jpg");
});

test("colour is weighed by a slider and by name, and what it makes of a hit is told apart", async () => {
  view = await TestWindow.open({ search: () => ranking(4, (hit) => ({ ...hit, content: 0.83, colour: 0.61 })) });
  await view.drop();
  expect(view.has("hitParts")).toBe(false);
  await view.click("matchBy");
  await view.type("colour", "0.5");
  expect(last()).toMatchObject({ colour: 0.5, live: false });
  expect(view.get("hitParts").dataset).toMatchObject({ content: "0.8300", colour: "0.6100" });
  await view.click(view.all("colourStop")[0]!);
  expect(last()?.colour).toBe(-1);
  expect(view.text("matchBy")).toContain("Colour ignored");
  view.get("colour").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  await view.settle();
  expect(last()?.colour).toBe(0);
  const any = view.get("orientations").querySelector<HTMLInputElement>('input[value="any"]')!;
  any.click();
  await view.settle();
  expect(last()?.orientations).toBe("any");
  await view.drop(4);
  expect(last()).toMatchObject({ colour: 0, orientations: "upright" });
});

test("a hit that stands for several photos shows them under the ranking, by key and by its badge", async () => {
  view = await TestWindow.openStocked({
    search: ({ request }) => {
      const { groupBy, filter } = request as SearchRequest;
      if (filter === null) return stockedRanking({ groupBy });
      return ranking(3, (hit) => ({ ...hit, product: product(102) }));
    },
  });
  await view.drop();
  await view.choose("groupBy", "SKU");
  await view.press("u");
  expect(view.has("groupTray")).toBe(false);
  await view.press("ArrowRight", {}, view.get("resultsGrid"));
  await view.press("u");
  expect(view.get("groupTray").dataset["photos"]).toBe("3");
  expect(view.text("groupTray")).toContain("SKU 41-102");
  expect(last()).toMatchObject({ groupBy: null, filter: { conditions: [{ column: "SKU", values: ["41-102"] }] } });
  expect(document.activeElement).toBe(view.get("groupTray").querySelector("[role=listbox]"));
  await view.press("Escape");
  expect(view.has("groupTray")).toBe(false);
  expect(document.activeElement).toBe(view.get("resultsGrid"));
  const searches = view.engine.searches().length;
  await view.click(view.all("hit")[2]!.querySelector<HTMLElement>("button.badge")!);
  expect(view.get("groupTray").dataset["photos"]).toBe("0");
  // The badge is not the photo: nothing was searched by it.
  expect(view.engine.searches()).toHaveLength(searches + 1);
  expect(view.get("queryPhoto").dataset["source"]).toBe("photo");
  await view.press("Escape");
  await view.press("ArrowLeft", {}, view.get("resultsGrid"));
  await view.press("u");
  await view.press("ArrowRight");
  await view.press("Enter");
  expect(last()?.parts[0]?.source).toEqual({ kind: "image", id: 102, crop: null });
  expect(view.has("groupTray")).toBe(false);
});

test("photos are pinned and stay at hand from one search to the next", async () => {
  view = await TestWindow.open();
  await view.drop();
  await view.press("ArrowRight");
  await view.press("p");
  expect(view.engine.of("set_notebook").at(-1)).toEqual({ notebook: { filters: [], pins: [102] } });
  expect(view.get("pins").dataset["pins"]).toBe("1");
  await menu(0, "Pin");
  await view.drop(4);
  await view.press("P", { shiftKey: true });
  expect(view.all("trayPhoto").map((each) => each.dataset["image"])).toEqual(["101", "102"]);
  await view.click(view.all("unpin")[0]!);
  expect(view.all("trayPhoto").map((each) => each.dataset["image"])).toEqual(["102"]);
  await view.click(view.all("trayPhoto")[0]!);
  expect(last()?.parts[0]?.source).toMatchObject({ kind: "image", id: 102 });
  await view.press("Delete", {}, view.get("pinsTray").querySelector("[role=listbox]")!);
  expect(view.text("pinsTray")).toContain("Nothing is pinned yet");
  await view.press("Escape", {}, view.get("trayClose"));
  expect(view.has("pinsTray")).toBe(false);
});

test("pinned photos are offered before the first search", async () => {
  view = await TestWindow.open({ notebook: () => ({ filters: [], pins: [7] }), photos_by_id: () => [photo(7)] });
  await view.click("pinnedStarter");
  expect(last()?.parts[0]?.source).toMatchObject({ kind: "image", id: 7 });
});

test("filters are kept under a name, put into force, renamed and deleted", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.press("f");
  expect(view.has("saveFilter")).toBe(false);
  await view.click(view.all("facetValue")[0]!);
  await view.click("saveFilter");
  await view.type("savedFilterName", "White ones");
  await view.press("Enter", {}, view.get("savedFilterName"));
  const conditions = [{ column: "Colour", values: ["white"], low: null, high: null }];
  expect(view.engine.of("set_notebook").at(-1)).toEqual({
    notebook: { filters: [{ name: "White ones", filter: { words: "", conditions }, groupBy: null }], pins: [] },
  });
  await view.click("clearFilters");
  expect(last()?.filter).toBeNull();
  await view.click(view.get("savedFilter").querySelector<HTMLElement>("[aria-pressed]")!);
  expect(last()?.filter).toEqual({ words: "", conditions });
  await view.click("renameFilter");
  await view.type("savedFilterName", "Whites");
  await view.press("Enter", {}, view.get("savedFilterName"));
  expect(view.get("savedFilter").dataset["name"]).toBe("Whites");
  await view.click("forgetFilter");
  expect(view.has("savedFilter")).toBe(false);
  await view.click("noticeAction");
  expect(view.get("savedFilter").dataset["name"]).toBe("Whites");
});

test("the code of a product is copied from the menu", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await menu(1, "Copy SKU");
  expect(view.engine.of("copy_cell")).toEqual([{ image: 102, column: "SKU" }]);
  expect(view.text("notice")).toContain("SKU copied");
});

test("results are saved as a page of the very request in view, and it is told", async () => {
  let saved: boolean | Promise<boolean> = true;
  view = await TestWindow.openStocked({ export_sheet: () => saved });
  await view.drop();
  await view.choose("groupBy", "SKU");
  await view.click("exportSheet");
  expect(view.engine.of("export_sheet")[0]?.["request"]).toEqual(last());
  expect(view.text("notice")).toContain("The page was saved");
  await view.click("noticeDismiss");
  saved = false;
  await view.press("e");
  expect(view.engine.of("export_sheet")).toHaveLength(2);
  expect(view.has("notice")).toBe(false);
  saved = Promise.reject({ code: "other", message: "The disk is full." });
  await view.click("exportSheet");
  expect(view.text("notice")).toContain("The disk is full.");
});
