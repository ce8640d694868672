/** Draws at most once a frame, however much comes. A page in the background has no frames, and a title and icon all the same. */
export class OnceAFrame {
  readonly #draw: () => void;
  #isDue = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Something is other than what was drawn last. */
  ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const due = (): void => {
      this.#isDue = false;
      this.#draw();
    };
    if (document.hidden) setTimeout(due);
    else requestAnimationFrame(due);
  }
}
