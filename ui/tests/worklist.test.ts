import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine/client.ts";
import type { Decision, Hit, RowDecision, Verdict, WorklistRow } from "../src/engine/types.ts";
import { Notices } from "../src/state/notices.svelte.ts";
import { Worklist } from "../src/state/worklist.svelte.ts";
import { later, ranking } from "./engine.ts";

const [hit, other] = ranking(2).hits as [Hit, Hit];

function row(id: number, verdict: Verdict | null = "same", changed: Partial<WorklistRow> = {}): WorklistRow {
  return { id, name: `in-${id}.jpg`, folder: "/in", state: { kind: "judged" }, verdict, hit: { ...hit, image: 100 + id, name: `photo-${100 + id}.jpg` }, decision: "open", ...changed };
}

const waiting = (id: number) => row(id, null, { state: { kind: "waiting" }, hit: null });
const failed = (id: number) => row(id, null, { state: { kind: "failed", reason: "It is no photo." }, hit: null });

/** A worklist over an engine that keeps it as the real one does; its answers may be held back. */
class Kept {
  rows: WorklistRow[];
  readonly decided: [number, Decision, number | null][] = [];
  /** Of those, what was asked for together. */
  readonly together: RowDecision[][] = [];
  refusal: unknown = null;
  /** While set, lists are answered as they were when they were asked for, once it is kept. */
  gate: Promise<void> | null = null;
  /** While set, decisions are taken once it is kept. */
  decideGate: Promise<void> | null = null;
  lists = 0;
  readonly failures: unknown[] = [];
  readonly notices = new Notices();
  readonly worklist: Worklist;

  constructor(rows: WorklistRow[]) {
    this.rows = rows;
    const engine = {
      worklist: async () => {
        this.lists += 1;
        const reply = { rows: this.rows, calibration: null };
        await this.gate;
        return reply;
      },
      decide: async (id: number, decision: Decision, image: number | null) => {
        await this.decideGate;
        if (this.refusal !== null) throw this.refusal;
        this.#take(id, decision, image);
      },
      decideAll: async (decisions: RowDecision[]) => {
        await this.decideGate;
        if (this.refusal !== null) throw this.refusal;
        if (decisions.some(({ row: id }) => !this.rows.some((each) => each.id === id))) throw new Error("There is no such row.");
        this.together.push(decisions);
        for (const { row: id, decision, hit: image } of decisions) this.#take(id, decision, image);
      },
      removeFromWorklist: async (ids: number[]) => {
        this.rows = this.rows.filter(({ id }) => !ids.includes(id));
      },
    } as unknown as Engine;
    const run = async (command: () => Promise<unknown>) => {
      try {
        await command();
        return true;
      } catch (rejection) {
        this.failures.push(rejection);
        return false;
      }
    };
    this.worklist = new Worklist(engine, run, this.notices);
  }

  static async open(rows: WorklistRow[]): Promise<Kept> {
    const kept = new Kept(rows);
    kept.worklist.refresh();
    await settled();
    return kept;
  }

  #take(id: number, decision: Decision, image: number | null): void {
    this.decided.push([id, decision, image]);
    this.rows = this.rows.map((each) => (each.id === id ? { ...each, decision, hit: image === null ? each.hit : { ...other, image } } : each));
  }

  decisions(): string[] {
    return (this.worklist.rows ?? []).map(({ decision }) => decision);
  }
}

const settled = () => new Promise((done) => setTimeout(done));

describe("the list", () => {
  test("is told apart by verdict, state and decision", async () => {
    const { worklist } = await Kept.open([row(1), row(2, "variant"), row(3, "similar"), row(4, "none"), waiting(5), failed(6), row(7, "same", { decision: "accepted" })]);
    expect(worklist.counts).toEqual({ all: 7, open: 5, same: 2, variant: 1, similar: 1, none: 1, failed: 1, decided: 1 });
    expect(worklist.waiting).toBe(1);
    expect(worklist.shown.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    worklist.show("same");
    expect(worklist.shown.map(({ id }) => id)).toEqual([1, 7]);
    worklist.show("decided");
    expect(worklist.selected?.id).toBe(7);
  });

  test("can be narrowed down by the photo's name, and by the match's name and product", async () => {
    const { worklist } = await Kept.open([row(1), row(2, "same", { hit: { ...hit, product: [{ column: "SKU", value: "41-7" }] } })]);
    worklist.narrow("in-1");
    expect(worklist.shown.map(({ id }) => id)).toEqual([1]);
    worklist.narrow("41-7");
    expect(worklist.shown.map(({ id }) => id)).toEqual([2]);
    expect(worklist.selected?.id).toBe(2);
    worklist.narrow("photo-101");
    expect(worklist.shown.map(({ id }) => id)).toEqual([1, 2]);
  });

  test("shows everything at first when nothing is left open", async () => {
    const { worklist } = await Kept.open([row(1, "same", { decision: "accepted" })]);
    expect(worklist.tab).toBe("all");
    expect(worklist.selected?.id).toBe(1);
  });

  test("keeps the selected row through news, and takes its place when it is gone", async () => {
    const kept = await Kept.open([row(1), row(2), row(3)]);
    kept.worklist.select(1);
    kept.rows = [row(9), ...kept.rows];
    kept.worklist.changed();
    await settled();
    expect(kept.worklist.selected?.id).toBe(2);
    kept.rows = kept.rows.filter(({ id }) => id !== 2);
    kept.worklist.changed();
    await settled();
    expect(kept.worklist.selected?.id).toBe(3);
  });

  test("is asked for one at a time, however often it changes, and not before it is wanted", async () => {
    const kept = new Kept([row(1)]);
    kept.worklist.changed();
    expect(kept.lists).toBe(0);
    const gate = later<void>();
    kept.gate = gate.promise;
    for (let time = 0; time < 50; time += 1) kept.worklist.refresh();
    gate.resolve();
    await settled();
    expect(kept.lists).toBe(2);
  });

  test("of the catalog before comes to nothing", async () => {
    const kept = new Kept([row(1)]);
    const gate = later<void>();
    kept.gate = gate.promise;
    kept.worklist.refresh();
    kept.worklist.clear();
    gate.resolve();
    await settled();
    expect(kept.worklist.rows).toBeNull();
  });
});

describe("a decision", () => {
  test("is taken and moves on to the next open row, past what cannot be decided, and round the end", async () => {
    const kept = await Kept.open([row(1), waiting(2), row(3, "variant", { decision: "accepted" }), row(4), row(5)]);
    const { worklist } = kept;
    worklist.show("all");
    worklist.select(0);
    await worklist.accept();
    expect(worklist.selected?.id).toBe(4);
    worklist.select(4);
    await worklist.reject();
    expect(worklist.selected?.id).toBe(4);
    await worklist.choose(other);
    expect(worklist.selected?.id).toBe(4);
    expect(kept.decided).toEqual([
      [1, "accepted", null],
      [5, "rejected", null],
      [4, "changed", other.image],
    ]);
    expect(worklist.selected?.hit?.image).toBe(other.image);
  });

  test("is not made where there is nothing to decide", async () => {
    const kept = await Kept.open([waiting(1), failed(2), row(3, null, { hit: null }), row(4, "same", { decision: "changed" })]);
    kept.worklist.show("all");
    for (const [index, makes] of [[0, "accept"], [0, "reject"], [1, "accept"], [1, "reject"], [2, "accept"], [3, "accept"]] as const) {
      kept.worklist.select(index);
      await kept.worklist[makes]();
    }
    expect(kept.decided).toEqual([]);
  });

  test("is seen at once, and lists that were asked for before do not undo it", async () => {
    const kept = await Kept.open([row(1), row(2), row(3)]);
    kept.worklist.show("all");
    const [list, taking] = [later<void>(), later<void>()];
    kept.gate = list.promise;
    kept.decideGate = taking.promise;
    // Asked for before the decision, and it comes after it was made and before it is taken.
    kept.worklist.changed();
    kept.worklist.select(0);
    const decided = kept.worklist.accept();
    expect(kept.decisions()).toEqual(["accepted", "open", "open"]);
    expect(kept.worklist.counts.decided).toBe(1);
    list.resolve();
    kept.gate = null;
    await settled();
    expect(kept.decisions()).toEqual(["accepted", "open", "open"]);
    taking.resolve();
    await decided;
    await settled();
    expect(kept.decisions()).toEqual(["accepted", "open", "open"]);
  });

  test("made twice in a moment is the last one", async () => {
    const kept = await Kept.open([row(1)]);
    kept.worklist.show("all");
    const gate = later<void>();
    kept.decideGate = gate.promise;
    const both = [kept.worklist.accept(), kept.worklist.reject()];
    expect(kept.decisions()).toEqual(["rejected"]);
    gate.resolve();
    await Promise.all(both);
    await settled();
    expect(kept.decisions()).toEqual(["rejected"]);
  });

  test("that is refused is told and not shown any longer", async () => {
    const kept = await Kept.open([row(1), row(2)]);
    kept.worklist.show("all");
    kept.refusal = new Error("The disk is full.");
    await kept.worklist.accept();
    await settled();
    expect(kept.failures).toHaveLength(1);
    expect(kept.decisions()).toEqual(["open", "open"]);
  });

  test("is undone at the row, or from an open one by the last made", async () => {
    const kept = await Kept.open([row(1), row(2), row(3)]);
    const { worklist } = kept;
    await worklist.accept();
    await worklist.reject();
    expect(worklist.selected?.id).toBe(3);
    await worklist.undo();
    expect(worklist.selected?.id).toBe(2);
    await worklist.undo();
    expect(worklist.selected?.id).toBe(1);
    expect(kept.decisions()).toEqual(["open", "open", "open"]);
    await worklist.undo();
    expect(kept.decided).toHaveLength(4);
  });

  test("that is undone is shown, whatever is shown", async () => {
    const kept = await Kept.open([row(1, "variant"), row(2)]);
    await kept.worklist.accept();
    kept.worklist.show("same");
    kept.worklist.narrow("in-2");
    await kept.worklist.undo();
    expect(kept.worklist.tab).toBe("all");
    expect(kept.worklist.selected?.id).toBe(1);
  });
});

describe("all of the same item", () => {
  test("are accepted at once, those that are decided left as they are, and can be opened again", async () => {
    const kept = await Kept.open([row(1), row(2, "variant"), row(3), row(4, "same", { decision: "rejected" }), row(5, "same", { hit: null })]);
    expect(kept.worklist.sure.map(({ id }) => id)).toEqual([1, 3]);
    await kept.worklist.acceptSure();
    await settled();
    expect(kept.decisions()).toEqual(["accepted", "open", "accepted", "rejected", "open"]);
    const accept = (id: number) => ({ row: id, decision: "accepted", hit: null });
    expect(kept.together).toEqual([[accept(1), accept(3)]]);
    const [notice] = kept.notices.list;
    expect(notice?.title).toBe("2 rows accepted");
    kept.notices.act(notice!.id);
    await settled();
    expect(kept.decisions()).toEqual(["open", "open", "open", "rejected", "open"]);
    expect(kept.together.at(-1)?.map(({ row: id, decision }) => [id, decision])).toEqual([[1, "open"], [3, "open"]]);
    expect(kept.together).toHaveLength(2);
  });

  test("are opened again but for those that were decided otherwise or removed since", async () => {
    const kept = await Kept.open([row(1), row(2), row(3)]);
    const { worklist } = kept;
    await worklist.acceptSure();
    await settled();
    worklist.show("all");
    worklist.select(0);
    await worklist.reject();
    await worklist.remove([worklist.rows![1]!]);
    await settled();
    kept.notices.act(kept.notices.list[0]!.id);
    await settled();
    expect(kept.failures).toEqual([]);
    expect((worklist.rows ?? []).map(({ id, decision }) => [id, decision])).toEqual([[1, "rejected"], [3, "open"]]);
  });

  test("and decided otherwise in the same moment stay so, whether that is taken or not", async () => {
    for (const refusal of [null, new Error("The disk is full.")]) {
      const kept = await Kept.open([row(1), row(2)]);
      const gate = later<void>();
      kept.decideGate = gate.promise;
      const accepting = kept.worklist.acceptSure();
      kept.refusal = refusal;
      kept.worklist.show("all");
      kept.worklist.select(0);
      const rejected = later<void>();
      kept.decideGate = rejected.promise;
      const rejecting = kept.worklist.reject();
      expect(kept.decisions()).toEqual(["rejected", "accepted"]);
      gate.resolve();
      await accepting;
      await settled();
      expect(kept.decisions()).toEqual(["rejected", refusal === null ? "accepted" : "open"]);
      rejected.resolve();
      await rejecting;
      await settled();
      expect(kept.decisions()).toEqual(refusal === null ? ["rejected", "accepted"] : ["open", "open"]);
    }
  });

  test("stay open, all of them, when that is refused", async () => {
    const kept = await Kept.open([row(1), row(2), row(3)]);
    const gate = later<void>();
    kept.decideGate = gate.promise;
    const accepting = kept.worklist.acceptSure();
    expect(kept.decisions()).toEqual(["accepted", "accepted", "accepted"]);
    kept.refusal = new Error("The disk is full.");
    gate.resolve();
    await accepting;
    await settled();
    expect(kept.failures).toHaveLength(1);
    expect(kept.decisions()).toEqual(["open", "open", "open"]);
    expect(kept.notices.list).toEqual([]);
  });
});

test("a removed row makes room for the next one", async () => {
  const kept = await Kept.open([row(1), row(2), row(3)]);
  kept.worklist.select(1);
  await kept.worklist.remove([kept.worklist.selected!]);
  await settled();
  expect(kept.worklist.rows?.map(({ id }) => id)).toEqual([1, 3]);
  expect(kept.worklist.selected?.id).toBe(3);
});
