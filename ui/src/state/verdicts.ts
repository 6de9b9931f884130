import type { Hit, Ranking, Verdict } from "../engine/types.ts";

/** From the surest to none. */
const ORDER: Verdict[] = ["same", "variant", "similar", "none"];

/** Hits from `at` on have this verdict, up to the next section; `less` of a catalog that is too small to tell more. */
export type Section = { at: number; kind: Verdict | "less" };

/** What a ranking says all in all, and the hit that says it. */
export type Answer = { verdict: Verdict; hit: Hit };

/**
 * Where hits of one verdict end and those of the next begin. The first section begins at 0 and needs no divider; there
 * are none where the order of hits is not that of their verdicts, as when colour counts.
 */
export function sectionsOf(hits: Hit[], ranking: Pick<Ranking, "cutoff" | "calibration"> | null): Section[] {
  const cutoff = ranking?.cutoff ?? null;
  if (ranking === null || cutoff === null || hits.length === 0) return [];
  const kinds: Section["kind"][] = judged(hits, ranking)
    ? hits.map(({ verdict }) => verdict ?? "none")
    : hits.map(({ similarity }) => (similarity < cutoff.similarity ? "less" : "similar"));
  const sections = kinds.map((kind, at): Section => ({ at, kind })).filter(({ at, kind }) => kind !== kinds[at - 1]);
  return rising(sections) ? sections : [];
}

/** Index of the first hit that is less similar; null when none is. */
export function firstLess(sections: Section[]): number | null {
  return sections.find(({ kind }) => kind === "less" || kind === "none")?.at ?? null;
}

/** What the nearest hit by content says; null in a catalog that is too small to tell. */
export function answerOf(ranking: Ranking | null): Answer | null {
  if (ranking === null || ranking.calibration === null) return null;
  // Colour may put another one first, and verdicts are of the content alone.
  const best = ranking.hits.reduce<Hit | null>((before, hit) => (before === null || hit.content > before.content ? hit : before), null);
  return best === null || best.verdict === null ? null : { verdict: best.verdict, hit: best };
}

/** True for a hit that is not less similar. */
export function isNear(hit: Hit, { cutoff, calibration }: Pick<Ranking, "cutoff" | "calibration">): boolean {
  if (calibration !== null && hit.verdict !== null) return hit.verdict !== "none";
  return cutoff === null || hit.similarity >= cutoff.similarity;
}

function judged(hits: Hit[], { calibration }: Pick<Ranking, "calibration">): boolean {
  return calibration !== null && hits.every(({ verdict }) => verdict !== null);
}

function rising(sections: Section[]): boolean {
  const rank = ({ kind }: Section) => (kind === "less" ? ORDER.length : ORDER.indexOf(kind));
  return sections.every((section, at) => at === 0 || rank(section) > rank(sections[at - 1]!));
}
