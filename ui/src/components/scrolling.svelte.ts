import { tick, untrack } from "svelte";

/** Where a list of options is scrolled to, in CSS pixels. Its element, width and height are to be bound. */
export class Scrolling {
  element: HTMLElement | undefined = $state();
  width: number = $state(0);
  height: number = $state(0);
  top: number = $state(0);

  /** Made while a component is. When what is listed changes, which is `of`, the list is scrolled to `start`. */
  constructor(of: () => unknown, start: () => number) {
    this.top = start();
    $effect.pre(() => {
      of();
      this.top = untrack(start);
    });
    // The browser takes a scroll position only once the content is that high.
    const measured = $derived(this.height > 0);
    $effect(() => {
      of();
      if (!measured) return;
      const top = untrack(start);
      void tick().then(() => this.to(top));
    });
  }

  to(top: number): void {
    if (this.element !== undefined && this.element.scrollTop !== top) this.element.scrollTop = top;
  }

  /** The element was scrolled; answers how far. */
  moved(): number {
    const top = this.element?.scrollTop ?? 0;
    const by = top - this.top;
    this.top = top;
    return by;
  }

  focus(): void {
    this.element?.focus({ preventScroll: true });
  }
}

/** Index of the option that was hit, by its `data-index`; null beside them. */
export function optionAt(target: EventTarget | null): number | null {
  const option = target instanceof Element ? target.closest<HTMLElement>("[role=option]") : null;
  return option === null ? null : Number(option.dataset["index"]);
}
