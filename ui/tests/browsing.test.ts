import { afterEach, expect, test } from "vitest";
import type { JobProgress, Status } from "../src/engine/types.ts";
import { photo, queryPhoto, status } from "./engine.ts";
import { TestWindow } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const job: JobProgress = {
  stage: "embedding",
  done: 120,
  total: 400,
  perSecond: 42.4,
  secondsLeft: 7,
  failed: 2,
  device: "CPU, 8 threads",
  current: "/photos/shoe.jpg",
  cancelling: false,
  paused: false,
};

async function send(changed: Partial<Status>) {
  view.engine.send({ kind: "status", status: { ...status, ...changed } });
  await view.settle();
}

test("the catalog shows its photos, and a click searches by one", async () => {
  view = await TestWindow.open();
  await view.click("navCatalog");
  expect(view.all("photo")[0]?.dataset).toMatchObject({ image: "1", name: "photo-1.jpg" });
  await view.click(view.all("photo")[4]!);
  expect(view.get("frame").dataset["view"]).toBe("search");
  expect(view.engine.searches()[0]?.parts).toEqual([{ source: { kind: "image", id: 5, crop: null }, weight: 1 }]);
});

test("a hundred thousand photos are a few dozen elements and a few pages", async () => {
  const total = 100_000;
  view = await TestWindow.open({
    subscribe: () => ({ ...status, catalog: { ...status.catalog!, photos: total } }),
    photos_page: ({ offset, limit }) => ({
      total,
      offset,
      photos: Array.from({ length: Number(limit) }, (_, at) => photo(Number(offset) + at)),
    }),
  });
  await view.click("navCatalog");
  expect(view.get("photosGrid").dataset["count"]).toBe("100000");
  expect(view.all("photo").length).toBeGreaterThan(20);
  expect(view.all("photo").length).toBeLessThan(100);
  expect(view.engine.of("photos_page").length).toBeLessThan(4);
});

test("the filter asks the engine for photos by name", async () => {
  view = await TestWindow.open({
    photos_page: ({ offset, name }) => (name === "" ? { total: 40, offset, photos: [photo(1)] } : { total: 0, offset, photos: [] }),
  });
  await view.click("navCatalog");
  await view.type("filter", "boot");
  expect(view.engine.of("photos_page").at(-1)).toEqual({ offset: 0, limit: 200, name: "boot" });
  expect(document.body.textContent).toContain("No photo has “boot” in its file name");
});

test("removing a folder asks first, saying that files on disk are not touched", async () => {
  view = await TestWindow.open();
  await view.click("navCatalog");
  await view.click("removeFolder");
  expect(view.text("removeFolderDialog")).toContain("Up to 41 photos leave the catalog");
  expect(view.text("removeFolderDialog")).toContain("The files on disk are not touched.");
  await view.click("confirmDismiss");
  expect(view.engine.of("remove_folder")).toHaveLength(0);
  await view.click("removeFolder");
  await view.click("confirm");
  expect(view.engine.of("remove_folder")).toEqual([{ id: 7 }]);
});

test("a job shows how far it is in every view and can be cancelled; searching goes on meanwhile", async () => {
  view = await TestWindow.open();
  await send({ job });
  expect(view.text("jobBar")).toContain("Taking in photos 120 of 400");
  expect(view.text("jobBar")).toContain("42 photos/s");
  expect(view.text("jobBar")).toContain("7 sec left");
  view.engine.send({ kind: "queryDropped", photos: [queryPhoto(3)], failures: [], receivedAt: Date.now() });
  await view.settle();
  expect(view.all("hit")).toHaveLength(8);
  await view.click("cancel");
  expect(view.engine.of("cancel_job")).toHaveLength(1);
  await send({ job: { ...job, cancelling: true } });
  expect((view.get("cancel") as HTMLButtonElement).disabled).toBe(true);
});

test("the end of a job is told in words and leads to the files that could not be read", async () => {
  view = await TestWindow.open();
  const failed = [{ path: "/photos/broken.jpg", reason: "It ends in the middle of the picture." }];
  view.engine.send({
    kind: "jobEnded",
    report: { added: 12, changed: 0, moved: 3, unchanged: 0, missing: 0, excluded: 0, failed, seconds: 2.4, cancelled: false, error: null },
  });
  await view.settle();
  expect(view.text("notice")).toContain("12 added, 3 moved, and 1 could not be read. It took 2.4 sec.");
  await view.click("noticeAction");
  expect(view.text("failureRow")).toBe("/photos/broken.jpg It ends in the middle of the picture.");
});

test("jobs that end one after the other are one notice as long as it is shown", async () => {
  view = await TestWindow.open();
  const report = { added: 1, changed: 0, moved: 0, unchanged: 0, missing: 0, excluded: 0, failed: [], seconds: 1, cancelled: false, error: null };
  view.engine.send({ kind: "jobEnded", report });
  view.engine.send({ kind: "jobEnded", report: { ...report, added: 2, moved: 1 } });
  await view.settle();
  expect(view.all("notice")).toHaveLength(1);
  expect(view.text("notice")).toContain("3 added and 1 moved. It took 2 sec.");
});

test("a cancelled job says what was done and when the rest follows", async () => {
  view = await TestWindow.open();
  const report = { added: 5, changed: 0, moved: 0, unchanged: 0, missing: 0, excluded: 0, failed: [], seconds: 1, cancelled: true, error: null };
  view.engine.send({ kind: "jobEnded", report });
  await view.settle();
  expect(view.text("notice")).toContain("Indexing was cancelled; what was done is kept");
  expect(view.text("notice")).toContain("5 added. It took 1 sec. Folders that are followed are looked at again within 10 minutes");
  view.engine.send({ kind: "jobEnded", report: { ...report, added: 0 } });
  await view.settle();
  expect(view.all("notice").at(-1)?.textContent).toContain("Nothing was taken in. Folders that are followed");
});

test("a job that stopped on an error says so and what was kept", async () => {
  view = await TestWindow.open();
  view.engine.send({
    kind: "jobEnded",
    report: {
      added: 5, changed: 0, moved: 0, unchanged: 0, missing: 0, excluded: 0, failed: [], seconds: 1, cancelled: false,
      error: { code: "other", message: "The disk is full." },
    },
  });
  await view.settle();
  expect(view.text("notice")).toContain("Indexing stopped on an error");
  expect(view.text("notice")).toContain("The disk is full. What was done until then is kept.");
});

test("a dropped folder is offered and added only when that is confirmed", async () => {
  view = await TestWindow.open();
  view.engine.send({ kind: "foldersDropped", folders: [{ id: 3, name: "Autumn" }] });
  await view.settle();
  expect(view.text("notice")).toContain("Add “Autumn” to the catalog?");
  expect(view.engine.of("add_dropped_folder")).toHaveLength(0);
  await view.click("noticeAction");
  expect(view.engine.of("add_dropped_folder")).toEqual([{ id: 3 }]);
});

test("a command that fails becomes a notice in plain words", async () => {
  view = await TestWindow.open({
    add_folder: () => {
      throw { code: "busy", message: "busy" };
    },
  });
  await view.click("navCatalog");
  await view.click("addFolder");
  expect(view.text("notice")).toContain("Another job is still running.");
});

test("the photos are asked for again when the catalog changed", async () => {
  view = await TestWindow.open();
  await view.click("navCatalog");
  const before = view.engine.of("photos_page").length;
  await send({ catalog: { ...status.catalog!, photos: 41 } });
  expect(view.engine.of("photos_page").length).toBeGreaterThan(before);
  expect(view.engine.of("folders").length).toBeGreaterThan(1);
});

test("another catalog forgets searches by the photos of the one before", async () => {
  view = await TestWindow.open();
  await view.click("navCatalog");
  await view.click(view.all("photo")[0]!);
  await send({ catalog: { ...status.catalog!, directory: "/elsewhere", generation: 2 } });
  expect(view.has("queryPhoto")).toBe(false);
  expect((view.get("back") as HTMLButtonElement).disabled).toBe(true);
});

test("a catalog in use elsewhere says so, keeps everything, and can be tried again", async () => {
  view = await TestWindow.open({
    subscribe: () => ({ ...status, catalog: null, phase: { kind: "failed", error: { code: "catalogInUse", message: "In use by process 12." } } }),
  });
  expect(view.text("phaseFailed")).toContain("open in another window");
  expect(view.text("phaseFailed")).toContain("In use by process 12.");
  expect(view.text("phaseFailed")).toContain("Nothing was changed.");
  await view.click("tryAgain");
  await view.click("openCatalog");
  expect(view.engine.calls.map((call) => call.command)).toEqual(["subscribe", "reopen_catalog", "choose_catalog"]);
});

test("a model that cannot be loaded leaves the catalog to be browsed and the settings to be changed", async () => {
  view = await TestWindow.open({ subscribe: () => ({ ...status, phase: { kind: "failed", error: { code: "other", message: "The weights are damaged." } } }) });
  expect(view.text("phaseFailed")).toContain("The weights are damaged.");
  await view.click("navCatalog");
  expect(view.all("photo").length).toBeGreaterThan(0);
  await view.click("navSettings");
  expect(view.has("device")).toBe(true);
});

test("an engine that does not answer is told, not hidden", async () => {
  view = await TestWindow.open({
    subscribe: () => {
      throw new Error("no channel");
    },
  });
  expect(view.text("phaseFailed")).toContain("no channel");
});

test("news that overtakes the engine's first answer is not undone by it", async () => {
  const internals = () => (window as unknown as { __TAURI_INTERNALS__: { runCallback: (id: number, message: unknown) => void } }).__TAURI_INTERNALS__;
  view = await TestWindow.open({
    subscribe: ({ channel }) => {
      internals().runCallback((channel as { id: number }).id, { index: 0, message: { kind: "status", status } });
      return { ...status, phase: { kind: "loading", message: "Loading the model" } };
    },
  });
  expect(view.get("frame").dataset["phase"]).toBe("ready");
});

test("settings show device and reason, and choosing another asks for it", async () => {
  view = await TestWindow.open();
  await view.click("navSettings");
  expect(document.body.textContent).toContain("No GPU was found.");
  await view.click(view.get("device").querySelector<HTMLElement>("input[value=cpu]")!);
  expect(view.engine.of("choose_device")).toEqual([{ request: "cpu" }]);
  await view.click(view.get("appearance").querySelector<HTMLElement>("input[value=dark]")!);
  expect(document.documentElement.dataset["theme"]).toBe("dark");
});

test("a choice that is refused does not look taken", async () => {
  view = await TestWindow.open({
    choose_device: () => {
      throw { code: "busy", message: "busy" };
    },
  });
  await view.click("navSettings");
  const [auto, cpu] = ["auto", "cpu"].map((value) => view.get("device").querySelector<HTMLInputElement>(`input[value=${value}]`)!);
  await view.click(cpu!);
  expect([auto!.checked, cpu!.checked]).toEqual([true, false]);
  expect(view.text("notice")).toContain("Another job is still running.");
});
