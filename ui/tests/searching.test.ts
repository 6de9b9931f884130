import { afterEach, expect, test } from "vitest";
import type { AppEvent, Ranking } from "../src/engine/types.ts";
import { emptyStatus, later, queryPhoto, ranking, status } from "./engine.ts";
import { TestWindow } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const dropped = (...ids: number[]): AppEvent => ({ kind: "queryDropped", photos: ids.map(queryPhoto), failures: [], receivedAt: Date.now() });

async function drop(...ids: number[]) {
  view.engine.send(dropped(...ids));
  await view.settle();
}

test("the first start offers the sample photos and a folder of one's own", async () => {
  view = await TestWindow.open({ subscribe: () => emptyStatus });
  expect(view.has("dropHint")).toBe(true);
  await view.click("addSample");
  await view.click("addFolder");
  expect(view.engine.calls.map((call) => call.command)).toEqual(expect.arrayContaining(["add_sample", "add_folder"]));
});

test("the sample is not offered where it is not on this machine", async () => {
  view = await TestWindow.open({ subscribe: () => ({ ...emptyStatus, sampleOffered: false }) });
  expect(view.has("addSample")).toBe(false);
  expect(view.has("addFolder")).toBe(true);
});

test("a dropped photo stays in view and its look-alikes are ranked, the less similar ones under a divider", async () => {
  view = await TestWindow.open();
  await drop(3);
  expect(view.get("queryPhoto").dataset).toMatchObject({ source: "photo", id: "3" });
  expect(view.get("queryPhoto").getAttribute("data-crop")).toBe("");
  const hits = view.all("hit");
  expect(hits.map((hit) => hit.dataset["image"])).toEqual(["101", "102", "103", "104", "105", "106", "107", "108"]);
  expect(hits[0]?.dataset).toMatchObject({ rank: "1", similarity: "0.9500", name: "photo-101.jpg", belowCutoff: "false" });
  expect(hits[4]?.dataset["belowCutoff"]).toBe("true");
  expect(view.text("cutoffDivider")).toContain("only 1 in 100 random pairs");
  expect(view.has("nothingClose")).toBe(false);
  expect(hits[0]?.querySelector("img")?.getAttribute("src")).toBe("thumb://localhost/image/101?g=1");
});

test("the times of the search are shown and can be read by a measurement", async () => {
  view = await TestWindow.open();
  await drop(3);
  expect(view.get("results").dataset).toMatchObject({ sequence: "1", busy: "false", decodeMs: "6", embedMs: "11", searchMs: "2" });
  expect(Number(view.get("results").dataset["totalMs"])).toBeGreaterThan(0);
  expect(view.text("footerTimings")).toMatch(/^decode 6 ms ?embed 11 ms ?search 2 ms ?paint/);
});

test("when nothing is close it is said so", async () => {
  view = await TestWindow.open({ search: () => ranking(5, (hit) => ({ ...hit, similarity: 0.5 - hit.rank / 100 })) });
  await drop(3);
  expect(view.text("nothingClose")).toContain("Nothing in this catalog is close. The nearest photo has a similarity of 0.49.");
  expect(view.has("cutoffDivider")).toBe(false);
  expect(view.all("hit")).toHaveLength(5);
});

test("a click searches by the result, and back shows the search before", async () => {
  view = await TestWindow.open();
  await drop(3);
  await view.click(view.all("hit")[2]!);
  expect(view.engine.searches().at(-1)?.parts).toEqual([{ source: { kind: "image", id: 103, crop: null }, weight: 1 }]);
  expect(view.get("queryPhoto").dataset).toMatchObject({ source: "image", id: "103" });
  await view.press("ArrowLeft", { altKey: true });
  expect(view.get("queryPhoto").dataset).toMatchObject({ source: "photo", id: "3" });
  await view.press("ArrowRight", { altKey: true });
  expect(view.get("queryPhoto").dataset).toMatchObject({ source: "image", id: "103" });
  await view.press("Escape");
  await view.press("Escape");
  expect(view.has("dropHint")).toBe(true);
  expect(view.engine.searches()).toHaveLength(2);
});

test("everything in the ranking works from the keyboard", async () => {
  view = await TestWindow.open();
  await drop(3);
  const grid = view.get("resultsGrid");
  expect(document.activeElement).toBe(grid);
  await view.press("ArrowRight");
  expect(view.all("hit")[1]?.getAttribute("aria-selected")).toBe("true");
  expect(grid.getAttribute("aria-activedescendant")).toBe(view.all("hit")[1]?.id);
  await view.press(" ");
  expect(view.text("compare")).toContain("2 of 8");
  await view.press("ArrowRight", {}, view.get("compare"));
  expect(view.text("compare")).toContain("similarity 0.75");
  await view.press(" ", {}, view.get("compare"));
  expect(view.has("compare")).toBe(false);
  await view.press("F10", { shiftKey: true }, view.get("resultsGrid"));
  expect(view.text("contextMenu")).toContain("Search similar");
  await view.press("Escape");
  expect(view.has("contextMenu")).toBe(false);
  await view.press("Enter", {}, view.get("resultsGrid"));
  expect(view.engine.searches().at(-1)?.parts[0]?.source).toMatchObject({ kind: "image", id: 103 });
});

test("excluding a result takes it out at once and can be undone", async () => {
  view = await TestWindow.open();
  await drop(3);
  view.all("hit")[1]!.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }));
  await view.settle();
  await view.click([...view.get("contextMenu").querySelectorAll("button")].at(-1)!);
  expect(view.engine.of("set_excluded")).toEqual([{ image: 102, excluded: true }]);
  expect(view.all("hit").map((hit) => hit.dataset["image"])).not.toContain("102");
  await view.click("noticeAction");
  expect(view.engine.of("set_excluded").at(-1)).toEqual({ image: 102, excluded: false });
  expect(view.all("hit").map((hit) => hit.dataset["image"])).toContain("102");
});

test("keys on the photo make, move and clear a crop, and each ranks anew", async () => {
  view = await TestWindow.open();
  await drop(3);
  const box = view.get("cropBox");
  await view.press("Enter", {}, box);
  expect(view.get("queryPhoto").dataset["crop"]).toBe("0.15,0.15,0.7,0.7");
  await view.press("ArrowRight", {}, box);
  await view.press("ArrowDown", { shiftKey: true }, box);
  const nudged = { x: 0.17, y: 0.15, width: 0.7, height: 0.72 };
  expect(view.engine.searches().some(({ parts, live }) => live && JSON.stringify(parts[0]?.source.crop) === JSON.stringify(nudged))).toBe(true);
  // When no key follows, once more and exactly.
  await new Promise((done) => setTimeout(done, 250));
  await view.settle();
  expect(view.engine.searches().at(-1)).toMatchObject({ live: false, parts: [{ source: { crop: nudged } }] });
  await view.press("Escape", {}, box);
  expect(view.get("queryPhoto").dataset["crop"]).toBe("");
  expect(view.engine.searches().at(-1)).toMatchObject({ live: false, parts: [{ source: { crop: null } }] });
});

test("several photos are one query, shown as chips that can be removed", async () => {
  view = await TestWindow.open();
  await drop(3, 4);
  await view.click("addPhoto");
  expect(view.all("queryChip")).toHaveLength(3);
  expect(view.engine.searches().at(-1)?.parts.map(({ source }) => source.id)).toEqual([3, 4, 9]);
  await view.click(view.all("removeQueryPhoto")[0]!);
  expect(view.engine.searches().at(-1)?.parts.map(({ source }) => source.id)).toEqual([4, 9]);
});

test("Ctrl+V searches by the clipboard, and an empty one is said to be so", async () => {
  let pasted = { photos: [queryPhoto(5)], failures: [], receivedAt: Date.now() };
  view = await TestWindow.open({ paste: () => pasted });
  await view.press("v", { ctrlKey: true });
  expect(view.get("queryPhoto").dataset["id"]).toBe("5");
  pasted = { ...pasted, photos: [] };
  await view.press("v", { ctrlKey: true });
  expect(view.text("notice")).toContain("no picture or photo file in the clipboard");
  expect(view.engine.searches()).toHaveLength(1);
});

test("a slash focuses the filter, which narrows the results by file name", async () => {
  view = await TestWindow.open();
  await drop(3);
  await view.press("/");
  expect(document.activeElement).toBe(view.get("filter"));
  await view.type("filter", "104");
  expect(view.all("hit").map((hit) => hit.dataset["image"])).toEqual(["104"]);
  await view.press("Escape");
  expect(view.all("hit")).toHaveLength(8);
});

test("a query that cannot be read says why, and the window goes on", async () => {
  view = await TestWindow.open({
    search: () => {
      throw { code: "unreadablePhoto", message: "The file ends in the middle of the picture." };
    },
  });
  await drop(3);
  expect(view.text("searchFailed")).toContain("The file ends in the middle of the picture.");
  view.engine.send({ kind: "queryDropped", photos: [], failures: [{ path: "/tmp/notes.txt", reason: "Not a picture." }], receivedAt: 0 });
  await view.settle();
  expect(view.text("notice")).toContain("notes.txt could not be read");
});

test("while something is held over the window it says what a drop will do", async () => {
  view = await TestWindow.open();
  view.engine.send({ kind: "dragEntered", photos: 3, folders: 0, tables: 0, others: 0 });
  await view.settle();
  expect(view.text("dropOverlay")).toContain("Search with 3 photos together");
  view.engine.send({ kind: "dragLeft" });
  await view.settle();
  expect(view.has("dropOverlay")).toBe(false);
});

test("a photo dropped while the model is loading is searched by as soon as it is there", async () => {
  view = await TestWindow.open({ subscribe: () => ({ ...status, phase: { kind: "loading", message: "Loading the model…" } }) });
  await drop(3);
  expect(view.text("results")).toContain("The search starts as soon as the model is loaded.");
  expect(view.engine.searches()).toHaveLength(0);
  view.engine.send({ kind: "status", status });
  await view.settle();
  expect(view.all("hit")).toHaveLength(8);
});

test("until a slow search has its ranking, the one before stays but cannot be taken for it", async () => {
  const slow = later<Ranking>();
  let searches = 0;
  view = await TestWindow.open({ search: () => ((searches += 1) === 1 ? ranking() : slow.promise) });
  await drop(3);
  await view.press(" ");
  expect(view.has("compare")).toBe(true);
  await drop(4);
  expect(view.get("results").dataset).toMatchObject({ busy: "true", sequence: "1" });
  expect(view.has("compare")).toBe(false);
  expect(view.all("hit")).toHaveLength(0);
  const cells = view.get("resultsGrid").querySelectorAll("[role=option]");
  expect(cells).toHaveLength(8);
  await view.click(cells[0] as HTMLElement);
  expect(searches).toBe(2);
  slow.resolve(ranking(3));
  await view.settle();
  expect(view.all("hit")).toHaveLength(3);
  expect(view.get("results").dataset).toMatchObject({ busy: "false", sequence: "2" });
  // The cells are the same elements: making them anew would cost a third of the time to the painted results.
  expect(view.all("hit")[0]).toBe(cells[0]);
});
