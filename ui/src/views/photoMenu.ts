/** What can be done with a photo of the catalog, as menu items. */
import type { MenuItem } from "../components/ContextMenu.svelte";
import { say } from "../messages/index.ts";
import type { Application, CatalogPhoto } from "../state/application.svelte.ts";
import { LESS, MORE } from "../state/desk.svelte.ts";

type MenuPhoto = CatalogPhoto & { missing: boolean; excluded: boolean };

/** `compare` is null where there is nothing to compare with; `unfold` shows what the photo stands for beside itself. */
export function photoMenu(application: Application, photo: MenuPhoto, compare: (() => void) | null, unfold: MenuItem[] = []): MenuItem[] {
  const { desk, session, search, view } = application;
  const items: MenuItem[] = [{ label: say.photo.searchSimilar, icon: "search", keys: say.keys.enter, run: () => application.searchBy(photo) }];
  if (compare !== null) items.push({ label: say.photo.compare, icon: "compare", keys: say.keys.space, run: compare });
  items.push(...unfold);
  items.push({ label: say.recommend.fromPhoto, icon: "recommend", run: () => application.aside.recommendFrom([photo]) });
  // Of a query that is in view; elsewhere there is nothing to be more or less like.
  if (view === "search" && search.entry !== null) {
    items.push(
      { label: say.hitActions.more, icon: "plus", keys: say.keys.more, run: () => desk.lean(photo, MORE) },
      { label: say.hitActions.less, icon: "minus", keys: say.keys.less, run: () => desk.lean(photo, LESS) },
    );
  }
  items.push({ label: desk.kept.pinned(photo.image) ? say.pins.unpin : say.pins.pin, icon: "pin", ...(view === "search" ? { keys: say.keys.pin } : {}), run: () => desk.togglePin(photo) });
  const code = session.products?.code ?? null;
  if (code !== null && photo.product.some(({ column }) => column === code)) {
    items.push({ label: say.hitActions.copyCode(code), icon: "copy", run: () => void desk.copyCode(photo) });
  }
  items.push(
    { label: say.photo.copyPath, icon: "copy", run: () => void application.copyPath(photo) },
    { label: say.photo.reveal, icon: "reveal", disabled: photo.missing, run: () => void application.reveal(photo) },
    photo.excluded
      ? { label: say.photo.include, icon: "show", run: () => void application.include(photo) }
      : { label: say.photo.exclude, icon: "hide", run: () => void application.exclude(photo) },
  );
  return items;
}
