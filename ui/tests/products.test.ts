import { afterEach, expect, test, vi } from "vitest";
import type { ImportPreview } from "../src/engine/types.ts";
import { later, preview, products, ranking, status, stocked } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

test("a hit shows title, SKU and price, and is called by them", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  const [hit] = view.all("hit");
  expect(written(hit)).toBe("Court Low 101 0.95 41-101€1,189.50");
  expect(hit?.getAttribute("aria-label")).toBe("1. Court Low 101, 41-101, €1,189.50, similarity 0.95");
  expect(hit?.querySelector(".cell")?.getAttribute("title")).toBe("photo-101.jpg\n/photos");
  expect(hit?.dataset["name"]).toBe("photo-101.jpg");
});

test("without product data captions are file names, as low as before", async () => {
  view = await TestWindow.openStocked();
  await view.drop();
  const high = view.all("hit")[0]!.style.height;
  await view.close();
  view = await TestWindow.open();
  await view.drop();
  expect(written(view.all("hit")[0])).toBe("photo-101.jpg 0.95");
  expect(parseInt(view.all("hit")[0]!.style.height)).toBe(parseInt(high) - 17);
  for (const name of ["filters", "groupBy", "selectedHit"] as const) expect(view.has(name)).toBe(false);
});

test("a photo that no product is known of shows its file name and keeps its place", async () => {
  view = await TestWindow.openStocked();
  await view.click("navCatalog");
  const [known, unknown] = view.all("photo");
  expect(written(known)).toBe("Court Low 1 41-1€1,189.50");
  expect(written(unknown)).toBe("photo-2.jpg");
  expect(unknown?.style.height).toBe(known?.style.height);
  expect(unknown?.querySelector(".second")).not.toBeNull();
});

test("an article number is written as it came", async () => {
  const columns = products.columns.map((column) => (column.name === "SKU" ? { ...column, kind: "number" as const } : column));
  view = await TestWindow.openStocked({
    subscribe: () => ({ ...stocked, catalog: { ...stocked.catalog!, products: { ...products, columns } } }),
    search: () => ranking(1, (hit) => ({ ...hit, product: [{ column: "SKU", value: 4012345 }] })),
  });
  await view.drop();
  expect(written(view.all("hit")[0])).toContain("4012345");
});

test("the selected hit is told in full beside the query", async () => {
  const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  view = await TestWindow.openStocked();
  await view.drop();
  expect(view.text("selectedHit")).toContain("similarity 0.95");
  await view.press("ArrowRight");
  expect(view.get("selectedHit").dataset["image"]).toBe("102");
  expect(view.text("selectedHit")).toContain("Court Low 102 41-102 €1,189.50");
  expect([...view.get("selectedHit").querySelectorAll("dl > div")].map(written)).toEqual([
    "Colour whitesand", "Weight 0.8 kg", "Added Nov 23, 2026", "File photo-102.jpg",
  ]);
  expect(view.get("copyCode").getAttribute("aria-label")).toBe("Copy SKU");
  await view.click("copyCode");
  expect(copied).toHaveBeenCalledWith("41-102");
  expect(view.text("notice")).toContain("41-102 copied");
});

test("nothing offers to copy where the page has no clipboard", async () => {
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue(undefined as unknown as Clipboard);
  view = await TestWindow.openStocked();
  await view.drop();
  expect(view.has("selectedHit")).toBe(true);
  expect(view.has("copyCode")).toBe(false);
});

test("compared photos are told by their products, the query too when it is of the catalog", async () => {
  view = await TestWindow.openStocked();
  await view.click("navCatalog");
  await view.click(view.all("photo")[0]!);
  await view.press(" ");
  const [query, hit] = [...view.get("compare").querySelectorAll("figcaption")].map(written);
  expect(query).toContain("Court Low 1 41-1 €1,189.50");
  expect(hit).toContain("Court Low 101 41-101 €1,189.50");
  expect(hit).toContain("Weight 0.8 kg");
  expect(hit).toContain("photo-101.jpg");
});

test("product data is attached after it was looked at", async () => {
  view = await TestWindow.open({
    import_products: () => {
      view.engine.send({ kind: "status", status: stocked });
      return null;
    },
  });
  await view.drop();
  await view.click("navCatalog");
  expect(view.text("products")).toContain("A CSV gives the photos titles");
  await view.click("attachProducts");
  expect(view.text("import")).toContain("36 rows, 6 columns · UTF-8, separated by semicolons");
  expect(view.text("import")).toContain("30 of 36 rows are about 38 of 40 photos");
  expect(view.all("importColumn").map((row) => [...row.children].map(written))).toEqual([
    ["SKUfinds the photos", "Text", "a SKU"],
    ["Title", "Text", "a Title"],
    ["Price", "Price, €", "€1,189.50 · €40.00"],
    ["Colour", "Tags", "a Colour"],
    ["Weight", "Number, kg", "a Weight"],
    ["Added", "Date", "Nov 23, 2026"],
  ]);
  for (const left of ["3 rows are about no photo", "41-900, 41-901 and 1 more", "2 photos are in no row", "photo-39.jpg, photo-40.jpg", "2 rows repeat the SKU", "1 row has no SKU"]) {
    expect(view.text("import")).toContain(left);
  }
  await view.click("importAttach");
  expect(view.has("import")).toBe(false);
  expect(view.text("notice")).toContain("The product data is attached");
  expect(view.text("products")).toContain("6 columns for 38 photos, found by SKU");
  // The query is ranked anew, as its hits have products now.
  expect(view.engine.searches()).toHaveLength(2);
});

test("another key finds other photos, and nothing is attached until it has", async () => {
  const found = later<ImportPreview>();
  view = await TestWindow.openStocked({ find_products_by: () => found.promise });
  await view.click("navCatalog");
  await view.click("attachProducts");
  await view.choose("importKey", "Title");
  expect(view.engine.of("find_products_by")).toEqual([{ id: preview.id, key: "Title" }]);
  expect(view.text("import")).toContain("Looking for photos…");
  expect((view.get("importKey") as HTMLSelectElement).value).toBe("Title");
  expect((view.get("importAttach") as HTMLButtonElement).disabled).toBe(true);
  found.resolve({ ...preview, key: "Title", matchedRows: 4, matchedPhotos: 5 });
  await view.settle();
  expect(view.text("import")).toContain("4 of 36 rows are about 5 of 40 photos");
  expect((view.get("importAttach") as HTMLButtonElement).disabled).toBe(false);
});

test("a key that cannot be looked for says why and leaves the one before", async () => {
  view = await TestWindow.openStocked({
    find_products_by: () => {
      throw { code: "other", message: "The file is gone." };
    },
  });
  await view.click("navCatalog");
  await view.click("attachProducts");
  await view.choose("importKey", "Title");
  expect(view.text("import")).toContain("The file is gone.");
  expect((view.get("importKey") as HTMLSelectElement).value).toBe("SKU");
});

test("a key that finds no photo cannot be attached by, and says what would", async () => {
  view = await TestWindow.openStocked();
  await view.click("navCatalog");
  await view.click("attachProducts");
  await view.choose("importKey", "Colour");
  expect(view.text("import")).toContain("No photo is found by Colour.");
  expect((view.get("importAttach") as HTMLButtonElement).disabled).toBe(true);
  view.engine.send({
    kind: "productsDropped",
    preview: { ...preview, id: preview.id + 1, name: "other.csv", matchedRows: 0, matchedPhotos: 0, columns: preview.columns.map((column) => ({ ...column, photos: 0 })) },
  });
  await view.settle();
  expect(view.text("import")).toContain("Attach other.csv?");
  expect(view.text("import")).toContain("No column finds a photo.");
});

test("a dropped CSV is looked at first, and Cancel stores nothing", async () => {
  view = await TestWindow.openStocked();
  view.engine.send({ kind: "dragEntered", photos: 0, folders: 0, tables: 1, others: 0 });
  await view.settle();
  expect(view.text("dropOverlay")).toContain("Attach the product data of this CSV");
  view.engine.send({ kind: "productsDropped", preview });
  await view.settle();
  expect(view.has("dropOverlay")).toBe(false);
  expect(view.text("import")).toContain("Attach spring.csv?");
  await view.click("importCancel");
  expect(view.has("import")).toBe(false);
  expect(view.engine.of("import_products")).toHaveLength(0);
});

test("an import that fails is told, nothing looks attached, and it can be tried again", async () => {
  view = await TestWindow.open({
    import_products: () => {
      throw { code: "other", message: "The disk is full." };
    },
  });
  await view.click("navCatalog");
  await view.click("attachProducts");
  await view.click("importAttach");
  expect(view.text("import")).toContain("The disk is full.");
  expect((view.get("importAttach") as HTMLButtonElement).disabled).toBe(false);
  await view.click("importCancel");
  expect(view.has("forgetProducts")).toBe(false);
});

test("removing product data asks first, and takes its filters with it", async () => {
  view = await TestWindow.openStocked({
    forget_products: () => {
      view.engine.send({ kind: "status", status });
      return null;
    },
  });
  await view.drop();
  await view.choose("groupBy", "SKU");
  await view.click("filters");
  await view.click(view.all("facetValue")[0]!);
  await view.click("navCatalog");
  await view.click("forgetProducts");
  expect(view.text("forgetProductsDialog")).toContain("6 columns leave 38 photos");
  await view.click("confirmDismiss");
  expect(view.engine.of("forget_products")).toHaveLength(0);
  await view.click("forgetProducts");
  await view.click("confirm");
  expect(view.engine.of("forget_products")).toHaveLength(1);
  expect(view.text("notice")).toContain("The product data was removed");
  expect(view.engine.searches().at(-1)).toMatchObject({ filter: null, groupBy: null });
  await view.click("navSearch");
  expect(view.has("filterChip")).toBe(false);
  expect(view.has("filtersPanel")).toBe(false);
  expect(written(view.all("hit")[0])).toBe("photo-101.jpg 0.95");
});
