import { type Engine, failedFrom } from "../engine/client.ts";
import type { Condition, Facets, Failed, ProductColumn, ProductFilter } from "../engine/types.ts";
import { Latest } from "./latest.ts";

/** Typing that rests for this long is meant. */
const PAUSE_MILLIS = 150;

/** What a ranking is made of: the photos that fit, each for itself or the nearest of each group. */
export type Scope = { filter: ProductFilter | null; groupBy: string | null };

export const EVERYTHING: Scope = { filter: null, groupBy: null };

/** What is asked of a column, as its fields say it. */
export type Choice = { column: string; values: string[]; low: string; high: string };

/** What the gallery is narrowed down by. It belongs to the window and not to one search: it stays on for the next ones. */
export class Narrowing {
  readonly #changed: () => void;
  /** False while whoever changes it searches by it themselves. */
  #told = true;
  readonly #counts: Latest<{ filter: ProductFilter; era: number }, Facets>;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** Counts asked for in an earlier one are of another catalog, or of product data that is gone. */
  #era = 0;

  /** As in the field; in force once typing rests. */
  words: string = $state("");
  /** In the order of their columns' names, without those that ask for nothing. */
  choices: Choice[] = $state.raw([]);
  /** In force; null when nothing is asked. */
  filter: ProductFilter | null = $state.raw(null);
  groupBy: string | null = $state(null);
  /** True while the filters are shown to be changed. */
  open: boolean = $state(false);
  /** Null until they have come. */
  facets: Facets | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);

  readonly scope: Scope = $derived({ filter: this.filter, groupBy: this.groupBy });
  /** How many filters are on. */
  readonly on: number = $derived(this.filter === null ? 0 : this.filter.conditions.length + (this.filter.words === "" ? 0 : 1));

  constructor(engine: Pick<Engine, "facets">, changed: () => void) {
    this.#changed = () => {
      if (this.#told) changed();
    };
    this.#counts = new Latest(
      ({ filter }) => engine.facets(filter),
      (outcome) => {
        if (!outcome.last || outcome.request.era !== this.#era) return;
        this.failure = "rejection" in outcome ? failedFrom(outcome.rejection) : null;
        if ("reply" in outcome) this.facets = outcome.reply;
      },
    );
  }

  show(): void {
    this.open = true;
    this.#count();
  }

  close(): void {
    this.open = false;
  }

  write(words: string): void {
    this.words = words;
    this.#soon();
  }

  /** Asks a column of numbers for no less or no more than what is typed. */
  bound(column: string, side: "low" | "high", text: string): void {
    this.#choose({ ...this.choice(column), [side]: text });
    this.#soon();
  }

  /** Asks for a value, or no longer. */
  toggle(column: string, value: string): void {
    const choice = this.choice(column);
    const others = choice.values.filter((chosen) => chosen !== value);
    this.#choose({ ...choice, values: others.length < choice.values.length ? others : [...others, value].sort() });
    this.enforce();
  }

  /** Asks nothing more of a column. */
  release(column: string): void {
    this.#choose(nothingAsked(column));
    this.enforce();
  }

  releaseWords(): void {
    this.words = "";
    this.enforce();
  }

  clear(): void {
    this.words = "";
    this.choices = [];
    this.enforce();
  }

  fold(column: string | null): void {
    if (column === this.groupBy) return;
    this.groupBy = column;
    this.#changed();
  }

  /** Puts kept filters into force instead of what is chosen now, as far as these columns can be asked for that still. */
  apply({ filter, groupBy }: Scope, columns: ProductColumn[]): void {
    this.words = filter?.words ?? "";
    this.choices = [];
    for (const { column, values, low, high } of filter?.conditions ?? []) {
      this.#choose({ column, values: [...values], low: low?.toString() ?? "", high: high?.toString() ?? "" });
    }
    this.groupBy = groupBy;
    this.fit(columns);
    this.#changed();
  }

  /** The same without telling of it: who asked for it searches next. Answers the columns, and words, that nothing can be asked of any more. */
  restore(scope: Scope, columns: ProductColumn[]): string[] {
    this.#told = false;
    this.apply(scope, columns);
    this.#told = true;
    const asked = [...(scope.filter?.conditions ?? []).map(({ column }) => column), ...(scope.groupBy === null ? [] : [scope.groupBy])];
    const left = new Set([...this.choices.map(({ column }) => column), this.groupBy]);
    const words = scope.filter?.words ?? "";
    return [...new Set(asked)].filter((column) => !left.has(column)).concat(words === "" || this.words !== "" ? [] : [words]);
  }

  choice(column: string): Choice {
    return this.choices.find((choice) => choice.column === column) ?? nothingAsked(column);
  }

  /** Puts what the fields say into force, without waiting for typing to rest. */
  enforce(): void {
    clearTimeout(this.#pause);
    const filter = filterOf(this.words, this.choices);
    if (JSON.stringify(filter) === JSON.stringify(this.filter)) return;
    this.filter = filter;
    if (this.open) this.#count();
    this.#changed();
  }

  /** The product data changed: what is asked of columns that are gone, or hold something else now, is dropped. */
  fit(columns: ProductColumn[]): void {
    const fits = ({ column: name, values }: Choice) => {
      const kind = columns.find((column) => column.name === name)?.kind;
      return values.length > 0 ? kind === "text" || kind === "tags" : kind === "number" || kind === "price";
    };
    this.choices = this.choices.filter(fits);
    if (columns.length === 0) this.words = "";
    if (columns.length === 0) this.open = false;
    if (!columns.some((column) => column.name === this.groupBy)) this.fold(null);
    this.enforce();
    this.recount();
  }

  /** Photos or products are other ones: what was counted is out of date. */
  recount(): void {
    this.#era += 1;
    if (this.open) this.#count();
    else this.facets = null;
  }

  #choose(choice: Choice): void {
    const others = this.choices.filter(({ column }) => column !== choice.column);
    const asked = choice.values.length > 0 || choice.low !== "" || choice.high !== "";
    this.choices = asked ? [...others, choice].sort((one, other) => (one.column < other.column ? -1 : 1)) : others;
  }

  #soon(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.enforce(), PAUSE_MILLIS);
  }

  #count(): void {
    this.#counts.ask({ filter: this.filter ?? { words: "", conditions: [] }, era: this.#era });
  }
}

/** True when rankings within them are made of the same photos. */
export function sameScope(one: Scope, other: Scope): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function nothingAsked(column: string): Choice {
  return { column, values: [], low: "", high: "" };
}

function filterOf(words: string, choices: Choice[]): ProductFilter | null {
  const conditions = choices
    .map(({ column, values, low, high }): Condition => ({ column, values, low: numberIn(low), high: numberIn(high) }))
    .filter(({ values, low, high }) => values.length > 0 || low !== null || high !== null);
  return words.trim() === "" && conditions.length === 0 ? null : { words: words.trim(), conditions };
}

/** What a number field holds; null for nothing, and for a number that is not finished. */
function numberIn(text: string): number | null {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}
