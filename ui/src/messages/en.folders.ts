/** What is said of the catalog's folders, of what is left out of them, and of files that could not be read. */
import type { FolderState } from "../engine/types.ts";
import { control, count, files } from "./en.counts.ts";

const states: Record<FolderState["kind"], string> = {
  watched: "Watching",
  rescanned: "Looked at every 10 minutes",
  unavailable: "Not available – photos stay searchable",
  off: "Off",
  waiting: "",
};

export const folders = {
  state: (state: FolderState) => states[state.kind],
  /** Why, and what it means. */
  stateTitle: (state: FolderState) => {
    switch (state.kind) {
      case "watched":
        return "New, changed, renamed and deleted photos are noticed as it happens.";
      case "rescanned":
        return `Changes are not told to Vitrine here: ${state.reason}`;
      case "unavailable":
        return "The folder is gone, or on a drive or share that is not connected. It is followed again as soon as it is back.";
      case "off":
        return "Changes in this folder are passed over. Its photos stay searchable.";
      case "waiting":
        return "";
    }
  },
  follow: (path: string) => `Follow changes in ${path}`,
};

export const leftOut = {
  heading: "Left out",
  patterns: "Files and folders, one pattern a line",
  patternsHint: "As in a .gitignore: *_thumb.*, raw/, 2024/*.png",
  size: "Smaller than (KB)",
  ignored: (n: number) => `${files(n)} ignored one by one`,
  save: "Save",
  kept: "Nothing on disk is touched.",
};

export const failures = {
  none: "Every file could be read",
  noneHint: "A file that cannot be read would be listed here, with its reason. The others would be taken in all the same.",
  heading: (n: number) => `${files(n)} could not be read`,
  hint: "They were left as they are. A damaged file is tried again when it changes, any other at every refresh.",
  group: (reason: string, n: number) => `${reason} (${count(n)})`,
  retry: (n: number) => (n === 1 ? "Try again" : `Try all ${count(n)} again`),
  reveal: "Reveal in folder",
  ignore: "Ignore always",
  ignoreTitle: "Leave this file out of the catalog for good. On disk it stays as it is.",
  ignored: (name: string) => `${name} is ignored from now on.`,
  ignoredHint: "Catalog › Left out takes it back in.",
  copy: "Copy the list",
  copied: "List copied",
  copyFailed: `The list could not be copied; select it and press ${control}+C instead.`,
};
