import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine/client.ts";
import type { Crop, Notebook, Ranking, SearchRequest } from "../src/engine/types.ts";
import { Boxes } from "../src/state/boxes.svelte.ts";
import { Kept } from "../src/state/kept.svelte.ts";
import { EVERYTHING, Narrowing } from "../src/state/narrowing.svelte.ts";
import { Search } from "../src/state/search.svelte.ts";
import { Unfolding } from "../src/state/unfolding.svelte.ts";
import { later, photo, product, products, queryPhoto, ranking, stockedRanking } from "./engine.ts";

type Pending = { request: SearchRequest; resolve: (ranking: Ranking) => void; reject: (reason: unknown) => void };

/** A search whose replies the test gives when it likes, with the pictures' longest waits. */
function searching(scope = EVERYTHING) {
  const pending: Pending[] = [];
  const waits: number[] = [];
  const engine = {
    search: (request: SearchRequest) => {
      const reply = later<Ranking>();
      pending.push({ request, resolve: reply.resolve, reject: reply.reject });
      return reply.promise;
    },
  } as unknown as Engine;
  const search = new Search(engine, () => true, () => scope, (_, longestWaitMillis) => {
    waits.push(longestWaitMillis);
    return Promise.resolve();
  });
  return { engine, search, pending, waits };
}

/** Lets promises that are kept already be noticed. */
const settled = () => new Promise((done) => setTimeout(done));

const crop = (x: number): Crop => ({ x, y: 0, width: 0.5, height: 0.5 });
const asked = ({ request }: Pending) => [request.parts[0]?.source.crop?.x ?? null, request.live];

describe("a crop that is dragged", () => {
  test("is ranked live, the latest first, and once exactly when it rests", async () => {
    const { search, pending, waits } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]!.resolve(ranking());
    await settled();
    for (const x of [0.1, 0.2, 0.3]) search.dragCrop(crop(x));
    // One is under way and one waits, however many there were.
    expect(pending.map(asked)).toEqual([[null, false], [0.1, true]]);
    pending[1]!.resolve(ranking(3));
    await settled();
    expect(pending.map(asked).at(-1)).toEqual([0.3, true]);
    search.rest();
    pending[2]!.resolve(ranking(2));
    await settled();
    expect(pending.map(asked).at(-1)).toEqual([0.3, false]);
    pending[3]!.resolve(ranking(4));
    await settled();
    expect(search.entry?.hits).toHaveLength(4);
    search.rest();
    expect(pending).toHaveLength(4);
    // Pictures that are late must not hold up the hand.
    expect(waits[1]).toBeLessThan(50);
    expect(waits[1]).toBeLessThan(waits[3]!);
  });

  test("keeps the list in its place: who looks at the best hit goes on doing so, who looks at another one stays at it", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]!.resolve(ranking());
    await settled();
    const { scope } = search.entry!;
    const turned = { ...ranking(), hits: ranking().hits.toReversed() };
    search.dragCrop(crop(0.1));
    pending[1]!.resolve(turned);
    await settled();
    expect(search.entry!.selected).toBe(0);
    search.entry!.selected = 2;
    search.entry!.scrollTop = 300;
    const image = search.entry!.hits[2]!.image;
    search.dragCrop(crop(0.2));
    pending[2]!.resolve(ranking());
    await settled();
    expect(search.entry!.hits[search.entry!.selected]!.image).toBe(image);
    expect(search.entry!.scrollTop).toBe(300);
    // The same object: the grid takes another one for another list.
    expect(search.entry!.scope).toBe(scope);
  });

  test("that fails on the way leaves the list; what is wrong is said when it rests", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]!.resolve(ranking());
    await settled();
    search.dragCrop(crop(0.1));
    pending[1]!.reject({ code: "other", message: "No map." });
    await settled();
    expect(search.entry!.failure).toBeNull();
    expect(search.entry!.hits).toHaveLength(8);
    search.rest();
    pending[2]!.reject({ code: "other", message: "Gone." });
    await settled();
    expect(search.entry!.failure?.message).toBe("Gone.");
  });

  test("and left before it rested is ranked exactly when it is come back to", async () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1)], 0);
    pending[0]!.resolve(ranking());
    await settled();
    search.dragCrop(crop(0.1));
    pending[1]!.resolve(ranking());
    await settled();
    search.startFrom(photo(7));
    search.rest();
    search.back();
    expect(pending.map(asked).at(-1)).toEqual([0.1, false]);
  });
});

describe("photos of a query", () => {
  test("count as they are weighed, in the same history entry", () => {
    const { search, pending } = searching();
    search.startWith([queryPhoto(1), queryPhoto(2)], 0);
    expect(search.weigh(1, -0.5)).toBe(true);
    pending[0]!.resolve(ranking());
    expect(search.entry?.items.map(({ weight }) => weight)).toEqual([1, -0.5]);
    search.back();
    expect(search.entry).toBeNull();
  });

  test("cannot all be less of something: neither by weight, nor by taking out the only one that counts", () => {
    const { search, pending } = searching();
    search.startFrom(photo(7));
    expect(search.lean(photo(8), -0.5)).toBe(true);
    expect(search.weigh(0, -1)).toBe(false);
    expect(search.remove(0)).toBe(false);
    expect(search.lean(photo(7), -0.5)).toBe(false);
    expect(search.entry?.items.map(({ weight }) => weight)).toEqual([1, -0.5]);
    expect(pending.every(({ request }) => request.parts.some(({ weight }) => weight > 0))).toBe(true);
  });

  test("a hit joins as more or less of it, once, and can be gone back from", () => {
    const { search } = searching();
    search.startWith([queryPhoto(1)], 0);
    search.match({ colour: -1 });
    search.lean(photo(8), 1);
    search.lean(photo(8), -0.5);
    expect(search.entry?.items.map(({ source, weight }) => [source.kind, source.id, weight])).toEqual([["photo", 1, 1], ["image", 8, -0.5]]);
    // What is refined stays as it is matched; the photo in view stays in view.
    expect(search.entry?.matching.colour).toBe(-1);
    expect(search.entry?.active).toBe(0);
    search.back();
    expect(search.entry?.items[1]?.weight).toBe(1);
  });
});

test("colour and orientation belong to a search: another one begins as it is, and going back finds them", async () => {
  const { search, pending } = searching();
  search.startWith([queryPhoto(1)], 0);
  pending[0]!.resolve(ranking());
  await settled();
  for (const colour of [0.1, 0.2, 0.3]) search.match({ colour });
  search.match({ orientations: "any" });
  pending[1]!.resolve(ranking());
  await settled();
  expect(pending.map(({ request }) => [request.colour, request.orientations])).toEqual([[0, "upright"], [0.1, "upright"], [0.3, "any"]]);
  search.startFrom(photo(7));
  expect(search.entry?.matching).toMatchObject({ colour: 0, orientations: "upright", recommend: null });
  search.back();
  expect(search.entry?.matching).toMatchObject({ colour: 0.3, orientations: "any" });
});

test("boxes are asked for once for each photo, of the whole of it, and those of another catalog are not taken for this one's", async () => {
  const replies: { source: unknown; reply: ReturnType<typeof later<Crop[]>> }[] = [];
  const boxes = new Boxes({
    suggestCrops: (source) => {
      const reply = later<Crop[]>();
      replies.push({ source, reply });
      return reply.promise;
    },
  });
  const source = { kind: "image", id: 7, crop: crop(0.1) } as const;
  void boxes.want(source);
  void boxes.want({ ...source, crop: null });
  expect(replies.map((each) => each.source)).toEqual([{ kind: "image", id: 7, crop: null }]);
  boxes.clear();
  replies[0]!.reply.resolve([crop(0.2)]);
  await settled();
  expect(boxes.of(source)).toBeNull();
  void boxes.want(source);
  replies[1]!.reply.resolve([crop(0.3)]);
  await settled();
  expect(boxes.of(source)).toEqual([crop(0.3)]);
});

describe("a group", () => {
  test("unfolds to its photos, ranked by the same query under the same filters, each for itself", async () => {
    const filter = { words: "low", conditions: [{ column: "SKU", values: ["41-102", "41-103"], low: null, high: null }] };
    const { engine, search, pending } = searching({ filter, groupBy: "SKU" });
    search.startWith([queryPhoto(1)], 0);
    search.match({ colour: 0.5 });
    pending[0]!.resolve(stockedRanking({ groupBy: "SKU" }));
    await settled();
    pending[1]!.resolve(stockedRanking({ groupBy: "SKU" }));
    await settled();
    const unfolding = new Unfolding(engine);
    const entry = search.entry!;
    expect(unfolding.open(entry, entry.hits[0]!)).toBe(false);
    expect(unfolding.open(entry, entry.hits[1]!)).toBe(true);
    expect(pending[2]!.request).toMatchObject({
      parts: [{ source: { kind: "photo", id: 1 }, weight: 1 }],
      colour: 0.5,
      groupBy: null,
      filter: { words: "low", conditions: [{ column: "SKU", values: ["41-102"], low: null, high: null }] },
    });
    const others = stockedRanking({ groupBy: null });
    others.hits[0]!.product = product(102);
    pending[2]!.resolve(others);
    await settled();
    expect(unfolding.hits?.map(({ image }) => image)).toEqual([101, 102]);
  });

  test("that cannot be ranked says why, and one that was closed stays closed", async () => {
    const { engine, search, pending } = searching({ filter: null, groupBy: "Weight" });
    search.startWith([queryPhoto(1)], 0);
    pending[0]!.resolve(stockedRanking({ groupBy: "Weight" }));
    await settled();
    const unfolding = new Unfolding(engine);
    unfolding.open(search.entry!, search.entry!.hits[1]!);
    expect(pending[1]!.request.filter?.conditions).toEqual([{ column: "Weight", values: [], low: 0.8, high: 0.8 }]);
    pending[1]!.reject({ code: "other", message: "No such column." });
    await settled();
    expect(unfolding.failure?.message).toBe("No such column.");
    unfolding.again();
    unfolding.close();
    pending[2]!.resolve(ranking());
    await settled();
    expect(unfolding.hits).toBeNull();
  });
});

describe("what is kept", () => {
  function keeping(read: () => Promise<Notebook> = () => Promise.resolve({ filters: [], pins: [3] })) {
    const written: Notebook[] = [];
    const failures: string[] = [];
    let refuses = false;
    const kept = new Kept(
      {
        notebook: read,
        setNotebook: (notebook) => {
          if (refuses) return Promise.reject({ code: "other", message: "The disk is full." });
          written.push(notebook);
          return Promise.resolve();
        },
        photosById: (images) => Promise.resolve(images.filter((image) => image !== 4).map(photo)),
      },
      ({ message }) => failures.push(message),
    );
    return { kept, written, failures, refuse: () => (refuses = true) };
  }

  test("is written behind, the last pinned photo first, and photos that are gone are left out", async () => {
    const { kept, written } = keeping();
    await kept.load();
    expect(kept.togglePin(4)).toBe(true);
    expect(kept.togglePin(9)).toBe(true);
    await settled();
    expect(written.at(-1)?.pins).toEqual([9, 4, 3]);
    expect(kept.photos.map(({ image }) => image)).toEqual([9, 3]);
    expect(kept.togglePin(9)).toBe(false);
    await settled();
    expect(written.at(-1)?.pins).toEqual([4, 3]);
  });

  test("filters have names of their own, and one that was deleted comes back to its place", async () => {
    const { kept, written } = keeping();
    await kept.load();
    const scope = { filter: { words: "low", conditions: [] }, groupBy: "SKU" };
    kept.save("spring", scope);
    kept.save("autumn", EVERYTHING);
    kept.save("spring", { ...scope, groupBy: null });
    expect(kept.filters.map(({ name, groupBy }) => [name, groupBy])).toEqual([["spring", null], ["autumn", null]]);
    expect(kept.rename("spring", "autumn")).toBe(false);
    expect(kept.rename("spring", "summer")).toBe(true);
    const [summer] = kept.filters;
    kept.forget("summer");
    kept.restore(summer!, 0);
    await settled();
    expect(written.at(-1)?.filters.map(({ name }) => name)).toEqual(["summer", "autumn"]);
  });

  test("that cannot be written is as before, and it is said", async () => {
    const { kept, failures, refuse } = keeping();
    await kept.load();
    refuse();
    kept.togglePin(9);
    expect(kept.pinned(9)).toBe(true);
    await settled();
    expect(kept.pins).toEqual([3]);
    expect(failures).toEqual(["The disk is full."]);
  });

  test("and could not be read is never overwritten", async () => {
    const { kept, written, failures } = keeping(() => Promise.reject({ code: "other", message: "Unreadable." }));
    await kept.load();
    kept.togglePin(9);
    await settled();
    expect(written).toEqual([]);
    expect(failures).toContain("Unreadable.");
  });

  test("filters are put into force at once, without those of columns that are gone", () => {
    let changes = 0;
    const narrowing = new Narrowing({ facets: () => later<never>().promise }, () => (changes += 1));
    const conditions = [
      { column: "Price", values: [], low: 10, high: null },
      { column: "Gone", values: ["x"], low: null, high: null },
    ];
    narrowing.apply({ filter: { words: "low", conditions }, groupBy: "SKU" }, products.columns);
    expect(narrowing.scope).toEqual({ filter: { words: "low", conditions: [conditions[0]] }, groupBy: "SKU" });
    expect(changes).toBeGreaterThan(0);
    narrowing.apply({ filter: { words: "", conditions: [] }, groupBy: "Gone" }, products.columns);
    expect(narrowing.scope).toEqual(EVERYTHING);
  });
});
