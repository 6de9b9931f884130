import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OpenedSearch, PastPart, PastSearch, SearchToKeep } from "../src/engine/types.ts";
import { en } from "../src/messages/en.ts";
import { REST_MILLIS } from "../src/state/past.svelte.ts";
import { later, ranking, status } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(async () => {
  await view.close();
  vi.useRealTimers();
});

const CROP = { x: 0.1, y: 0.2, width: 0.5, height: 0.6 };
const CONDITION = { column: "Colour", values: ["white"], low: null, high: null };

const ofCatalog = (id: number, weight = 1, gone = false): PastPart => ({ picture: { kind: "image", id }, name: `photo-${id}.jpg`, weight, crop: null, gone });
const kept = (id: number): PastPart => ({ picture: { kind: "kept", id }, name: `query-${id}.jpg`, weight: 1, crop: CROP, gone: false });

function search(id: number, parts: PastPart[], change: Partial<PastSearch> = {}): PastSearch {
  return { id, askedAt: Date.now(), parts, filter: null, groupBy: null, colour: 0, orientations: "upright", recommend: null, title: null, ...change };
}

/** As the engine opens it, without what is gone; kept pictures become photos that were brought in. */
function opened({ parts, filter, groupBy, colour, orientations, recommend, title }: PastSearch): OpenedSearch {
  const left = parts.filter(({ gone }) => !gone);
  return {
    parts: left.map(({ picture, name, weight, crop }) => ({
      source: picture.kind === "image" ? { kind: "image", id: picture.id, crop } : { kind: "photo", id: 50 + picture.id, crop },
      weight,
      name,
      width: 400,
      height: 300,
      product: [],
    })),
    filter,
    groupBy,
    colour,
    orientations,
    recommend,
    title,
  };
}

/** An engine that keeps searches: those it has from the start, and what it is told to forget. */
function keeping(from: PastSearch[]) {
  let list = from;
  return {
    past_searches: () => list,
    keep_search: ({ search }: Record<string, unknown>) => (search as SearchToKeep).id ?? 1,
    open_search: ({ id }: Record<string, unknown>) => opened(list.find((each) => each.id === id)!),
    forget_search: ({ id }: Record<string, unknown>) => {
      list = list.filter((each) => each.id !== id);
    },
    forget_searches: () => {
      list = [];
    },
  };
}

const keeps = () => view.engine.of("keep_search").map(({ search }) => search as SearchToKeep);
const last = () => view.engine.searches().at(-1);
/** Time goes by, and what was put off until then is done. */
async function rest() {
  await view.settle();
  vi.advanceTimersByTime(REST_MILLIS);
  await view.settle();
}

test("a search is kept as soon as it was painted, and what it is refined to under the same id once it rests", async () => {
  let ids = 40;
  view = await TestWindow.openStocked({ keep_search: ({ search }) => (search as SearchToKeep).id ?? ++ids });
  await view.drop();
  expect(keeps()).toEqual([{ id: null, request: last(), title: null }]);
  view.application.search.crop(CROP);
  await view.settle();
  view.application.search.match({ colour: 0.5 });
  await view.settle();
  expect(keeps()).toHaveLength(1);
  await rest();
  expect(keeps().slice(1)).toEqual([{ id: 41, request: last(), title: null }]);
  expect(keeps()[1]!.request).toMatchObject({ colour: 0.5, parts: [{ source: { crop: CROP } }] });
  await view.choose("groupBy", "SKU");
  await rest();
  expect(keeps().slice(2)).toEqual([{ id: 41, request: expect.objectContaining({ groupBy: "SKU" }), title: null }]);
  // Another search is another one.
  await view.drop(4);
  expect(keeps().slice(3)).toEqual([{ id: null, request: last(), title: null }]);
});

test("a crop that is dragged and a search that failed are not kept, nor one that is only come back to", async () => {
  let failing = false;
  view = await TestWindow.open({ search: () => (failing ? Promise.reject({ code: "other", message: "No." }) : ranking()) });
  await view.drop();
  view.application.search.dragCrop(CROP);
  await view.settle();
  await rest();
  expect(last()?.live).toBe(true);
  expect(keeps()).toHaveLength(1);
  view.application.search.rest();
  await rest();
  expect(keeps().map(({ request }) => request.live)).toEqual([false, false]);
  failing = true;
  await view.drop(4);
  await rest();
  expect(keeps()).toHaveLength(2);
  failing = false;
  view.application.search.back();
  await view.settle();
  view.application.search.back();
  view.application.search.forward();
  view.application.search.invalidate();
  await rest();
  expect(keeps()).toHaveLength(2);
});

test("while a search is being kept, only what it was refined to last follows, under the id that it got", async () => {
  const first = later<number>();
  view = await TestWindow.open({ keep_search: () => first.promise });
  await view.drop();
  view.application.search.match({ colour: 0.2 });
  await rest();
  view.application.search.match({ colour: 0.7 });
  await rest();
  expect(keeps()).toHaveLength(1);
  first.resolve(7);
  await view.settle();
  expect(keeps().slice(1).map(({ id, request }) => [id, request.colour])).toEqual([[7, 0.7]]);
});

test("that searches cannot be kept is said once", async () => {
  view = await TestWindow.open({ keep_search: () => Promise.reject({ code: "other", message: "The disk is full." }) });
  await view.drop();
  expect(view.text("notice")).toContain("Searches cannot be kept The disk is full.");
  await view.click("noticeDismiss");
  await view.drop(4);
  expect(keeps()).toHaveLength(2);
  expect(view.has("notice")).toBe(false);
});

test("a recommendation for somebody goes by their name, and is for them when it is made again and refined", async () => {
  view = await TestWindow.openStocked(keeping([search(5, [ofCatalog(8)], { recommend: 0.5, title: "Ada" })]));
  const [first] = view.all("recentSearch");
  expect(written(first)).toContain("Ada");
  expect(written(first)).toContain("recommendation");
  await view.click(first!);
  expect(view.text("results")).toContain("Recommended for Ada");
  await view.choose("groupBy", "SKU");
  await rest();
  expect(keeps()).toMatchObject([
    { id: 5, title: "Ada" },
    { id: 5, title: "Ada", request: { groupBy: "SKU" } },
  ]);
});

test("what was searched by last is offered before the first search, and one click searches by it again", async () => {
  const past = search(5, [kept(3), ofCatalog(8, -0.5)], { colour: -1, orientations: "any", askedAt: new Date().setHours(0, 0, 0, 0) });
  view = await TestWindow.open(keeping([past, search(4, [ofCatalog(9)])]));
  expect(view.all("recentSearch").map((each) => each.dataset["id"])).toEqual(["5", "4"]);
  const [first] = view.all("recentSearch");
  expect(written(first)).toContain("query-3.jpg + 1 today 00:00 less like 1 photo · cropped · colour · turned too");
  expect([...first!.querySelectorAll("img")].map((each) => each.getAttribute("src")?.split("thumb").at(-1))).toEqual([
    expect.stringContaining("/image/8?g=1"),
    expect.stringContaining("/kept/3?g=1"),
  ]);
  expect(written(first!.querySelector(".counts")!)).toBe("2 −1");
  await view.click(first!);
  expect(last()).toMatchObject({
    parts: [
      { source: { kind: "photo", id: 53, crop: CROP }, weight: 1 },
      { source: { kind: "image", id: 8, crop: null }, weight: -0.5 },
    ],
    colour: -1,
    orientations: "any",
  });
  expect(view.get("queryPhoto").dataset["crop"]).toBe("0.1,0.2,0.5,0.6");
  // It is the same search still: nothing is kept beside it.
  expect(keeps()).toEqual([{ id: 5, request: last(), title: null }]);
});

test("an opened search narrows the gallery to its filters with one ranking, and says which can no longer be asked for", async () => {
  const gone = { column: "Brand", values: ["Acme"], low: null, high: null };
  const past = search(5, [ofCatalog(9)], { filter: { words: "low", conditions: [gone, CONDITION] }, groupBy: "Line" });
  view = await TestWindow.openStocked(keeping([past]));
  await view.drop();
  await view.choose("groupBy", "SKU");
  const searches = view.engine.searches().length;
  await view.press("h", { ctrlKey: true });
  expect(written(view.get("pastSearch"))).toContain("“low” · 2 filters · by Line");
  await view.press("Enter");
  expect(view.engine.searches()).toHaveLength(searches + 1);
  expect(last()).toMatchObject({ filter: { words: "low", conditions: [CONDITION] }, groupBy: null });
  expect(view.text("notice")).toContain("Not all of its filters are in force");
  expect(view.text("notice")).toContain("Brand and Line");
  // What is kept stays whole until it is refined.
  expect(keeps().filter(({ id }) => id === 5)).toEqual([]);
  view.application.search.match({ colour: 1 });
  await rest();
  expect(keeps().at(-1)).toEqual({ id: 5, request: last(), title: null });
});

test("the list opens from the header and by key, also before the first search; Escape gives the keys back", async () => {
  view = await TestWindow.open(keeping([search(5, [ofCatalog(9)]), search(4, [kept(3)])]));
  await view.click("navCatalog");
  await view.press("h", { ctrlKey: true });
  expect(view.get("frame").dataset["view"]).toBe("search");
  expect(view.get("pastPanel").dataset["searches"]).toBe("2");
  expect(document.activeElement).toBe(view.get("pastList"));
  await view.press("ArrowDown");
  await view.press("Enter");
  expect(last()?.parts[0]?.source).toEqual({ kind: "photo", id: 53, crop: CROP });
  expect(view.has("pastPanel")).toBe(false);
  await view.click("past");
  expect(view.get("past").getAttribute("aria-expanded")).toBe("true");
  // The search in view is the one that is selected.
  expect(view.all("pastSearch").map((each) => each.getAttribute("aria-selected"))).toEqual(["false", "true"]);
  await view.press("Escape");
  expect(view.has("pastPanel")).toBe(false);
  expect(document.activeElement).toBe(view.get("resultsGrid"));
  await view.click("past");
  await view.press("Escape", {}, document.body);
  expect(view.has("pastPanel")).toBe(false);
  expect(view.has("results")).toBe(true);
});

test("a search is forgotten by key and by its button, and is kept anew when it is refined", async () => {
  view = await TestWindow.open(keeping([search(1, [ofCatalog(9)]), search(4, [kept(3)]), search(3, [ofCatalog(8)])]));
  await view.drop();
  await view.press("h", { ctrlKey: true });
  await view.press("Delete");
  expect(view.engine.of("forget_search")).toEqual([{ id: 1 }]);
  expect(view.all("pastSearch").map((each) => each.dataset["id"])).toEqual(["4", "3"]);
  expect(view.text("pastTold")).toContain("photo-9.jpg is forgotten");
  await view.click(view.all("pastForget")[1]!);
  expect(view.engine.of("forget_search").at(-1)).toEqual({ id: 3 });
  // Its button is not the search.
  expect(view.engine.of("open_search")).toEqual([]);
  // The search in view had been kept as 1.
  view.application.search.match({ colour: 1 });
  await rest();
  expect(keeps().map(({ id }) => id)).toEqual([null, null]);
});

test("all are forgotten only after it was asked", async () => {
  view = await TestWindow.open(keeping([search(5, [ofCatalog(9)]), search(4, [kept(3)])]));
  await view.press("h", { ctrlKey: true });
  await view.click("pastForgetAll");
  expect(view.text("pastForgetAllDialog")).toContain("All 2 searches");
  await view.click("confirmDismiss");
  expect(view.engine.of("forget_searches")).toEqual([]);
  await view.click("pastForgetAll");
  await view.click("confirm");
  expect(view.engine.of("forget_searches")).toHaveLength(1);
  expect(view.all("pastSearch")).toEqual([]);
  expect(view.text("pastPanel")).toContain("No searches yet");
  expect(view.has("recentSearch")).toBe(false);
});

test("photos that are gone are counted and named; of a search without any nothing is made", async () => {
  const some = search(5, [ofCatalog(9), ofCatalog(8, 1, true)]);
  const all = search(4, [ofCatalog(7, 1, true)]);
  view = await TestWindow.open(keeping([some, all]));
  expect(view.all("recentSearch").map((each) => each.dataset["gone"])).toEqual(["1", "1"]);
  expect(written(view.all("recentSearch")[1])).toContain("photo gone");
  await view.click(view.all("recentSearch")[1]!);
  expect(view.engine.searches()).toEqual([]);
  expect(view.text("notice")).toContain("no longer in the catalog");
  await view.click("noticeDismiss");
  await view.click(view.all("recentSearch")[0]!);
  expect(last()?.parts).toEqual([{ source: { kind: "image", id: 9, crop: null }, weight: 1 }]);
  expect(view.text("notice")).toContain("1 of 2 photos of this search is gone It was searched without photo-8.jpg.");
  expect(keeps()).toEqual([]);
});

test("a failure of the list is said with a way to try again, and one of opening too", async () => {
  let failing = true;
  const list = keeping([search(5, [ofCatalog(9)])]);
  view = await TestWindow.open({
    ...list,
    past_searches: () => (failing ? Promise.reject({ code: "other", message: "The disk is gone." }) : list.past_searches()),
    open_search: () => Promise.reject({ code: "notFound", message: "There is no such search." }),
  });
  await view.press("h", { ctrlKey: true });
  expect(view.text("pastFailed")).toContain("The disk is gone.");
  failing = false;
  await view.click(view.get("pastFailed").querySelector("button")!);
  await view.click("pastSearch");
  expect(view.text("notice")).toContain("There is no such search.");
  expect(view.engine.searches()).toEqual([]);
});

test("another catalog has other searches, and none of the one before is kept with it", async () => {
  const list = [search(5, [ofCatalog(9)])];
  view = await TestWindow.open({ past_searches: () => list });
  await view.drop();
  view.application.search.match({ colour: 1 });
  await view.settle();
  list[0] = search(77, [ofCatalog(1)]);
  view.engine.send({ kind: "status", status: { ...status, catalog: { ...status.catalog!, generation: 2 } } });
  await rest();
  expect(view.all("recentSearch").map((each) => each.dataset["id"])).toEqual(["77"]);
  expect(keeps()).toHaveLength(1);
});

test("the list follows what is kept meanwhile", async () => {
  const list: PastSearch[] = [];
  view = await TestWindow.open({
    past_searches: () => [...list],
    keep_search: () => {
      list.unshift(search(list.length + 1, [ofCatalog(9)]));
      return list.length;
    },
  });
  await view.press("h", { ctrlKey: true });
  expect(view.text("pastPanel")).toContain("No searches yet");
  await view.drop();
  expect(view.all("pastSearch").map((each) => each.dataset["id"])).toEqual(["1"]);
});

test("when a search was is said as short as it can be", async () => {
  view = await TestWindow.open();
  const { moment } = en.format;
  const now = new Date(2026, 10, 23, 15, 0).getTime();
  const at = (...time: [number, number, number, number, number]) => moment(new Date(...time).getTime(), now);
  expect([at(2026, 10, 23, 14, 5), at(2026, 10, 22, 23, 59), at(2026, 10, 12, 8, 0), at(2025, 10, 12, 8, 0)]).toEqual([
    "today 14:05",
    "yesterday",
    "Nov 12",
    "Nov 12, 2025",
  ]);
});
