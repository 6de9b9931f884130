import { afterEach, describe, expect, test } from "vitest";
import type { Hit, PhotoCopy, Ranking, SearchRequest } from "../src/engine/types.ts";
import { photo, product, ranking, status, stocked } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const like = (image: number, similarity: number): Hit => ({ ...ranking(1).hits[0]!, image, name: `photo-${image}.jpg`, similarity });
/** The second hit has two nearly identical ones folded under it, the third three files. */
const change = (hit: Hit): Hit => ({
  ...hit,
  alike: hit.rank === 2 ? [like(201, 0.84), like(202, 0.83)] : [],
  copies: hit.rank === 3 ? 3 : 1,
});
/** As the engine answers: without folding each hit is for itself. */
function folding({ request }: Record<string, unknown>): Ranking {
  const folded = ranking(4, change);
  if ((request as SearchRequest).fold) return folded;
  return { ...folded, hits: folded.hits.flatMap((hit) => [{ ...hit, alike: [] }, ...hit.alike]).map((hit, at) => ({ ...hit, rank: at + 1 })) };
}
const files: PhotoCopy[] = [
  { name: "photo-103.jpg", folder: "/photos", missing: false },
  { name: "same.jpg", folder: "/photos/old", missing: true },
  { name: "photo-103 (1).jpg", folder: "/photos", missing: false },
];

const hits = () => view.all("hit").map(({ dataset }) => Number(dataset["image"]));
const tray = () => view.all("trayPhoto").map(({ dataset }) => Number(dataset["image"]));
const last = () => view.engine.searches().at(-1);
const badge = (at: number) => [...view.all("hit")[at]!.querySelectorAll<HTMLElement>("button.badge")];

async function open(answers: Parameters<typeof TestWindow.open>[0] = {}) {
  view = await TestWindow.open({ search: folding, copies: () => files, ...answers });
  await view.drop();
}

describe("nearly identical hits", () => {
  test("are folded under the best of them, which says how many, aloud too", async () => {
    await open();
    expect(last()?.fold).toBe(true);
    expect(hits()).toEqual([101, 102, 103, 104]);
    expect(view.all("hit").map(({ dataset }) => dataset["alike"])).toEqual(["0", "2", "0", "0"]);
    expect(badge(1).map(written)).toEqual(["+2 alike"]);
    expect(view.all("hit")[1]?.getAttribute("aria-label")).toBe("2. photo-102.jpg, similarity 0.85, 2 nearly identical photos folded");
    expect(view.all("hit")[0]?.getAttribute("aria-label")).toBe("1. photo-101.jpg, similarity 0.95");
    // Those folded are counted as what they are: photos of the gallery that are near.
    expect(view.text("results")).toContain("6 of 40 photos are near");
  });

  test("are laid out by the key, the hit itself first, without asking for anything", async () => {
    await open();
    await view.press("u");
    expect(view.has("alikeTray")).toBe(false);
    await view.press("ArrowRight", {}, view.get("resultsGrid"));
    await view.press("u");
    expect(view.get("alikeTray").getAttribute("aria-label")).toBe("Nearly identical to photo-102.jpg");
    expect(tray()).toEqual([102, 201, 202]);
    expect(view.engine.searches()).toHaveLength(1);
    expect(document.activeElement).toBe(view.get("alikeTray").querySelector("[role=listbox]"));
    await view.press("ArrowRight");
    await view.press("Enter");
    expect(last()?.parts[0]?.source).toMatchObject({ kind: "image", id: 201 });
    expect(view.has("alikeTray")).toBe(false);
  });

  test("are laid out by the badge, which selects the hit and does not search by it", async () => {
    await open();
    await view.click(badge(1)[0]!);
    expect(tray()).toEqual([102, 201, 202]);
    expect(view.get("resultsGrid").querySelector<HTMLElement>("[aria-selected=true]")?.dataset["image"]).toBe("102");
    expect(view.engine.searches()).toHaveLength(1);
    await view.press("Escape");
    expect(view.has("alikeTray")).toBe(false);
    expect(document.activeElement).toBe(view.get("resultsGrid"));
  });

  test("are each shown for itself once folding is off, in other searches and after a restart too", async () => {
    await open();
    await view.press("ArrowRight", {}, view.get("resultsGrid"));
    await view.click("matchBy");
    expect(view.get("fold").getAttribute("aria-checked")).toBe("true");
    await view.click("fold");
    expect(last()?.fold).toBe(false);
    expect(hits()).toEqual([101, 102, 201, 202, 103, 104]);
    expect(view.text("matchBy")).toContain("Not folded");
    expect(view.get("matchBy").dataset["fold"]).toBe("false");
    expect(localStorage.getItem("vitrine.fold")).toBe("no");
    // Who looks at one that is folded away looks at what it is folded under.
    await view.press("ArrowRight", {}, view.get("resultsGrid"));
    await view.click("fold");
    expect(hits()).toEqual([101, 102, 103, 104]);
    expect(view.get("resultsGrid").querySelector<HTMLElement>("[aria-selected=true]")?.dataset["image"]).toBe("102");
    await view.click("fold");
    await view.drop(4);
    expect(last()?.fold).toBe(false);
    await view.click("fold");
    const searches = view.engine.searches().length;
    await view.click("back");
    // The one before was ranked without folding.
    expect(view.engine.searches()).toHaveLength(searches + 1);
    expect(last()).toMatchObject({ fold: true, parts: [{ source: { id: 3 } }] });
  });

  test("are found by their names as well", async () => {
    await open();
    await view.type("filter", "photo-202");
    expect(hits()).toEqual([102]);
  });

  test("come to light when what they are folded under is left out", async () => {
    let excluded = false;
    await open({
      search: ({ request }) => {
        const whole = folding({ request });
        return excluded ? { ...whole, hits: [whole.hits[0]!, like(201, 0.84), ...whole.hits.slice(2)] } : whole;
      },
      set_excluded: () => void (excluded = true),
    });
    await view.press("ArrowRight", {}, view.get("resultsGrid"));
    view.all("hit")[1]!.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }));
    await view.settle();
    const item = [...view.get("contextMenu").querySelectorAll("button")].find((button) => written(button).startsWith("Exclude"));
    await view.click(item!);
    expect(hits()).toEqual([101, 201, 103, 104]);
  });

  test("are those of a group too: the key goes from one kind to the next, and the menu names them", async () => {
    const both = (hit: Hit): Hit => ({ ...change(hit), copies: 3, product: product(hit.image), group: { value: `41-${hit.image}`, photos: 5 } });
    await open({ subscribe: () => stocked, search: () => ranking(4, both) });
    await view.choose("groupBy", "SKU");
    await view.press("ArrowRight", {}, view.get("resultsGrid"));
    await view.press("u");
    expect(view.has("groupTray")).toBe(true);
    // All of a group are wanted, each for itself.
    expect(last()).toMatchObject({ groupBy: null, fold: false });
    await view.press("u");
    expect(view.has("groupTray")).toBe(false);
    expect(tray()).toEqual([102, 201, 202]);
    await view.press("u");
    expect(view.has("alikeTray")).toBe(false);
    expect(view.all("copyRow")).toHaveLength(3);
    await view.press("u");
    expect(view.has("groupTray")).toBe(true);
    view.all("hit")[1]!.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }));
    await view.settle();
    const menu = [...view.get("contextMenu").querySelectorAll<HTMLElement>("button")];
    const items = menu.map(written).filter((label) => label.startsWith("Show"));
    expect(items).toEqual(["Show all 5 photos of its group U", "Show 2 nearly identical photos", "Show its 3 files"]);
    await view.click(menu.find((item) => written(item).startsWith("Show 2"))!);
    expect(view.has("alikeTray")).toBe(true);
  });
});

describe("copies", () => {
  test("are laid out as files, with where they lie and whether they are there, and commands for the one that is shown", async () => {
    await open();
    expect(view.all("hit")[2]?.getAttribute("aria-label")).toContain("3 copies");
    await view.click(badge(2)[0]!);
    expect(view.engine.of("copies")).toEqual([{ image: 103 }]);
    expect(view.get("copiesTray").dataset["files"]).toBe("3");
    expect(view.all("copyRow").map(({ dataset }) => [dataset["name"], dataset["missing"], dataset["shown"]])).toEqual([
      ["photo-103.jpg", "false", "true"],
      ["same.jpg", "true", "false"],
      ["photo-103 (1).jpg", "false", "false"],
    ]);
    expect(written(view.all("copyRow")[1])).toBe("same.jpg /photos/old Not on disk");
    expect(view.all("copyPath")).toHaveLength(1);
    await view.click("copyPath");
    await view.click("copyReveal");
    expect(view.engine.of("copy_path")).toEqual([{ image: 103 }]);
    expect(view.engine.of("reveal")).toEqual([{ image: 103 }]);
    expect(view.engine.searches()).toHaveLength(1);
    await view.press("Escape", {}, view.get("copiesTray").querySelector("ul")!);
    expect(view.has("copiesTray")).toBe(false);
    expect(view.get("frame").dataset["view"]).toBe("search");
  });

  test("that cannot be told say why, and can be asked for again", async () => {
    let works = false;
    await open({ copies: () => (works ? files : Promise.reject({ code: "other", message: "The catalog is locked." })) });
    await view.click(badge(2)[0]!);
    expect(view.get("copiesTray").querySelector("[role=alert]")?.textContent).toContain("The catalog is locked.");
    works = true;
    await view.click(view.get("copiesTray").querySelector<HTMLElement>(".none button")!);
    expect(view.all("copyRow")).toHaveLength(3);
  });

  test("are those of a photo of the catalog as well, by its badge and by the key, and follow what changes on disk", async () => {
    let now = files;
    view = await TestWindow.open({
      photos_page: ({ offset }) => ({ total: 2, offset, photos: [photo(1), { ...photo(103), copies: 3 }] }),
      copies: () => now,
    });
    await view.click("navCatalog");
    await view.press("u");
    expect(view.has("copiesTray")).toBe(false);
    await view.click(view.all("photo")[1]!.querySelector<HTMLElement>("button.badge")!);
    expect(view.all("copyRow")).toHaveLength(3);
    expect(view.get("frame").dataset["view"]).toBe("catalog");
    now = files.slice(0, 2);
    view.engine.send({ kind: "status", status: { ...status, catalog: { ...status.catalog!, files: 40 } } });
    await view.settle();
    expect(view.all("copyRow")).toHaveLength(2);
    await view.press("Escape", {}, document.body);
    expect(view.has("copiesTray")).toBe(false);
    expect(view.get("frame").dataset["view"]).toBe("catalog");
    await view.press("u", {}, view.get("photosGrid"));
    expect(view.engine.of("copies").at(-1)).toEqual({ image: 103 });
    expect(view.has("copiesTray")).toBe(true);
  });
});

test("a hit that was found without the query's margins says so, where it is shown and compared", async () => {
  await open({ search: () => ranking(3, (hit) => ({ ...hit, trimmed: hit.rank === 1, verdict: "variant" })) });
  expect(view.all("hit").map(({ dataset }) => dataset["trimmed"])).toEqual(["true", "false", "false"]);
  const badge = view.all("hit")[0]!.querySelector<HTMLElement>(".badge");
  expect(written(badge!)).toBe("Margins trimmed");
  expect(badge?.title).toContain("looked at without its plain margins");
  expect(view.all("hit")[0]?.getAttribute("aria-label")).toContain("found without the query's plain margins");
  await view.press(" ");
  expect(view.text("compare")).toContain("Margins trimmed");
  // What it is is said there too.
  expect(view.text("compare")).toContain("Variant");
  await view.press("ArrowRight", {}, view.get("compare"));
  expect(view.text("compare")).not.toContain("Margins trimmed");
});
