import { afterEach, expect, test } from "vitest";
import type { Interests, SearchRequest, Shopper } from "../src/engine/types.ts";
import { later, photo, queryPhoto, ranking, stockedRanking } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const last = () => view.engine.searches().at(-1);
const parts = () => last()?.parts.map(({ source, weight }) => [source.id, weight]);

const shopper = (name: string, ...photos: [image: number, weight: number][]): Shopper => ({ name, photos: photos.map(([image, weight]) => ({ image, weight })) });
const THREE = [shopper("Ann", [11, 1], [12, 0.3], [13, -1]), shopper("Bob", [21, 1]), shopper("Cleo", [31, 1], [32, 1])];

function interests(shoppers: Shopper[], change: Partial<Interests> = {}): Interests {
  return { name: "likes.csv", shoppers, unknown: [], passedOver: 0, ...change };
}

/** As the engine ranks an interest: in its own order, with neither cut-off nor verdicts. */
function recommended({ recommend, groupBy }: SearchRequest) {
  if (recommend === null) return stockedRanking({ groupBy });
  const found = ranking(4, (hit) => ({ ...hit, part: hit.rank % 2, similarity: hit.rank === 3 ? 0.94 : hit.similarity }));
  return { ...found, cutoff: null, calibration: null };
}

const open = (answers = {}) => TestWindow.open({ search: ({ request }: Record<string, unknown>) => recommended(request as SearchRequest), ...answers });

async function kind(value: "alike" | "recommend") {
  if (!view.has("matchKind")) await view.click("matchBy");
  view.get("matchKind").querySelector<HTMLInputElement>(`input[value="${value}"]`)!.click();
  await view.settle();
}

test("a query is read as an interest instead of one item, as varied as the slider says, and as an item again", async () => {
  view = await open();
  view.engine.send({ kind: "queryDropped", photos: [queryPhoto(3), queryPhoto(4)], failures: [], receivedAt: Date.now() });
  await view.settle();
  await view.click("matchBy");
  await view.type("colour", "0.5");
  expect(last()).toMatchObject({ colour: 0.5, recommend: null });
  expect(view.has("variety")).toBe(false);
  await kind("recommend");
  // A recommendation knows no colour: the engine refuses both at once.
  expect(last()).toMatchObject({ recommend: 0.5, colour: 0, orientations: "upright", fold: false, live: false });
  expect(view.has("fold")).toBe(false);
  expect(view.has("colour")).toBe(false);
  expect(view.has("orientations")).toBe(false);
  expect(view.text("matchBy")).toBe("Match by Recommend");
  expect(document.body.textContent).toContain("Colour and orientation do not count in a recommendation.");
  await view.type("variety", "0.8");
  expect(last()?.recommend).toBe(0.8);
  expect(view.text("matchBy")).toBe("Match by Recommend · 80%");
  expect(view.get("variety").getAttribute("aria-valuetext")).toBe("Variety 80%");
  await view.click(view.all("varietyStop")[0]!);
  expect(last()?.recommend).toBe(0);
  expect(view.get("results").dataset["recommend"]).toBe("0");
  await kind("alike");
  expect(last()).toMatchObject({ recommend: null, colour: 0.5 });
  expect(view.has("variety")).toBe(false);
  expect((view.get("colour") as HTMLInputElement).value).toBe("0.5");
  expect(view.text("matchBy")).toBe("Match by Colour +50%");
  expect(view.get("results").dataset["recommend"]).toBe("");
});

test("recommended hits stand in their order without dividers or an answer, each with the photo of the interest it is for", async () => {
  view = await open();
  view.engine.send({ kind: "queryDropped", photos: [queryPhoto(3), queryPhoto(4)], failures: [], receivedAt: Date.now() });
  await view.settle();
  expect(view.has("cutoffDivider")).toBe(true);
  await kind("recommend");
  expect(view.all("hit").map((hit) => [hit.dataset["image"], hit.dataset["part"], hit.dataset["belowCutoff"]])).toEqual([
    ["101", "1", "false"],
    ["102", "0", "false"],
    ["103", "1", "false"],
    ["104", "0", "false"],
  ]);
  expect(view.has("cutoffDivider")).toBe(false);
  expect(view.has("answer")).toBe(false);
  expect(view.has("nothingClose")).toBe(false);
  expect(written(document.querySelector(".results header")!)).toContain("Recommended from query-3.jpg and 1 more photo");
  expect(written(document.querySelector(".results header")!)).toContain("4 recommended of 40 photos");
  expect(view.all("hit")[0]!.querySelector(".nearest")?.getAttribute("title")).toBe("For photo 2 of 2 of the interest, query-4.jpg");
  expect(view.text("selectedHit")).toContain("For photo 2 of 2 of the interest, query-4.jpg");
  expect(view.get("resultsGrid").getAttribute("aria-label")).toBe("Recommended, each taste in turn");
});

test("while a crop is dragged nothing is recommended until it rests", async () => {
  view = await open();
  await view.drop();
  await kind("recommend");
  const searches = view.engine.searches().length;
  const { search } = view.application;
  search.dragCrop({ x: 0, y: 0, width: 0.4, height: 0.4 });
  search.dragCrop({ x: 0, y: 0, width: 0.5, height: 0.5 });
  await view.settle();
  expect(view.engine.searches()).toHaveLength(searches);
  expect(view.get("queryPhoto").dataset["crop"]).toBe("0,0,0.5,0.5");
  // Another choice meanwhile is not a live search either.
  search.match({ recommend: 0.6 });
  await view.settle();
  expect(last()).toMatchObject({ live: false, recommend: 0.6 });
  search.dragCrop({ x: 0, y: 0, width: 0.6, height: 0.6 });
  search.rest();
  await view.settle();
  expect(last()).toMatchObject({ live: false, recommend: 0.6, parts: [{ source: { crop: { width: 0.6 } } }] });
  expect(view.engine.searches()).toHaveLength(searches + 2);
});

test("the photos of a group that a recommended hit stands for are its look-alikes", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  await view.choose("groupBy", "SKU");
  await kind("recommend");
  await view.press("ArrowRight", {}, view.get("resultsGrid"));
  await view.press("u");
  expect(last()).toMatchObject({ recommend: null, groupBy: null });
});

test("what is pinned is an interest in one click, and so is a photo by its menu, also in the catalog", async () => {
  view = await open({ notebook: () => ({ filters: [], pins: [7, 9] }) });
  await view.drop();
  await view.press("P", { shiftKey: true });
  await view.click("recommendFromPins");
  expect(last()?.recommend).toBe(0.5);
  expect(parts()).toEqual([[7, 1], [9, 1]]);
  await view.click("navCatalog");
  view.all("photo")[3]!.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }));
  await view.settle();
  await view.click([...view.get("contextMenu").querySelectorAll("button")].find((button) => written(button).startsWith("Recommend from this photo"))!);
  expect(view.get("frame").dataset["view"]).toBe("search");
  expect(last()).toMatchObject({ recommend: 0.5, parts: [{ source: { kind: "image", id: 4 }, weight: 1 }] });
  // Another search begins as it is.
  await view.drop(5);
  expect(last()?.recommend).toBeNull();
});

test("the shoppers of a CSV are listed, and one after the other is recommended for, as varied as asked for", async () => {
  view = await open({ pick_interests: () => interests(THREE, { passedOver: 120, unknown: [{ shopper: "Ann", photo: "x.jpg", reason: "No photo of the catalog is called that." }] }) });
  await view.click("recommendFromCsv");
  expect(view.all("shopper").map(written)).toEqual(["Ann 3 photos, less like 1", "Bob 1 photo", "Cleo 2 photos"]);
  expect(view.text("shoppers")).toContain("may name a shopper, a product or an ad");
  expect(view.text("shoppersPassedOver")).toContain("120 photos were passed over");
  expect(view.text("shoppersPassedOver")).toContain("Ann: x.jpg – No photo of the catalog is called that.");
  expect(view.text("shoppersPassedOver")).toContain("and 119 more");
  expect(document.activeElement).toBe(view.get("shoppersList"));
  expect(view.engine.searches()).toEqual([]);
  await view.press("Enter");
  expect(parts()).toEqual([[11, 1], [12, 0.3], [13, -1]]);
  expect(last()?.recommend).toBe(0.5);
  expect(written(document.querySelector(".results header")!)).toContain("Recommended for Ann, less like 1 photo");
  expect(written(document.querySelector("aside h2")!)).toBe("Ann");
  expect(view.all("shopper").map((each) => each.dataset["chosen"])).toEqual(["true", "false", "false"]);
  expect((view.get("shopperPrevious") as HTMLButtonElement).disabled).toBe(true);
  await kind("recommend");
  await view.type("variety", "0.9");
  await view.click("shopperNext");
  expect(parts()).toEqual([[21, 1]]);
  expect(last()?.recommend).toBe(0.9);
  await view.press("ArrowDown", {}, view.get("shoppersList"));
  await view.press("Enter", {}, view.get("shoppersList"));
  expect(parts()).toEqual([[31, 1], [32, 1]]);
  expect((view.get("shopperNext") as HTMLButtonElement).disabled).toBe(true);
  await view.click(view.all("shopper")[0]!.querySelector<HTMLElement>(".shopper")!);
  expect(parts()?.[0]).toEqual([11, 1]);
  // It is a search as any other: there is a way back, and the list stays.
  view.application.search.back();
  await view.settle();
  expect(written(document.querySelector(".results header")!)).toContain("Recommended for Cleo");
  expect(view.has("shoppers")).toBe(true);
});

test("of thousands of shoppers only those in view are there, and typing finds one", async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => shopper(`Shopper ${at + 1}`, [at + 1, 1]));
  view = await open({ pick_interests: () => interests(many) });
  await view.click("recommendFromCsv");
  expect(view.get("shoppers").dataset["shoppers"]).toBe("5000");
  expect(view.all("shopper").length).toBeLessThan(60);
  await view.type("shoppersFilter", " shopper 499");
  expect(view.get("shoppers").dataset["shoppers"]).toBe("11");
  expect(view.text("shoppers")).toContain("11 of 5,000 interests");
  await view.press("Enter", {}, view.get("shoppersFilter"));
  await view.press("Enter");
  expect(parts()).toEqual([[499, 1]]);
  await view.click("shopperNext");
  expect(parts()).toEqual([[4_990, 1]]);
  await view.type("shoppersFilter", "nobody");
  expect(view.text("shoppers")).toContain("No name has “nobody” in it.");
  await view.press("Escape", {}, view.get("shoppersFilter"));
  expect(view.get("shoppers").dataset["shoppers"]).toBe("5000");
});

test("of an interest of more photos than a query takes the heaviest are used, and it is said", async () => {
  const large = Array.from({ length: 260 }, (_, at): [number, number] => [at + 1, at < 60 ? 0.1 : at === 259 ? -1 : 0.7]);
  view = await open({ pick_interests: () => interests([shopper("Ann", ...large), THREE[1]!]) });
  await view.click("recommendFromCsv");
  await view.press("Enter");
  expect(parts()).toHaveLength(200);
  expect(parts()?.[0]).toEqual([61, 0.7]);
  expect(parts()?.at(-1)).toEqual([260, -1]);
  expect(view.text("notice")).toContain("Of 260 photos the 200 that count most are used");
});

test("heavy photos that there should be less of leave room for one that is liked", async () => {
  const large = Array.from({ length: 250 }, (_, at): [number, number] => [at + 1, at === 7 ? 0.1 : -1]);
  view = await open({ pick_interests: () => interests([shopper("Ann", ...large)]) });
  await view.click("recommendFromCsv");
  expect(parts()).toHaveLength(200);
  expect(parts()).toContainEqual([8, 0.1]);
});

test("a CSV without shoppers is one interest, and is recommended from at once", async () => {
  view = await open({ pick_interests: () => interests([shopper("", [11, 1], [12, 1])]) });
  await view.click("recommendFromCsv");
  expect(written(view.get("shopper"))).toContain("All photos of the file");
  expect(parts()).toEqual([[11, 1], [12, 1]]);
  expect(written(document.querySelector(".results header")!)).toContain("Recommended for likes.csv");
});

test("a CSV of which no photo is known, one that cannot be read, and a dialog that is dismissed", async () => {
  let answer: Interests | null | Promise<Interests> = null;
  view = await open({ pick_interests: () => answer });
  await view.click("recommendFromCsv");
  expect(view.has("shoppers")).toBe(false);
  answer = Promise.reject({ code: "other", message: "There is no column “photo”." });
  await view.click("recommendFromCsv");
  expect(view.text("notice")).toContain("There is no column “photo”.");
  answer = interests([], { passedOver: 2, unknown: [{ shopper: "", photo: "a.jpg", reason: "unknown" }] });
  await view.click("recommendFromCsv");
  expect(view.text("shoppers")).toContain("No photo of this file is in the catalog");
  expect(view.text("shoppersPassedOver")).toContain("a.jpg – unknown");
});

test("a shopper whose photos are gone, or only unwanted, is said to have nothing recommended", async () => {
  view = await open({
    pick_interests: () => interests([shopper("Ann", [11, 1]), shopper("Bob", [12, -1])]),
    photos_by_id: ({ images }: Record<string, unknown>) => (images as number[]).filter((image) => image !== 11).map(photo),
  });
  await view.click("recommendFromCsv");
  await view.press("Enter");
  expect(view.text("notice")).toContain("Nothing can be recommended for Ann None of its photos");
  await view.click("shopperNext");
  expect(view.text("notice")).toContain("Nothing can be recommended for Bob Its photos only say what there should be less of");
  expect(view.engine.searches()).toEqual([]);
});

test("of shoppers that are clicked through quickly only the last one is recommended for", async () => {
  const first = later<unknown>();
  view = await open({
    pick_interests: () => interests(THREE),
    photos_by_id: ({ images }: Record<string, unknown>) => ((images as number[])[0] === 11 ? first.promise : (images as number[]).map(photo)),
  });
  await view.click("recommendFromCsv");
  await view.press("Enter");
  await view.click("shopperNext");
  first.resolve([photo(11), photo(12)]);
  await view.settle();
  expect(view.engine.searches()).toHaveLength(1);
  expect(parts()).toEqual([[21, 1]]);
});

test("another catalog has other photos: the interests go", async () => {
  view = await open({ pick_interests: () => interests(THREE) });
  await view.click("recommendFromCsv");
  const { session } = view.application;
  view.engine.send({ kind: "status", status: { ...session.status!, catalog: { ...session.catalog!, generation: 2 } } });
  await view.settle();
  expect(view.has("shoppers")).toBe(false);
});

test("the filters take the place beside the ranking, and give it back", async () => {
  view = await TestWindow.openStocked({ pick_interests: () => interests(THREE) });
  await view.click("recommendFromCsv");
  await view.press("Enter");
  await view.click("filters");
  expect(view.has("shoppers")).toBe(false);
  await view.click("filtersClose");
  expect(view.has("shoppers")).toBe(true);
  await view.press("f", {}, document.body);
  await view.press("h", { ctrlKey: true });
  expect(view.has("filtersPanel")).toBe(false);
  expect(view.has("pastPanel")).toBe(true);
});
