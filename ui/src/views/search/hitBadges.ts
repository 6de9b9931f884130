/** What is said of a hit on its picture, and what it stands for beside itself. */
import type { MenuItem } from "../../components/ContextMenu.svelte";
import type { Badge } from "../../components/PhotoCell.svelte";
import type { Hit } from "../../engine/types.ts";
import { say } from "../../messages/index.ts";
import type { Kind } from "../../state/unfolding.svelte.ts";

/** `groupBy` is the column that the ranking is grouped by; `unfold` shows what the hit stands for. */
export function badgesOf(hit: Hit, groupBy: string | null, unfold: (kind: Kind) => void): Badge[] {
  const badges: Badge[] = [];
  const found = say.matching.found(hit.orientation);
  if (found !== "") badges.push({ text: found, title: say.matching.foundTitle, kind: "plain" });
  if (hit.trimmed) badges.push({ text: say.trimmed.badge, title: say.trimmed.title, kind: "plain" });
  if (hit.group !== null && hit.group.photos > 1) {
    const { value, photos } = hit.group;
    badges.push({ text: say.unfold.badge(photos), title: say.unfold.title(photos, groupBy ?? "", value), kind: "plain", run: () => unfold("group") });
  }
  const alike = hit.alike.length;
  if (alike > 0) badges.push({ text: say.folding.badge(alike), title: say.folding.title(alike), kind: "plain", run: () => unfold("alike") });
  if (hit.missing) badges.push({ text: say.results.missing, title: say.results.missingTitle, kind: "warning" });
  if (hit.copies > 1) badges.push(copiesBadge(hit.copies, () => unfold("copies")));
  return badges;
}

/** `unfold` shows the files. */
export function copiesBadge(copies: number, unfold: () => void): Badge {
  return { text: say.results.copies(copies), title: say.copies.title(copies), kind: "plain", run: unfold };
}

/** What the badges say to who does not see them, after what is said already. */
export function spokenBadges({ trimmed, alike, copies }: Hit): string {
  const parts = [
    trimmed ? say.trimmed.spoken : "",
    alike.length > 0 ? say.folding.spoken(alike.length) : "",
    copies > 1 ? say.results.copies(copies) : "",
  ];
  return parts.filter((part) => part !== "").map((part) => `, ${part}`).join("");
}

/** What shows each kind of what a hit stands for; the key shows the first, and once more the next. */
export function unfoldItems(hit: Hit, kinds: Kind[], unfold: (kind: Kind) => void): MenuItem[] {
  const labels: Record<Kind, () => string> = {
    group: () => say.unfold.menu(hit.group?.photos ?? 1),
    alike: () => say.folding.menu(hit.alike.length),
    copies: () => say.copies.menu(hit.copies),
  };
  return kinds.map((kind, at) => ({ label: labels[kind](), icon: "stack", ...(at === 0 ? { keys: say.keys.unfold } : {}), run: () => unfold(kind) }));
}

/** How a hit was found, as tests read it; empty for one that is as it is. */
export function orientationOf({ orientation: { mirrored, quarters } }: Hit): string {
  return [mirrored ? "mirrored" : "", quarters === 0 ? "" : String(quarters * 90)].filter((part) => part !== "").join("-");
}
