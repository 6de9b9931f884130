/**
 * Sends the newest of many requests: one is under way at a time, and of those asked for meanwhile only the last one
 * follows. Replies therefore arrive in the order of the requests, and an overtaken request costs nothing.
 */
export class Latest<Request, Reply> {
  #running = false;
  #next: { request: Request } | null = null;
  readonly #send: (request: Request) => Promise<Reply>;
  readonly #receive: (outcome: Outcome<Request, Reply>) => void;

  constructor(send: (request: Request) => Promise<Reply>, receive: (outcome: Outcome<Request, Reply>) => void) {
    this.#send = send;
    this.#receive = receive;
  }

  ask(request: Request): void {
    if (this.#running) this.#next = { request };
    else void this.#run(request);
  }

  async #run(request: Request): Promise<void> {
    this.#running = true;
    const outcome = await this.#send(request).then(
      (reply): Outcome<Request, Reply> => ({ request, reply, last: false }),
      (rejection: unknown): Outcome<Request, Reply> => ({ request, rejection, last: false }),
    );
    const next = this.#next;
    this.#next = null;
    this.#running = next !== null;
    this.#receive({ ...outcome, last: next === null });
    if (next !== null) void this.#run(next.request);
  }
}

/** What came of a request; `last` when none follows it. */
export type Outcome<Request, Reply> = { request: Request; last: boolean } & ({ reply: Reply } | { rejection: unknown });
