import type { Response } from "express";

/** What a route knows of its answer, for the log, which stands before the routes. */
export interface AnswerNote {
  /** The matched route's path, such as `/calls/:id`: without what was asked for. */
  readonly pattern?: string;
  /** Why it was refused. */
  readonly code?: string;
}

const notes = new WeakMap<Response, AnswerNote>();

export function addNote(response: Response, note: AnswerNote): void {
  notes.set(response, { ...noteOf(response), ...note });
}

export const noteOf = (response: Response): AnswerNote => notes.get(response) ?? {};
