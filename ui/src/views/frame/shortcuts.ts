/** The keys that work everywhere in the window. Keys of a list, a crop or a dialog are theirs and come first. */
import { type Application, VIEWS } from "../../state/application.svelte.ts";

export function shortcut(event: KeyboardEvent, application: Application, focusFilter: () => void): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  const act = actionOf(event, application, focusFilter);
  if (act === null) return;
  event.preventDefault();
  act();
}

export function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=radio]), textarea") !== null;
}

function actionOf(event: KeyboardEvent, application: Application, focusFilter: () => void): (() => void) | null {
  const { search } = application;
  const inField = isTextField(event.target);
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    const view = VIEWS[Number(event.key) - 1];
    if (view !== undefined) return () => (application.view = view);
    if (event.key === "o") return () => void application.pickQuery();
    if (event.key === "v" && !inField) return () => void application.paste();
    return null;
  }
  if (event.altKey && application.view === "search") {
    if (event.key === "ArrowLeft") return () => search.back();
    if (event.key === "ArrowRight") return () => search.forward();
    return null;
  }
  if (inField) return null;
  if (event.key === "/") return focusFilter;
  if (event.key === "Escape") return application.view === "search" ? () => search.back() : () => (application.view = "search");
  return null;
}
