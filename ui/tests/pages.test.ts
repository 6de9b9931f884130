import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine/client.ts";
import type { PhotoPage } from "../src/engine/types.ts";
import { CatalogPages, MAX_PAGES, PAGE_PHOTOS } from "../src/state/pages.svelte.ts";
import { later, photo } from "./engine.ts";

type Asked = { offset: number; name: string; reply: (total?: number) => void; fail: () => void };

function paging() {
  const asked: Asked[] = [];
  const engine = {
    photosPage: (offset: number, limit: number, name: string) => {
      const page = later<PhotoPage>();
      asked.push({
        offset,
        name,
        reply: (total = 100_000) =>
          page.resolve({ total, offset, photos: Array.from({ length: Math.min(limit, total - offset) }, (_, at) => photo(offset + at)) }),
        fail: () => page.reject({ code: "other", message: "The disk is gone." }),
      });
      return page.promise;
    },
  } as unknown as Engine;
  return { pages: new CatalogPages(engine), asked };
}

const settled = () => new Promise((done) => setTimeout(done));
const offsets = (asked: Asked[]) => asked.map((each) => each.offset / PAGE_PHOTOS);

describe("catalog pages", () => {
  test("are fetched for what is in view and kept", async () => {
    const { pages, asked } = paging();
    pages.want(150, 260);
    expect(offsets(asked)).toEqual([0, 1]);
    for (const each of asked) each.reply();
    await settled();
    expect(pages.total).toBe(100_000);
    expect(pages.at(260)?.image).toBe(260);
    pages.want(0, 50);
    expect(asked).toHaveLength(2);
  });

  test("that were scrolled past before they were asked for are not fetched", async () => {
    const { pages, asked } = paging();
    pages.want(0, 399);
    pages.want(40_000, 40_050);
    pages.want(90_000, 90_050);
    expect(offsets(asked)).toEqual([0, 1]);
    for (const each of [...asked]) each.reply();
    await settled();
    expect(offsets(asked)).toEqual([0, 1, 450]);
  });

  test("stay shown while the catalog changes, and are fetched again", async () => {
    const { pages, asked } = paging();
    pages.want(0, 10);
    asked[0]?.reply(3);
    await settled();
    pages.refresh();
    expect(pages.at(2)?.image).toBe(2);
    expect(asked).toHaveLength(2);
    asked[1]?.reply(2);
    await settled();
    expect(pages.total).toBe(2);
    expect(pages.at(2)).toBeUndefined();
  });

  test("are asked for once more when the catalog changed while they were under way", async () => {
    const { pages, asked } = paging();
    pages.want(0, 10);
    pages.refresh();
    pages.refresh();
    expect(asked).toHaveLength(1);
    asked[0]?.reply(3);
    await settled();
    expect(pages.total).toBe(3);
    expect(asked).toHaveLength(2);
    asked[1]?.reply(4);
    await settled();
    expect(pages.total).toBe(4);
    expect(asked).toHaveLength(2);
  });

  test("of another filter are dropped when they come late", async () => {
    const { pages, asked } = paging();
    pages.want(0, 10);
    pages.narrow("shoe");
    expect(asked[1]).toMatchObject({ offset: 0, name: "shoe" });
    asked[1]?.reply(1);
    await settled();
    asked[0]?.reply(500);
    await settled();
    expect(pages.total).toBe(1);
  });

  test("that cannot be read are not asked for in a loop", async () => {
    const { pages, asked } = paging();
    pages.want(0, 10);
    asked[0]?.fail();
    await settled();
    expect(asked).toHaveLength(1);
    expect(pages.failure?.message).toBe("The disk is gone.");
    pages.want(0, 10);
    expect(asked).toHaveLength(2);
  });

  test("least recently fetched are forgotten, never those in view", async () => {
    const { pages, asked } = paging();
    for (let page = 0; page <= MAX_PAGES; page += 1) {
      pages.want(page * PAGE_PHOTOS, page * PAGE_PHOTOS);
      asked.at(-1)?.reply();
      await settled();
    }
    expect(pages.at(0)).toBeUndefined();
    expect(pages.at(PAGE_PHOTOS)?.image).toBe(PAGE_PHOTOS);
    expect(pages.at(MAX_PAGES * PAGE_PHOTOS)?.image).toBe(MAX_PAGES * PAGE_PHOTOS);
  });
});
