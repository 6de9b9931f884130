/** The keys that work everywhere in the window. Keys of a list, a crop or a dialog are theirs and come first. */
import { type Application, VIEWS } from "../../state/application.svelte.ts";

/** What keys lead to in the views. */
export type Places = { focusFilter: () => void; showFilters: () => void };

export function shortcut(event: KeyboardEvent, application: Application, places: Places): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  const act = actionOf(event, application, places);
  if (act === null) return;
  event.preventDefault();
  act();
}

export function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=radio], [type=checkbox]), textarea") !== null;
}

function actionOf(event: KeyboardEvent, application: Application, places: Places): (() => void) | null {
  const { search, narrowing } = application;
  // A list takes letters to find its options by.
  const inField = isTextField(event.target) || event.target instanceof HTMLSelectElement;
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
  if (event.key === "/") return places.focusFilter;
  if (event.key === "f" && application.view === "search") return places.showFilters;
  if (event.key === "Escape" && application.view === "search" && narrowing.open) return () => narrowing.close();
  if (event.key === "Escape") return application.view === "search" ? () => search.back() : () => (application.view = "search");
  return null;
}
