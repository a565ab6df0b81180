/**
 * The order in which a p-queue takes its tasks: a line for each priority, the highest first, first come first served
 * within a line.
 *
 * p-queue's own order is one sorted array, in which a task is raised by searching all of it: raising each of 20,000 keys
 * once keeps the process busy for two seconds. Here every operation takes the same time however many wait.
 *
 * Limits: meant for a handful of priorities; ids must be distinct while they wait.
 */
import type { Queue, QueueAddOptions } from 'p-queue';

type Task = () => Promise<unknown>;

/** A task's place in a line; empty once the task has been moved to another. */
interface Place {
  readonly id: string;
  task: Task | undefined;
}

/** The places of one priority, in their order. */
class Line {
  readonly priority: number;
  #places: Place[] = [];
  /** Those before it have been taken. */
  #head = 0;

  constructor(priority: number) {
    this.priority = priority;
  }

  append(place: Place): void {
    this.#places.push(place);
  }

  /** Takes the first place with a task; undefined when there is none. */
  shift(): Place | undefined {
    for (let place = this.#next(); place !== undefined; place = this.#next()) {
      if (place.task !== undefined) return place;
    }
    return undefined;
  }

  tasks(): Task[] {
    return this.#places.slice(this.#head).flatMap(({ task }) => task ?? []);
  }

  #next(): Place | undefined {
    const place = this.#places[this.#head];
    if (place === undefined) return undefined;
    this.#head += 1;
    // Rare enough to cost nothing, often enough that what was taken does not pile up.
    if (this.#head > 1000 && this.#head * 2 > this.#places.length) {
      this.#places = this.#places.slice(this.#head);
      this.#head = 0;
    }
    return place;
  }
}

export class PriorityLines implements Queue<Task, QueueAddOptions> {
  /** The highest priority first. */
  #lines: readonly Line[] = [];
  readonly #places = new Map<string, Place>();

  get size(): number {
    return this.#places.size;
  }

  /** @throws when the task has no id, or that of one that waits */
  enqueue(task: Task, { id, priority = 0 }: Partial<QueueAddOptions> = {}): void {
    if (id === undefined || this.#places.has(id)) throw new Error(`not a new id: ${id ?? 'none'}`);
    const place = { id, task };
    this.#places.set(id, place);
    this.#line(priority).append(place);
  }

  dequeue(): Task | undefined {
    for (const line of this.#lines) {
      const place = line.shift();
      if (place !== undefined) {
        this.#places.delete(place.id);
        return place.task;
      }
      this.#lines = this.#lines.filter((each) => each !== line);
    }
    return undefined;
  }

  /** Puts the task at the end of another line. @throws when it does not wait */
  setPriority(id: string, priority: number): void {
    const place = this.#places.get(id);
    if (place?.task === undefined) throw new Error(`does not wait: ${id}`);
    const { task } = place;
    place.task = undefined;
    this.#places.delete(id);
    this.enqueue(task, { id, priority });
  }

  /** The tasks of one priority, in their order. */
  filter({ priority = 0 }: Readonly<Partial<QueueAddOptions>>): Task[] {
    return this.#lines.find((line) => line.priority === priority)?.tasks() ?? [];
  }

  #line(priority: number): Line {
    const known = this.#lines.find((line) => line.priority === priority);
    if (known !== undefined) return known;
    const fresh = new Line(priority);
    this.#lines = [...this.#lines, fresh].sort((a, b) => b.priority - a.priority);
    return fresh;
  }
}
