import { afterEach, expect, test } from "vitest";
import type { Stability, Why } from "../src/engine/types.ts";
import { later, queryPhoto, ranking } from "./engine.ts";
import { TestWindow, written } from "./window.ts";

let view: TestWindow;
afterEach(() => view.close());

const heat = { columns: 2, rows: 3, values: [0, 0.2, 0.4, 0.6, 0.8, 1] };
const why: Why = { query: heat, hit: { ...heat, columns: 3, rows: 2 }, content: 0.83, colour: 0.61 };
const stable: Stability = {
  stable: true,
  similarity: 0.95,
  least: 0.81,
  tests: [
    { disturbance: "recompressed", similarity: 0.9 },
    { disturbance: "blurred", similarity: 0.81 },
  ],
};

async function compare(answers: Parameters<typeof TestWindow.open>[0]) {
  view = await TestWindow.open({ why: () => why, stability: () => stable, ...answers });
  await view.drop();
  await view.press(" ");
}

const press = (key: string, modifiers: KeyboardEventInit = {}) => view.press(key, modifiers, view.get("compare"));

test("H lays over both photos where they agree, and says what the similarity is made of and how far it holds", async () => {
  await compare({});
  expect(view.engine.of("why")).toEqual([]);
  await press("h");
  expect(view.engine.of("why")).toEqual([{ source: { kind: "photo", id: 3, crop: null }, image: 101 }]);
  expect(view.get("heatQuery").dataset).toMatchObject({ columns: "2", rows: "3" });
  expect(view.get("heatHit").dataset).toMatchObject({ columns: "3", rows: "2" });
  expect(view.get("hitParts").dataset).toMatchObject({ content: "0.8300", colour: "0.6100" });
  expect(view.text("stability")).toBe("Stable: at least 0.81 under re-encoding, blur and crops");
  await view.click("stabilityTests");
  expect(view.all("stabilityTest").map(written)).toEqual(["Re-encoded0.90-0.05", "Blurred0.81-0.14"]);
  // It stays for the next hit, and is asked for anew.
  await press("ArrowRight");
  expect(view.engine.of("why").at(-1)).toMatchObject({ image: 102 });
  await press("H");
  expect(view.has("whyStrip")).toBe(false);
  expect(view.has("heatHit")).toBe(false);
});

test("a match that hangs on noise is called so, by what it falls to", async () => {
  const tests = [...stable.tests, { disturbance: "cropped" as const, similarity: 0.42 }];
  await compare({ stability: () => ({ stable: false, similarity: 0.95, least: 0.42, tests }) });
  await view.click("why");
  expect(view.get("stability").dataset).toMatchObject({ stable: "false", least: "0.4200" });
  expect(view.text("stability")).toBe("Unstable: falls from 0.95 to 0.42 when cropped: the match may hang on noise");
});

test("what is said of one hit never stands beside another, however late it comes", async () => {
  const replies = new Map<number, ReturnType<typeof later<Why>>>();
  await compare({
    why: ({ image }) => {
      const reply = later<Why>();
      replies.set(Number(image), reply);
      return reply.promise;
    },
  });
  await press("h");
  for (let step = 0; step < 3; step += 1) await press("ArrowRight");
  expect([...replies.keys()]).toEqual([101]);
  replies.get(101)!.resolve(why);
  await view.settle();
  // Of those stepped over nothing is asked.
  expect([...replies.keys()]).toEqual([101, 104]);
  expect(view.has("heatHit")).toBe(false);
  expect(view.text("whyStrip")).toContain("Comparing the two photos");
  replies.get(104)!.resolve({ ...why, content: 0.5 });
  await view.settle();
  expect(view.get("hitParts").dataset["content"]).toBe("0.5000");
});

test("an explanation that cannot be made says why, and can be tried again", async () => {
  let works = false;
  await compare({ why: () => (works ? why : Promise.reject({ code: "other", message: "The file is gone." })) });
  await press("h");
  expect(view.text("whyFailed")).toContain("The file is gone.");
  works = true;
  await view.click(view.get("whyFailed").querySelector("button")!);
  expect(view.has("heatQuery")).toBe(true);
});

test("both photos are looked into at the same place, by keys, wheel and hand, and whole again", async () => {
  await compare({});
  const fits = () => [...view.get("compare").querySelectorAll<HTMLElement>(".fit")].map((fit) => fit.style.transform);
  const scale = () => view.get("zoom").dataset["scale"];
  await press("+");
  expect(scale()).toBe("1.25");
  await press("ArrowRight", { shiftKey: true });
  expect(fits()[0]).toBe(fits()[1]);
  expect(fits()[0]).not.toContain("translate(0%, 0%)");
  expect(view.text("compare")).toContain("1 of 8");
  const well = view.get("compare").querySelector(".well")!;
  well.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true }));
  await view.settle();
  expect(scale()).toBe("1.56");
  await view.click("zoomIn");
  await press("-");
  expect(scale()).toBe("1.56");
  well.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  await view.settle();
  expect(scale()).toBe("1.00");
  expect(fits()).toEqual(["scale(1) translate(0%, 0%)", "scale(1) translate(0%, 0%)"]);
});

test("of several query photos the one is compared that the hit is nearest to", async () => {
  view = await TestWindow.open({ why: () => why, stability: () => stable, search: () => ranking(4, (hit) => ({ ...hit, part: hit.rank % 2 })) });
  view.engine.send({ kind: "queryDropped", photos: [queryPhoto(3), queryPhoto(4)], failures: [], receivedAt: Date.now() });
  await view.settle();
  await view.press(" ");
  await press("h");
  expect(view.text("compare")).toContain("query photo 2 of 2");
  expect(view.engine.of("why").at(-1)).toMatchObject({ source: { id: 4 }, image: 101 });
});
