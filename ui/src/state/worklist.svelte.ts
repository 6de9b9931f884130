import type { Engine } from "../engine/client.ts";
import type { Calibration, Decision, Hit, Verdict, WorklistRow } from "../engine/types.ts";
import { say } from "../messages/index.ts";
import { Latest } from "./latest.ts";
import type { Notices } from "./notices.svelte.ts";
import { wordsFilter } from "./words.ts";

export const WORKLIST_TABS = ["all", "open", "same", "variant", "similar", "none", "failed", "decided"] as const;

export type WorklistTab = (typeof WORKLIST_TABS)[number];

/** Runs a command of the engine; a failure becomes a notice. Answers whether it worked. */
type Run = (command: () => Promise<unknown>) => Promise<boolean>;

/** What was decided here and is not in the list that came last. `settled`: how many commands had been done with when it was. */
type Deciding = { decision: Decision; hit: Hit | null | undefined; settled: number | null };

const holds: Record<WorklistTab, (row: WorklistRow) => boolean> = {
  all: () => true,
  open: (row) => row.decision === "open" && row.state.kind !== "failed",
  same: (row) => judgedAs(row, "same"),
  variant: (row) => judgedAs(row, "variant"),
  similar: (row) => judgedAs(row, "similar"),
  none: (row) => judgedAs(row, "none"),
  failed: (row) => row.state.kind === "failed",
  decided: (row) => row.decision !== "open",
};

/**
 * Photos to be judged, one after the other. The list is kept by the engine; what is decided here is shown at once and
 * stays, whatever list comes in between, until one has come that was asked for after the engine had taken it.
 */
export class Worklist {
  readonly #engine: Engine;
  readonly #run: Run;
  readonly #notices: Notices;
  readonly #lists: Latest<{ settled: number; of: number }, { rows: WorklistRow[]; calibration: Calibration | null }>;
  #came: WorklistRow[] | null = $state.raw(null);
  #deciding: ReadonlyMap<number, Deciding> = $state.raw(new Map());
  #settled = 0;
  /** Counts the catalogs shown: lists of another one come to nothing. */
  #of = 0;
  /** Rows in the order they were decided, to go back by. */
  #trail: number[] = [];

  calibration: Calibration | null = $state.raw(null);
  tab: WorklistTab = $state("open");
  /** Only rows with this in their file name, or in that of their match or its product's texts, are shown. */
  words: string = $state("");
  /** Id of a row. */
  #selected: number | null = $state(null);
  scrollTop = 0;
  /** The last decision in words, for who does not see the rows. */
  told: string = $state("");

  /** Null until the list has come. */
  readonly rows: WorklistRow[] | null = $derived(
    this.#came === null || this.#deciding.size === 0
      ? this.#came
      : this.#came.map((row) => {
          const own = this.#deciding.get(row.id);
          return own === undefined ? row : { ...row, decision: own.decision, hit: own.hit === undefined ? row.hit : own.hit };
        }),
  );
  readonly counts: Record<WorklistTab, number> = $derived(countsOf(this.rows ?? []));
  /** Rows that are still to be judged. */
  readonly waiting: number = $derived((this.rows ?? []).filter(({ state }) => state.kind === "waiting").length);
  /** Open rows whose match is the same item. */
  readonly sure: WorklistRow[] = $derived((this.rows ?? []).filter((row) => row.decision === "open" && row.hit !== null && judgedAs(row, "same")));
  readonly shown: WorklistRow[] = $derived(shownOf(this.rows ?? [], this.tab, this.words));
  /** Index into `shown`; -1 for none. */
  readonly selectedIndex: number = $derived(this.shown.findIndex(({ id }) => id === this.#selected));
  readonly selected: WorklistRow | null = $derived(this.shown[this.selectedIndex] ?? null);

  constructor(engine: Engine, run: Run, notices: Notices) {
    this.#engine = engine;
    this.#run = run;
    this.#notices = notices;
    this.#lists = new Latest(
      () => engine.worklist(),
      (outcome) => {
        if (outcome.request.of !== this.#of) return;
        if ("rejection" in outcome) {
          void run(() => Promise.reject(outcome.rejection));
          return;
        }
        this.#take(outcome.reply.rows, outcome.request.settled);
        this.calibration = outcome.reply.calibration;
      },
    );
  }

  /** Asks for the list anew; asked often, it comes as often as the engine gives it. */
  refresh(): void {
    this.#lists.ask({ settled: this.#settled, of: this.#of });
  }

  /** Asks for it where it is in use. */
  changed(): void {
    if (this.#came !== null) this.refresh();
  }

  show(tab: WorklistTab): void {
    this.tab = tab;
    this.scrollTop = 0;
    if (this.selected === null) this.select(0);
  }

  narrow(words: string): void {
    this.words = words;
    if (this.selected === null) this.select(0);
  }

  /** Selects a row by its place in what is shown. */
  select(index: number): void {
    this.#selected = this.shown[index]?.id ?? null;
  }

  /** Accepts the match of the selected row. */
  accept(): Promise<void> {
    const row = this.selected;
    if (row === null || row.hit === null || row.decision === "accepted" || row.decision === "changed") return Promise.resolve();
    return this.#decideAndMoveOn(row, "accepted", undefined);
  }

  /** The item of the selected row is not in the catalog. */
  reject(): Promise<void> {
    const row = this.selected;
    if (row === null || row.state.kind !== "judged" || row.decision === "rejected") return Promise.resolve();
    return this.#decideAndMoveOn(row, "rejected", undefined);
  }

  /** Takes another match for the selected row. */
  choose(hit: Hit): Promise<void> {
    const row = this.selected;
    if (row === null) return Promise.resolve();
    return this.#decideAndMoveOn(row, "changed", hit);
  }

  /** Opens the selected row again; where it is open, the row decided last, and goes there. */
  async undo(): Promise<void> {
    const { selected } = this;
    if (selected !== null && selected.decision !== "open") return this.#decide(selected, "open", undefined);
    const last = this.#trail.findLast((id) => this.rows?.some((row) => row.id === id && row.decision !== "open"));
    const row = this.rows?.find(({ id }) => id === last);
    if (row === undefined) return;
    const decided = this.#decide(row, "open", undefined);
    if (!this.shown.some(({ id }) => id === row.id)) {
      this.tab = "all";
      this.words = "";
    }
    this.#selected = row.id;
    await decided;
  }

  /** Accepts the match of every open row that is the same item. */
  async acceptSure(): Promise<void> {
    const rows = this.sure;
    if (rows.length === 0 || !(await this.#decideAll(rows, "accepted"))) return;
    const accepted = new Set(rows.map(({ id }) => id));
    this.#notices.show("done", say.worklist.acceptedAll(rows.length), say.worklist.acceptedAllHint, {
      label: say.worklist.undo,
      run: () => {
        // What was decided otherwise or removed since is none of it any longer.
        const still = (this.rows ?? []).filter(({ id, decision }) => accepted.has(id) && decision === "accepted");
        if (still.length > 0) void this.#decideAll(still, "open");
      },
    });
  }

  /** Photos are added, and judged, where the dialog was not dismissed. */
  async add(folder: boolean): Promise<void> {
    await this.#run(async () => {
      if (await this.#engine.pickForWorklist(folder)) this.refresh();
    });
  }

  /** Judges what waits. */
  async fill(): Promise<void> {
    await this.#run(() => this.#engine.fillWorklist());
  }

  async remove(rows: WorklistRow[]): Promise<void> {
    const next = this.selected !== null && rows.includes(this.selected) ? this.#after(this.selectedIndex, () => true) : null;
    const removed = await this.#run(() => this.#engine.removeFromWorklist(rows.map(({ id }) => id)));
    if (!removed) return;
    const gone = new Set(rows.map(({ id }) => id));
    this.#came = this.#came?.filter(({ id }) => !gone.has(id)) ?? null;
    if (next !== null) this.#selected = next;
    this.refresh();
  }

  async exportCsv(): Promise<void> {
    await this.#run(async () => {
      if (await this.#engine.exportWorklist()) this.#notices.show("done", say.worklist.exported, say.worklist.exportedHint);
    });
  }

  async importCsv(): Promise<void> {
    await this.#run(async () => {
      const rows = await this.#engine.importWorklist();
      if (rows === null) return;
      this.refresh();
      this.#notices.show("done", say.worklist.imported(rows));
    });
  }

  /** Another catalog was opened: its worklist is another one. */
  clear(): void {
    this.#of += 1;
    this.#came = null;
    this.#deciding = new Map();
    this.#trail = [];
    this.calibration = null;
    this.tab = "open";
    this.words = "";
    this.#selected = null;
    this.scrollTop = 0;
  }

  #take(rows: WorklistRow[], settled: number): void {
    const index = Math.max(0, this.selectedIndex);
    this.#deciding = new Map([...this.#deciding].filter(([, own]) => own.settled === null || own.settled > settled));
    const first = (this.#came ?? []).length === 0;
    this.#came = rows;
    // Where nothing is left open there is more to see elsewhere.
    if (first && rows.length > 0 && this.tab === "open" && this.shown.length === 0) this.tab = "all";
    // Whatever was selected may have gone: what has come to its place is selected.
    if (this.selected === null && this.shown.length > 0) this.select(Math.min(index, this.shown.length - 1));
  }

  async #decideAndMoveOn(row: WorklistRow, decision: Decision, hit: Hit | undefined): Promise<void> {
    const next = this.#after(this.selectedIndex, (other) => other.decision === "open" && other.state.kind === "judged");
    const decided = this.#decide(row, decision, hit);
    if (next !== null) this.#selected = next;
    else if (this.selected === null) this.select(Math.max(0, this.shown.length - 1));
    await decided;
  }

  async #decide(row: WorklistRow, decision: Decision, hit: Hit | undefined): Promise<void> {
    this.#trail = this.#trail.filter((id) => id !== row.id);
    if (decision !== "open") this.#trail.push(row.id);
    this.#own([row], { decision, hit, settled: null });
    this.told = say.worklist.told(row.name, decision);
    await this.#tell([row], () => this.#engine.decide(row.id, decision, hit?.image ?? null));
    this.refresh();
  }

  /** All of them or none; answers whether it worked. */
  async #decideAll(rows: WorklistRow[], decision: Decision): Promise<boolean> {
    this.#own(rows, { decision, hit: undefined, settled: null });
    const worked = await this.#tell(rows, () => this.#engine.decideAll(rows.map(({ id }) => ({ row: id, decision, hit: null }))));
    this.refresh();
    return worked;
  }

  #own(rows: WorklistRow[], own: Deciding): void {
    this.#deciding = new Map([...this.#deciding, ...rows.map(({ id }) => [id, own] as const)]);
  }

  /** Has the engine take down what was decided of these rows; what it refuses is not shown any longer. */
  async #tell(rows: WorklistRow[], command: () => Promise<void>): Promise<boolean> {
    const told = rows.map(({ id }) => [id, this.#deciding.get(id)] as const);
    const worked = await this.#run(command);
    this.#settled += 1;
    const kept = new Map(this.#deciding);
    for (const [id, own] of told) {
      // Decided otherwise meanwhile: that one is waited for.
      if (own === undefined || kept.get(id) !== own) continue;
      if (worked) kept.set(id, { ...own, settled: this.#settled });
      else kept.delete(id);
    }
    this.#deciding = kept;
    return worked;
  }

  /** Id of the next row shown for which this holds, from the top again after the last; null for none. */
  #after(index: number, wanted: (row: WorklistRow) => boolean): number | null {
    const others = [...this.shown.slice(index + 1), ...this.shown.slice(0, Math.max(0, index))];
    return others.find(wanted)?.id ?? null;
  }
}

function judgedAs(row: WorklistRow, verdict: Verdict): boolean {
  return row.state.kind === "judged" && row.verdict === verdict;
}

function countsOf(rows: WorklistRow[]): Record<WorklistTab, number> {
  const counts = Object.fromEntries(WORKLIST_TABS.map((tab) => [tab, 0])) as Record<WorklistTab, number>;
  for (const row of rows) for (const tab of WORKLIST_TABS) if (holds[tab](row)) counts[tab] += 1;
  return counts;
}

function shownOf(rows: WorklistRow[], tab: WorklistTab, words: string): WorklistRow[] {
  const fits = wordsFilter(words);
  return rows.filter((row) => holds[tab](row) && (fits({ name: row.name, product: [] }) || (row.hit !== null && fits(row.hit))));
}
