/** A program that listens. */
export interface Running {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends it, between two instructions where it is a process of its own. */
  close(): Promise<void>;
}

/** What the program makes of a question of the test's own. */
export async function question(running: Running, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${running.port}${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: expected an answer, got ${response.status} ${text}`);
  return JSON.parse(text);
}
