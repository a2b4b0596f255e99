import { asRefusal, bodyTimedOut } from "../read-body.ts";
import { endBodyDeadline, startBodyDeadline } from "./body-deadline.ts";

/** Keeps the time of a body by the one timer that all have on Node: the second argument of `bodyOf`. */
export function withinDeadline<Value>(reading: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const deadline = startBodyDeadline(() => reject(bodyTimedOut()));
    const succeed = (value: Value): void => {
      endBodyDeadline(deadline);
      resolve(value);
    };
    const fail = (error: unknown): void => {
      endBodyDeadline(deadline);
      reject(asRefusal(error));
    };
    reading.then(succeed, fail);
  });
}
