import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine/client.ts";
import type { Crop, Ranking, SearchRequest } from "../src/engine/types.ts";
import { EVERYTHING, type Scope } from "../src/state/narrowing.svelte.ts";
import { Search } from "../src/state/search.svelte.ts";
import { later, photo, queryPhoto, ranking } from "./engine.ts";

type Pending = { request: SearchRequest; resolve: (ranking: Ranking) => void; reject: (reason: unknown) => void };

/** A search whose replies the test gives when it likes. */
function searching(ready = () => true, scope = (): Scope => EVERYTHING) {
  const pending: Pending[] = [];
  const engine = {
    search: (request: SearchRequest) => {
      const reply = later<Ranking>();
      pending.push({ request, resolve: reply.resolve, reject: reply.reject });
      return reply.promise;
    },
  } as unknown as Engine;
  return { search: new Search(engine, ready, scope, () => Promise.resolve()), pending };
}

/** Lets promises that are kept already be noticed. */
const settled = () => new Promise((done) => setTimeout(done));

const crop = (x: number): Crop => ({ x, y: 0, width: 0.5, height: 0.5 });
const cropOf = (of: Pending | undefined) => of?.request.parts[0]?.source.crop?.x;

describe("a search", () => {
  test("by several photos is one query", () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1), queryPhoto(2)], 0);
    expect(pending[0]?.request).toEqual({
      parts: [
        { source: { kind: "photo", id: 1, crop: null }, weight: 1 },
        { source: { kind: "photo", id: 2, crop: null }, weight: 1 },
      ],
      limit: 200,
      exact: false,
      filter: null,
      groupBy: null,
      colour: 0,
      orientations: "upright",
      live: false,
      fold: true,
      recommend: null,
    });
  });

  test("shows its ranking, and where less similar hits begin", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    expect(search.entry?.busy).toBe(true);
    pending[0]?.resolve(ranking());
    await settled();
    expect(search.entry?.busy).toBe(false);
    expect(search.entry?.hits.map((hit) => hit.image)).toEqual([101, 102, 103, 104, 105, 106, 107, 108]);
    expect(search.entry?.firstLess).toBe(4);
  });

  test("waits for the model and starts by itself when it is ready", () => {
    let ready = false;
    const { search, pending } = searching(() => ready);
    search.startWith([queryPhoto(1)], 0);
    expect(search.waiting).toBe(true);
    expect(pending).toHaveLength(0);
    ready = true;
    search.resume();
    expect(search.waiting).toBe(false);
    expect(pending).toHaveLength(1);
  });

  test("that fails says why and keeps no stale ranking as its answer", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.reject({ code: "unreadablePhoto", message: "Not a picture." });
    await settled();
    expect(search.entry?.failure).toEqual({ code: "unreadablePhoto", message: "Not a picture." });
    search.again();
    pending[1]?.resolve(ranking());
    await settled();
    expect(search.entry?.failure).toBeNull();
  });

  test("filters its hits by file name and moves the divider with them", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.resolve(ranking());
    await settled();
    search.entry!.filter = " PHOTO-105 ";
    expect(search.entry?.hits.map((hit) => hit.image)).toEqual([105]);
    expect(search.entry?.firstLess).toBe(0);
  });

  test("filters its hits by what their products say: every word of it, in any text", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    const found = ranking();
    found.hits[2]!.product = [
      { column: "SKU", value: "KR-4711" },
      { column: "Colours", value: ["Red", "Sand"] },
    ];
    pending[0]!.resolve(found);
    await settled();
    search.entry!.filter = "red kr-47";
    expect(search.entry!.hits).toEqual([found.hits[2]]);
    search.entry!.filter = "red blue";
    expect(search.entry!.hits).toEqual([]);
  });
});

describe("while the crop is dragged", () => {
  test("one search is under way, and of the crops meanwhile only the last one follows", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.resolve(ranking());
    await settled();
    for (const x of [0.1, 0.2, 0.3]) search.crop(crop(x));
    expect(pending.map(cropOf)).toEqual([undefined, 0.1]);
    pending[1]?.resolve(ranking(3));
    await settled();
    expect(search.entry?.hits).toHaveLength(3);
    expect(search.entry?.busy).toBe(true);
    expect(pending.map(cropOf)).toEqual([undefined, 0.1, 0.3]);
    pending[2]?.resolve(ranking(2));
    await settled();
    expect(search.entry?.hits).toHaveLength(2);
    expect(search.entry?.busy).toBe(false);
  });

  test("no history entry is made", () => {
    const { search } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.crop(crop(0.1));
    search.crop(null);
    search.back();
    expect(search.entry).toBeNull();
  });

  test("only the photo in view is cropped", () => {
    const { search } = searching();
    search.startWith([queryPhoto(1), queryPhoto(2)], 0);
    search.entry!.active = 1;
    search.crop(crop(0.1));
    expect(search.entry?.items.map((item) => item.source.crop?.x ?? null)).toEqual([null, 0.1]);
  });
});

describe("the history", () => {
  test("a late reply of an earlier search does not replace the ranking in view", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.startFrom(photo(7));
    pending[1]?.resolve(ranking(2));
    await settled();
    pending[0]?.resolve(ranking(8));
    await settled();
    expect(search.entry?.hits).toHaveLength(2);
    expect(search.arrival?.entry).toBe(search.entry);
    search.back();
    expect(search.entry?.hits).toHaveLength(8);
    expect(pending).toHaveLength(2);
  });

  test("a search overtaken by another one is made when it is come back to", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.startFrom(photo(7));
    pending[0]?.reject({ code: "cancelled", message: "Another search was started." });
    await settled();
    expect(pending).toHaveLength(2);
    search.back();
    expect(search.entry?.failure).toBeNull();
    expect(pending).toHaveLength(3);
  });

  test("goes back to the start and forward again, each with its selection and scroll position", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.resolve(ranking());
    await settled();
    search.entry!.selected = 3;
    search.entry!.scrollTop = 480;
    search.startFrom(photo(103));
    pending[1]?.resolve(ranking());
    await settled();
    expect(search.entry?.selected).toBe(0);
    search.back();
    expect(search.entry).toMatchObject({ selected: 3, scrollTop: 480 });
    search.back();
    expect(search.entry).toBeNull();
    expect(search.canGoBack).toBe(false);
    search.forward();
    search.forward();
    expect(search.entry?.item?.source).toEqual({ kind: "image", id: 103, crop: null });
    expect(search.canGoForward).toBe(false);
  });

  test("forgets what lay ahead when another search starts", () => {
    const { search } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.startWith([queryPhoto(2)], 0);
    search.back();
    search.startWith([queryPhoto(3)], 0);
    expect(search.canGoForward).toBe(false);
    search.back();
    expect(search.entry?.item?.source.id).toBe(1);
  });

  test("adding and removing photos can be gone back from; the last photo stays", () => {
    const { search } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.add([queryPhoto(2)], 0);
    expect(search.entry?.items).toHaveLength(2);
    expect(search.entry?.item?.source.id).toBe(2);
    search.remove(1);
    expect(search.entry?.item?.source.id).toBe(1);
    search.remove(0);
    expect(search.entry?.items).toHaveLength(1);
    search.back();
    expect(search.entry?.items).toHaveLength(2);
  });

  test("after a change of the catalog ranks anew and stays at the selected photo", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.resolve(ranking());
    await settled();
    search.entry!.selected = 2;
    search.invalidate();
    expect(pending).toHaveLength(2);
    pending[1]?.resolve({ ...ranking(), hits: [{ ...ranking().hits[0]!, image: 999 }, ...ranking().hits] });
    await settled();
    expect(search.entry?.hits[search.entry.selected]?.image).toBe(103);
  });

  test("a search that is under way when the catalog changes is made once more", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.invalidate();
    pending[0]?.resolve(ranking(2));
    await settled();
    expect(pending).toHaveLength(2);
    pending[1]?.resolve(ranking(3));
    await settled();
    expect(search.entry?.hits).toHaveLength(3);
    expect(search.entry?.busy).toBe(false);
  });

  test("an excluded photo leaves every ranking at once", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]?.resolve(ranking(2));
    await settled();
    search.entry!.selected = 1;
    search.hide(102);
    expect(search.entry?.hits.map((hit) => hit.image)).toEqual([101]);
    expect(search.entry?.selected).toBe(0);
  });
});

test("the time in all runs from the drop to the painted results", async () => {
  const { search, pending } = searching();
  search.startWith([queryPhoto(1)], 1_000);
  pending[0]?.resolve(ranking());
  await settled();
  const arrival = search.arrival!;
  search.painted(arrival, { epoch: 1_084, monotonic: arrival.repliedAt + 9 });
  expect(search.timings).toEqual({ decode: 6, embed: 11, search: 2, paint: 9, total: 84 });
  expect(search.sequence).toBe(1);
  search.painted(arrival, { epoch: 5_000, monotonic: 0 });
  expect(search.sequence).toBe(1);
});
