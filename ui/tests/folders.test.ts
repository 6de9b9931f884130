import { afterEach, describe, expect, test } from "vitest";
import type { Exclusions, FailureGroup, FolderState, JobProgress } from "../src/engine/types.ts";
import { exclusionChoice } from "../src/state/library.svelte.ts";
import { status } from "./engine.ts";
import { TestWindow } from "./window.ts";

let view: TestWindow;
const folder = (state: FolderState) => ({ id: 7, path: "/photos", files: 41, missing: 1, state });

async function openCatalog(answers: Parameters<typeof TestWindow.open>[0] = {}) {
  view = await TestWindow.open(answers);
  await view.click("navCatalog");
}

describe("the catalog's folders", () => {
  afterEach(() => view.close());

  test("each says how it is followed, and why where it is looked through", async () => {
    let state: FolderState = { kind: "watched" };
    await openCatalog({ folders: () => [folder(state)] });
    expect(view.text("folderState")).toBe("Watching");

    state = { kind: "rescanned", reason: "The system watches no more folders at once" };
    view.engine.send({ kind: "foldersChanged" });
    await view.settle();
    expect(view.text("folderState")).toBe("Looked at every 10 minutes");
    expect(view.get("folderState").title).toContain("The system watches no more folders at once");

    state = { kind: "unavailable" };
    view.engine.send({ kind: "foldersChanged" });
    await view.settle();
    expect(view.text("folderState")).toBe("Not available – photos stay searchable");
  });

  test("one is switched off and on again", async () => {
    let on = true;
    await openCatalog({
      folders: () => [folder({ kind: on ? "watched" : "off" })],
      set_folder_enabled: ({ enabled }) => {
        on = enabled === true;
      },
    });
    await view.click("folderSwitch");
    expect(view.text("folderState")).toBe("Off");
    expect(view.get("folderSwitch").getAttribute("aria-checked")).toBe("false");
    await view.click("folderSwitch");
    expect(view.engine.of("set_folder_enabled")).toEqual([
      { id: 7, enabled: false },
      { id: 7, enabled: true },
    ]);
    expect(view.text("folderState")).toBe("Watching");
  });
});

describe("a job", () => {
  afterEach(() => view.close());

  test("is paused and resumed, and says that it waits", async () => {
    const job: JobProgress = {
      stage: "embedding", done: 120, total: 400, perSecond: 42.4, secondsLeft: 7, failed: 0, device: "CPU",
      current: "/photos/shoe.jpg", cancelling: false, paused: false,
    };
    await openCatalog();
    view.engine.send({ kind: "status", status: { ...status, job } });
    await view.settle();
    await view.click("pause");
    expect(view.engine.of("pause_indexing")).toHaveLength(1);
    view.engine.send({ kind: "status", status: { ...status, job: { ...job, paused: true } } });
    await view.settle();
    expect(view.text("jobBar")).toContain("Paused 120 of 400");
    expect(view.text("jobBar")).not.toContain("42 photos");
    await view.click("resume");
    expect(view.engine.of("resume_indexing")).toHaveLength(1);
  });
});

describe("files that could not be read", () => {
  afterEach(() => view.close());

  const damaged = (count: number): FailureGroup => ({
    code: "damaged",
    reason: "The picture is damaged (JPEG: no end)",
    files: Array.from({ length: count }, (_, at) => ({ id: at, path: `/photos/${at}.jpg`, reason: "The picture is damaged." })),
  });

  test("are grouped by reason, and many of one kind are folded away", async () => {
    const empty = { code: "empty", reason: "The file is empty.", files: [{ id: 99, path: "/photos/e.jpg", reason: "The file is empty." }] };
    await openCatalog({ failures: () => [damaged(11), empty] });
    await view.click("tabFailures");
    const groups = view.all("failureGroup") as HTMLDetailsElement[];
    expect(groups.map((group) => [group.querySelector("summary")?.textContent, group.open])).toEqual([
      ["The picture is damaged (11)", false],
      ["The file is empty. (1)", true],
    ]);
  });

  test("can be tried again, shown in their folder, and ignored for good", async () => {
    let failures = [damaged(1)];
    await openCatalog({
      failures: () => failures,
      retry_failures: () => undefined,
      ignore_failure: () => {
        failures = [];
      },
    });
    await view.click("tabFailures");
    await view.click("retryFailures");
    expect(view.engine.of("retry_failures")).toEqual([{ ids: [0] }]);
    await view.click("revealFailure");
    expect(view.engine.of("reveal_failure")).toEqual([{ id: 0 }]);
    await view.click("ignoreFailure");
    expect(view.engine.of("ignore_failure")).toEqual([{ id: 0 }]);
    expect(view.has("failureRow")).toBe(false);
    expect(view.text("notice")).toContain("0.jpg is ignored from now on.");
  });
});

describe("what is left out", () => {
  test("patterns are lines, sizes are in KB, and what is empty asks for nothing", () => {
    expect(exclusionChoice("*_thumb.*\n\n raw/ \n", "20.5", true)).toEqual({ patterns: ["*_thumb.*", "raw/"], smallerThan: 20_500, keepIgnored: true });
    expect(exclusionChoice("", "", false)).toEqual({ patterns: [], smallerThan: null, keepIgnored: false });
  });

  test("is saved, and what is no pattern is refused at the field", async () => {
    let exclusions: Exclusions = { patterns: ["raw/"], smallerThan: 20_000, ignored: 3 };
    let refused = true;
    await openCatalog({
      exclusions: () => exclusions,
      set_exclusions: ({ choice }) => {
        if (refused) throw { code: "other", message: "“a[” is not a pattern" };
        exclusions = { ...exclusions, ...(choice as Exclusions), ignored: 0 };
      },
    });
    expect((view.get("exclusionSize") as HTMLInputElement).value).toBe("20");
    expect((view.get("exclusionSave") as HTMLButtonElement).disabled).toBe(true);
    await view.type("exclusionPatterns", "raw/\na[");
    await view.click("exclusionSave");
    expect(view.text("exclusionError")).toBe("“a[” is not a pattern");
    expect((view.get("exclusionPatterns") as HTMLTextAreaElement).value).toBe("raw/\na[");

    refused = false;
    await view.type("exclusionPatterns", "*.png");
    await view.click("exclusionIgnored");
    await view.click("exclusionSave");
    expect(view.engine.of("set_exclusions").at(-1)).toEqual({ choice: { patterns: ["*.png"], smallerThan: 20_000, keepIgnored: false } });
    expect(view.get("exclusionError").hidden).toBe(true);
    expect((view.get("exclusionPatterns") as HTMLTextAreaElement).value).toBe("*.png");
    await view.close();
  });
});
