/** What is said of hits that stand for others, of files that are copies, and of photos dragged out of the window. */
import { count, files, photos, plural } from "./en.counts.ts";

export const folding = {
  label: "Fold near-identical",
  hint: "Photos that are nearly identical to a better result lie under it; U shows them",
  /** Beside how it is matched, where they are not. */
  off: "Not folded",
  badge: (n: number) => `+${count(n)} alike`,
  title: (n: number) => `Show ${plural(n, { one: "the photo that is", other: `the ${photos(n)} that are` })} nearly identical to it (U)`,
  menu: (n: number) => `Show ${plural(n, { one: "1 nearly identical photo", other: `${count(n)} nearly identical photos` })}`,
  spoken: (n: number) => plural(n, { one: "1 nearly identical photo folded", other: `${count(n)} nearly identical photos folded` }),
  heading: (name: string) => `Nearly identical to ${name}`,
  list: (name: string) => `${name} and photos that are nearly identical to it, nearest to the query first`,
};

export const trimmed = {
  badge: "Margins trimmed",
  title: "The query was also looked at without its plain margins, and this is how it was found",
  spoken: "found without the query's plain margins",
};

export const copies = {
  title: (n: number) => `Show the ${files(n)} with this very content (U)`,
  menu: (n: number) => `Show its ${files(n)}`,
  heading: (name: string) => `Files with the content of ${name}`,
  note: (n: number) => files(n),
  loading: "Looking for its files…",
  failed: "Its files could not be told.",
  shown: "Shown",
  shownTitle: "The file that is shown, copied and revealed",
  missing: "Not on disk",
  missingTitle: "This file is not on disk now.",
};
