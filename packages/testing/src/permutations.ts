/** Every order of the items: n! of them, so at most six items are sensible. */
export function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length < 2) {
    yield [...items];
    return;
  }
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** All items in random order, some of them several times. */
export function shuffleWithDuplicates<Item>(items: readonly Item[], random: () => number): Item[] {
  const drawn = [...items];
  const extra = Math.floor(random() * items.length);
  for (let count = 0; count < extra; count += 1) {
    const item = items[Math.floor(random() * items.length)];
    if (item !== undefined) drawn.push(item);
  }
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1));
    [drawn[last], drawn[at]] = [drawn[at] as Item, drawn[last] as Item]; // both are inside the array
  }
  return drawn;
}
