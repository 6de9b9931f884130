/** The engine's side of the window for tests: commands are answered over Tauri's own mock IPC, events are sent by hand. */
import { clearMocks, mockConvertFileSrc, mockIPC } from "@tauri-apps/api/mocks";
import type { AppEvent, Facets, Hit, ImportPreview, Photo, ProductCell, ProductStatus, QueryPhoto, Ranking, SearchRequest, Status } from "../src/engine/types.ts";

type Arguments = Record<string, unknown>;
type Answer = (args: Arguments) => unknown;

export type Call = { command: string; args: Arguments };

export const status: Status = {
  phase: { kind: "ready" },
  catalog: {
    directory: "/catalog",
    generation: 1,
    photos: 40,
    files: 41,
    missing: 1,
    failures: 1,
    excluded: 0,
    awaiting: 0,
    folders: 1,
    index: { method: "exact", vectors: 40, recallAt10: null },
    products: null,
  },
  device: { name: "CPU, 8 threads", kind: "cpu", reason: "No GPU was found.", requested: "auto", adapters: [] },
  model: { name: "vitrine-r50h-1", dims: 512, parameters: 6_400_000, inputSize: 224, available: ["vitrine-r50h-1"] },
  job: null,
  sampleOffered: true,
  version: "0.1.0",
};

export const emptyStatus: Status = {
  ...status,
  catalog: { ...status.catalog!, photos: 0, files: 0, missing: 0, failures: 0, folders: 0 },
};

export const products: ProductStatus = {
  columns: [
    { name: "SKU", kind: "text", unit: null },
    { name: "Title", kind: "text", unit: null },
    { name: "Price", kind: "price", unit: "€" },
    { name: "Colour", kind: "tags", unit: null },
    { name: "Weight", kind: "number", unit: "kg" },
    { name: "Added", kind: "date", unit: null },
  ],
  products: 30,
  photos: 38,
  key: "SKU",
  title: "Title",
  code: "SKU",
  price: "Price",
};

/** The same catalog with product data. */
export const stocked: Status = { ...status, catalog: { ...status.catalog!, products } };

export function product(image: number): ProductCell[] {
  return [
    { column: "SKU", value: `41-${image}` },
    { column: "Title", value: `Court Low ${image}` },
    { column: "Price", value: 1189.5 },
    { column: "Colour", value: ["white", "sand"] },
    { column: "Weight", value: 0.8 },
    { column: "Added", value: "2026-11-23" },
  ];
}

export const facets: Facets = {
  photos: 38,
  facets: [
    {
      column: products.columns[3]!,
      values: ["white", "sand", "black", "navy", "red", "green", "grey", "pink", "gold", "teal"].map((value, at) => ({ value, photos: 20 - at })),
      low: null,
      high: null,
    },
    { column: products.columns[2]!, values: [], low: 12.5, high: 1189.5 },
  ],
};

export const preview: ImportPreview = {
  id: 3,
  name: "spring.csv",
  encoding: "UTF-8",
  delimiter: ";",
  columns: products.columns.map((column) => ({
    column,
    values: column.kind === "price" ? ["1189.5", "40"] : column.kind === "date" ? ["2026-11-23"] : [`a ${column.name}`],
    photos: column.name === "SKU" ? 38 : 0,
  })),
  key: "SKU",
  rows: 36,
  matchedRows: 30,
  repeatedRows: 2,
  rowsWithoutKey: 1,
  matchedPhotos: 38,
  photos: 40,
  unmatchedKeys: ["41-900", "41-901"],
  unmatchedFiles: ["photo-39.jpg", "photo-40.jpg"],
};

/** Hits as with product data; a ranking by groups says of each what it stands for. */
export function stockedRanking({ groupBy }: Pick<SearchRequest, "groupBy">, count = 8): Ranking {
  return ranking(count, (hit) => ({
    ...hit,
    product: product(hit.image),
    group: groupBy === null ? null : { value: `41-${hit.image}`, photos: hit.rank },
  }));
}

export function photo(image: number): Photo {
  return { image, name: `photo-${image}.jpg`, folder: "/photos", width: 400, height: 300, missing: false, copies: 1, excluded: false, product: [] };
}

export function queryPhoto(id: number): QueryPhoto {
  return { id, name: `query-${id}.jpg`, width: 640, height: 480 };
}

/** Hits 1 … n, image 101 first, similarities falling by 0.1 from 0.95, the cut-off at 0.6. */
export function ranking(count = 8, change: (hit: Hit) => Hit = (hit) => hit): Ranking {
  const hits = Array.from({ length: count }, (_, at): Hit => {
    const { excluded: _excluded, ...shown } = photo(101 + at);
    const similarity = 0.95 - at * 0.1;
    return change({
      ...shown,
      rank: at + 1,
      similarity,
      content: similarity,
      colour: null,
      verdict: null,
      part: 0,
      orientation: { mirrored: false, quarters: 0 },
      group: null,
      trimmed: false,
      alike: [],
    });
  });
  return {
    hits,
    cutoff: { similarity: 0.6, randomPairs: 0.01 },
    calibration: null,
    method: "exact",
    gallery: 40,
    timings: { decode: 6, embed: 11, search: 2 },
  };
}

/** Answers commands until `stop`; what is not named in `answers` has a plain default. */
export class FakeEngine {
  readonly calls: Call[] = [];
  readonly #answers: Record<string, Answer>;
  #channel = 0;
  #sent = 0;

  constructor(answers: Record<string, Answer> = {}) {
    this.#answers = {
      subscribe: () => status,
      search: () => ranking(),
      photos_page: ({ offset, limit }) => {
        const photos = Array.from({ length: 40 }, (_, at) => photo(at + 1));
        return { total: 40, offset, photos: photos.slice(Number(offset), Number(offset) + Number(limit)) };
      },
      folders: () => [{ id: 7, path: "/photos", files: 41, missing: 1, state: { kind: "watched" } }],
      failures: () => [
        { code: "truncated", reason: "It ends in the middle of the picture.", files: [{ id: 4, path: "/photos/broken.jpg", reason: "It ends in the middle of the picture." }] },
      ],
      exclusions: () => ({ patterns: [], smallerThan: null, ignored: 0 }),
      facets: () => facets,
      suggest_crops: () => [],
      past_searches: () => [],
      keep_search: () => 1,
      notebook: () => ({ filters: [], pins: [] }),
      photos_by_id: ({ images }) => (images as number[]).map(photo),
      pick_products: () => preview,
      find_products_by: ({ key }) => ({ ...preview, key, matchedRows: 0, matchedPhotos: preview.columns.find(({ column }) => column.name === key)?.photos ?? 0 }),
      pick_photos: () => ({ photos: [queryPhoto(9)], failures: [], receivedAt: Date.now() }),
      paste: () => ({ photos: [queryPhoto(5)], failures: [], receivedAt: Date.now() }),
      ...answers,
    };
    mockConvertFileSrc("linux");
    mockIPC((command, payload) => {
      const args = payload as Arguments;
      if (command === "subscribe") this.#channel = (args["channel"] as { id: number }).id;
      this.calls.push({ command, args });
      return this.#answers[command]?.(args) ?? null;
    });
  }

  /** What the engine tells unasked, over the channel of `subscribe`. */
  send(event: AppEvent): void {
    const internals = (window as unknown as { __TAURI_INTERNALS__: { runCallback: (id: number, message: unknown) => void } }).__TAURI_INTERNALS__;
    internals.runCallback(this.#channel, { index: this.#sent, message: event });
    this.#sent += 1;
  }

  of(command: string): Arguments[] {
    return this.calls.filter((call) => call.command === command).map((call) => call.args);
  }

  searches(): SearchRequest[] {
    return this.of("search").map((args) => args["request"] as SearchRequest);
  }

  stop(): void {
    clearMocks();
  }
}

/** A promise to be kept or broken by the test. */
export function later<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((keep, abandon) => {
    resolve = keep;
    reject = abandon;
  });
  return { promise, resolve, reject };
}
