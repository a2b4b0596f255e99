import type { ChangeType } from "@offhook/core";
import type { Consumer } from "./kill-point-audience.ts";

/** What an app does to the world outside because of a change, as it writes it there. */
export interface Effect {
  /** Who does it. */
  readonly consumer: Consumer;
  readonly changeId: string;
  readonly type: ChangeType;
  /** Of the call or lead. */
  readonly recordId: string;
  /** 1 for the first try. */
  readonly attempt: number;
}
