import { type Engine, failedFrom } from "../engine/client.ts";
import type { ExclusionChoice, Exclusions, FailureGroup, Folder } from "../engine/types.ts";

/** The catalog's folders, what is left out of them, and the files that could not be read. */
export class Library {
  readonly #engine: Engine;
  #asked = 0;

  /** Null until they have come. */
  folders: Folder[] | null = $state.raw(null);
  failures: FailureGroup[] | null = $state.raw(null);
  exclusions: Exclusions | null = $state.raw(null);
  /** Why what was to be left out is not. */
  refusal: string | null = $state(null);

  /** Files that could not be read. */
  readonly failed: number = $derived((this.failures ?? []).reduce((sum, group) => sum + group.files.length, 0));

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async refresh(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const [folders, failures, exclusions] = await Promise.all([this.#engine.folders(), this.#engine.failures(), this.#engine.exclusions()]);
    if (asked !== this.#asked) return;
    this.folders = folders;
    this.failures = failures;
    this.exclusions = exclusions;
  }

  /** Leaves these out from now on; answers whether that is possible. */
  async leaveOut(choice: ExclusionChoice): Promise<boolean> {
    try {
      await this.#engine.setExclusions(choice);
      this.refusal = null;
    } catch (rejection) {
      this.refusal = failedFrom(rejection).message;
      return false;
    }
    await this.refresh();
    return true;
  }

  clear(): void {
    this.#asked += 1;
    this.folders = null;
    this.failures = null;
    this.exclusions = null;
    this.refusal = null;
  }
}

/** What a text of one pattern a line and a size in KB ask for; empty lines ask for nothing. */
export function exclusionChoice(patterns: string, kilobytes: string, keepIgnored: boolean): ExclusionChoice {
  const lines = patterns.split("\n").map((line) => line.trim());
  const size = Number(kilobytes);
  return {
    patterns: lines.filter((line) => line !== ""),
    smallerThan: Number.isFinite(size) && size > 0 ? Math.round(size * 1000) : null,
    keepIgnored,
  };
}
