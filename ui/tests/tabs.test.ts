import { afterEach, expect, test } from "vitest";
import type { WorklistRow } from "../src/engine/types.ts";
import { photo, ranking } from "./engine.ts";
import { TestWindow } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const rows = Array.from({ length: 200 }, (_, at): WorklistRow => {
  const hit = { ...ranking(1).hits[0]!, image: at + 1 };
  return { id: at + 1, name: `in-${at + 1}.jpg`, folder: "/in", state: { kind: "judged" }, verdict: "variant", hit, decision: "open" };
});

async function scroll(list: HTMLElement, top: number) {
  list.scrollTop = top;
  list.dispatchEvent(new Event("scroll"));
  await view.settle();
}

test("arrows go from one tab to the next, round the end, and the focus goes along", async () => {
  view = await TestWindow.open({ worklist: () => ({ rows, calibration: null }) });
  await view.click("navCatalog");
  view.get("tabPhotos").focus();
  await view.press("ArrowRight");
  expect(document.activeElement).toBe(view.get("tabFailures"));
  expect(view.has("failureRow")).toBe(true);
  await view.press("ArrowRight");
  expect(document.activeElement).toBe(view.get("tabPhotos"));
  expect(view.get("tabFailures").tabIndex).toBe(-1);
  await view.click("navWorklist");
  const tab = (name: string) => view.all("worklistTab").find(({ dataset }) => dataset["tab"] === name)!;
  tab("open").focus();
  await view.press("ArrowLeft");
  await view.press("ArrowLeft");
  expect(document.activeElement).toBe(tab("decided"));
  expect(view.get("worklist").dataset["tab"]).toBe("decided");
  await view.press("a");
  expect(view.get("worklist").dataset["tab"]).toBe("decided");
});

test("grids and the worklist are found where they were left, and what a key selects is scrolled to", async () => {
  const photos = Array.from({ length: 400 }, (_, at) => photo(at + 1));
  view = await TestWindow.open({
    worklist: () => ({ rows, calibration: null }),
    photos_page: ({ offset, limit }) => ({ total: 400, offset, photos: photos.slice(Number(offset), Number(offset) + Number(limit)) }),
  });
  await view.click("navCatalog");
  await scroll(view.get("photosGrid"), 2000);
  expect(Number(view.all("photo")[0]?.dataset["image"])).toBeGreaterThan(20);
  await view.click("navWorklist");
  await scroll(view.get("worklistList"), 5000);
  expect(Number(view.all("worklistRow")[0]?.dataset["id"])).toBeGreaterThan(60);
  await view.click("navCatalog");
  expect(view.get("photosGrid").scrollTop).toBe(2000);
  await view.click("navWorklist");
  // The selected row is the first one, and it is in view wherever the list was left.
  expect(view.get("worklistList").scrollTop).toBe(0);
  await view.press("End", {}, view.get("worklistList"));
  // 200 rows of 68 px, of which 800 px are in view.
  expect(view.get("worklistList").scrollTop).toBe(200 * 68 - 800);
  await view.press("Home", {}, view.get("worklistList"));
  expect(view.get("worklistList").scrollTop).toBe(0);
});
