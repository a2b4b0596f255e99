import { transform } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { type CodeBlock, codeBlocksOf, readCodeBlocks } from "./code-blocks.ts";
import { compileBlocks } from "./compile-blocks.ts";

const blocks = await readCodeBlocks();

/** Whole programs; other JavaScript shows a few lines of an app, or runs where nothing declares what there is. */
const isModule = ({ language, code }: CodeBlock): boolean =>
  ["ts", "tsx"].includes(language) || (language === "js" && /^import .*"@offhook\//m.test(code));

describe("modules in the documentation compile", () => {
  const modules = blocks.filter(isModule);
  let faults: ReadonlyMap<CodeBlock, string[]>;
  beforeAll(async () => {
    faults = await compileBlocks(modules);
  }, 120_000);

  test.each(modules)("$name", (block) => {
    expect(faults.get(block)).toEqual([]);
  });
});

describe("other JavaScript in the documentation is well-formed", () => {
  test.each(blocks.filter((block) => block.language === "js" && !isModule(block)))("$name", async ({ code }) => {
    await expect(transform(code, { loader: "js", logLevel: "silent" })).resolves.toBeDefined();
  });
});

describe("JSON in the documentation can be parsed", () => {
  test.each(blocks.filter(({ language }) => language === "json"))("$name", ({ code }) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  });
});

test("every block says what language it is in", () => {
  expect(blocks.filter(({ language }) => language === "").map(({ name }) => name)).toEqual([]);
});

test("faults are found, with the lines of their pages", async () => {
  const page = [
    '```ts\nimport { nothing } from "@offhook/core";\nnothing();\n```',
    "- In a list:\n\n  ```typescript [app.ts]\n  const answer: string = 42;\n  console.log(answer);\n  ```",
    "`answer.ts`\n\n```ts\nexport const answer = 42;\n```",
    '```ts\nimport { answer } from "./answer.ts";\nimport { offhook } from "./offhook.ts";\nconsole.log(offhook, answer);\n```',
    '```js\nimport { memoryStorage } from "@offhook/core";\nmemoryStorage().forget();\n```',
  ].join("\n\n");
  const found = codeBlocksOf("page.md", page);
  expect(found.map(({ name }) => name)).toEqual(["page.md:1", "page.md:8", "page.md:15", "page.md:19", "page.md:25"]);
  expect([...(await compileBlocks(found)).values()]).toEqual([
    [expect.stringMatching(/^page\.md:2 error TS2305: .* no exported member 'nothing'/)],
    [expect.stringMatching(/^page\.md:9 error TS2322: Type 'number' is not assignable to type 'string'/)],
    [],
    [],
    [expect.stringMatching(/^page\.md:27 error TS2339: Property 'forget' does not exist/)],
  ]);
}, 120_000);
