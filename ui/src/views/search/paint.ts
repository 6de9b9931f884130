/** When the pictures in view are on the screen: each one decoded, and two frames drawn since. Says how many there are. */
export async function painted(section: HTMLElement): Promise<number> {
  const area = section.getBoundingClientRect();
  const inView = [...section.querySelectorAll("img")].filter((image) => overlaps(image.getBoundingClientRect(), area));
  // A picture that cannot be shown is not waited for: decode() rejects.
  await Promise.all(inView.map((image) => image.decode().catch(() => undefined)));
  await frame();
  await frame();
  return inView.length;
}

function overlaps(one: DOMRect, other: DOMRect): boolean {
  return one.bottom > other.top && one.top < other.bottom && one.right > other.left && one.left < other.right;
}

function frame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => done()));
}
