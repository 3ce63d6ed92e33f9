/** Within this distance of where it would be put, what is new scrolls into view. */
const NEAR_PX = 120;
/** Left above a message that is brought to the upper edge. */
const GAP_PX = 10;

/**
 * Where a stream stands. While the reader is at the end, what is new is kept in view; further up nothing moves, and a
 * button says that there is more. `onRead()`: what is in view changed.
 */
export class Scroll {
  #scroller;
  #list;
  #jump;
  #onRead;
  #following = true;
  #heightBefore = 0;
  #told = false;

  constructor({ scroller, list, jump, onRead = () => undefined }) {
    this.#scroller = scroller;
    this.#list = list;
    this.#jump = jump;
    this.#onRead = onRead;
    scroller.addEventListener("scroll", () => this.#moved());
    // Pictures change heights long after a message was drawn. What the reader does (scrolls inside a tall card, unfolds
    // a receipt, shows all rows) must not: then the place stays.
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(list);
    sizes.observe(scroller);
  }

  /** From now on what is new is kept in view. */
  followEnd() {
    this.#following = true;
    this.#toGoal();
  }

  isFollowing() {
    return this.#following;
  }

  /** Something changed or was added at the end: it is shown, or what is new is announced to a reader further up. */
  addedAtEnd(isNew) {
    if (this.#following) this.#toGoal();
    else if (isNew) this.#jump.hidden = false;
    this.#tell();
  }

  /** Runs a change above what is read, and leaves that where it is on the screen. */
  keepPlace(change) {
    const anchor = this.firstInView();
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (anchor !== null) this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Brings a message to the upper part of the view and stays there. */
  show(element) {
    this.#following = false;
    const room = this.#scroller.clientHeight - element.offsetHeight;
    const above = Math.max(GAP_PX, room / 3);
    this.#scroller.scrollTop += element.getBoundingClientRect().top - this.#top() - above;
    this.#moved();
  }

  /** The first message that is still in view; null = there is none. */
  firstInView() {
    const top = this.#top();
    return this.#messages().find((element) => element.getBoundingClientRect().bottom > top) ?? null;
  }

  /** The last message whose beginning is in view: everything up to it has been seen. */
  lastInView() {
    const bottom = this.#scroller.getBoundingClientRect().bottom;
    return this.#messages().findLast((element) => element.getBoundingClientRect().top < bottom) ?? null;
  }

  #messages() {
    return Array.from(this.#list.children).filter((element) => element.dataset.id !== undefined);
  }

  #top() {
    return this.#scroller.getBoundingClientRect().top;
  }

  /**
   * Where reading goes on: the end, but never past the beginning of the last answer. A card says the most important
   * thing first; one that is taller than the screen must not be entered from its foot.
   */
  #goal() {
    const { scrollHeight, clientHeight, scrollTop } = this.#scroller;
    const end = scrollHeight - clientHeight;
    const last = this.#list.lastElementChild;
    if (last === null) return end;
    const before = last.previousElementSibling;
    const first = before === null || before.querySelector(".asked") === null ? last : before;
    return Math.max(0, Math.min(end, first.getBoundingClientRect().top - this.#top() + scrollTop - GAP_PX));
  }

  #toGoal() {
    this.#scroller.scrollTop = this.#goal();
    this.#jump.hidden = true;
    this.#tell();
  }

  #moved() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.#following = atEnd || Math.abs(scrollTop - this.#goal()) < 2;
    if (this.#following) this.#jump.hidden = true;
    this.#tell();
  }

  #resized() {
    const height = this.#scroller.scrollHeight;
    const readerIsPastGoal = this.#scroller.scrollTop > this.#goal() + NEAR_PX;
    if (this.#following && !readerIsPastGoal && height !== this.#heightBefore) this.#toGoal();
    this.#heightBefore = height;
  }

  /** Once a frame, however much moves. */
  #tell() {
    if (this.#told) return;
    this.#told = true;
    requestAnimationFrame(() => {
      this.#told = false;
      this.#onRead();
    });
  }
}
