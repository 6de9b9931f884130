/** What is said of a hit on its picture. */
import type { Badge } from "../../components/PhotoCell.svelte";
import type { Hit } from "../../engine/types.ts";
import { say } from "../../messages/index.ts";

/** `groupBy` is the column that the ranking is grouped by; `unfold` shows the photos of the hit's group. */
export function badgesOf(hit: Hit, groupBy: string | null, unfold: () => void): Badge[] {
  const badges: Badge[] = [];
  const found = say.matching.found(hit.orientation);
  if (found !== "") badges.push({ text: found, title: say.matching.foundTitle, kind: "plain" });
  if (hit.group !== null && hit.group.photos > 1) {
    const { value, photos } = hit.group;
    badges.push({ text: say.unfold.badge(photos), title: say.unfold.title(photos, groupBy ?? "", value), kind: "plain", run: unfold });
  }
  if (hit.missing) badges.push({ text: say.results.missing, title: say.results.missingTitle, kind: "warning" });
  if (hit.copies > 1) badges.push({ text: say.results.copies(hit.copies), title: say.results.copiesTitle(hit.copies), kind: "plain" });
  return badges;
}

/** How a hit was found, as tests read it; empty for one that is as it is. */
export function orientationOf({ orientation: { mirrored, quarters } }: Hit): string {
  return [mirrored ? "mirrored" : "", quarters === 0 ? "" : String(quarters * 90)].filter((part) => part !== "").join("-");
}
