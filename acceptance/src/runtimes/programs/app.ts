import type { Offhook } from "@offhook/core";

// No Node in this folder, unless a file says so: these programs run on every runtime.

/** What a program serves: the webhooks of an Offhook, and answers to the test's own questions. */
export interface App {
  readonly offhook: Offhook;
  /** By path; what they resolve with is answered as JSON. */
  readonly questions: { readonly [path: string]: () => Promise<unknown> };
}

/** Answers what is one of the questions. */
export async function answerQuestion({ questions }: App, path: string): Promise<string | undefined> {
  const question = Object.hasOwn(questions, path) ? questions[path] : undefined;
  return question === undefined ? undefined : JSON.stringify(await question());
}
