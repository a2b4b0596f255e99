import type { Request, RequestHandler, Response, Router } from "express";
import { addNote } from "./answer-note.ts";
import { refuse } from "./answers.ts";

type Answer = (request: Request, response: Response) => Promise<void>;

/** A route that is only read. */
export function get(router: Router, path: string, answer: Answer): void {
  // Express 5 hands a rejection on to the error handler.
  router.route(path).all(noting(path)).get(answer).all(refuseBut("GET, HEAD"));
}

/** A route that does something. */
export function post(router: Router, path: string, answer: Answer): void {
  router.route(path).all(noting(path)).post(answer).all(refuseBut("POST"));
}

const noting =
  (pattern: string): RequestHandler =>
  (_request, response, next) => {
    addNote(response, { pattern });
    next();
  };

const refuseBut =
  (allow: string): RequestHandler =>
  (_request, response) => {
    response.setHeader("allow", allow);
    refuse(response, "method_not_allowed");
  };

export const idOf = (request: Request): string => String(request.params["id"]);

export function send(response: Response, found: object | undefined): void {
  if (found === undefined) refuse(response, "not_found");
  else response.json(found);
}

/** Aborts when whoever asked is gone before the answer. */
export function signalOf(response: Response): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}
