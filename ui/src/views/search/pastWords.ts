/** What is said of a search made before. */
import type { PastSearch } from "../../engine/types.ts";
import { say } from "../../messages/index.ts";

/** Whom it was for; else its first photo that was looked for, and how many more there are. */
export function nameOf({ parts, title }: PastSearch): string {
  if (title !== null) return title;
  const first = parts.find(({ weight }) => weight > 0) ?? parts[0];
  return first === undefined ? say.past.unnamed : say.past.name(first.name, parts.length - 1);
}

/** What it was narrowed down and refined by, and what is gone of it. */
export function hintsOf({ parts, filter, groupBy, colour, orientations, recommend }: PastSearch): string[] {
  const gone = parts.filter((part) => part.gone).length;
  const less = parts.filter(({ weight }) => weight < 0).length;
  const conditions = filter?.conditions.length ?? 0;
  return [
    gone === 0 ? "" : say.past.gone(gone, parts.length),
    recommend === null ? "" : say.past.recommended,
    less === 0 ? "" : say.past.less(less),
    parts.some(({ crop }) => crop !== null) ? say.past.cropped : "",
    filter === null || filter.words === "" ? "" : say.past.words(filter.words),
    conditions === 0 ? "" : say.past.conditions(conditions),
    groupBy === null ? "" : say.past.groupBy(groupBy),
    colour === 0 || recommend !== null ? "" : say.past.colour,
    orientations === "upright" || recommend !== null ? "" : say.past.turned,
  ].filter((hint) => hint !== "");
}

export function whenOf({ askedAt }: PastSearch): string {
  return say.past.when(askedAt, Date.now());
}

export function goneOf({ parts }: PastSearch): number {
  return parts.filter((part) => part.gone).length;
}
