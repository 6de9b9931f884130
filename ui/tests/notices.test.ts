import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Appearance } from "../src/state/appearance.svelte.ts";
import { Notices } from "../src/state/notices.svelte.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const titles = (notices: Notices) => notices.list.map((notice) => notice.title);

test("a notice that something is done goes by itself, an error stays", () => {
  const notices = new Notices();
  notices.show("done", "Path copied");
  notices.show("error", "That did not work");
  vi.advanceTimersByTime(60_000);
  expect(titles(notices)).toEqual(["That did not work"]);
});

test("a notice stays while it is being read", () => {
  const notices = new Notices();
  const id = notices.show("done", "Excluded", "", { label: "Undo", run: () => undefined });
  notices.hold(id);
  vi.advanceTimersByTime(60_000);
  expect(notices.list).toHaveLength(1);
  notices.resume(id);
  vi.advanceTimersByTime(60_000);
  expect(notices.list).toHaveLength(0);
});

test("acting on a notice does it once and takes the notice away", () => {
  const notices = new Notices();
  const run = vi.fn();
  const id = notices.show("offer", "Add the folder?", "", { label: "Add", run });
  notices.act(id);
  notices.act(id);
  expect(run).toHaveBeenCalledTimes(1);
  expect(notices.list).toHaveLength(0);
});

test("the same notice is not shown twice, and only the latest few are shown", () => {
  const notices = new Notices();
  notices.show("error", "Same");
  notices.show("error", "Same");
  expect(titles(notices)).toEqual(["Same"]);
  for (const title of ["a", "b", "c", "d"]) notices.show("error", title);
  expect(titles(notices)).toEqual(["a", "b", "c", "d"]);
});

test("the chosen appearance is remembered, and an unknown one means the system's", () => {
  localStorage.clear();
  const root = document.createElement("html");
  new Appearance(localStorage, root).choose("dark");
  expect(root.dataset["theme"]).toBe("dark");
  expect(new Appearance(localStorage, root).theme).toBe("dark");
  localStorage.setItem("vitrine.theme", "sepia");
  expect(new Appearance(localStorage, root).theme).toBe("system");
});
