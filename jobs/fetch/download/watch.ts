/** Breaks a connection off on which nothing has come for a while. */
export class Watch {
  readonly seconds: number;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #stalled = false;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#timer = setTimeout(() => {
      this.#stalled = true;
      this.#controller.abort();
    }, seconds * 1000);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  /** Something has come: the time begins anew. */
  touch(): void {
    this.#timer.refresh();
  }

  /** Closes whatever is still open. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
