import { SvelteMap } from "svelte/reactivity";
import type { Engine } from "../engine/client.ts";
import type { Crop, QuerySource } from "../engine/types.ts";

/** Boxes that may be what matters in a photo, the best first. They are asked for once for each photo. */
export class Boxes {
  readonly #engine: Pick<Engine, "suggestCrops">;
  readonly #found = new SvelteMap<string, Crop[]>();
  readonly #asked = new Set<string>();
  /** Boxes asked for in an earlier one are of photos of another catalog. */
  #era = 0;

  constructor(engine: Pick<Engine, "suggestCrops">) {
    this.#engine = engine;
  }

  /** Null until they have come. */
  of(source: QuerySource): Crop[] | null {
    return this.#found.get(nameOf(source)) ?? null;
  }

  async want(source: QuerySource): Promise<void> {
    const name = nameOf(source);
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const era = this.#era;
    // They are an offer: without them a box is drawn by hand, and what is wrong with the photo the search says.
    const found = await this.#engine.suggestCrops({ ...source, crop: null }).catch((): Crop[] => []);
    if (era === this.#era) this.#found.set(name, found);
  }

  clear(): void {
    this.#era += 1;
    this.#asked.clear();
    this.#found.clear();
  }
}

function nameOf({ kind, id }: QuerySource): string {
  return `${kind}-${id}`;
}
