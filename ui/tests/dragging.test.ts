import { afterEach, expect, test } from "vitest";
import type { WorklistRow } from "../src/engine/types.ts";
import { later, photo, ranking } from "./engine.ts";
import { TestWindow } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

/** Begins to drag what is there; answers whether the page's own drag was held back. */
async function drag(from: Element): Promise<boolean> {
  const event = new Event("dragstart", { bubbles: true, cancelable: true });
  from.dispatchEvent(event);
  await view.settle();
  return event.defaultPrevented;
}

const out = () => view.engine.of("drag_out").map(({ images }) => images);
const entered = () => view.engine.send({ kind: "dragEntered", photos: 1, folders: 0, tables: 0, others: 0 });
const some: WorklistRow = { id: 1, name: "in-1.jpg", folder: "/in", state: { kind: "judged" }, verdict: "same", hit: ranking(1).hits[0]!, decision: "open" };

test("a result is dragged out of the grid, unless its file is missing", async () => {
  view = await TestWindow.open({ search: () => ranking(3, (hit) => ({ ...hit, missing: hit.rank === 2 })) });
  await view.drop();
  const [first, second] = view.all("hit");
  expect([first, second].map((hit) => hit?.getAttribute("draggable"))).toEqual(["true", "false"]);
  expect([...first!.querySelectorAll("img")].every((image) => image.getAttribute("draggable") === "false")).toBe(true);
  expect(await drag(first!.querySelector("img")!)).toBe(true);
  expect(out()).toEqual([[101]]);
  expect(await drag(second!)).toBe(true);
  expect(out()).toEqual([[101]]);
  // A drag is not a click.
  expect(view.engine.searches()).toHaveLength(1);
});

test("so is a photo of the catalog, of a tray, of the compared pair and of the worklist", async () => {
  view = await TestWindow.open({
    notebook: () => ({ filters: [], pins: [7, 8] }),
    photos_by_id: () => [photo(7), { ...photo(8), missing: true }],
    worklist: () => ({ rows: [some], calibration: null }),
  });
  await view.click("navCatalog");
  await drag(view.all("photo")[2]!);
  await view.click("navSearch");
  await view.drop();
  await view.click("pins");
  expect(view.all("trayPhoto").map((each) => each.getAttribute("draggable"))).toEqual(["true", "false"]);
  await drag(view.all("trayPhoto")[0]!);
  await view.press(" ", {}, view.get("resultsGrid"));
  const compared = () => view.get("compare").querySelector<HTMLElement>("figure[data-image] [draggable=true]");
  await drag(compared()!);
  // Looked into, the hand moves the photo.
  await view.press("+", {}, view.get("compare"));
  expect(compared()).toBeNull();
  await view.press(" ", {}, view.get("compare"));
  await view.click("navWorklist");
  const match = view.get("rowDetail").querySelector("[data-image] img")!;
  expect(match.getAttribute("draggable")).toBe("false");
  await drag(match);
  await drag(view.all("worklistRow")[0]!.querySelector("[draggable=true]")!);
  expect(out()).toEqual([[3], [7], [101], [101], [101]]);
});

test("a drag of our own over the window says nothing, until it has left", async () => {
  view = await TestWindow.open();
  await view.drop();
  await drag(view.all("hit")[0]!);
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(false);
  view.engine.send({ kind: "dragLeft" });
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(true);
  view.engine.send({ kind: "dragLeft" });
  await view.settle();
  expect(view.has("dropOverlay")).toBe(false);
});

test("dropped back it is searched by, and nothing is asked", async () => {
  view = await TestWindow.open();
  await view.drop();
  await drag(view.all("hit")[0]!);
  entered();
  view.engine.send({ kind: "dragLeft" });
  await view.drop(8);
  expect(view.engine.searches().at(-1)?.parts[0]?.source).toMatchObject({ kind: "photo", id: 8 });
  expect(view.has("notice") || view.has("manyDropped") || view.has("importDialog")).toBe(false);
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(true);
});

test("given up over the window it is over as soon as the pointer moves freely", async () => {
  view = await TestWindow.open();
  await view.drop();
  await drag(view.all("hit")[0]!);
  window.dispatchEvent(new PointerEvent("pointermove", { buttons: 1 }));
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(false);
  window.dispatchEvent(new PointerEvent("pointermove", { buttons: 0 }));
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(true);
});

test("a drag that cannot begin is told, and photos from elsewhere are announced again", async () => {
  const answer = later<null>();
  view = await TestWindow.open({ drag_out: () => answer.promise });
  await view.drop();
  await drag(view.all("hit")[0]!);
  expect(view.has("notice")).toBe(false);
  answer.reject({ code: "notFound", message: "The file is gone." });
  await view.settle();
  expect(view.text("notice")).toContain("The file is gone.");
  entered();
  await view.settle();
  expect(view.has("dropOverlay")).toBe(true);
});
