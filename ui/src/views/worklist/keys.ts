/** The keys by which a row of the worklist is decided: in the list, over its photos side by side, and from anywhere else in the view. */
import type { Worklist } from "../../state/worklist.svelte.ts";

export type RowActions = { change: () => void; compare: () => void };

/** Does what the key stands for; answers whether it stands for anything. */
export function decideByKey(event: KeyboardEvent, worklist: Worklist, { change, compare }: RowActions): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return false;
  const actions: Record<string, () => void> = {
    Enter: () => void worklist.accept(),
    Delete: () => void worklist.reject(),
    Backspace: () => void worklist.reject(),
    c: change,
    u: () => void worklist.undo(),
    " ": compare,
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action === undefined) return false;
  event.preventDefault();
  // A key that is held down decides one row, not all that follow.
  if (!event.repeat) action();
  return true;
}
