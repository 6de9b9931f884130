import type { Interests, Shopper } from "../engine/types.ts";
import { looksForSomething } from "./searchEntry.svelte.ts";

/** As many photos as a query takes. */
export const MOST_PHOTOS = 200;

/** A shopper of the file, by the place in it. */
export type Listed = { at: number; shopper: Shopper };

/** The shoppers of a CSV that was picked: whose interests there are, and whose is recommended from. */
export class Shoppers {
  /** Null while no CSV is looked at. */
  file: Interests | null = $state.raw(null);
  /** Only shoppers with this in their name are listed. */
  words: string = $state("");
  /** Place in the file of the one that is recommended from; -1 for none. */
  chosen: number = $state(-1);

  readonly listed: Listed[] = $derived.by(() => {
    const wanted = this.words.trim().toLocaleLowerCase();
    const all = (this.file?.shoppers ?? []).map((shopper, at): Listed => ({ at, shopper }));
    return wanted === "" ? all : all.filter(({ shopper }) => shopper.name.toLocaleLowerCase().includes(wanted));
  });
  /** Place in `listed` of the one that is recommended from; -1 when it is not among them. */
  readonly place: number = $derived(this.listed.findIndex(({ at }) => at === this.chosen));

  show(file: Interests): void {
    this.file = file;
    this.words = "";
    this.chosen = -1;
  }

  clear(): void {
    this.file = null;
    this.words = "";
    this.chosen = -1;
  }

  /** The one listed after the chosen one, or before it with -1; null at the end. */
  next(step: 1 | -1): Listed | null {
    // Of none that is listed the first one is next.
    return (this.place === -1 ? (step === 1 ? this.listed[0] : undefined) : this.listed[this.place + step]) ?? null;
  }
}

/** Those that count most, in their order: as many as a query takes, and among them something to look for if there is any. */
export function heaviestOf<Weighed extends { weight: number }>(photos: Weighed[]): Weighed[] {
  if (photos.length <= MOST_PHOTOS) return photos;
  const byWeight = photos.toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight) || other.weight - one.weight);
  const heaviest = byWeight.slice(0, MOST_PHOTOS);
  const wanted = byWeight.find(({ weight }) => weight > 0);
  if (!looksForSomething(heaviest) && wanted !== undefined) heaviest[MOST_PHOTOS - 1] = wanted;
  const taken = new Set(heaviest);
  return photos.filter((photo) => taken.has(photo));
}
