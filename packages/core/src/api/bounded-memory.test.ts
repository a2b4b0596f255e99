import { expect, test } from "vitest";
import { BoundedMemory } from "./bounded-memory.ts";

test("what was remembered longest ago is forgotten first, and what is told again is new", () => {
  const memory = new BoundedMemory<string | null>(2);
  memory.set("a", "1");
  memory.set("b", null);
  memory.set("a", "2");
  memory.set("c", "3");
  expect(["a", "b", "c"].map((key) => memory.get(key))).toEqual(["2", undefined, "3"]);
});

test("nothing remembered is not the same as remembered nothing", () => {
  const memory = new BoundedMemory<string | null>(1);
  expect(memory.get("a")).toBeUndefined();
  memory.set("a", null);
  expect(memory.get("a")).toBeNull();
});
