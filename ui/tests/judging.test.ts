import { afterEach, expect, test } from "vitest";
import type { Decision, JobProgress, JobReport, RowDecision, Verdict, Worklist, WorklistRow } from "../src/engine/types.ts";
import { product, queryPhoto, ranking, status, stocked } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const match = (image: number) => ({ ...ranking(1).hits[0]!, image, name: `photo-${image}.jpg`, product: product(image) });

function row(id: number, verdict: Verdict | null = "same", changed: Partial<WorklistRow> = {}): WorklistRow {
  return { id, name: `in-${id}.jpg`, folder: "/in", state: { kind: "judged" }, verdict, hit: match(100 + id), decision: "open", ...changed };
}

const some = [
  row(1),
  row(2, "variant"),
  row(3, "none"),
  row(4, null, { state: { kind: "failed", reason: "It ends in the middle of the picture." }, hit: null }),
  row(5, null, { state: { kind: "waiting" }, hit: null }),
];

/** The window on a worklist that is kept as the engine keeps it. */
async function open(rows: WorklistRow[] = some, answers: Parameters<typeof TestWindow.open>[0] = {}) {
  let kept: Worklist = { rows, calibration: null };
  view = await TestWindow.openStocked({
    worklist: () => kept,
    decide: ({ row: id, decision, hit }) => {
      const choose = (each: WorklistRow): WorklistRow => ({ ...each, decision: decision as Decision, hit: hit === null ? each.hit : match(Number(hit)) });
      kept = { ...kept, rows: kept.rows.map((each) => (each.id === id ? choose(each) : each)) };
      return null;
    },
    decide_all: ({ decisions }) => {
      const all = new Map((decisions as RowDecision[]).map(({ row: id, decision }) => [id, decision]));
      kept = { ...kept, rows: kept.rows.map((each) => ({ ...each, decision: all.get(each.id) ?? each.decision })) };
      return null;
    },
    remove_from_worklist: ({ rows: ids }) => {
      kept = { ...kept, rows: kept.rows.filter(({ id }) => !(ids as number[]).includes(id)) };
      return null;
    },
    ...answers,
  });
  await view.click("navWorklist");
}

const list = () => view.get("worklistList");
const shown = () => view.all("worklistRow").map(({ dataset }) => `${dataset["id"]} ${dataset["decision"]}`);
const selected = () => list().querySelector<HTMLElement>("[aria-selected=true]")?.dataset["id"];
const tabs = () => Object.fromEntries(view.all("worklistTab").map(({ dataset }) => [dataset["tab"], Number(dataset["rows"])]));

test("an empty worklist says what it is for and how to begin", async () => {
  await open([], { pick_for_worklist: () => true, import_worklist: () => 3 });
  expect(view.text("worklistEmpty")).toContain("Judge many photos in one go");
  expect(view.text("worklistEmpty")).toContain("Enter accepts the match");
  await view.click("worklistAddPhotos");
  await view.click("worklistAddFolder");
  expect(view.engine.of("pick_for_worklist")).toEqual([{ folder: false }, { folder: true }]);
  // What was added is asked for at once.
  expect(view.engine.of("worklist")).toHaveLength(3);
  await view.click("worklistImport");
  expect(view.text("notice")).toContain("3 rows brought up to date from the CSV");
});

test("rows show the photo, its match with title, SKU and price, similarity and verdict", async () => {
  await open();
  expect(shown()).toEqual(["1 open", "2 open", "3 open", "5 open"]);
  expect(tabs()).toEqual({ all: 5, open: 4, same: 1, variant: 1, similar: 0, none: 1, failed: 1, decided: 0 });
  const [first, second] = view.all("worklistRow");
  expect(written(first)).toBe("in-1.jpg /in Court Low 101 41-101 · €1,189.50 0.95 Same item");
  expect([...first!.querySelectorAll("img")].map((image) => image.getAttribute("src"))).toEqual(["thumb://localhost/row/1?g=1", "thumb://localhost/image/101?g=1"]);
  expect(second?.getAttribute("aria-label")).toBe("in-2.jpg, variant: Court Low 102, 41-102, €1,189.50, similarity 0.95");
  expect(view.text("worklistProgress")).toBe("0 of 4 are decided");
  await view.click(view.all("worklistTab")[6]!);
  expect(written(view.all("worklistRow")[0])).toContain("It ends in the middle of the picture.");
});

test("keys accept, reject and undo, and the selection moves on to what is open", async () => {
  await open();
  await view.click(view.all("worklistTab")[0]!);
  await view.press("Enter", {}, list());
  expect(selected()).toBe("2");
  expect(view.text("worklistTold")).toBe("in-1.jpg: accepted");
  await view.press("ArrowDown", {}, list());
  await view.press("Delete", {}, list());
  // The last one failed and the one after it waits: on with the first that is open.
  expect(selected()).toBe("2");
  await view.press("Backspace", {}, list());
  expect(view.engine.of("decide")).toEqual([
    { row: 1, decision: "accepted", hit: null },
    { row: 3, decision: "rejected", hit: null },
    { row: 2, decision: "rejected", hit: null },
  ]);
  expect(shown()).toEqual(["1 accepted", "2 rejected", "3 rejected", "4 open", "5 open"]);
  expect(written(view.all("worklistRow")[1])).toContain("Not in the catalog");
  expect(view.text("worklistProgress")).toBe("3 of 4 are decided");
  await view.press("u", {}, list());
  expect(view.engine.of("decide").at(-1)).toEqual({ row: 2, decision: "open", hit: null });
  expect(shown()[1]).toBe("2 open");
});

test("a key that is held down decides one row", async () => {
  await open();
  await view.press("Enter", {}, list());
  await view.press("Enter", { repeat: true }, list());
  expect(view.engine.of("decide")).toHaveLength(1);
});

test("keys work from anywhere in the view, and leave fields and buttons alone", async () => {
  await open();
  await view.press("Enter", {}, document.body);
  expect(view.engine.of("decide")).toHaveLength(1);
  await view.press("Enter", {}, view.get("filter"));
  await view.press("Delete", {}, view.get("filter"));
  await view.press("Enter", {}, view.get("rowReject"));
  expect(view.engine.of("decide")).toHaveLength(1);
});

test("another match is chosen among the candidates of the row's own photo", async () => {
  await open(some, { search: () => ranking(5, (hit) => ({ ...hit, product: product(hit.image) })) });
  await view.press("c", {}, list());
  expect(view.engine.searches().at(-1)).toMatchObject({ parts: [{ source: { kind: "row", id: 1, crop: null }, weight: 1 }], groupBy: "SKU", filter: null });
  // Its match is the first of them, and is at hand already.
  expect(view.all("candidate").map(({ dataset }) => dataset["image"])).toEqual(["102", "103", "104", "105"]);
  const strip = view.get("candidates").querySelector("[role=listbox]")!;
  expect(document.activeElement).toBe(strip);
  await view.press("ArrowRight", {}, strip);
  expect(view.text("rowDetail")).toContain("Court Low 103");
  expect(view.text("rowAccept")).toContain("Take this one");
  await view.press("Enter", {}, strip);
  expect(view.engine.of("decide")).toEqual([{ row: 1, decision: "changed", hit: 103 }]);
  expect(view.has("candidates")).toBe(false);
  expect(selected()).toBe("2");
  expect(document.activeElement).toBe(list());
});

test("Escape leaves the candidates and then the view, and another row closes them", async () => {
  await open();
  await view.press("c", {}, list());
  await view.press("Escape", {}, view.get("candidates").querySelector("[role=listbox]")!);
  expect(view.has("candidates")).toBe(false);
  expect(view.engine.of("decide")).toHaveLength(0);
  await view.click("rowChange");
  expect(view.has("candidates")).toBe(true);
  await view.press("ArrowDown", {}, list());
  expect(view.has("candidates")).toBe(false);
  await view.press("Escape", {}, list());
  expect(view.get("frame").dataset["view"]).toBe("search");
});

test("candidates that cannot be looked for say so", async () => {
  await open(some, {
    search: () => {
      throw { code: "unreadablePhoto", message: "The file is gone." };
    },
  });
  await view.press("c", {}, list());
  expect(view.text("candidates")).toContain("They could not be looked for. The file is gone.");
});

test("Space compares side by side, where rows are decided as well", async () => {
  await open();
  await view.press(" ", {}, list());
  expect(view.get("rowCompare").querySelectorAll("img").length).toBeGreaterThanOrEqual(2);
  expect(view.text("rowCompare")).toContain("Court Low 101");
  await view.press("Enter", {}, view.get("rowCompare"));
  expect(view.engine.of("decide")).toEqual([{ row: 1, decision: "accepted", hit: null }]);
  expect(view.text("rowCompare")).toContain("in-2.jpg");
  await view.press("ArrowDown", {}, view.get("rowCompare"));
  expect(view.text("rowCompare")).toContain("in-3.jpg");
  await view.press(" ", {}, view.get("rowCompare"));
  expect(view.has("rowCompare")).toBe(false);
});

test("all of the same item are accepted at once, with their number, and can be undone", async () => {
  await open([row(1), row(2), row(3, "variant"), row(4, "same", { decision: "rejected" })]);
  expect(view.text("acceptSure")).toBe("Accept all 2 “same item”");
  await view.click("acceptSure");
  const all = (decision: Decision) => ({ decisions: [1, 2].map((id) => ({ row: id, decision, hit: null })) });
  expect(view.engine.of("decide_all")).toEqual([all("accepted")]);
  expect(view.has("acceptSure")).toBe(false);
  expect(view.text("notice")).toContain("2 rows accepted");
  await view.click("noticeAction");
  expect(view.engine.of("decide_all").at(-1)).toEqual(all("open"));
  expect(view.engine.of("decide")).toEqual([]);
  expect(tabs()).toMatchObject({ open: 3, decided: 1 });
});

test("rows are removed after a question that says nothing on disk is touched", async () => {
  await open([row(1, "same", { decision: "accepted" }), row(2)]);
  await view.click("worklistMore");
  await view.click(view.get("worklistMenu").querySelectorAll("button")[1]!);
  expect(view.text("worklistClearDialog")).toContain("all 2 rows");
  expect(view.text("worklistClearDialog")).toContain("1 row is not decided yet");
  expect(view.text("worklistClearDialog")).toContain("Nothing on disk is touched");
  await view.click("confirmDismiss");
  expect(view.engine.of("remove_from_worklist")).toHaveLength(0);
  await view.click("worklistMore");
  await view.click(view.get("worklistMenu").querySelectorAll("button")[0]!);
  await view.click("confirm");
  expect(view.engine.of("remove_from_worklist")).toEqual([{ rows: [1] }]);
  await view.click("rowRemove");
  expect(view.engine.of("remove_from_worklist").at(-1)).toEqual({ rows: [2] });
  expect(view.has("worklistEmpty")).toBe(true);
});

test("an export that was dismissed says nothing", async () => {
  let written = true;
  await open(some, { export_worklist: () => written });
  await view.click("worklistExport");
  expect(view.text("notice")).toContain("The worklist was exported");
  await view.click("noticeDismiss");
  written = false;
  await view.click("worklistExport");
  expect(view.has("notice")).toBe(false);
});

test("rows fill while they are judged, and what is left after a cancel can be gone on with", async () => {
  let rows = [row(1, null, { state: { kind: "waiting" }, hit: null }), some[4]!];
  await open([], { worklist: () => ({ rows, calibration: null }) });
  const judging: JobProgress = {
    stage: "judging", done: 0, total: 2, perSecond: 0, secondsLeft: null, failed: 0, device: "CPU", current: "/in/in-1.jpg", cancelling: false, paused: false,
  };
  view.engine.send({ kind: "status", status: { ...stocked, job: judging } });
  await view.settle();
  expect(view.text("jobBar")).toContain("Judging the photos of the worklist");
  expect(view.has("pause") || view.has("worklistFill")).toBe(false);
  rows = [row(1), some[4]!];
  view.engine.send({ kind: "worklistChanged" });
  await view.settle();
  expect(view.all("worklistRow").map(({ dataset }) => dataset["state"])).toEqual(["judged", "waiting"]);
  const report: JobReport = { added: 0, changed: 0, moved: 0, unchanged: 0, missing: 0, excluded: 0, failed: [], seconds: 1, cancelled: true, error: null };
  view.engine.send({ kind: "status", status: stocked });
  view.engine.send({ kind: "jobEnded", report });
  await view.settle();
  expect(view.text("notice")).toContain("Judging was cancelled; what was judged is kept");
  expect(view.text("worklistFill")).toBe("Judge 1 photo");
  await view.click("worklistFill");
  expect(view.engine.of("fill_worklist")).toHaveLength(1);
});

test("five thousand rows are a few dozen elements", async () => {
  await open(Array.from({ length: 5000 }, (_, at) => row(at + 1)));
  expect(list().dataset["count"]).toBe("5000");
  expect(view.all("worklistRow").length).toBeLessThan(40);
  await view.press("End", {}, list());
  expect(view.get("rowDetail").dataset["id"]).toBe("5000");
});

test("many dropped photos are judged one by one, unless they are to be one query", async () => {
  const added: number[] = [];
  await open([], {
    worklist: () => ({ rows: added.length === 0 ? [] : some, calibration: null }),
    add_dropped_to_worklist: ({ id }) => void added.push(Number(id)),
    search_by_dropped: () => ({ photos: [queryPhoto(3), queryPhoto(4)], failures: [], receivedAt: Date.now() }),
  });
  await view.click("navSearch");
  const drop = async (id: number) => {
    view.engine.send({ kind: "manyDropped", drop: { id, photos: 40 } });
    await view.settle();
  };
  for (const [photos, words] of [[8, "Search with 8 photos together"], [40, "Judge 40 photos one by one, or search by all"]] as const) {
    view.engine.send({ kind: "dragEntered", photos, folders: 0, tables: 0, others: 0 });
    await view.settle();
    expect(view.text("dropOverlay")).toContain(words);
  }
  await drop(7);
  expect(view.has("dropOverlay")).toBe(false);
  expect(view.text("manyDropped")).toContain("40 photos were dropped");
  await view.press("Enter", {}, view.get("manyDropped"));
  expect(added).toEqual([7]);
  expect(view.get("frame").dataset["view"]).toBe("worklist");
  expect(view.all("worklistRow").length).toBe(4);
  await drop(8);
  await view.click("manySearch");
  expect(view.engine.of("search_by_dropped")).toEqual([{ id: 8 }]);
  expect(view.get("frame").dataset["view"]).toBe("search");
  expect(view.engine.searches().at(-1)?.parts.map(({ source }) => source.id)).toEqual([3, 4]);
  await drop(9);
  await view.click("confirmDismiss");
  expect(view.has("manyDropped")).toBe(false);
  expect(added).toEqual([7]);
});

test("another catalog has another worklist", async () => {
  await open();
  view.engine.send({ kind: "status", status: { ...stocked, catalog: { ...stocked.catalog!, generation: 2 } } });
  await view.settle();
  expect(view.engine.of("worklist")).toHaveLength(2);
  expect(view.all("worklistRow")[0]?.querySelector("img")?.getAttribute("src")).toBe("thumb://localhost/row/1?g=2");
});

test("without product data rows are told by file names", async () => {
  await open(some, { subscribe: () => status });
  expect(written(view.all("worklistRow")[0])).toBe("in-1.jpg /in photo-101.jpg 0.95 Same item");
});
